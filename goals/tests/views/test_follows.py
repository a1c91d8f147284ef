"""“Follow” on the page of a thing, and the list of what one follows."""

import pytest

from goals.models import Cycle, KeyResult, Roadmap, Subscription
from goals.tests.views.entries import text_of

LIST = "/following/"
LIST_COST = 6
PAGES = ("/areas/EDGE/24H2/", "/objectives/EDGE-24H2-O1/", "/key-results/EDGE-24H2-O1-KR1/")
PRESSES = ("/areas/EDGE/follow/", "/objectives/EDGE-24H2-O1/follow/", "/key-results/EDGE-24H2-O1-KR1/follow/")


@pytest.fixture
def reader(client, outsider, key_result):
    client.force_login(outsider)
    return client


@pytest.mark.parametrize(("page", "press"), list(zip(PAGES, PRESSES, strict=True)))
def test_one_press_follows_and_one_ends_it(reader, page, press):
    def button():
        return 'id="follow-press" name="undo"' in reader.get(page).content.decode()

    assert f'action="{press}"' in reader.get(page).content.decode()
    assert not button()
    answer = reader.post(press, {"cycle": "24H2"}, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert button()
    assert "Stop following" in text_of(reader.get(LIST))
    assert reader.post(press, {"undo": "1"}).status_code == 302
    assert not button()
    assert "You follow nothing yet" in text_of(reader.get(LIST))


def test_the_list_ends_what_it_lists(reader, objective):
    reader.post(PRESSES[1])
    listed = text_of(reader.get(LIST))
    assert "A dependable base for on-device AI EDGE-24H2-O1" in listed
    assert reader.post(PRESSES[1], {"undo": "1", "list": "1"}).url == LIST
    assert not Subscription.objects.exists()


def test_the_button_is_no_part_of_a_past_day(reader):
    for page in PAGES:
        assert "follow-press" not in reader.get(f"{page}?as_of=2024-10-13").content.decode()


def test_an_area_with_teams_and_one_without_a_plan_are_followed_too(reader, cycle, into):
    for page in ("/areas/LIB/24H2/", "/areas/CORE/?cycle=24H2"):
        assert "follow-press" in reader.get(page).content.decode(), page
    assert reader.post("/areas/CORE/follow/", {"cycle": "25H1"}).url == "/areas/CORE/?cycle=25H1"
    for odd in ("\0", "nowhere", "//example.org"):
        assert reader.post("/areas/CORE/follow/", {"cycle": odd}).url == "/areas/CORE/"


def test_what_is_hidden_cannot_be_followed_and_is_listed_no_more(reader):
    for press in PRESSES:
        reader.post(press)
    Roadmap.objects.update(visibility="restricted", title="Zq7 secret")
    KeyResult.objects.update(title="Zq7 secret")
    for press in PRESSES[1:]:
        assert reader.post(press).status_code == 404
        assert reader.post(press, {"undo": "1"}).status_code == 404
    listed = reader.get(LIST).content.decode()
    assert "Zq7" not in listed
    assert "EDGE-24H2" not in listed


def test_nobody_else_is_told(reader, client, administrator, lead, outsider):
    for press in PRESSES:
        reader.post(press)
    for person in (administrator, lead):
        client.force_login(person)
        assert "EDGE" not in client.get(LIST).content.decode()
        for page in PAGES:
            assert "Stop following" not in client.get(page).content.decode()


def test_a_closed_cycle_can_be_followed(reader):
    Cycle.objects.update(state="closed")
    assert reader.post(PRESSES[1], follow=True).status_code == 200
    assert Subscription.objects.count() == 1


@pytest.mark.only_on("sqlite")
def test_the_list_costs_the_same_however_long_it_is(reader, objective, key_result, django_assert_num_queries):
    reader.post(PRESSES[0])
    reader.get(LIST)
    with django_assert_num_queries(LIST_COST):
        reader.get(LIST)
    for press in PRESSES[1:]:
        reader.post(press)
    with django_assert_num_queries(LIST_COST):
        reader.get(LIST)

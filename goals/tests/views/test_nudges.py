"""The press beside an overdue key result: who finds it, what it does, and what stands there afterwards."""

import datetime as dt

import pytest

from goals.actions.nudges import nudge
from goals.models import Absence, KeyResult, Nudge, OutboxMail
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.on_both]


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def late(objective, contributor):
    return KeyResultFactory(objective=objective, owner=contributor)


def page_of(client, row):
    return client.get(row.get_absolute_url()).content.decode()


def test_a_lead_presses_and_the_owner_is_asked(client, late, lead, contributor):
    client.force_login(lead)
    assert "A check-in is overdue since 15 Jul 2024." in page_of(client, late)
    answer = client.post(f"/key-results/{late.code}/nudge/", {"sentence": "Please."}, follow=True)
    page = answer.content.decode()
    assert f"Con Tributor is asked for a check-in on {late.code}." in page
    assert "Nudged on 14 Oct by Lea Lead: “Please.”" in page
    assert "/nudge/" not in page
    assert Nudge.objects.get().sentence == "Please."
    assert OutboxMail.objects.get().user == contributor


def test_another_hears_who_did_it_and_when(client, late, lead, manager):
    nudge(late, by=lead, now=NOW - dt.timedelta(days=2), today=TODAY)
    client.force_login(manager)
    assert "Nudged on 12 Oct by Lea Lead" in page_of(client, late)
    answer = client.post(f"/key-results/{late.code}/nudge/", {}, follow=True)
    assert f"Lea Lead nudged about {late.code} on 12 Oct; again after seven days." in answer.content.decode()
    assert Nudge.objects.count() == 1


def test_others_find_no_press_and_may_not(client, late, contributor, viewer, outsider):
    for person in (contributor, viewer, outsider):
        client.force_login(person)
        assert "/nudge/" not in page_of(client, late)
        assert client.post(f"/key-results/{late.code}/nudge/", {}).status_code == 403
    KeyResult.objects.update(visibility="restricted")
    assert client.post(f"/key-results/{late.code}/nudge/", {}).status_code == 404
    assert not Nudge.objects.exists()


def test_there_is_no_press_where_nothing_is_overdue_nor_of_a_past_day(client, late, lead):
    client.force_login(lead)
    assert "/nudge/" not in client.get(f"{late.get_absolute_url()}?as_of=2024-10-01").content.decode()
    check_in(late, 3, on=TODAY)
    assert "/nudge/" not in page_of(client, late)


def test_a_sentence_that_is_too_long_asks_nobody(client, late, lead):
    client.force_login(lead)
    answer = client.post(f"/key-results/{late.code}/nudge/", {"sentence": "x" * 301}, follow=True)
    assert "300" in answer.content.decode()
    assert not Nudge.objects.exists()


def test_the_list_of_who_is_silent_has_the_press_and_leads_back(client, late, manager):
    client.force_login(manager)
    page = client.get("/").content.decode()
    silent = page.partition('id="silent"')[2]
    assert f'action="/key-results/{late.code}/nudge/"' in silent
    answer = client.post(f"/key-results/{late.code}/nudge/", {"back": "/?cycle=24H2"})
    assert answer.url == "/?cycle=24H2"
    assert "Nudged on 14 Oct by Mana Ger" in client.get("/").content.decode().partition('id="silent"')[2]
    Absence.objects.all().delete()
    answer = client.post(f"/key-results/{late.code}/nudge/", {"back": "https://elsewhere.example.org/"})
    assert answer.url == late.get_absolute_url()


def test_the_presses_cost_the_same_for_one_and_for_many(
    client, objective, late, manager, django_assert_max_num_queries
):
    client.force_login(manager)
    client.get("/")
    with django_assert_max_num_queries(100) as few:
        client.get("/")
    for _number in range(10):
        KeyResultFactory(objective=objective, owner=late.owner)
    with django_assert_max_num_queries(len(few)):
        client.get("/")

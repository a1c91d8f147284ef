"""Pages with all of what the overview and the roll-up of an area show the first rows of."""

import datetime as dt

import pytest

from goals.models import KeyResult, Visibility
from goals.tests.factories import TODAY, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def many(edge, cycle, lead):
    """25 focus objectives, each with a key result that is behind and was silent for long."""
    roadmap = RoadmapFactory(area=edge, cycle=cycle)
    for _ in range(25):
        key_result = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap), owner=lead)
        for week in range(3):
            check_in(key_result, week, on=TODAY - dt.timedelta(days=60 - 7 * week))
    return roadmap


def codes(told: str) -> set[str]:
    """Of the objectives that are named, or of which a key result is."""
    return {f"O{n}" for n in range(1, 30) if f"EDGE-24H2-O{n}/" in told or f"EDGE-24H2-O{n}-KR1/" in told}


def test_the_overview_shows_twenty_and_leads_to_all(page, manager, many):
    text = page("/?cycle=24H2", user=manager)
    assert len(codes(text.split('aria-labelledby="explain"')[1])) == 20
    assert 'href="/explanation/?cycle=24H2">All 25</a>' in text
    assert 'href="/attention/?cycle=24H2">All 25</a>' in text
    assert 'href="/attention/?show=silent&amp;cycle=24H2">All 25</a>' in text
    for part in ('id="attention"', 'id="silent"'):
        assert len(codes(text.split(part)[1].split("</section>")[0])) == 20, part
    for address in ("/explanation/?cycle=24H2", "/attention/?cycle=24H2", "/attention/?show=silent"):
        assert len(codes(page(address))) == 25, address


def test_the_roll_up_of_an_area_does_too(page, manager, lib, many):
    text = page("/areas/LIB/24H2/", user=manager)
    assert len(codes(text.split('aria-labelledby="explain"')[1])) == 20
    assert 'href="/explanation/?area=LIB&amp;cycle=24H2">All 25</a>' in text
    assert len(codes(page("/explanation/?area=LIB&cycle=24H2"))) == 25
    assert "Libraries" in page("/explanation/?area=LIB&cycle=24H2")


def test_few_are_shown_without_a_link(page, manager, reported):
    assert "All 1<" not in page("/?cycle=24H2", user=manager)


def test_a_row_that_is_shown_tells_its_forecast(page, manager, many):
    key_result = KeyResult.objects.get(code="EDGE-24H2-O1-KR1")
    check_in(key_result, 4)
    for address in ("/?cycle=24H2", "/attention/"):
        assert "the last four weeks gave" in page(address, user=manager), address


def test_the_address_keeps_the_tag_and_the_day(page, manager, many):
    KeyResult.objects.filter(code="EDGE-24H2-O1-KR1").update(tags="small")
    assert codes(page("/attention/?tag=small", user=manager)) == {"O1"}
    assert "1 Oct 2024" in page("/attention/?cycle=24H2&as_of=2024-10-01")


def test_nothing_of_what_is_hidden_is_listed(page, outsider, many):
    key_result = KeyResult.objects.get(code="EDGE-24H2-O1-KR1")
    key_result.objective.visibility = Visibility.RESTRICTED
    key_result.objective.save()
    for address in ("/attention/", "/explanation/", "/explanation/?area=EDGE"):
        assert "O1" not in codes(page(address, user=outsider)), address
        assert "O2" in codes(page(address)), address


def test_who_is_silent_is_told_to_managers_alone(status, lead, manager, many):
    assert status("/attention/?show=silent", user=lead) == 404
    assert status("/attention/?show=silent", user=manager) == 200


@pytest.mark.parametrize(
    "address",
    [
        "/attention/?cycle=nope",
        "/explanation/?cycle=nope",
        "/explanation/?area=NOPE",
        "/explanation/?area=%00",
    ],
)
def test_what_is_not_there_is_not_found(status, manager, cycle, address):
    assert status(address, user=manager) == 404


def test_without_a_cycle_there_is_nothing_to_list(status, manager):
    assert status("/attention/", user=manager) == status("/explanation/", user=manager) == 404


@pytest.mark.parametrize("address", ["/attention/", "/explanation/", "/explanation/?area=EDGE"])
def test_queries_do_not_grow_with_the_plan(
    client, manager, many, django_assert_num_queries, django_assert_max_num_queries, address
):
    client.force_login(manager)
    client.get(address)
    with django_assert_max_num_queries(16) as few:
        client.get(address)
    for _ in range(10):
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=many)), 1)
    with django_assert_num_queries(len(few)):
        client.get(address)

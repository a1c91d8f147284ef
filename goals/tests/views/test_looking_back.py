"""Looking back: pages as of a day that has passed."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.key_results import change_key_result, drop_key_result
from goals.actions.roadmaps import archive_objective
from goals.models import CheckIn, KeyResult
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

DAY = "2024-10-01"
OBJECTIVE, KEY_RESULT = "/objectives/EDGE-24H2-O1/", "/key-results/EDGE-24H2-O1-KR1/"
PAGES = ("/", "/areas/", "/areas/LIB/24H2/", "/areas/EDGE/24H2/", OBJECTIVE, KEY_RESULT)


@pytest.fixture
def plan(lib, edge, lead):
    """EDGE-24H2-O1-KR1 stood at 1 of 10 from 30 September on; today it stands at 15.4 of 20."""
    with on(JULY):
        objective = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=CycleFactory()), owner=lead)
        row = KeyResultFactory(objective=objective, owner=lead, title="Decode speed")
    with on(SEPTEMBER):
        check_in(row, 1, on=SEPTEMBER)
    change_key_result(row, by=lead, now=NOW, reason="agreed", target_value=Decimal(20))
    check_in(row, "15.4")
    return row


@pytest.mark.parametrize("address", PAGES)
def test_a_page_shows_the_day_says_so_and_leads_back(page, lead, plan, address):
    text = page(f"{address}?as_of={DAY}", user=lead)
    assert "<strong>As of 1 Oct 2024</strong>" in text
    assert f'<a href="{address}">Back to today</a>' in text
    assert "10\u202f%" in text
    assert "77\u202f%" not in text
    assert "/check-in/" not in text
    now = page(address, user=lead)
    assert "As of" not in now.replace("Figures as of", "")
    assert "77\u202f%" in now


@pytest.mark.parametrize("address", PAGES)
def test_links_and_the_cycle_switcher_keep_the_day(page, lead, plan, address):
    CycleFactory(key="24H1", starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 6, 30), state="closed")
    CycleFactory(key="25H1", starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 6, 30), state="planning")
    text = page(f"{address}?as_of={DAY}", user=lead)
    assert f'href="/areas/?cycle=24H2&amp;as_of={DAY}"' in text
    assert f"?cycle=24H1&amp;as_of={DAY}" in text
    assert '?cycle=25H1"' in text  # which had not begun: there is nothing to look back to
    links = {"/": OBJECTIVE, "/areas/": "/areas/EDGE/", "/areas/LIB/24H2/": OBJECTIVE, KEY_RESULT: OBJECTIVE}
    expected = links.get(address, KEY_RESULT)
    assert f'href="{expected}?as_of={DAY}"' in text or f'href="{expected}?cycle=24H2&amp;as_of={DAY}"' in text


def test_the_way_to_an_area_keeps_the_day(client, lead, plan):
    client.force_login(lead)
    response = client.get(f"/areas/EDGE/?cycle=24H2&as_of={DAY}")
    assert response["Location"] == f"/areas/EDGE/24H2/?as_of={DAY}"


def test_the_form_names_the_day_and_keeps_the_cycle(page, lead, plan):
    text = page(f"/?cycle=24H2&as_of={DAY}", user=lead)
    assert 'name="as_of" value="2024-10-01" min="2024-07-01" max="2024-10-14"' in text
    assert '<input type="hidden" name="cycle" value="24H2">' in text
    assert 'type="hidden" name="cycle"' not in page("/", user=lead)


@pytest.mark.parametrize("query", ["as_of=", "as_of=2024-10-14"])
def test_today_is_no_looking_back(page, lead, plan, query):
    text = page(f"/?{query}", user=lead)
    assert "77\u202f%" in text
    assert "Back to today" not in text


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("yesterday", "“yesterday” is not a day; write it like 2024-10-14."),
        ("2024-13-01", "“2024-13-01” is not a day; write it like 2024-10-14."),
        ("2024-10-1", "“2024-10-1” is not a day"),
        ("２０２４-10-01", "is not a day"),
        ("%00", "is not a day"),
        ("%3Cscript%3E", "“&lt;script&gt;” is not a day"),
        ("0001-01-01", "lies before 2024 H2, which begins on 1 Jul 2024."),
        ("9999-12-31", "31 Dec 9999 is still to come."),
        ("2024-10-15", "15 Oct 2024 is still to come."),
        ("2024-06-30", "30 Jun 2024 lies before 2024 H2, which begins on 1 Jul 2024."),
    ],
)
@pytest.mark.parametrize("address", ["/", KEY_RESULT])
def test_a_day_that_cannot_be_shown_says_why_and_the_page_is_of_today(
    page, lead, plan, address, written, sentence
):
    text = page(f"{address}?as_of={written}", user=lead)
    assert f"{sentence}" in text
    assert "These are the figures of today." in text
    assert "77\u202f%" in text


def test_the_first_day_may_be_looked_at(page, lead, plan):
    assert "No figures yet" not in page(f"/?as_of={JULY}", user=lead)


def test_definition_check_ins_and_changes_are_those_of_the_day(page, client, lead, plan):
    text = page(f"{KEY_RESULT}?as_of={DAY}", user=lead)
    assert "0 → 10 tok/s" in text
    assert "agreed" not in text
    assert 'id="check-in-1"' in text
    assert 'id="check-in-2"' not in text
    text = page(f"/areas/EDGE/24H2/?as_of={DAY}", user=lead)
    assert "0 → 10" in text
    assert "15.4 tok/s" not in text
    context = client.get(f"/?as_of={DAY}").context
    assert (context["check_ins"].count, context["target_changes"]) == (1, 0)
    assert context["days"]["number"] == 93


def test_what_was_said_later_of_an_earlier_day_changes_nothing(page, lead, plan):
    first = CheckIn.objects.get(sequence=1)
    check_in(plan, 5, corrects=first, reason="misread")
    check_in(plan, 7, effective_on=AUGUST)
    text = page(f"{KEY_RESULT}?as_of={DAY}", user=lead)
    assert "1 tok/s" in text
    assert "misread" not in text
    assert "corrected by" not in text
    assert "corrected by" in page(KEY_RESULT, user=lead)


def test_what_was_added_later_was_not_there(client, page, lead, plan):
    row = KeyResultFactory(objective=plan.objective, title="A late thought")
    assert "A late thought" in page(OBJECTIVE, user=lead)
    assert "A late thought" not in page(f"{OBJECTIVE}?as_of={DAY}", user=lead)
    assert client.get(f"/key-results/{row.code}/?as_of={DAY}").status_code == 404
    later = ObjectiveFactory(roadmap=plan.objective.roadmap, title="A late aim")
    assert "A late aim" not in page(f"/areas/EDGE/24H2/?as_of={DAY}", user=lead)
    assert client.get(f"/objectives/{later.code}/?as_of={DAY}").status_code == 404


def test_what_was_dropped_or_archived_later_counted_then(client, page, lead, plan):
    drop_key_result(plan, by=lead, now=NOW, reason="not worth it")
    assert "10\u202f% from 1 of 1 key result" in page(f"{OBJECTIVE}?as_of={DAY}", user=lead)
    archive_objective(plan.objective, by=lead, now=NOW)
    for address in (OBJECTIVE, KEY_RESULT):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}?as_of={DAY}").status_code == 200


def test_what_is_restricted_today_was_so_always(page, status, outsider, plan):
    KeyResult.objects.filter(pk=plan.pk).update(visibility="restricted")
    assert status(f"{KEY_RESULT}?as_of={DAY}", user=outsider) == 404
    assert "some parts are hidden from you" in page(f"/?as_of={DAY}", user=outsider)


def test_the_line_ends_on_the_day(client, lead, plan):
    client.force_login(lead)
    for address in ("/", "/areas/LIB/24H2/", OBJECTIVE):
        rows = client.get(f"{address}?as_of={DAY}").context["chart"].rows
        assert (rows[0].day, rows[0].completion) == (dt.date(2024, 10, 1), Decimal("0.1")), address
        assert (rows[-1].day, len(rows)) == (JULY, 93), address


@pytest.mark.parametrize("address", PAGES)
def test_queries_do_not_grow_with_the_plan(client, lead, plan, django_assert_max_num_queries, address):
    client.force_login(lead)
    client.get(address)

    def cost() -> int:
        with django_assert_max_num_queries(32) as queries:
            client.get(f"{address}?as_of={DAY}")
        return len(queries.captured_queries)

    before = cost()
    with on(SEPTEMBER):
        for _ in range(3):
            objective = ObjectiveFactory(roadmap=plan.objective.roadmap)
            for row in [plan, *KeyResultFactory.create_batch(2, objective=objective)]:
                for value in (1, 2, 3):
                    check_in(row, value, on=SEPTEMBER)
    change_key_result(plan, by=lead, now=NOW, reason="again", target_value=Decimal(30))
    check_in(plan, 9, on=TODAY)
    assert cost() == before

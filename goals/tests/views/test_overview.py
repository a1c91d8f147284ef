"""The overview: what a manager sees of a cycle."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from areas.tests.factories import AreaFactory
from goals.actions.key_results import change_key_result
from goals.actions.snapshots import take_snapshots
from goals.models import Cycle, KeyResult, Objective, Risk, Visibility
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")


def test_visitor_is_sent_to_sign_in(client, reported):
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_overview_without_a_cycle_says_what_to_do(page, manager):
    assert "There is no cycle yet" in page("/", user=manager)


def test_completion_stands_beside_what_is_expected_and_what_it_rests_on(page, manager, reported):
    text = page("/", user=manager)
    assert "30\u202f%" in text
    assert "57\u202f% expected" in text
    assert "from 1 of 1 key result" in text


def test_key_result_behind_needs_attention_with_its_reason_and_what_was_said(page, manager, reported):
    text = page("/", user=manager)
    assert "57\u202f% expected, 30\u202f% reached: 27 points behind" in text
    assert "said: on track" in text


def test_nothing_needs_attention_when_all_is_on_track(page, manager, key_result):
    check_in(key_result, 6)
    text = page("/", user=manager)
    assert "Nothing needs attention" in text
    assert "said:" not in text


def test_silent_key_result_is_named_to_a_manager_but_not_to_others(page, manager, lead, outsider, key_result):
    check_in(key_result, 6, on=dt.date(2024, 9, 9))
    assert "no check-in for 35 days" in page("/", user=manager)
    assert 'id="silent"' not in page("/", user=outsider)


def test_change_is_measured_against_the_snapshot_of_two_weeks_ago(page, manager, cycle, key_result):
    check_in(key_result, 1, on=dt.date(2024, 9, 16))
    take_snapshots(cycle, today=dt.date(2024, 9, 30))
    check_in(key_result, 3)
    assert "+20 points" in page("/", user=manager)


def test_change_is_a_dash_without_an_earlier_snapshot(client, manager, reported):
    client.force_login(manager)
    assert client.get("/").context["change"] is None


def test_last_fourteen_days_count_check_ins_and_those_that_got_worse(client, manager, key_result):
    check_in(key_result, 5, on=dt.date(2024, 9, 2))
    check_in(key_result, 6, on=dt.date(2024, 10, 2))
    check_in(key_result, 4)
    client.force_login(manager)
    recent = client.get("/").context["check_ins"]
    assert (recent.count, recent.worse) == (2, 1)


def test_changed_target_is_counted_and_marked_on_the_chart(page, manager, lead, reported):
    change_key_result(reported, by=lead, now=NOW, reason="Beta launch adds reach", target_value=Decimal(12))
    text = page("/", user=manager)
    assert "1 target changed" in text
    assert "chart__mark" in text


def test_risks_are_counted_by_what_is_missing(client, manager, objective):
    RiskFactory(objective=objective)
    mitigated = RiskFactory(objective=objective)
    MitigationFactory(risk=mitigated, due_on=dt.date(2024, 10, 1))
    RiskFactory(objective=objective, likelihood=1, state=Risk.State.OCCURRED, occurred_on=TODAY)
    RiskFactory(objective=objective, state=Risk.State.CLOSED)
    client.force_login(manager)
    risks = client.get("/").context["risks"]
    counts = (risks.open, risks.high_without_mitigation, risks.overdue_mitigations, risks.occurred)
    assert counts == (3, 1, 1, 1)


def test_area_adds_up_its_teams(client, manager, lib, reported):
    RiskFactory(objective=reported.objective)
    client.force_login(manager)
    (row,) = [row for row in client.get("/").context["rows"] if row.figures.area == lib]
    assert row.figures.mean.completion == Decimal("0.3")
    assert [found.objective.code for found in row.at_risk] == ["EDGE-24H2-O1"]
    assert row.high_risks == 1


def test_the_table_of_areas_comes_as_csv_with_the_teams(page, client, manager, outsider, lib, reported):
    RiskFactory(objective=reported.objective)
    type(lib).objects.filter(pk=lib.pk).update(name="=Libraries")
    take_snapshots(reported.objective.roadmap.cycle, today=dt.date(2024, 9, 30))
    rows = {row["area"]: row for row in csv.DictReader(io.StringIO(page("/areas.csv", user=manager)))}
    edge = rows["EDGE"]
    assert (rows["LIB"]["name"], rows["LIB"]["area_above"], edge["area_above"]) == ("'=Libraries", "", "LIB")
    assert (Decimal(edge["completion"]), edge["pace"], edge["at_risk"]) == (Decimal("0.3"), "at_risk", "1")
    assert (edge["objectives_at_risk"], edge["high_risks"], edge["silent"]) == ("EDGE-24H2-O1", "1", "0")
    assert "areas.csv" in page("/")
    Objective.objects.update(visibility="restricted")
    (hidden,) = [
        row for row in csv.DictReader(io.StringIO(page("/areas.csv", user=outsider))) if row["area"] == "EDGE"
    ]
    assert (hidden["completion"], hidden["objectives_at_risk"], hidden["high_risks"]) == ("", "", "0")
    assert hidden["silent"] == ""
    for query in ("cycle=99H9", "as_of=never", "as_of=2030-01-01"):
        assert client.get(f"/areas.csv?{query}").status_code == 404, query


def test_chart_goes_from_the_snapshots_to_today(client, manager, cycle, key_result):
    check_in(key_result, 1, on=dt.date(2024, 9, 16))
    take_snapshots(cycle, today=dt.date(2024, 9, 30))
    check_in(key_result, 3)
    client.force_login(manager)
    rows = client.get("/").context["chart"].rows
    assert [(point.day, point.completion) for point in rows] == [
        (TODAY, Decimal("0.3")),
        (dt.date(2024, 9, 30), Decimal("0.1")),
    ]


def test_restricted_key_result_is_absent_for_an_outsider(page, outsider, manager, reported):
    KeyResult.objects.filter(pk=reported.pk).update(visibility=KeyResult.Visibility.RESTRICTED)
    assert "Decode speed" in page("/", user=manager)
    text = page("/", user=outsider)
    assert "Decode speed" not in text
    assert "no key result counts" in text


def test_restricted_risk_is_not_counted_for_an_outsider(client, outsider, objective):
    RiskFactory(objective=objective, visibility=Visibility.RESTRICTED)
    client.force_login(outsider)
    assert client.get("/").context["risks"].open == 0


def test_address_chooses_the_cycle_and_links_keep_it(page, manager, cycle):
    CycleFactory(
        key="25H1",
        name="2025 H1",
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2025, 6, 30),
        state="planning",
    )
    text = page("/?cycle=25H1", user=manager)
    assert "<h1>2025 H1</h1>" in text
    assert 'href="/risks/?cycle=25H1"' in text
    assert "<h1>2024 H2</h1>" in page("/")


@pytest.mark.parametrize("key", ["nope", "", "24h2"])
def test_unknown_cycle_is_not_found(status, manager, cycle, key):
    assert status(f"/?cycle={key}", user=manager) == 404


def test_page_of_a_cycle_that_has_not_begun_shows_no_line(page, manager, objective):
    Cycle.objects.update(starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 6, 30))
    assert "No figures yet" in page("/", user=manager)


@pytest.mark.parametrize("number", [1, 20])
def test_queries_do_not_grow_with_the_plan(client, manager, cycle, lead, django_assert_num_queries, number):
    for index in range(number):
        roadmap = RoadmapFactory(area=AreaFactory(key=f"T{index}X"), cycle=cycle)
        objective = ObjectiveFactory(roadmap=roadmap)
        for key_result in KeyResultFactory.create_batch(2, objective=objective, owner=lead):
            for week in range(3):
                check_in(key_result, week, on=TODAY - dt.timedelta(days=7 * (2 - week)))
        MitigationFactory(risk=RiskFactory(objective=objective))
    take_snapshots(cycle, today=dt.date(2024, 9, 30))
    client.force_login(manager)
    client.get("/")
    with django_assert_num_queries(20):
        client.get("/")

"""The page of an objective: how its mean comes about, its risks, and what was reported."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.key_results import drop_key_result
from goals.actions.snapshots import take_snapshots
from goals.models import KeyResult, Objective, Risk, Visibility
from goals.tests.factories import (
    NOW,
    TODAY,
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

ADDRESS = "/objectives/EDGE-24H2-O1/"


def test_visitor_is_sent_to_sign_in(client, objective):
    assert client.get(ADDRESS)["Location"].startswith("/sign-in/")


def test_explains_how_the_mean_is_computed(page, lead, objective, reported):
    check_in(KeyResultFactory(objective=objective, owner=lead, weight=Decimal(3)), 7)
    KeyResultFactory(objective=objective, guardrail=True)
    text = page(ADDRESS, user=lead)
    assert "How is 60\u202f% computed?" in text
    assert "7.5 points" in text  # 3 of 10, a quarter of the weight
    assert "52.5 points" in text
    assert "left out: a guardrail is kept or violated, it has no progress" in text


def test_over_target_counts_as_all_of_it_and_shows_the_raw_share(page, lead, key_result):
    check_in(key_result, 12)
    text = page(ADDRESS, user=lead)
    assert "raw 120\u202f%" in text
    assert "How is 100\u202f% computed?" in text


def test_dropped_key_result_is_named_but_does_not_count(page, lead, objective, reported):
    gone = KeyResultFactory(objective=objective, owner=lead, title="Given up")
    check_in(gone, 10)
    drop_key_result(gone, by=lead, now=NOW, reason="no device")
    text = page(ADDRESS, user=lead)
    assert "Given up" in text
    assert "How is 30\u202f% computed?" in text


def test_risk_shows_score_mitigations_and_what_is_overdue(page, lead, objective):
    risk = RiskFactory(objective=objective, title="One vendor", owner=lead, likelihood=3, impact=4)
    MitigationFactory(risk=risk, text="Ask a second one", due_on=dt.date(2024, 10, 1))
    text = page(ADDRESS, user=lead)
    assert "likelihood 3 × impact 4 = 12" in text
    assert "overdue since 1 Oct" in text
    assert 'id="risk-R1"' in text


def test_unknown_risk_without_likelihood_says_so(page, lead, objective):
    RiskFactory(objective=objective, kind=Risk.Kind.UNKNOWN, likelihood=None, review_on=dt.date(2024, 11, 4))
    text = page(ADDRESS, user=lead)
    assert "likelihood not known" in text
    assert "review on 4 Nov 2024" in text


def test_reports_are_listed_with_note_author_and_status(page, outsider, reported):
    text = page(ADDRESS, user=outsider)
    assert "<strong>merged</strong>" in text
    assert "Lea Lead · today" in text


def test_chart_has_a_table_of_its_snapshots(page, lead, cycle, key_result):
    check_in(key_result, 1, on=dt.date(2024, 9, 16))
    take_snapshots(cycle, today=dt.date(2024, 9, 30))
    text = page(ADDRESS, user=lead)
    assert "<td>30 Sep 2024</td>" in text
    assert "<td>14 Oct 2024</td>" in text


def test_objective_without_key_results_says_what_is_missing(page, lead, objective):
    text = page(ADDRESS, user=lead)
    assert "No key results yet" in text
    assert "computed?" not in text


def test_who_needs_it_is_shown_unless_hidden(page, lead, manager, objective):
    secret = RoadmapFactory(cycle=objective.roadmap.cycle, visibility=Visibility.RESTRICTED)
    open_one = ObjectiveFactory(roadmap=RoadmapFactory(cycle=objective.roadmap.cycle), title="Builds on it")
    hidden = ObjectiveFactory(roadmap=secret, title="Hidden user of it")
    for needing in (open_one, hidden):
        DependencyFactory(objective=needing, partner="", on_objective=objective)
    assert "Builds on it" in page(ADDRESS, user=lead)
    assert "Hidden user of it" not in page(ADDRESS)
    assert "Hidden user of it" in page(ADDRESS, user=manager)


def test_restricted_objective_is_not_found_for_an_outsider(status, outsider, viewer, objective):
    Objective.objects.update(visibility=Visibility.RESTRICTED)
    assert status(ADDRESS, user=outsider) == 404
    assert status(ADDRESS, user=viewer) == 200


def test_restricted_key_result_leaves_no_trace_for_an_outsider(page, outsider, objective, lead, reported):
    hidden = KeyResultFactory(
        objective=objective, owner=lead, title="Unspoken", visibility=KeyResult.Visibility.RESTRICTED
    )
    check_in(hidden, 9, note="unspoken note")
    text = page(ADDRESS, user=outsider)
    assert "nspoken" not in text
    assert "KR2" not in text
    assert "How is 30\u202f% computed?" in text


def test_restricted_risk_is_absent_for_an_outsider(page, outsider, viewer, objective):
    RiskFactory(objective=objective, title="Whispered", visibility=Visibility.RESTRICTED)
    assert "Whispered" not in page(ADDRESS, user=outsider)
    assert "Whispered" in page(ADDRESS, user=viewer)


def test_archived_or_unknown_objective_is_not_found(status, lead, objective):
    assert status("/objectives/EDGE-24H2-O9/", user=lead) == 404
    Objective.objects.update(archived_at=NOW)
    assert status(ADDRESS) == 404


@pytest.mark.parametrize("number", [1, 15])
def test_queries_do_not_grow_with_the_objective(client, lead, objective, django_assert_num_queries, number):
    for key_result in KeyResultFactory.create_batch(number, objective=objective, owner=lead):
        for week in range(3):
            check_in(key_result, week, on=TODAY - dt.timedelta(days=7 * (2 - week)))
        MitigationFactory(risk=RiskFactory(objective=objective, owner=lead), owner=lead)
    client.force_login(lead)
    client.get(ADDRESS)
    with django_assert_num_queries(29):
        client.get(ADDRESS)


def test_objective_without_a_counting_key_result_has_no_empty_chart(page, lead, objective):
    text = page("/objectives/EDGE-24H2-O1/", user=lead)
    assert "No figures yet" in text
    assert "chart__drawing" not in text

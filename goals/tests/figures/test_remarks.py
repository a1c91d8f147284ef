"""Review remarks: each check says what is wrong with a plan, and is silent about one that is fine."""

import datetime as dt

import pytest

from areas.tests.factories import AreaFactory
from goals.figures.remarks import reviews
from goals.models import KeyResult, Mitigation, Objective, Risk, Roadmap, Visibility
from goals.tests.factories import (
    NOW,
    TODAY,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)


@pytest.fixture
def plan(roadmap, key_result, lead):
    """EDGE-24H2, about which there is nothing to remark."""
    Roadmap.objects.update(background="Models move onto devices.")
    for _ in range(3):
        item = ObjectiveFactory(roadmap=roadmap, kind=Objective.Kind.EXCELLENCE, owner=lead)
        KeyResultFactory(objective=item, owner=lead)
    return roadmap


@pytest.fixture
def risk(plan, objective):
    """A known one, with a step that is due next month."""
    made = RiskFactory(objective=objective)
    MitigationFactory(risk=made, due_on=dt.date(2024, 11, 15))
    return made


def remarks_on(roadmap, user=None):
    roadmap = Roadmap.objects.select_related("area", "cycle").get(pk=roadmap.pk)
    [found] = reviews([roadmap], user=user, today=TODAY, lengths={})
    return found.remarks


def said(roadmap):
    return [(remark.code, remark.subject) for remark in remarks_on(roadmap)]


def excellence(roadmap):
    return roadmap.objectives.filter(kind=Objective.Kind.EXCELLENCE)


def test_a_plan_without_fault_has_no_remark(plan, risk):
    assert said(plan) == []


def change(rows, **fields):
    def apply(plan, objective, key_result, risk):
        row = {"roadmap": plan, "objective": objective, "key_result": key_result, "risk": risk}[rows]
        type(row).objects.filter(pk=row.pk).update(**fields)

    return apply


def change_step(**fields):
    return lambda plan, objective, key_result, risk: Mitigation.objects.update(**fields)


KR, O1, R1 = "EDGE-24H2-O1-KR1", "EDGE-24H2-O1", "EDGE-24H2-O1-R1"
GUARDRAIL = {"kind": "guardrail", "start_value": None, "target_value": None, "upper_bound": 3}
UNKNOWN = {"kind": "unknown", "review_on": dt.date(2024, 11, 1)}
# What is done to the plan -> what is said about it.
CASES = {
    "blank background": (change("roadmap", background=" \n"), [("background_missing", "EDGE-24H2")]),
    "no target": (change("key_result", target_value=None), [("key_result_without_target", KR)]),
    "guardrail": (change("key_result", **GUARDRAIL), []),
    "no metric": (change("key_result", metric=""), [("key_result_without_metric", KR)]),
    "milestone": (change("key_result", kind="milestone", target_value=1, metric=""), []),
    "key result of nobody": (change("key_result", owner=None), [("key_result_without_owner", KR)]),
    "objective of nobody": (change("objective", owner=None), [("objective_without_owner", O1)]),
    "due before": (change("key_result", due_on=dt.date(2024, 6, 30)), [("due_outside_cycle", KR)]),
    "due on the first day": (change("key_result", due_on=dt.date(2024, 7, 1)), []),
    "due on the last day": (change("key_result", due_on=dt.date(2024, 12, 31)), []),
    "due after": (change("key_result", due_on=dt.date(2025, 1, 1)), [("due_outside_cycle", KR)]),
    "step dropped": (change_step(state="dropped"), [("known_risk_without_mitigation", R1)]),
    "step done": (change_step(state="done", due_on=dt.date(2024, 8, 1)), []),
    "accepted risk": (
        lambda *plan: (change("risk", response="accept")(*plan), change_step(state="dropped")(*plan)),
        [],
    ),
    "step overdue": (change_step(due_on=dt.date(2024, 10, 13)), [("mitigation_overdue", R1)]),
    "step due today": (change_step(due_on=TODAY), []),
    "step due after": (change_step(due_on=dt.date(2025, 1, 1)), [("due_outside_cycle", R1)]),
    "unknown risk": (change("risk", **UNKNOWN), []),
    "never reviewed": (
        change("risk", kind="unknown", review_on=None),
        [("unknown_risk_without_review", R1)],
    ),
    "closed risk": (
        change(
            "risk",
            state="closed",
            outcome="irrelevant",
            closed_on=TODAY,
            kind="unknown",
            review_on=None,
        ),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_check(plan, objective, key_result, risk, case):
    spoil, expected = CASES[case]
    spoil(plan, objective, key_result, risk)
    assert said(plan) == expected


@pytest.mark.parametrize(("count", "code"), [(5, None), (6, "too_many_focus_objectives")])
def test_focus_objectives_are_few(plan, lead, count, code):
    while plan.objectives.filter(kind=Objective.Kind.FOCUS).count() < count:
        KeyResultFactory(objective=ObjectiveFactory(roadmap=plan, owner=lead), owner=lead)
    assert said(plan) == ([(code, "EDGE-24H2")] if code else [])


@pytest.mark.parametrize(
    ("count", "code"),
    [(2, "too_few_excellence_items"), (3, None), (5, None), (6, "too_many_excellence_items")],
)
def test_items_of_excellence_are_three_to_five(plan, lead, count, code):
    for item in excellence(plan)[count:]:
        Objective.objects.filter(pk=item.pk).update(archived_at=NOW)
    while excellence(plan).filter(archived_at=None).count() < count:
        item = ObjectiveFactory(roadmap=plan, kind=Objective.Kind.EXCELLENCE, owner=lead)
        KeyResultFactory(objective=item, owner=lead)
    assert said(plan) == ([(code, "EDGE-24H2")] if code else [])


@pytest.mark.parametrize(
    ("count", "code"), [(0, "objective_without_key_results"), (5, None), (6, "too_many_key_results")]
)
def test_an_objective_has_one_to_five_key_results(plan, objective, lead, count, code):
    if not count:
        KeyResult.objects.filter(objective=objective).update(dropped_at=NOW)
    while objective.key_results.filter(dropped_at=None).count() < count:
        KeyResultFactory(objective=objective, owner=lead)
    assert said(plan) == ([(code, O1)] if code else [])


def test_a_remark_says_where_and_what_and_warnings_come_first(plan, key_result):
    for item in excellence(plan):
        Objective.objects.filter(pk=item.pk).update(archived_at=NOW)
    KeyResult.objects.filter(pk=key_result.pk).update(owner=None)
    first, second = remarks_on(plan)
    assert (first.severity, first.sentence) == ("warning", "O1-KR1 has no owner.")
    assert first.url == "/key-results/EDGE-24H2-O1-KR1/"
    assert (second.severity, second.url) == ("hint", "/areas/EDGE/24H2/")
    assert second.sentence == "0 items of engineering excellence; 3 to 5 are usual."


def test_nothing_is_said_about_what_is_hidden_from_the_reader(plan, outsider, lead, objective):
    hidden = ObjectiveFactory(roadmap=plan, visibility=Visibility.RESTRICTED)
    RiskFactory(objective=objective, title="secret", visibility=Visibility.RESTRICTED)
    assert {remark.subject for remark in remarks_on(plan, lead)} == {hidden.code, R1}
    assert remarks_on(plan, outsider) == ()


def test_a_whole_cycle_asks_five_times(plan, cycle, lead, django_assert_num_queries):
    for number in range(4):
        roadmap = RoadmapFactory(area=AreaFactory(key=f"TEAM{number}"), cycle=cycle)
        key_result = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
        MitigationFactory(risk=RiskFactory(objective=key_result.objective))
    with django_assert_num_queries(5):
        found = reviews(Roadmap.objects.select_related("area", "cycle"), user=None, today=TODAY, lengths={})
    assert len(found) == 5


def test_risks_of_a_restricted_key_result_are_not_remarked_on_to_others(plan, objective, outsider):
    secret = KeyResultFactory(objective=objective, visibility="restricted")
    RiskFactory(objective=objective, key_result=secret)
    assert Risk.objects.count() == 1
    assert remarks_on(plan, outsider) == ()

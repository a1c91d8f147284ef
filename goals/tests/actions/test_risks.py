"""Risks, the steps against them, and needs."""

import datetime as dt

import pytest

from goals.actions.needs import change_dependency, create_dependency
from goals.actions.refusals import Invalid, NumberTaken, StaleVersion
from goals.actions.risks import (
    change_mitigation,
    change_risk,
    create_mitigation,
    create_risk,
)
from goals.models import Mitigation, Risk
from goals.tests.factories import NOW, TODAY, MitigationFactory, ObjectiveFactory, RiskFactory


@pytest.fixture
def who(contributor):
    return {"by": contributor, "now": NOW}


def test_risks_are_numbered_within_their_objective_and_never_anew(objective, who):
    first = create_risk(objective, title="The phone is late", likelihood=3, impact=4, **who)
    assert (first.code, first.score, first.is_high) == ("EDGE-24H2-O1-R1", 12, True)
    first.delete()
    second = create_risk(objective, title="The driver is late", likelihood=3, impact=3, **who)
    assert (second.code, second.is_high) == ("EDGE-24H2-O1-R2", False)
    with pytest.raises(NumberTaken):
        create_risk(objective, title="Again", likelihood=1, number=1, **who)


def test_an_unknown_risk_may_leave_the_likelihood_out_and_is_reviewed(objective, who):
    with pytest.raises(Invalid) as refusal:
        create_risk(objective, title="What do we not know?", kind="unknown", **who)
    assert "carries a review date" in refusal.value.sentence
    unknown = create_risk(objective, title="What do we not know?", kind="unknown", review_on=TODAY, **who)
    assert (unknown.score, unknown.is_high) == (None, False)


def test_a_risk_is_about_a_key_result_of_its_own_objective(key_result, objective, roadmap, who):
    assert create_risk(objective, title="Late", likelihood=1, key_result=key_result, **who)
    other = ObjectiveFactory(roadmap=roadmap)
    with pytest.raises(Invalid) as refusal:
        create_risk(other, title="Late", likelihood=1, key_result=key_result, **who)
    assert refusal.value.errors == {"key_result": ["This key result belongs to another objective."]}


def test_an_occurred_risk_says_when(objective, who):
    risk = RiskFactory(objective=objective)
    with pytest.raises(Invalid) as refusal:
        change_risk(risk, state="occurred", **who)
    assert refusal.value.sentence == (
        "Say on which day the risk occurred. Say what followed when the risk occurred."
    )
    with pytest.raises(Invalid) as refusal:
        change_risk(risk, state="occurred", occurred_on=TODAY, **who)
    assert refusal.value.sentence == "Say what followed when the risk occurred."
    assert change_risk(risk, state="occurred", occurred_on=TODAY, consequence="A week is lost.", **who)


def test_who_saw_an_older_version_overwrites_nothing(objective, who):
    risk = RiskFactory(objective=objective)
    step = create_mitigation(risk, text="Measure weekly", **who)
    need = create_dependency(objective, partner="Hugging Face", **who)
    for change, row, field in (
        (change_risk, risk, "title"),
        (change_mitigation, step, "text"),
        (change_dependency, need, "note"),
    ):
        assert change(row, version=1, **{field: "First"}, **who)
        with pytest.raises(StaleVersion):
            change(row, version=1, **{field: "Second"}, **who)
        row.refresh_from_db()
        assert (getattr(row, field), row.version) == ("First", 2)
        assert not change(row, version=2, **{field: "First"}, **who)


def test_a_need_names_one_of_two(objective, roadmap, who):
    elsewhere = ObjectiveFactory(roadmap=roadmap)
    assert create_dependency(objective, on_objective=elsewhere, **who)
    for fields in ({}, {"on_objective": elsewhere, "partner": "Hugging Face"}):
        with pytest.raises(Invalid) as refusal:
            create_dependency(objective, **fields, **who)
        assert "A need names another objective or a partner, one of the two." in refusal.value.sentence


def test_steps_planned_under_way_or_done_mitigate_a_risk(objective):
    bare, planned, dropped = (RiskFactory(objective=objective) for _ in range(3))
    MitigationFactory(risk=planned, due_on=TODAY - dt.timedelta(days=1))
    MitigationFactory(risk=dropped, state="dropped", due_on=TODAY - dt.timedelta(days=1))
    assert set(Risk.objects.without_mitigation()) == {bare, dropped}
    assert list(Risk.objects.with_overdue_mitigation(TODAY)) == [planned]
    assert not Mitigation.objects.overdue(TODAY - dt.timedelta(days=1)).exists()
    found = {
        risk.pk: (risk.is_mitigated, risk.overdue_count) for risk in Risk.objects.with_mitigation_state(TODAY)
    }
    assert found == {bare.pk: (False, 0), planned.pk: (True, 1), dropped.pk: (False, 0)}


def test_the_register_begins_with_the_gravest(objective):
    small, unknown, grave = (
        RiskFactory(objective=objective, likelihood=1, impact=2),
        RiskFactory(objective=objective, kind="unknown", likelihood=None, review_on=TODAY),
        RiskFactory(objective=objective, likelihood=5, impact=5),
    )
    assert list(Risk.objects.for_register()) == [grave, small, unknown]
    assert list(Risk.objects.high()) == [grave]

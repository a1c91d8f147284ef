"""Copies begin anew: what they take along, where they begin, and who owns them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from areas.tests.factories import AreaFactory
from goals.actions.copying import Days, Values, Wanted, copy_key_result, copy_objective, copy_roadmap
from goals.actions.key_results import change_key_result
from goals.actions.refusals import Archived, CycleClosed, Invalid, WrongState
from goals.models import Cycle, KeyResult, Objective, Risk, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)

ALL = Wanted(needs=True, initiatives=True)


@pytest.fixture
def later(edge, into):
    """EDGE-25H1, being planned."""
    return RoadmapFactory(area=edge, cycle=into)


def copied(row, there, wanted, by):
    act = {KeyResult: copy_key_result, Objective: copy_objective, Roadmap: copy_roadmap}[type(row)]
    return act(row, there, wanted, by=by, now=NOW, today=TODAY)


def only(model, code):
    return model.objects.get(code=code)


@pytest.fixture
def whole(objective, key_result, contributor):
    """An objective with a bit of everything, reported on."""
    check_in(key_result, 6)
    InitiativeFactory(key_result=key_result, state="done", due_on=dt.date(2024, 8, 1))
    InitiativeFactory(key_result=key_result, title="Given up", state="dropped")
    risk = RiskFactory(objective=objective, key_result=key_result, owner=contributor, state="occurred")
    MitigationFactory(risk=risk, state="doing", due_on=dt.date(2024, 12, 31))
    RiskFactory(objective=objective, state="closed")
    DependencyFactory(objective=objective, state="met")
    KeyResultFactory(objective=objective, dropped_at=timezone.now())
    return objective


def test_an_objective_is_copied_with_what_is_wanted(whole, later, lead):
    ShareFactory(objective=whole, area=AreaFactory(key="ELSE"))
    report = copied(whole, later, ALL, lead)
    assert report.codes == ["EDGE-25H1-O1", "EDGE-25H1-O1-KR1", "EDGE-25H1-O1-R1"]
    assert not report.row.shares.exists()
    row = only(KeyResult, "EDGE-25H1-O1-KR1")
    assert (row.start_value, row.target_value, row.current_value, row.check_in_count) == (0, 10, None, 0)
    assert (row.owner, row.predecessor, row.final_score) == (lead, None, None)
    (initiative,) = row.initiatives.all()
    # As far from the first day as it was: 31 days.
    assert (initiative.state, initiative.due_on) == ("planned", dt.date(2025, 2, 1))
    risk = only(Risk, "EDGE-25H1-O1-R1")
    assert (risk.state, risk.occurred_on, risk.consequence, risk.key_result) == ("open", None, "", row)
    # What would be due after the cycle is due at its end.
    assert [(step.state, step.due_on) for step in risk.mitigations.all()] == [("planned", None)]
    assert [(need.partner, need.state) for need in report.row.needs.all()] == [("Hugging Face", "asked")]


def test_what_is_not_wanted_stays_behind(whole, later, lead):
    Objective.objects.filter(pk=whole.pk).update(description="Because.")
    whole.refresh_from_db()
    report = copied(whole, later, Wanted(descriptions=False, key_results=False, risks=False), lead)
    made = report.row
    assert report.codes == ["EDGE-25H1-O1"] and made.description == ""
    assert not made.key_results.exists() and not made.risks.exists() and not made.needs.exists()


def test_going_on_begins_where_it_stands(objective, key_result, later, lead):
    KeyResult.objects.filter(pk=key_result.pk).update(commit_value=Decimal(5))
    check_in(key_result, 6)
    InitiativeFactory(key_result=key_result, state="doing")
    InitiativeFactory(key_result=key_result, state="done")
    copied(objective, later, Wanted(initiatives=True, values=Values.GO_ON), lead)
    row = only(KeyResult, "EDGE-25H1-O1-KR1")
    assert (row.start_value, row.commit_value, row.target_value) == (6, None, 10)
    assert [step.state for step in row.initiatives.all()] == ["doing"]


@pytest.mark.parametrize(
    ("days", "due_on", "points"),
    [
        (Days.SHIFTED, dt.date(2025, 3, 2), [dt.date(2025, 1, 31)]),
        (Days.LEFT_OUT, None, []),
    ],
)
def test_days_are_as_far_from_the_first_as_they_were_or_left_out(
    objective, key_result, later, lead, days, due_on, points
):
    change_key_result(
        key_result,
        by=lead,
        now=NOW,
        reason="earlier",
        due_on=dt.date(2024, 8, 30),
        interim_targets=[(dt.date(2024, 7, 31), Decimal(2))],
    )
    copied(objective, later, Wanted(days=days), lead)
    row = only(KeyResult, "EDGE-25H1-O1-KR1")
    assert (row.due_on, [day for day, _value in row.interim_points]) == (due_on, points)


def test_within_a_cycle_days_stay(objective, key_result, lead):
    KeyResult.objects.filter(pk=key_result.pk).update(due_on=dt.date(2024, 11, 30))
    key_result.refresh_from_db()
    report = copied(key_result, objective, Wanted(days=Days.LEFT_OUT), lead)
    assert (report.row.code, report.row.due_on) == ("EDGE-24H2-O1-KR2", dt.date(2024, 11, 30))


def test_a_whole_roadmap_begins_one_that_was_not_there(whole, roadmap, edge, into, lead):
    Roadmap.objects.filter(pk=roadmap.pk).update(background="Why.", visibility="restricted")
    ObjectiveFactory(roadmap=roadmap, kind="excellence")
    ObjectiveFactory(roadmap=roadmap, archived_at=timezone.now())
    roadmap.refresh_from_db()
    report = copied(roadmap, Roadmap(area=edge, cycle=into), Wanted(risks=False), lead)
    made = only(Roadmap, "EDGE-25H1")
    assert (made.background, made.state, made.visibility) == ("Why.", "draft", "restricted")
    assert sorted(made.objectives.values_list("code", flat=True)) == ["EDGE-25H1-B1", "EDGE-25H1-O1"]
    assert report.row == made
    with pytest.raises(WrongState, match="not copied into itself"):
        copied(made, made, Wanted(), lead)


def test_who_left_or_could_not_see_it_owns_no_copy(objective, key_result, later, lead, outsider):
    KeyResult.objects.filter(pk=key_result.pk).update(owner=outsider)
    Roadmap.objects.filter(pk=later.pk).update(visibility="restricted")
    type(lead).objects.filter(pk=lead.pk).update(is_active=False)
    report = copied(Objective.objects.get(pk=objective.pk), Roadmap.objects.get(pk=later.pk), Wanted(), lead)
    assert report.notes == [
        "EDGE-25H1-O1 has no owner: Lea Lead has left, or cannot see it there.",
        "EDGE-25H1-O1-KR1 has no owner: Out Sider has left, or cannot see it there.",
    ]
    assert only(KeyResult, "EDGE-25H1-O1-KR1").owner is None


def test_what_is_hidden_from_whoever_copies_is_not_copied(objective, key_result, core, cycle, outsider):
    KeyResultFactory(objective=objective, visibility="restricted")
    RiskFactory(objective=objective, visibility="restricted")
    hidden = ObjectiveFactory(roadmap=objective.roadmap, visibility="restricted")
    DependencyFactory(objective=objective, partner="", on_objective=hidden)
    report = copied(objective, RoadmapFactory(area=core, cycle=cycle), ALL, outsider)
    assert report.codes == ["CORE-24H2-O1", "CORE-24H2-O1-KR1"]
    assert not report.row.needs.exists() and report.notes == []
    report = copied(objective.roadmap, report.row.roadmap, ALL, outsider)
    assert report.codes == ["CORE-24H2-O2", "CORE-24H2-O2-KR1"]


def test_what_was_restricted_stays_so_and_nothing_becomes_public(objective, key_result, roadmap, lead):
    Roadmap.objects.filter(pk=roadmap.pk).update(visibility="public", state="published")
    open_one = ObjectiveFactory(roadmap=roadmap, visibility="public")
    report = copied(key_result, Objective.objects.get(pk=open_one.pk), Wanted(), lead)
    assert report.row.visibility == "internal"
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    report = copied(
        KeyResult.objects.get(pk=key_result.pk), Objective.objects.get(pk=open_one.pk), Wanted(), lead
    )
    assert report.row.visibility == "restricted"


def test_what_the_other_plan_does_not_take_is_told(objective, later, lead):
    DependencyFactory(objective=objective, partner="", on_objective=ObjectiveFactory(roadmap=later))
    DependencyFactory(objective=objective)
    Objective.objects.filter(roadmap=later).update(archived_at=timezone.now())
    report = copied(objective, later, Wanted(needs=True), lead)
    assert [need.partner for need in report.row.needs.all()] in (["Hugging Face"], ["", "Hugging Face"])


@pytest.mark.parametrize(("state", "refusal"), [("closing", WrongState), ("closed", CycleClosed)])
def test_nothing_new_comes_into_a_cycle_that_closes(objective, later, lead, state, refusal):
    Cycle.objects.filter(key="25H1").update(state=state)
    with pytest.raises(refusal):
        copied(objective, later, Wanted(), lead)


def test_what_is_over_is_copied_from(objective, later, lead):
    Cycle.objects.filter(key="24H2").update(state="closed")
    assert copied(objective, later, Wanted(), lead).row.code == "EDGE-25H1-O1"


def test_nothing_comes_into_what_is_given_up(objective, key_result, later, lead, edge):
    other = ObjectiveFactory(roadmap=later, dropped_at=timezone.now())
    with pytest.raises(Archived, match="EDGE-25H1-O1"):
        copied(key_result, other, Wanted(), lead)
    type(edge).objects.filter(pk=edge.pk).update(archived_at=timezone.now())
    with pytest.raises(Archived, match="EDGE"):
        copied(objective, Roadmap.objects.get(pk=later.pk), Wanted(), lead)


def test_a_copy_that_does_not_hold_is_refused_as_a_whole(objective, later, lead):
    Objective.objects.filter(pk=objective.pk).update(title="")
    with pytest.raises(Invalid):
        copied(Objective.objects.get(pk=objective.pk), later, Wanted(), lead)
    assert not Objective.objects.filter(roadmap=later).exists()


def test_copies_of_what_waits_in_a_circle_wait_for_the_originals(objective, roadmap, lead):
    other = ObjectiveFactory(roadmap=roadmap)
    DependencyFactory(objective=objective, partner="", on_objective=other)
    DependencyFactory(objective=other, partner="", on_objective=objective)
    for row, needed in ((objective, other), (other, objective)):
        report = copied(row, roadmap, Wanted(needs=True), lead)
        assert [need.on_objective for need in report.row.needs.all()] == [needed]
        assert report.notes == []

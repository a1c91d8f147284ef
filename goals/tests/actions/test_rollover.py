"""Rollover: what is unfinished goes on in the next cycle, once, with what belongs to it."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.refusals import CycleClosed, Invalid, WrongState
from goals.actions.rollover import Decision, Line, PlanChanged, RolloverReport, roll_over, unfinished
from goals.models import Cycle, KeyResult, Mitigation, Objective, Risk, Roadmap, RolloverDecision
from goals.tests.actions.test_cycles import everything
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

KR1 = "EDGE-24H2-O1-KR1"


@pytest.fixture
def reached(key_result, cycle):
    """EDGE-24H2-O1-KR1 stands at 4.6 of 10, and the cycle is closed."""
    check_in(key_result, "4.6")
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    return key_result


@pytest.fixture
def run(cycle, into, manager):
    def run(decisions=None, **options):
        return roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY, decisions=decisions, **options)

    return run


def test_a_kept_key_result_starts_where_it_stands(run, reached, objective, lead):
    report = run()
    made = KeyResult.objects.get(predecessor=reached)
    assert (made.code, made.title, made.owner) == ("EDGE-25H1-O1-KR1", reached.title, lead)
    assert (made.start_value, made.target_value, made.current_value) == (Decimal("4.6"), 10, None)
    assert (made.unit, made.metric, made.due_on, made.added_on) == ("tok/s", reached.metric, None, TODAY)
    assert made.objective.predecessor == objective
    assert made.objective.roadmap.state == Roadmap.State.DRAFT
    assert (report.roadmaps, report.objectives) == (["EDGE-25H1"], ["EDGE-25H1-O1"])
    [line] = report.lines
    assert (line.code, line.successor, line.start_value) == (KR1, made.code, Decimal("4.6"))


def test_the_closed_cycle_does_not_change(run, reached, cycle):
    RiskFactory(objective=reached.objective)

    def of_cycle():
        rows = KeyResult.objects.of_cycle(cycle), Objective.objects.filter(roadmap__cycle=cycle)
        histories = KeyResult.history.filter(id=reached.pk), Cycle.history.filter(id=cycle.pk)
        return [
            list(found.order_by("pk").values_list()) for found in (*rows, Risk.objects.of_cycle(cycle))
        ] + [list(found.values_list()) for found in histories]

    before = of_cycle()
    run()
    assert of_cycle() == before


def test_twice_makes_nothing_twice(run, reached):
    RiskFactory(objective=reached.objective)
    run()
    before = everything()
    report = run()
    assert report.lines == []
    assert everything() == before


def test_a_dry_run_shows_what_the_run_does_and_writes_nothing(run, reached):
    before = everything()
    shown = run(dry_run=True)
    assert everything() == before
    assert [line.successor for line in shown.lines] == ["EDGE-25H1-O1-KR1"]
    done = run(expected=shown.fingerprint)
    assert done == shown


def test_a_fingerprint_is_of_what_is_said_and_not_of_how_it_is_held():
    def fingerprint(**changes):
        line = {"code": KR1, "title": "Decode", "choice": "keep", "reason": "", "start_value": Decimal("4.6")}
        return RolloverReport([Line(**line | {"due_on": dt.date(2025, 3, 31)} | changes)]).fingerprint

    plain = fingerprint()
    assert plain == fingerprint(choice=RolloverDecision.Choice.KEEP)
    assert plain == fingerprint(start_value=Decimal("4.600000"))
    for changes in ({"choice": "drop"}, {"start_value": Decimal("4.7")}, {"due_on": dt.date(2025, 4, 1)}):
        assert plain != fingerprint(**changes)
    assert plain != RolloverReport().fingerprint


def test_a_run_that_would_do_something_else_than_was_shown_is_refused(run, reached, cycle):
    shown = run(dry_run=True)
    Cycle.objects.filter(pk=cycle.pk).update(state="closing")
    check_in(reached, 7)
    before = everything()
    with pytest.raises(PlanChanged):
        run(expected=shown.fingerprint)
    assert everything() == before


def test_a_modified_key_result_has_its_own_title_target_and_day(run, reached):
    decision = Decision(
        "modify",
        "Two phones",
        title="Decode on two phones",
        target_value=Decimal(20),
        due_on=dt.date(2025, 3, 31),
    )
    run({KR1: decision})
    made = KeyResult.objects.get(predecessor=reached)
    assert (made.title, made.target_value, made.due_on) == (
        "Decode on two phones",
        20,
        dt.date(2025, 3, 31),
    )
    kept = RolloverDecision.objects.get()
    assert (kept.choice, kept.reason) == ("modify", "Two phones")


def test_marks_come_along_as_far_as_they_lie_ahead(run, reached, into):
    KeyResult.objects.filter(pk=reached.pk).update(commit_value=8, stretch_value=12)
    successor = KeyResult.objects.get(code=run().lines[0].successor)
    assert (successor.commit_value, successor.stretch_value) == (8, 12)


def test_a_mark_that_was_reached_or_passed_stays_behind(run, reached):
    KeyResult.objects.filter(pk=reached.pk).update(commit_value=2, stretch_value=12)
    line = run({reached.code: Decision("modify", target_value=Decimal(12))}).lines[0]
    successor = KeyResult.objects.get(code=line.successor)
    assert (successor.commit_value, successor.target_value, successor.stretch_value) == (None, 12, None)


def test_a_dropped_key_result_leaves_its_reason_and_is_not_asked_about_again(
    run, reached, cycle, into, manager
):
    run({KR1: Decision("drop", "Another team has it.")})
    assert not KeyResult.objects.filter(predecessor=reached).exists()
    assert not Roadmap.objects.filter(cycle=into).exists()
    kept = RolloverDecision.objects.get()
    assert (kept.reason, kept.by) == ("Another team has it.", manager)
    assert unfinished(cycle, into) == []


@pytest.mark.parametrize(
    ("decision", "field", "sentence"),
    [
        (Decision("drop", " "), "reason", "Say why EDGE-24H2-O1-KR1 is not carried over."),
        (Decision("modify"), "choice", "Say what is modified: title, target or due day; or keep it."),
        (Decision("modify", due_on=dt.date(2024, 12, 31)), "due_on", "This day lies outside 2025 H1."),
        (
            Decision("modify", target_value=Decimal("4.6")),
            "",
            "Start and target are the same; a reach needs a way to go.",
        ),
        (
            Decision("modify", title="x" * 201),
            "title",
            "Ensure this value has at most 200 characters (it has 201).",
        ),
        (Decision("burn"), "choice", "A key result is kept, modified or dropped."),
    ],
)
def test_what_does_not_hold_is_told_at_its_row_and_nothing_is_made(
    run, reached, objective, decision, field, sentence
):
    other = KeyResultFactory(objective=objective)
    before = everything()
    with pytest.raises(Invalid) as refusal:
        run({KR1: decision, other.code: Decision()})
    assert refusal.value.errors == {f"{KR1}-{field}": [sentence]}
    assert everything() == before


def test_what_is_done_stays_and_a_guardrail_goes_on_with_its_objective(
    run, key_result, objective, roadmap, cycle, into
):
    check_in(key_result, 10)
    guardrail = KeyResultFactory(objective=objective, guardrail=True)
    assert unfinished(cycle, into) == []
    milestone = KeyResultFactory(objective=objective, milestone=True)
    KeyResultFactory(objective=objective, dropped_at=NOW)
    KeyResultFactory(objective=objective, archived_at=NOW)
    run()
    made = {row.predecessor_id: row for row in KeyResult.objects.of_cycle(into)}
    assert set(made) == {guardrail.pk, milestone.pk}
    assert made[guardrail.pk].upper_bound == guardrail.upper_bound
    assert (made[milestone.pk].start_value, made[milestone.pk].target_value) == (0, 1)


def test_open_risks_come_along_with_their_open_steps(run, reached, objective, lead):
    own = RiskFactory(objective=objective, key_result=reached, title="Phones", owner=lead)
    MitigationFactory(risk=own, text="Borrow some", owner=lead, due_on=dt.date(2025, 2, 1))
    MitigationFactory(risk=own, text="Done before", state="done")
    RiskFactory(objective=objective, title="Partner")
    RiskFactory(objective=objective, title="Over", state="closed")
    finished = KeyResultFactory(objective=objective, dropped_at=NOW)
    RiskFactory(objective=objective, title="Of what is gone", key_result=finished)
    report = run()
    made = KeyResult.objects.get(predecessor=reached)
    carried = {risk.title: risk for risk in Risk.objects.filter(objective=made.objective)}
    assert set(carried) == {"Phones", "Partner"}
    assert (carried["Phones"].key_result, carried["Phones"].owner) == (made, lead)
    assert [step.text for step in Mitigation.objects.filter(risk__in=carried.values())] == ["Borrow some"]
    assert (len(report.risks), report.mitigation_count) == (2, 1)


@pytest.mark.parametrize("where", ["roadmap", "objective", "key_result"])
def test_what_is_restricted_stays_so(run, reached, objective, roadmap, outsider, into, where):
    row = {"roadmap": roadmap, "objective": objective, "key_result": reached}[where]
    type(row).objects.filter(pk=row.pk).update(visibility="restricted")
    RiskFactory(objective=objective, key_result=reached, title="secret")
    RoadmapFactory(area=roadmap.area, cycle=into, visibility="internal")
    run()
    made = KeyResult.objects.get(predecessor=reached)
    assert not KeyResult.objects.visible_to(outsider).filter(pk=made.pk).exists()
    assert not Risk.objects.visible_to(outsider).filter(objective=made.objective).exists()


def test_restricted_work_is_not_opened_by_an_objective_that_was(run, reached, objective, outsider, into):
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    later = KeyResultFactory(objective=objective)
    run({KR1: Decision()})
    Objective.objects.filter(roadmap__cycle=into).update(visibility="internal")
    run({later.code: Decision()})
    assert not KeyResult.objects.visible_to(outsider).filter(predecessor=later).exists()


def test_what_was_public_is_made_public_anew(run, reached, objective, roadmap, into):
    for row in (roadmap, objective):
        type(row).objects.filter(pk=row.pk).update(visibility="public")
    RiskFactory(objective=objective, visibility="public")
    run()
    made = KeyResult.objects.get(predecessor=reached).objective
    assert (made.visibility, made.roadmap.visibility, made.risks.get().visibility) == ("internal",) * 3


def test_who_left_owns_nothing_new(run, reached, lead):
    type(lead).objects.filter(pk=lead.pk).update(is_active=False)
    run()
    made = KeyResult.objects.get(predecessor=reached)
    assert (made.owner, made.objective.owner) == (None, None)


def test_an_objective_gathers_its_key_results_over_several_runs(run, reached, objective, into):
    second = KeyResultFactory(objective=objective)
    run({KR1: Decision()})
    run({second.code: Decision()})
    assert Objective.objects.filter(roadmap__cycle=into).count() == 1
    assert KeyResult.objects.of_cycle(into).count() == 2


def test_an_objective_goes_on_in_one_cycle_alone(run, reached, objective, cycle, manager):
    run({KR1: Decision()})
    KeyResultFactory(objective=objective)
    far = CycleFactory(
        key="25H2", name="2025 H2", starts_on=dt.date(2025, 7, 1), ends_on=dt.date(2025, 12, 31)
    )
    with pytest.raises(Invalid, match="EDGE-24H2-O1 goes on in 2025 H1, as EDGE-25H1-O1"):
        roll_over(cycle, into=far, by=manager, now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("state", "into_state", "refusal"),
    [
        ("planning", "planning", WrongState),
        ("active", "closing", WrongState),
        ("active", "closed", CycleClosed),
    ],
)
def test_cycles_that_are_not_ready(run, key_result, cycle, into, state, into_state, refusal):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    Cycle.objects.filter(pk=into.pk).update(state=into_state)
    with pytest.raises(refusal):
        run()
    assert not Roadmap.objects.filter(cycle=into).exists()


def test_nothing_is_carried_back_or_into_itself(key_result, cycle, into, manager):
    for source, target in ((into, cycle), (cycle, cycle)):
        with pytest.raises(WrongState, match="does not begin after"):
            roll_over(source, into=target, by=manager, now=NOW, today=TODAY)


def test_every_area_is_carried(run, reached, core, cycle, into):
    row = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    report = run()
    assert {line.code for line in report.lines} == {KR1, row.code}
    assert set(report.roadmaps) == {"EDGE-25H1", "CORE-25H1"}

"""The life of a cycle, and that a closed one is closed to every write."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.cycles import (
    activate_cycle,
    begin_closing,
    close_cycle,
    reopen_cycle,
    score_key_result,
)
from goals.actions.key_results import (
    archive_key_result,
    change_key_result,
    create_key_result,
    drop_key_result,
    restore_key_result,
)
from goals.actions.refusals import CycleClosed, Invalid, ReasonNeeded, WrongState
from goals.actions.risks import (
    change_dependency,
    change_mitigation,
    change_risk,
    create_dependency,
    create_mitigation,
    create_risk,
)
from goals.actions.roadmaps import (
    archive_objective,
    change_objective,
    change_roadmap,
    create_objective,
    create_roadmap,
    drop_objective,
    restore_objective,
)
from goals.actions.weights import Wanted, change_key_result_weights, change_objective_weights
from goals.models import (
    CheckIn,
    Cycle,
    Dependency,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
)
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    RiskFactory,
    check_in,
)

ROWS = (Cycle, Roadmap, Objective, KeyResult, CheckIn, Risk, Mitigation, Dependency)


def everything() -> list[tuple]:
    rows = [row for model in ROWS for row in model.objects.order_by("pk").values_list()]
    return rows + [
        row for model in ROWS if model is not CheckIn for row in model.history.order_by("pk").values_list()
    ]


@pytest.fixture
def closing(key_result, cycle, manager):
    """The cycle closes; its key result stands at 0.46."""
    check_in(key_result, "4.6")
    return begin_closing(cycle, by=manager, now=NOW)


@pytest.fixture
def closed(closing, manager):
    return close_cycle(closing, by=manager, now=NOW)


def test_a_cycle_goes_from_planning_to_closed_and_its_history_says_who(manager):
    cycle = CycleFactory(key="25H1", state="planning")
    for step, state in ((activate_cycle, "active"), (begin_closing, "closing"), (close_cycle, "closed")):
        cycle = step(cycle, by=manager, now=NOW)
        assert Cycle.objects.get(pk=cycle.pk).state == state
        newest = cycle.history.latest("history_id")
        assert (newest.state, newest.history_user, newest.history_date) == (state, manager, NOW)
    assert cycle.version == 4


@pytest.mark.parametrize(
    ("step", "begins_from"),
    [(activate_cycle, "planning"), (begin_closing, "active"), (close_cycle, "closing")],
)
@pytest.mark.parametrize("state", ["planning", "active", "closing", "closed"])
def test_no_step_is_left_out(cycle, manager, step, begins_from, state):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    if state == begins_from:
        step(cycle, by=manager, now=NOW)
        return
    before = everything()
    with pytest.raises(WrongState) as refusal:
        step(cycle, by=manager, now=NOW)
    assert refusal.value.sentence == f"2024 H2 is {state}; this step begins from {begins_from}."
    assert everything() == before


def test_closing_gives_everybody_the_proposed_score(closing, key_result, objective, manager):
    violated = KeyResultFactory(objective=objective, guardrail=True)
    check_in(violated, 13)
    unmeasured = KeyResultFactory(objective=objective, guardrail=True)
    silent = KeyResultFactory(objective=objective)
    dropped = KeyResultFactory(objective=objective, dropped_at=NOW)
    close_cycle(closing, by=manager, now=NOW)
    scores = {
        row.pk: (row.proposed_score, row.final_score) for row in KeyResult.objects.filter(objective=objective)
    }
    assert scores == {
        key_result.pk: (Decimal("0.5"), Decimal("0.5")),
        violated.pk: (0, 0),
        unmeasured.pk: (None, None),
        silent.pk: (0, 0),
        dropped.pk: (None, None),
    }


def test_a_score_given_with_a_reason_stays_beside_the_proposed_one(closing, key_result, lead, manager):
    score_key_result(
        key_result,
        by=lead,
        now=NOW,
        score=Decimal("0.7"),
        reason="The phone was late.",
        closing_note="Half of it.",
    )
    check_in(key_result, 6)
    close_cycle(closing, by=manager, now=NOW)
    key_result.refresh_from_db()
    assert (key_result.proposed_score, key_result.final_score) == (Decimal("0.6"), Decimal("0.7"))
    assert (key_result.score_reason, key_result.closing_note) == ("The phone was late.", "Half of it.")


@pytest.mark.parametrize(
    ("score", "reason", "sentence"),
    [
        ("0.7", "", "Say why the score differs from the proposed one."),
        ("1.1", "far beyond", "A score lies between 0.0 and 1.0."),
        ("0.75", "nearly", "Ensure that there are no more than 1 decimal place."),
    ],
)
def test_a_score_that_does_not_fit_is_refused(closing, key_result, lead, score, reason, sentence):
    with pytest.raises(Invalid) as refusal:
        score_key_result(key_result, by=lead, now=NOW, score=Decimal(score), reason=reason)
    assert sentence in refusal.value.sentence
    key_result.refresh_from_db()
    assert key_result.final_score is None


def test_scores_are_given_while_the_cycle_closes(key_result, lead):
    with pytest.raises(WrongState):
        score_key_result(key_result, by=lead, now=NOW, score=Decimal(0))


def test_reopening_asks_for_a_reason_and_keeps_it(closed, manager):
    with pytest.raises(ReasonNeeded) as refusal:
        reopen_cycle(closed, by=manager, now=NOW, reason=" ")
    assert refusal.value.errors == {"reason": ["Say why 2024 H2 is opened again."]}
    reopen_cycle(closed, by=manager, now=NOW, reason="One phone was measured twice.")
    assert Cycle.objects.get(pk=closed.pk).state == "closing"
    assert closed.history.latest("history_id").history_change_reason == "One phone was measured twice."


def test_a_reopened_cycle_closes_again_with_the_scores_of_its_last_check_ins(closed, key_result, manager):
    reopen_cycle(closed, by=manager, now=NOW, reason="One phone was measured twice.")
    check_in(key_result, 8)
    close_cycle(closed, by=manager, now=NOW)
    key_result.refresh_from_db()
    assert (key_result.proposed_score, key_result.final_score) == (Decimal("0.8"), Decimal("0.8"))


def writes(area, lead, key_result) -> dict:
    """Every action that writes in a cycle, each with a change to make."""
    objective = key_result.objective
    roadmap, cycle = objective.roadmap, objective.roadmap.cycle
    who = {"by": lead, "now": NOW}
    risk = RiskFactory(objective=objective)
    step, need = MitigationFactory(risk=risk), DependencyFactory(objective=objective)
    archived = KeyResultFactory(objective=objective, archived_at=NOW)
    another = KeyResultFactory(objective=objective)
    return {
        "check_in": lambda: check_in(key_result, 5, author=lead),
        "score_key_result": lambda: score_key_result(key_result, score=Decimal(0), reason="missed", **who),
        "create_roadmap": lambda: create_roadmap(area, cycle, **who),
        "change_roadmap": lambda: change_roadmap(roadmap, title="Anew", **who),
        "create_objective": lambda: create_objective(roadmap, title="Anew", **who),
        "change_objective": lambda: change_objective(objective, title="Anew", **who),
        "archive_objective": lambda: archive_objective(objective, **who),
        "restore_objective": lambda: restore_objective(objective, **who),
        "create_key_result": lambda: create_key_result(objective, today=TODAY, title="Anew", **who),
        "change_key_result": lambda: change_key_result(key_result, title="Anew", **who),
        "archive_key_result": lambda: archive_key_result(key_result, **who),
        "restore_key_result": lambda: restore_key_result(archived, **who),
        "drop_key_result": lambda: drop_key_result(another, reason="given up", **who),
        "create_risk": lambda: create_risk(objective, title="Anew", likelihood=1, **who),
        "change_risk": lambda: change_risk(risk, title="Anew", **who),
        "create_mitigation": lambda: create_mitigation(risk, text="Anew", **who),
        "change_mitigation": lambda: change_mitigation(step, text="Anew", **who),
        "create_dependency": lambda: create_dependency(objective, partner="Anew", **who),
        "change_dependency": lambda: change_dependency(need, note="Anew", **who),
        "change_key_result_weights": lambda: change_key_result_weights(
            objective, {another.pk: Wanted(Decimal(2))}, reason="matters", **who
        ),
        "change_objective_weights": lambda: change_objective_weights(
            roadmap, {objective.pk: Wanted(Decimal(2))}, reason="matters", **who
        ),
        "drop_objective": lambda: drop_objective(objective, reason="given up", **who),
    }


def test_a_closed_cycle_refuses_every_write_and_nothing_changes(key_result, core, lead, cycle):
    attempts = writes(core, lead, key_result)
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    before = everything()
    for name, write in attempts.items():
        with pytest.raises(CycleClosed) as refusal:
            write()
        assert refusal.value.code == "cycle_closed", name
        assert refusal.value.sentence == "2024 H2 is closed; its numbers are frozen."
        assert everything() == before, name


def test_no_action_is_left_out_of_the_test_above(key_result, core, lead):
    from goals.actions import check_ins, cycles, key_results, risks, roadmaps, weights

    actions = {
        name
        for module in (check_ins, cycles, key_results, risks, roadmaps, weights)
        for name, found in vars(module).items()
        if hasattr(found, "__wrapped__") and found.__module__ == module.__name__ and not name.startswith("_")
    }
    of_cycles = {"activate_cycle", "begin_closing", "close_cycle", "reopen_cycle"}
    tried = set(writes(core, lead, key_result)) - {"check_in"} | {"record_check_in"}
    assert actions - of_cycles == tried


def test_the_same_writes_pass_in_an_open_cycle(key_result, core, lead, cycle):
    """So that the refusals above are those of the closed cycle."""
    Cycle.objects.filter(pk=cycle.pk).update(state="closing", ends_on=dt.date(2024, 12, 31))
    attempts = writes(core, lead, key_result)
    # What is archived or given up takes no check-in, and one objective is restored after it was archived.
    for name in sorted(attempts, key=lambda name: name.startswith(("archive", "restore", "drop"))):
        attempts[name]()

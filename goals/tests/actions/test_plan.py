"""Roadmaps, objectives, key results: numbered once for ever, changed with a reason, never overwritten."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.key_results import (
    archive_key_result,
    change_key_result,
    create_key_result,
    drop_key_result,
    restore_key_result,
)
from goals.actions.refusals import Archived, Invalid, NumberTaken, ReasonNeeded, StaleVersion, WrongState
from goals.actions.risks import create_risk
from goals.actions.roadmaps import (
    archive_objective,
    change_objective,
    change_roadmap,
    create_objective,
    create_roadmap,
    restore_objective,
)
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in


@pytest.fixture
def who(lead):
    return {"by": lead, "now": NOW}


def planning(cycle):
    Cycle.objects.filter(pk=cycle.pk).update(state="planning")


def test_codes_are_made_of_area_cycle_and_numbers(edge, cycle, who):
    roadmap = create_roadmap(edge, cycle, **who)
    focus = create_objective(roadmap, title="One", **who)
    better = create_objective(roadmap, title="Two", kind="excellence", pillar="better_code", **who)
    key_result = create_key_result(focus, today=TODAY, title="Three", target_value=5, start_value=1, **who)
    assert [row.code for row in (roadmap, focus, better, key_result)] == [
        "EDGE-24H2",
        "EDGE-24H2-O1",
        "EDGE-24H2-B1",
        "EDGE-24H2-O1-KR1",
    ]
    assert (key_result.added_on, key_result.completion) == (TODAY, 0)
    newest = key_result.history.latest("history_id")
    assert (newest.history_user, newest.history_date, newest.history_type) == (who["by"], NOW, "+")


def test_an_area_has_one_roadmap_for_a_cycle(edge, cycle, who):
    create_roadmap(edge, cycle, **who)
    with pytest.raises(Invalid) as refusal:
        create_roadmap(edge, cycle, **who)
    assert "This area has a roadmap for this cycle already." in refusal.value.sentence
    assert Roadmap.objects.count() == 1


def test_a_number_is_not_given_out_again_after_its_bearer_is_gone(roadmap, who):
    create_objective(roadmap, title="One", **who)
    create_objective(roadmap, title="Two", **who).delete()
    third = create_objective(roadmap, title="Three", **who)
    assert third.code == "EDGE-24H2-O3"
    create_key_result(third, today=TODAY, title="First", **who).delete()
    assert create_key_result(third, today=TODAY, title="Second", **who).code == "EDGE-24H2-O3-KR2"


def test_a_document_may_name_a_number_that_was_not_given_out(roadmap, who):
    assert create_objective(roadmap, title="Five", number=5, **who).number == 5
    for taken in (5, 3):
        with pytest.raises(NumberTaken) as refusal:
            create_objective(roadmap, title="Again", number=taken, **who)
        assert refusal.value.sentence == f"Number {taken} was given out before; the next free one is 6."
    assert create_objective(roadmap, title="Six", **who).number == 6


def test_a_refused_objective_takes_no_number(roadmap, who):
    with pytest.raises(Invalid):
        create_objective(roadmap, title="", **who)
    assert create_objective(roadmap, title="One", **who).number == 1


def test_a_milestone_is_a_way_from_0_to_1(objective, who):
    made = create_key_result(objective, today=TODAY, title="Shipped", kind="milestone", **who)
    assert (made.start_value, made.target_value, made.completion) == (0, 1, 0)
    changed = KeyResultFactory(objective=objective)
    change_key_result(changed, kind="milestone", reason="done or not", **who)
    changed.refresh_from_db()
    assert (changed.start_value, changed.target_value) == (0, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"target_value": Decimal(20)},
        {"start_value": Decimal(1)},
        {"commit_value": Decimal(7)},
        {"stretch_value": Decimal(12)},
        {"weight": Decimal(2)},
        {"kind": "milestone"},
        {"due_on": dt.date(2024, 11, 30)},
    ],
    ids=str,
)
@pytest.mark.parametrize("state", ["active", "closing"])
def test_in_a_cycle_that_has_begun_a_definition_changes_with_a_reason(key_result, cycle, who, changes, state):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    with pytest.raises(ReasonNeeded) as refusal:
        change_key_result(key_result, reason="  ", **changes, **who)
    assert refusal.value.errors == {
        "reason": ["Say why the definition of EDGE-24H2-O1-KR1 changes; the cycle has begun."]
    }
    (field, value), *_ = changes.items()
    assert getattr(KeyResult.objects.get(pk=key_result.pk), field) != value
    assert change_key_result(key_result, reason="agreed in October", **changes, **who)
    key_result.refresh_from_db()
    assert getattr(key_result, field) == value
    newest = key_result.history.latest("history_id")
    assert (newest.history_change_reason, newest.history_user) == ("agreed in October", who["by"])


def test_bounds_of_a_guardrail_are_a_definition_too(objective, who):
    guardrail = KeyResultFactory(objective=objective, guardrail=True)
    for changes in ({"upper_bound": Decimal(13)}, {"lower_bound": Decimal(1)}):
        with pytest.raises(ReasonNeeded):
            change_key_result(guardrail, **changes, **who)


def test_what_is_locked_is_what_the_stories_above_change():
    """Interim targets have theirs in test_interim_targets.py, objectives among weights and alignments."""
    told = {"kind", "start_value", "target_value", "weight", "due_on", "lower_bound", "upper_bound"}
    assert set(KeyResult.LOCKED) == told | {"commit_value", "stretch_value", "interim_targets"}
    assert Objective.LOCKED == ("weight", "counts_supporters")


def test_words_change_without_a_reason_and_a_plan_is_free_while_it_is_made(key_result, cycle, who):
    assert change_key_result(key_result, title="Decode speed on two phones", **who)
    planning(cycle)
    assert change_key_result(key_result, target_value=Decimal(20), **who)


def test_a_new_target_moves_completion_at_once(key_result, objective, who):
    check_in(key_result, 5)
    change_key_result(key_result, target_value=Decimal(20), reason="agreed", **who)
    key_result.refresh_from_db()
    objective.refresh_from_db()
    assert key_result.completion == objective.completion == Decimal("0.25")


def test_a_new_weight_moves_the_objective(key_result, objective, who):
    check_in(key_result, 5)
    check_in(KeyResultFactory(objective=objective), 1)
    change_key_result(key_result, weight=Decimal(3), reason="agreed", **who)
    objective.refresh_from_db()
    assert objective.completion == Decimal("0.4")  # (3 x 0.5 + 0.1) / 4


def test_the_weight_of_an_objective_changes_with_a_reason(objective, who):
    with pytest.raises(ReasonNeeded):
        change_objective(objective, weight=Decimal(2), **who)
    assert change_objective(objective, weight=Decimal(2), reason="agreed", **who)
    assert change_objective(objective, title="A better base", **who)


def test_the_same_again_is_no_change(key_result, who):
    versions = key_result.version, key_result.history.count()
    assert not change_key_result(key_result, title=key_result.title, target_value=Decimal("10.00"), **who)
    key_result.refresh_from_db()
    assert (key_result.version, key_result.history.count()) == versions


@pytest.mark.parametrize("change", [change_key_result, change_objective, change_roadmap])
def test_who_saw_an_older_version_overwrites_nothing(key_result, change, who):
    row = {
        change_key_result: key_result,
        change_objective: key_result.objective,
        change_roadmap: key_result.objective.roadmap,
    }[change]
    assert change(row, version=1, title="First", **who)
    with pytest.raises(StaleVersion) as refusal:
        change(row, version=1, title="Second", **who)
    assert "was changed by somebody else in the meantime." in refusal.value.sentence
    row.refresh_from_db()
    assert (row.title, row.version) == ("First", 2)
    assert change(row, version=2, title="Third", **who)


def test_a_check_in_makes_no_open_form_stale(key_result, who):
    check_in(key_result, 5)
    assert change_key_result(key_result, version=1, title="Still mine", **who)


def test_an_archived_key_result_leaves_the_mean_and_comes_back(key_result, objective, who):
    check_in(key_result, 5)
    other = KeyResultFactory(objective=objective)
    archive_key_result(other, **who)
    objective.refresh_from_db()
    assert objective.completion == Decimal("0.5")
    assert list(KeyResult.objects.live()) == [key_result]
    with pytest.raises(WrongState):
        archive_key_result(other, **who)
    restore_key_result(other, **who)
    objective.refresh_from_db()
    assert objective.completion == Decimal("0.25")
    with pytest.raises(WrongState):
        restore_key_result(other, **who)


def test_giving_up_asks_for_a_reason(key_result, objective, who):
    with pytest.raises(ReasonNeeded) as refusal:
        drop_key_result(key_result, reason="", **who)
    assert refusal.value.errors == {"reason": ["Say why EDGE-24H2-O1-KR1 is given up."]}
    drop_key_result(key_result, reason="The phone is gone.", **who)
    assert key_result.history.latest("history_id").history_change_reason == "The phone is gone."
    objective.refresh_from_db()
    assert objective.completion is None
    assert not KeyResult.objects.counting().exists()
    assert KeyResult.objects.live().exists()


def test_an_archived_objective_takes_its_key_results_along(key_result, objective, who):
    archive_objective(objective, **who)
    assert not Objective.objects.live().exists()
    assert not KeyResult.objects.live().exists()
    with pytest.raises(WrongState) as refusal:
        archive_objective(objective, **who)
    assert refusal.value.sentence == "EDGE-24H2-O1 is archived already."
    restore_objective(objective, **who)
    assert list(KeyResult.objects.live()) == [key_result]
    with pytest.raises(WrongState) as refusal:
        restore_objective(objective, **who)
    assert refusal.value.sentence == "EDGE-24H2-O1 is neither archived nor dropped."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\x00b", "This text holds characters that cannot be stored."),
        ("a\ud800b", "This text holds characters that cannot be stored."),
        ("Subject\r\nBcc: all@example.org", "This text is one line; it holds a line break."),
    ],
)
def test_a_title_that_cannot_be_carried_is_refused(objective, who, text, sentence):
    with pytest.raises(Invalid) as refusal:
        change_objective(objective, title=text, **who)
    assert refusal.value.errors == {"title": [sentence]}


def test_a_change_that_breaks_a_rule_is_refused_whole(key_result, who):
    with pytest.raises(Invalid) as refusal:
        change_key_result(key_result, title="Better", target_value=Decimal(0), reason="agreed", **who)
    assert refusal.value.sentence == "Start and target are the same; a reach needs a way to go."
    key_result.refresh_from_db()
    assert (key_result.title, key_result.target_value) == ("Decode speed on a phone", 10)


def test_what_is_archived_or_dropped_is_not_changed_before_it_is_restored(key_result, objective, who):
    drop_key_result(key_result, reason="not measurable", **who)
    with pytest.raises(Archived) as refusal:
        change_key_result(key_result, title="Another", **who)
    assert refusal.value.sentence == "EDGE-24H2-O1-KR1 is archived or dropped; restore it first."
    archive_objective(objective, **who)
    for write in (
        lambda: change_objective(objective, title="Another", **who),
        lambda: create_key_result(objective, today=TODAY, title="New", **who),
        lambda: create_risk(objective, title="New", likelihood=1, **who),
    ):
        with pytest.raises(Archived):
            write()
    objective.refresh_from_db()
    assert objective.title == "A dependable base for on-device AI"
    assert not objective.risks.exists()

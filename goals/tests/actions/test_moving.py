"""Key results and objectives move with all that belongs to them; their old codes lead to them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from goals.actions.moving import move_key_result, move_objective
from goals.actions.refusals import Archived, CycleClosed, Invalid, ReasonNeeded, StaleVersion, WrongState
from goals.actions.roadmaps import change_objective
from goals.actions.stored import differences
from goals.figures import Course, Past
from goals.figures.changes import definition_changes
from goals.models import Concern, Cycle, KeyResult, MovedCode, Objective, Risk, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    AlignmentFactory,
    ConcernFactory,
    CycleFactory,
    InitiativeFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def second(roadmap):
    """EDGE-24H2-O2."""
    return ObjectiveFactory(roadmap=roadmap, title="Fast everywhere")


@pytest.fixture
def above(lib, cycle):
    """LIB-24H2, with one objective."""
    return ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle)).roadmap


def move(row, into, by, **options):
    act = move_key_result if isinstance(row, KeyResult) else move_objective
    return act(row, into, by=by, now=NOW, **{"reason": "It fits better."} | options)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_a_key_result_comes_with_what_belongs_to_it(objective, key_result, second, lead):
    check_in(key_result, 5)
    initiative = InitiativeFactory(key_result=key_result)
    about = RiskFactory(objective=objective, key_result=key_result)
    stays = RiskFactory(objective=objective)
    moved = move(key_result, second, lead)
    row = fresh(key_result)
    assert (moved.old_code, moved.new_code, row.code) == (
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O2-KR1",
        "EDGE-24H2-O2-KR1",
    )
    assert row.objective == second and row.check_in_count == 1
    assert fresh(initiative).key_result == row
    assert fresh(about).code == "EDGE-24H2-O2-R1" and fresh(about).objective == second
    assert fresh(stays).code == "EDGE-24H2-O1-R2" and fresh(stays).objective == objective
    assert moved.followed == [("EDGE-24H2-O1-R1", "EDGE-24H2-O2-R1")]
    assert [str(row) for row in MovedCode.objects.all()] == [
        "EDGE-24H2-O1-KR1 → EDGE-24H2-O2-KR1",
        "EDGE-24H2-O1-R1 → EDGE-24H2-O2-R1",
    ]


def test_figures_of_both_places_follow_and_so_does_what_counts_them(objective, key_result, second, lead):
    top = ObjectiveFactory(roadmap=objective.roadmap, counts_supporters=True)
    AlignmentFactory(supporter=objective, supported=top)
    AlignmentFactory(supporter=second, supported=top)
    KeyResultFactory(objective=objective)
    check_in(key_result, 5)
    move(key_result, second, lead)
    assert fresh(objective).completion == 0
    assert fresh(second).completion == Decimal("0.5")
    assert fresh(top).completion == Decimal("0.25")
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def test_a_past_day_shows_it_where_it_was(objective, key_result, second, lead):
    for row in (Cycle, Roadmap, Objective, KeyResult):
        row.history.update(history_date=NOW - dt.timedelta(days=30))
    check_in(key_result, 5, on=YESTERDAY - dt.timedelta(days=1))
    move(key_result, second, lead)
    for place, was, on in ((objective, Decimal("0.5"), None), (second, None, Decimal("0.5"))):
        past = Past.of_objective(fresh(place), user=lead, until=TODAY)
        course = {
            day.day: day.completion for day in Course(past).of_objective(fresh(place), [YESTERDAY, TODAY])
        }
        assert course == {YESTERDAY: was, TODAY: on}, place.code
        told = {day: past.objective_on(fresh(place), day)[0].mean.completion for day in (YESTERDAY, TODAY)}
        assert told == course


def test_its_history_tells_who_moved_it_from_where_and_why(key_result, second, lead):
    KeyResult.history.update(history_date=NOW - dt.timedelta(days=30))
    move(key_result, second, lead)
    (change,) = definition_changes([key_result.pk])
    assert (change.label, change.old, change.new) == ("moved", "EDGE-24H2-O1-KR1", "EDGE-24H2-O2-KR1")
    assert (change.by, change.reason) == (lead, "It fits better.")


def test_a_number_is_never_used_twice_also_on_the_way_back(objective, key_result, second, lead):
    move(key_result, second, lead)
    back = move(fresh(key_result), objective, lead)
    assert back.new_code == "EDGE-24H2-O1-KR2"
    leads_to = {row.code: row.thing.code for row in MovedCode.objects.with_thing()}
    assert leads_to == {"EDGE-24H2-O1-KR1": "EDGE-24H2-O1-KR2", "EDGE-24H2-O2-KR1": "EDGE-24H2-O1-KR2"}


def test_an_objective_takes_its_key_results_and_risks_along(objective, key_result, above, manager):
    RiskFactory(objective=objective, key_result=key_result)
    dropped = KeyResultFactory(objective=objective, dropped_at=timezone.now())
    moved = move(objective, above, manager)
    row = fresh(objective)
    assert (row.code, row.number, row.roadmap) == ("LIB-24H2-O2", 2, above)
    assert (fresh(key_result).code, fresh(dropped).code) == ("LIB-24H2-O2-KR1", "LIB-24H2-O2-KR2")
    assert Risk.objects.get().code == "LIB-24H2-O2-R1"
    assert [old for old, _new in moved.followed] == [
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1-KR2",
        "EDGE-24H2-O1-R1",
    ]
    assert KeyResult.history.filter(id=key_result.pk).latest("history_id").history_change_reason
    again = move(row, objective.roadmap, manager)
    assert again.new_code == "EDGE-24H2-O2"
    assert MovedCode.objects.get(code="EDGE-24H2-O1-KR1").thing.code == "EDGE-24H2-O2-KR1"


def test_a_dry_run_tells_it_all_and_does_nothing(key_result, second, lead):
    moved = move(key_result, second, lead, dry_run=True, reason="")
    assert moved.new_code == "EDGE-24H2-O2-KR1"
    assert fresh(key_result).code == "EDGE-24H2-O1-KR1" and not MovedCode.objects.exists()
    assert fresh(second).last_key_result_number == 0


def test_a_risk_does_not_concern_the_objective_it_comes_to(objective, key_result, second, lead):
    ConcernFactory(risk=RiskFactory(objective=objective, key_result=key_result), objective=second)
    moved = move(key_result, second, lead)
    assert not Concern.objects.exists()
    assert moved.notes == ["That EDGE-24H2-O1-R1 concerns EDGE-24H2-O2 is said by its place from now on."]


def test_what_was_restricted_stays_so(objective, key_result, second, lead):
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    moved = move(key_result, second, lead)
    assert fresh(key_result).visibility == "restricted"
    assert moved.notes == ["EDGE-24H2-O2-KR1 stays restricted: its old place is."]


def test_nothing_becomes_public_by_moving(objective, key_result, second, lead, above, manager):
    Roadmap.objects.filter(pk=second.roadmap_id).update(visibility="public", state="published")
    Objective.objects.filter(pk=second.pk).update(visibility="public")
    RiskFactory(objective=objective, key_result=key_result, visibility="public")
    move(key_result, second, lead)
    assert fresh(key_result).visibility == "internal"
    assert Risk.objects.get().visibility == "internal"
    there = ObjectiveFactory(roadmap=above, visibility="public")
    move(there, fresh(second.roadmap), manager)
    assert fresh(there).visibility == "internal"


def test_who_cannot_see_it_there_reviews_it_no_more(objective, above, outsider, manager):
    change_objective(objective, by=manager, now=NOW, reviewer=outsider)
    Roadmap.objects.filter(pk=above.pk).update(visibility="restricted")
    moved = move(fresh(objective), above, manager)
    assert fresh(objective).reviewer is None and fresh(objective).reviewer_since is None
    assert moved.notes == ["Out Sider cannot see it there and reviews it no more."]


def test_once_a_cycle_has_begun_a_reason_is_asked_for(key_result, second, lead, cycle):
    with pytest.raises(ReasonNeeded, match="Say why EDGE-24H2-O1-KR1 moves"):
        move(key_result, second, lead, reason=" ")
    Cycle.objects.update(state="planning")
    move(key_result, second, lead, reason="")
    assert fresh(key_result).objective == second


@pytest.mark.parametrize(("state", "refusal"), [("closing", WrongState), ("closed", CycleClosed)])
def test_nothing_moves_when_scores_are_given(key_result, second, lead, cycle, state, refusal):
    Cycle.objects.update(state=state)
    with pytest.raises(refusal):
        move(key_result, second, lead)


def test_what_is_given_up_does_not_move_and_nothing_moves_there(objective, key_result, second, lead, edge):
    gone = timezone.now()
    KeyResult.objects.filter(pk=key_result.pk).update(dropped_at=gone)
    with pytest.raises(Archived, match="EDGE-24H2-O1-KR1"):
        move(key_result, second, lead)
    KeyResult.objects.update(dropped_at=None)
    Objective.objects.filter(pk=second.pk).update(archived_at=gone)
    with pytest.raises(Archived, match="EDGE-24H2-O2"):
        move(key_result, second, lead)
    Objective.objects.update(archived_at=None)
    type(edge).objects.filter(pk=edge.pk).update(archived_at=gone)
    with pytest.raises(Archived, match="EDGE"):
        move(key_result, second, lead)
    assert not MovedCode.objects.exists()


def test_nothing_moves_into_a_roadmap_of_an_archived_area(objective, above, lib, manager):
    type(lib).objects.filter(pk=lib.pk).update(archived_at=timezone.now())
    with pytest.raises(Archived, match="LIB"):
        move(objective, above, manager)


def test_it_moves_within_its_cycle_to_where_it_is_not(objective, key_result, lead, edge):
    later = RoadmapFactory(area=edge, cycle=CycleFactory(key="25H1", name="2025 H1"))
    elsewhere = ObjectiveFactory(roadmap=later)
    with pytest.raises(Invalid, match="moves within 2024 H2") as refused:
        move(key_result, elsewhere, lead)
    assert list(refused.value.errors) == ["objective"]
    with pytest.raises(Invalid, match="moves within 2024 H2"):
        move(objective, later, lead)
    with pytest.raises(Invalid, match="EDGE-24H2-O1-KR1 is in EDGE-24H2-O1 already"):
        move(key_result, objective, lead)
    with pytest.raises(Invalid, match="EDGE-24H2-O1 is in EDGE-24H2 already"):
        move(objective, objective.roadmap, lead)


def test_who_read_another_version_moves_nothing(objective, key_result, second, above, lead):
    with pytest.raises(StaleVersion):
        move(key_result, second, lead, version=key_result.version + 1)
    with pytest.raises(StaleVersion):
        move(objective, above, lead, version=0)

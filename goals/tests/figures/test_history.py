"""Snapshots, the lines drawn from them, and what changed in definitions."""

import datetime as dt
from decimal import Decimal

from goals.actions.key_results import change_key_result, create_key_result
from goals.actions.snapshots import take_snapshots
from goals.figures import SnapshotCourse, cycle_figures, definition_changes
from goals.figures.recent import RecentCheckIns, mean_change, recent_check_ins
from goals.figures.series import Before
from goals.figures.shared import ShareRecord
from goals.models import Objective, Snapshot
from goals.progress import COMPLETION_PLACES, round_half_up
from goals.tests.factories import NOW, TODAY, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

MONDAY, LATER = dt.date(2024, 10, 7), dt.date(2024, 10, 14)


def test_a_snapshot_holds_the_figures_of_its_day(key_result, cycle, roadmap):
    check_in(key_result, 4)
    KeyResultFactory(objective=key_result.objective, weight=3)
    assert take_snapshots(cycle, today=TODAY) == 2
    of_roadmap, of_objective = Snapshot.objects.get(roadmap=roadmap), Snapshot.objects.get(roadmap=None)
    mean = cycle_figures(cycle, user=None, today=TODAY).mean
    for row in (of_roadmap, of_objective):
        assert (row.taken_on, row.completion) == (TODAY, Decimal("0.1"))  # (0.4 + 3 x 0) / 4
        assert row.expected == round_half_up(mean.expected, COMPLETION_PLACES)
        assert (row.at_risk, row.no_data, row.behind, row.on_track, row.done) == (1, 1, 0, 0, 0)
        assert (row.counted, row.reported, row.older_than_14_days) == (2, 1, 0)
    # The weight then in force: of the key results, of the objectives.
    assert (of_objective.weight, of_roadmap.weight) == (4, 1)


def test_a_day_has_one_snapshot_and_a_second_run_replaces_it(key_result, cycle):
    take_snapshots(cycle, today=MONDAY)
    take_snapshots(cycle, today=TODAY)
    check_in(key_result, 4)
    take_snapshots(cycle, today=TODAY)
    rows = Snapshot.objects.filter(objective=key_result.objective).order_by("taken_on")
    assert list(rows.values_list("taken_on", "completion")) == [(MONDAY, 0), (TODAY, Decimal("0.4"))]


def test_what_is_archived_in_between_leaves_the_snapshot_of_the_day(objective, cycle):
    take_snapshots(cycle, today=TODAY)
    Objective.objects.update(archived_at=NOW)
    assert take_snapshots(cycle, today=TODAY) == 1
    assert Snapshot.objects.get().completion is None


def test_snapshots_of_another_cycle_stay(key_result, cycle):
    from goals.tests.factories import CycleFactory

    other = CycleFactory(key="24H1", starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 6, 30))
    RoadmapFactory(area=key_result.area, cycle=other)
    take_snapshots(cycle, today=TODAY)
    take_snapshots(other, today=TODAY)
    assert Snapshot.objects.count() == 3


def snapshots_of(cycle) -> SnapshotCourse:
    return SnapshotCourse(cycle, ShareRecord.of_cycle(cycle))


def snapshot(roadmap, day, completion, weight, expected="0.5") -> None:
    Snapshot.objects.create(
        roadmap=roadmap, taken_on=day, completion=completion, expected=expected, weight=weight
    )


def test_a_line_over_roadmaps_keeps_the_weights_of_each_day(cycle, edge, core, django_assert_num_queries):
    first, second = RoadmapFactory(area=edge, cycle=cycle), RoadmapFactory(area=core, cycle=cycle)
    snapshot(first, MONDAY, Decimal("0.2"), 1)
    snapshot(second, MONDAY, Decimal("0.6"), 3)
    snapshot(first, LATER, Decimal("0.4"), 1)
    snapshot(second, LATER, None, 0)
    with django_assert_num_queries(2):  # and one for what is shared
        line = snapshots_of(cycle).line([edge.pk, core.pk], LATER)
    assert [(point.day, point.completion, point.expected) for point in line] == [
        (MONDAY, Decimal("0.5"), Decimal("0.5")),  # (0.2 + 3 x 0.6) / 4
        (LATER, Decimal("0.4"), Decimal("0.5")),
    ]
    assert [point.day for point in snapshots_of(cycle).line([edge.pk], MONDAY)] == [MONDAY]
    assert snapshots_of(cycle).line([], LATER) == []


def test_the_line_of_an_area_ends_where_its_mean_stands(cycle, edge, core):
    """Pooled by weight, two roadmaps give the mean over all of their objectives."""
    for area, value, weight in ((edge, 2, 1), (core, 7, 3)):
        objective = ObjectiveFactory(roadmap=RoadmapFactory(area=area, cycle=cycle), weight=weight)
        check_in(KeyResultFactory(objective=objective), value)
    take_snapshots(cycle, today=TODAY)
    figures = cycle_figures(cycle, user=None, today=TODAY)
    line = snapshots_of(cycle).line(figures.area_ids, TODAY)
    assert line[-1].completion == figures.mean.completion


def test_change_is_measured_from_the_newest_snapshot_until_a_day(cycle, key_result, roadmap):
    take_snapshots(cycle, today=dt.date(2024, 9, 30))
    check_in(key_result, 2, on=dt.date(2024, 10, 1))
    take_snapshots(cycle, today=MONDAY)
    check_in(key_result, 5, on=dt.date(2024, 10, 8))
    before = snapshots_of(cycle).before(dt.date(2024, 10, 9))
    assert before.plans == {roadmap.area_id: (1, Decimal("0.2"))}
    assert snapshots_of(cycle).before(dt.date(2024, 9, 1)) == Before()
    figures = cycle_figures(cycle, user=None, today=TODAY)
    assert mean_change(figures.mean, figures.area_ids, before) == Decimal("0.3")
    assert mean_change(figures.mean, figures.area_ids, Before()) is None


def test_recent_check_ins_and_those_that_fell_back(cycle, key_result):
    check_in(key_result, 5, on=dt.date(2024, 9, 1))
    check_in(key_result, 6, on=dt.date(2024, 10, 2))
    check_in(key_result, 4, on=dt.date(2024, 10, 9))
    figures = cycle_figures(cycle, user=None, today=TODAY)
    assert recent_check_ins(figures, since=dt.date(2024, 10, 1)) == RecentCheckIns(count=2, worse=1)


def test_changes_of_a_definition_say_what_who_when_and_why(
    objective, lead, manager, django_assert_num_queries
):
    made = dt.datetime(2024, 7, 1, 9, 0, tzinfo=dt.UTC)
    row = create_key_result(
        objective,
        by=lead,
        now=made,
        today=made.date(),
        title="Speed",
        start_value=Decimal(0),
        target_value=Decimal(10),
    )
    later = dt.datetime(2024, 9, 2, 9, 0, tzinfo=dt.UTC)
    change_key_result(row, by=lead, now=later, title="Decode speed")
    change_key_result(
        row, by=manager, now=NOW, reason="new phone", target_value=Decimal(20), due_on=dt.date(2024, 11, 30)
    )
    other = create_key_result(
        objective, by=lead, now=made, today=made.date(), title="Other", target_value=Decimal(3)
    )
    change_key_result(other, by=lead, now=later, reason="too easy", target_value=Decimal(4))
    check_in(row, 5)

    with django_assert_num_queries(1):
        changes = definition_changes([row.pk, other.pk])
        found = [
            (change.code, change.field, change.old, change.new, change.by, change.reason)
            for change in changes
        ]
    assert found == [
        (row.code, "target_value", 10, 20, manager, "new phone"),
        (row.code, "due_on", None, dt.date(2024, 11, 30), manager, "new phone"),
        (other.code, "target_value", 3, 4, lead, "too easy"),
    ]
    assert [change.changed_at for change in changes] == [NOW, NOW, later]
    assert changes[0].label == "target"
    assert definition_changes([]) == []

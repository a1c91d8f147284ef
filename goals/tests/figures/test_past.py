"""A day that has passed shows what was known at its end, whatever was written down later."""

import datetime as dt
import os
from contextlib import suppress
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from goals.actions.alignments import align, unalign, weigh
from goals.actions.check_ins import record_check_in
from goals.actions.key_results import (
    archive_key_result,
    change_key_result,
    create_key_result,
    drop_key_result,
    restore_key_result,
)
from goals.actions.moving import move_key_result, move_objective
from goals.actions.pauses import pause_key_result, resume_key_result
from goals.actions.refusals import Refused
from goals.actions.roadmaps import (
    archive_objective,
    change_objective,
    create_objective,
    create_roadmap,
    restore_objective,
)
from goals.actions.rows import save_row
from goals.actions.snapshots import COUNTS, take_snapshots
from goals.actions.stored import differences
from goals.figures import Course, Past, cycle_figures, cycle_tree
from goals.models import Alignment, CheckIn, Cycle, KeyResult, Objective, Snapshot
from goals.progress import COMPLETION_PLACES, round_half_up

FIRST = dt.date(2024, 7, 1)
# More of them by hand: PAST_EXAMPLES=1000.
EXAMPLES = int(os.environ.get("PAST_EXAMPLES", "50"))
VALUES = st.decimals(min_value=-5, max_value=15, places=1)
WHICH = st.integers(min_value=0, max_value=3)
OF_THREE = st.integers(min_value=0, max_value=2)
BACK = st.integers(min_value=0, max_value=40)
PLANNED = st.dates(dt.date(2024, 7, 2), dt.date(2024, 12, 30))
STEPS = st.one_of(
    st.tuples(st.just("report"), WHICH, VALUES, st.just(0)),
    st.tuples(st.just("report"), WHICH, VALUES, BACK),
    st.tuples(st.just("correct"), WHICH, VALUES, BACK),
    st.tuples(st.just("change"), WHICH, st.just("target_value"), VALUES),
    st.tuples(st.just("change"), WHICH, st.just("start_value"), VALUES),
    st.tuples(st.just("change"), WHICH, st.sampled_from(["commit_value", "stretch_value"]), VALUES),
    st.tuples(st.just("change"), WHICH, st.just("weight"), st.sampled_from([Decimal(0), Decimal("2.5")])),
    st.tuples(st.just("change"), WHICH, st.just("due_on"), st.sampled_from([None, dt.date(2024, 9, 30)])),
    st.tuples(st.just("guard"), WHICH, VALUES),
    st.tuples(st.just("plan"), WHICH, st.dictionaries(PLANNED, VALUES, max_size=2)),
    st.tuples(st.just("pause"), WHICH, st.integers(min_value=1, max_value=40)),
    st.tuples(st.just("resume"), WHICH),
    st.tuples(st.just("drop"), WHICH),
    st.tuples(st.just("archive"), WHICH),
    st.tuples(st.just("restore"), WHICH),
    st.tuples(st.just("add"), OF_THREE),
    st.tuples(st.just("reweigh"), st.booleans(), st.sampled_from([Decimal(0), Decimal(3)])),
    st.tuples(st.just("turn"), st.booleans(), st.sampled_from(["focus", "excellence"])),
    st.tuples(st.just("shelve"), OF_THREE, st.booleans()),
    st.tuples(st.just("judge"), st.sampled_from(["0.05", "0.20"]), st.sampled_from(["0.15", "0.40"])),
    st.tuples(st.just("align"), OF_THREE, OF_THREE, st.sampled_from([Decimal(1), Decimal("0.7")])),
    st.tuples(st.just("align"), OF_THREE, OF_THREE, st.sampled_from([Decimal(1), Decimal(0)])),
    st.tuples(st.just("end"), WHICH),
    st.tuples(st.just("weigh"), WHICH, st.sampled_from([Decimal(0), Decimal(3)])),
    st.tuples(st.just("count"), OF_THREE, st.booleans()),
    st.tuples(st.just("move"), WHICH, OF_THREE),
    st.tuples(st.just("rehome"), OF_THREE, st.booleans()),
    st.tuples(st.just("prolong"), st.sampled_from([dt.date(2024, 12, 31), dt.date(2024, 11, 15)])),
)
# A day: how many pass before it, and what is done on it.
DAYS = st.lists(
    st.tuples(st.integers(min_value=1, max_value=30), st.lists(STEPS, min_size=1, max_size=3)),
    min_size=1,
    max_size=5,
)


class Story:
    """Three objectives of two areas with four key results, and what people do to them day by day."""

    def __init__(self, cycle, area, lead):
        self.cycle, self.lead, self.day = cycle, lead, FIRST
        self.roadmap = create_roadmap(area, cycle, by=lead, now=self.now)
        self.objectives = [
            create_objective(self.roadmap, by=lead, now=self.now, title=f"Objective {number}", weight=number)
            for number in (1, 2)
        ]
        self.above = create_roadmap(area.parent, cycle, by=lead, now=self.now)
        self.objectives.append(
            create_objective(self.above, by=lead, now=self.now, title="Above", counts_supporters=True)
        )
        for place in (0, 0, 1, 2):
            self.add(place)
        self.align(0, 2, Decimal(1))

    @property
    def now(self):
        return dt.datetime.combine(self.day, dt.time(10), tzinfo=dt.UTC)

    def row(self, which):
        rows = list(KeyResult.objects.order_by("pk"))
        return rows[which % len(rows)]

    def objective(self, place):
        return Objective.objects.get(pk=self.objectives[place].pk)

    def align(self, supporter, supported, weight):
        ends = self.objective(supporter), self.objective(supported)
        align(*ends, by=self.lead, now=self.now, weight=weight, reason="agreed")

    def _alignment(self, which):
        rows = list(Alignment.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def end(self, which):
        if row := self._alignment(which):
            unalign(row, by=self.lead, now=self.now, reason="agreed")

    def weigh(self, which, weight):
        if row := self._alignment(which):
            weigh(row, weight, by=self.lead, now=self.now, reason="agreed")

    def count(self, place, counts):
        objective = self.objective(place)
        change_objective(objective, by=self.lead, now=self.now, reason="agreed", counts_supporters=counts)

    def add(self, place):
        create_key_result(
            self.objective(place),
            by=self.lead,
            now=self.now,
            today=self.day,
            title="Another",
            start_value=Decimal(0),
            target_value=Decimal(10),
        )

    def _record(self, row, value, **fields):
        record_check_in(
            row,
            author=self.lead,
            now=self.now,
            today=self.day,
            value=value,
            status="on_track",
            source="page",
            **fields,
        )

    def report(self, which, value, back):
        self._record(self.row(which), value, effective_on=self.day - dt.timedelta(days=back))

    def correct(self, which, value, place):
        row = self.row(which)
        kept = list(CheckIn.objects.filter(key_result=row).order_by("sequence"))
        if kept:
            self._record(row, value, corrects=kept[place % len(kept)], reason="misread")

    def change(self, which, field, value):
        change_key_result(self.row(which), by=self.lead, now=self.now, reason="agreed", **{field: value})

    def guard(self, which, bound):
        nothing = dict.fromkeys(("start_value", "target_value"))
        change_key_result(
            self.row(which),
            by=self.lead,
            now=self.now,
            reason="agreed",
            kind="guardrail",
            upper_bound=bound,
            **nothing,
        )

    def plan(self, which, points):
        plan = sorted(points.items())
        change_key_result(self.row(which), by=self.lead, now=self.now, reason="agreed", interim_targets=plan)

    def pause(self, which, days):
        pause_key_result(
            self.row(which),
            by=self.lead,
            now=self.now,
            today=self.day,
            until=self.day + dt.timedelta(days=days),
            reason="the lab is closed",
        )

    def resume(self, which):
        resume_key_result(self.row(which), by=self.lead, now=self.now, today=self.day)

    def drop(self, which):
        drop_key_result(self.row(which), by=self.lead, now=self.now, reason="not worth it")

    def archive(self, which):
        archive_key_result(self.row(which), by=self.lead, now=self.now)

    def restore(self, which):
        restore_key_result(self.row(which), by=self.lead, now=self.now)

    def reweigh(self, second, weight):
        change_objective(
            self.objective(second), by=self.lead, now=self.now, reason="agreed", weight=Decimal(weight)
        )

    def turn(self, second, kind):
        pillar = "better_code" if kind == "excellence" else ""
        change_objective(self.objective(second), by=self.lead, now=self.now, kind=kind, pillar=pillar)

    def move(self, which, place):
        move_key_result(
            self.row(which), self.objective(place), by=self.lead, now=self.now, reason="fits better"
        )

    def rehome(self, place, up):
        into = self.above if up else self.roadmap
        move_objective(self.objective(place), into, by=self.lead, now=self.now, reason="fits better")

    def shelve(self, second, away):
        act = archive_objective if away else restore_objective
        act(self.objective(second), by=self.lead, now=self.now)

    def _save_cycle(self, **fields):
        cycle = Cycle.objects.get(pk=self.cycle.pk)
        for name, value in fields.items():
            setattr(cycle, name, value)
        save_row(cycle, by=self.lead, now=self.now)

    def judge(self, on_track_gap, at_risk_gap):
        if Decimal(on_track_gap) <= Decimal(at_risk_gap):
            self._save_cycle(on_track_gap=Decimal(on_track_gap), at_risk_gap=Decimal(at_risk_gap))

    def prolong(self, ends_on):
        self._save_cycle(ends_on=ends_on)


@pytest.fixture
def story(edge, lead):
    with time_machine.travel(dt.datetime(2024, 7, 1, 6, tzinfo=dt.UTC), tick=False):
        cycle = Cycle(
            key="24H2", name="2024 H2", starts_on=FIRST, ends_on=dt.date(2024, 12, 31), state="active"
        )
        save_row(cycle, by=lead, now=dt.datetime(2024, 6, 20, tzinfo=dt.UTC))
        return Story(cycle, edge, lead)


def live(story):
    """Every word and number of the pages, on the story's day."""
    return cycle_figures(Cycle.objects.get(pk=story.cycle.pk), user=None, today=story.day)


def looked_back(past, day):
    return cycle_tree(past.plan_on(day))


def shown(figures):
    """What people read of figures; rows of the plan are told by keys: codes and order are of today."""
    found = [figures.mean]
    for roadmap in figures.roadmaps():
        found += [roadmap.roadmap.code, roadmap.mean, roadmap.excellence_mean]
        rows = sorted(roadmap.objectives, key=lambda row: row.objective.pk)
        found += [(row.objective.pk, row.mean, _parts(row), _lines(row)) for row in rows]
    return found


def _lines(objective):
    """How its mean came about, supporters with the key results."""
    lines = sorted(objective.contributions, key=lambda line: (type(line.row).__name__, line.row.pk))
    return [
        (
            line.row.pk,
            line.weight,
            line.weight_share,
            line.adds,
            line.left_out_because,
            line.part.completion,
        )
        for line in lines
    ]


def _parts(objective):
    return [
        (
            part.key_result.pk,
            part.key_result.current_value,
            part.key_result.weight,
            part.completion,
            part.expected,
            part.pace,
            part.reason,
            part.mark_text,
            part.stale,
            part.violated,
            part.said_status,
            part.forecast,
            part.key_result.last_check_in_id,
            part.key_result.check_in_count,
        )
        for part in sorted(objective.key_results, key=lambda part: part.key_result.pk)
    ]


def check(story, days):
    kept = {}
    for passed, steps in days:
        story.day += dt.timedelta(days=passed)
        for name, *arguments in steps:
            with suppress(Refused):
                getattr(story, name)(*arguments)
        assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
        _compare_stored(live(story))
        take_snapshots(Cycle.objects.get(pk=story.cycle.pk), today=story.day)
        kept[story.day] = shown(live(story))
    past = Past.of_cycle(story.cycle, user=None, until=story.day)
    course = Course(past)
    for day, was in kept.items():
        then = looked_back(past, day)
        assert shown(then) == was, day
        snapshots = {
            row.objective_id or f"roadmap {row.roadmap_id}": row
            for row in Snapshot.objects.filter(taken_on=day)
        }
        means = {row.objective.pk: row.mean for found in then.roadmaps() for row in found.objectives}
        means |= {f"roadmap {found.roadmap.pk}": found.mean for found in then.roadmaps()}
        assert {key: _figures_of(mean) for key, mean in means.items()} == {
            key: _kept_figures(row) for key, row in snapshots.items()
        }
        _compare_course(course, then, day)


def _compare_stored(figures):
    """What is stored, level by level, is what is shown to whoever sees all."""
    for roadmap in figures.roadmaps():
        for row in roadmap.objectives:
            assert _stored(row.mean.completion) == row.objective.completion, row.objective.code


def _stored(share):
    return None if share is None else round_half_up(share, COMPLETION_PLACES)


def _figures_of(mean):
    return (
        _stored(mean.completion),
        _stored(mean.expected),
        mean.weight,
        *(getattr(mean.health, name) for name in COUNTS),
        (mean.coverage.counted, mean.coverage.reported, mean.coverage.older_than_14_days),
    )


def _kept_figures(row):
    return (
        row.completion,
        row.expected,
        row.weight,
        *(getattr(row, name) for name in COUNTS),
        (row.counted, row.reported, row.older_than_14_days),
    )


def _compare_course(course, then, day):
    """The numbers of a course are those of the figures with all their words."""
    for roadmap in then.roadmaps():
        (found,) = course.of_areas([roadmap.roadmap.area_id], [day])
        mean = roadmap.mean
        assert (_stored(found.completion), found.pace) == (_stored(mean.completion), mean.pace)
        assert _stored(found.expected) == _stored(mean.expected)
        for row in roadmap.objectives:
            (of_one,) = course.of_objective(row.objective, [day])
            assert _stored(of_one.completion) == _stored(row.mean.completion)
            assert (_stored(of_one.expected), of_one.pace) == (_stored(row.mean.expected), row.mean.pace)
            for part in row.key_results:
                (of_part,) = course.of_key_result(part.key_result, [day])
                assert (of_part.value, of_part.completion, of_part.expected, of_part.pace) == (
                    part.key_result.current_value,
                    part.completion,
                    part.expected,
                    part.pace,
                )


# Chance seldom moves what was reported, and moves it back.
MOVES = [
    (1, [("report", 0, Decimal(3), 0), ("report", 2, Decimal(7), 0)]),
    (3, [("move", 0, 1)]),
    (5, [("rehome", 1, True), ("count", 1, True)]),
    (4, [("move", 2, 2), ("move", 0, 0), ("report", 0, Decimal(4), 6)]),
    (2, [("rehome", 1, False), ("archive", 1)]),
]


@given(days=DAYS)
@example(days=MOVES)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_past_day_shows_what_it_showed_then(story, days):
    with transaction.atomic():
        check(story, days)
        story.day = FIRST
        transaction.set_rollback(True)

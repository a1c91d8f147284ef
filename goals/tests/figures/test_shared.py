"""Shared objectives in means: against a naive recomputation, on past days and in snapshots."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from areas.tests.factories import AreaFactory
from goals.actions.moving import move_objective
from goals.actions.rebuild import rebuild_progress
from goals.actions.shares import end_share, share, weigh_share
from goals.actions.snapshots import take_snapshots
from goals.figures import Course, Past, SnapshotCourse, cycle_figures, cycle_tree, roadmap_figures
from goals.figures.recent import mean_change
from goals.figures.shared import ShareRecord
from goals.models import Share, Snapshot
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

PARENTS = (None, 0, 0, 2, None, 4)  # a tree of six areas
weights = st.sampled_from([Decimal(0), Decimal(1), Decimal("0.5"), Decimal(3)])
organisations = st.fixed_dictionaries(
    {
        "with_roadmap": st.sets(st.integers(0, 5), min_size=1),
        # (area, kind, own weight, value of its key result, weights of shares by area)
        "objectives": st.lists(
            st.tuples(
                st.integers(0, 5),
                st.sampled_from(["focus", "focus", "excellence"]),
                weights,
                st.sampled_from([None, 2, 7, 10]),
                st.dictionaries(st.integers(0, 5), weights, max_size=4),
            ),
            min_size=1,
            max_size=5,
        ),
    }
)


@pytest.mark.django_db
# An example takes a third of a second, so one that fails is not made smaller.
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(plan=organisations)
def test_every_mean_is_what_a_naive_count_gives(plan):
    """Today, as of the day and from snapshots; and what is stored beside it is as the formulas say."""
    with transaction.atomic():
        with on(JULY):
            cycle, areas, objectives = build(plan)
        take_snapshots(cycle, today=TODAY)
        today = cycle_figures(cycle, user=None, today=TODAY)
        past = Past.of_cycle(cycle, user=None, until=TODAY)
        then = cycle_tree(past.plan_on(TODAY))
        lines = SnapshotCourse(cycle, ShareRecord.of_cycle(cycle)), Course(past)
        everywhere = set(range(len(areas)))
        asked = [("", today, then, everywhere)]
        for place, area in enumerate(areas):
            now, before = today.find_area(area.key), then.find_area(area.key)
            asked.append((area.key, now, before, below(place)))
            own = naive_own(objectives, place, "excellence")
            assert exact(now.excellence_mean) == exact(before.excellence_mean) == own, area.key
            if now.roadmap:
                alone = roadmap_figures(now.roadmap.roadmap, user=None, today=TODAY)
                focus = naive_own(objectives, place, "focus")
                assert exact(alone.mean) == exact(now.roadmap.mean) == focus, area.key
                assert exact(alone.excellence_mean) == own
        for key, now, before, inside in asked:
            expected, counted = naive(objectives, inside)
            assert exact(now.mean) == exact(before.mean) == expected, key
            assert now.mean.coverage.counted == before.mean.coverage.counted == counted
            ids = {areas[place].pk for place in inside}
            for course in lines:
                line = course.line(ids, TODAY)  # of nothing there are no snapshots
                assert (about(line[-1].completion) if line else None) == about(expected), key
                assert not now.focus or about(course.before(TODAY).mean_of(ids)) == about(expected)
        assert rebuild_progress(store=False) == []
        transaction.set_rollback(True)


def build(plan):
    """The areas, and of each objective what the naive count needs."""
    cycle = CycleFactory()
    areas = []
    for place, parent in enumerate(PARENTS):
        areas.append(AreaFactory(key=f"A{place}", parent=None if parent is None else areas[parent]))
    roadmaps = {place: RoadmapFactory(area=areas[place], cycle=cycle) for place in plan["with_roadmap"]}
    found = []
    for place, kind, weight, value, shares in plan["objectives"]:
        home = place if place in roadmaps else min(roadmaps)
        objective = ObjectiveFactory(roadmap=roadmaps[home], kind=kind, weight=weight)
        key_result = KeyResultFactory(objective=objective)
        if value is not None:
            check_in(key_result, value)
        shares = {other: owned for other, owned in shares.items() if other != home}
        for other, owned in shares.items():
            ShareFactory(objective=objective, area=areas[other], weight=owned)
        found.append((home, kind, weight, Fraction(value or 0, 10), shares))
    return cycle, areas, found


def below(place):
    inside = {place}
    for child, parent in enumerate(PARENTS):  # parents come first
        if parent in inside:
            inside.add(child)
    return inside


def naive(objectives, inside):
    """The mean of areas, each focus objective once, and how many key results it rests on."""
    parts = []
    for home, kind, weight, share_of_it, shares in objectives:
        owned = [found for other, found in shares.items() if other in inside]
        if kind == "focus" and (home in inside or owned):
            parts.append((weight if home in inside else max(owned), share_of_it))
    return mean(parts), sum(weight > 0 for weight, _ in parts)


def naive_own(objectives, place, kind):
    """The mean of one area's roadmap: what it plans, and what is shared with itself."""
    parts = []
    for home, its_kind, weight, share_of_it, shares in objectives:
        if its_kind == kind and (home == place or place in shares):
            parts.append((weight if home == place else shares[place], share_of_it))
    return mean(parts)


def mean(parts):
    total = sum((Fraction(weight) for weight, _ in parts), Fraction(0))
    return sum(Fraction(weight) * found for weight, found in parts) / total if total else None


def exact(figures):
    """To the fifteenth place, as it is stored."""
    if figures is None or figures.completion is None:
        return None
    return Fraction(figures.completion).limit_denominator(10**6)


def about(completion):
    return None if completion is None else round(Fraction(completion), 12)


@pytest.fixture
def cycle(db):
    with on(JULY):
        return CycleFactory()


@pytest.fixture
def theirs(edge, core, cycle, lead):
    """Of EDGE, a quarter of it is reached; CORE owns it too since August, by 3."""
    with on(JULY):
        objective = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=cycle))
        key_result = KeyResultFactory(objective=objective)
    check_in(key_result, "2.5", on=JULY)
    with on(AUGUST):
        return share(objective, core, by=lead, now=at(AUGUST), weight=Decimal(3), reason="One product")


def at(day):
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


def figures_on(cycle, day):
    return cycle_tree(Past.of_cycle(cycle, user=None, until=TODAY).plan_on(day))


@pytest.fixture
def own(core, cycle):
    """What CORE plans itself: all of it is reached."""
    with on(JULY):
        found = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    check_in(found, 10, on=JULY)
    return found


def test_past_days_know_who_owned_it_then(cycle, core, lib, own, theirs, lead):
    with on(SEPTEMBER):
        weigh_share(theirs, Decimal(1), by=lead, now=at(SEPTEMBER), reason="Less of it")
    end_share(theirs, by=lead, now=NOW, reason="Done with it")
    for day, completion in ((JULY, "1"), (AUGUST, "0.4375"), (SEPTEMBER, "0.625"), (TODAY, "1")):
        found = figures_on(cycle, day)
        assert found.find_area("CORE").mean.completion == Decimal(completion), day
        assert found.find_area("LIB").mean.completion == Decimal("0.25")
        assert found.mean.completion == Decimal("0.625")  # once, by its own weight


def test_a_line_of_snapshots_is_that_of_the_history(cycle, core, edge, own, theirs, lead):
    """The weights are those of each day."""
    for day in (AUGUST, SEPTEMBER):
        take_snapshots(cycle, today=day)
    with on(SEPTEMBER):
        weigh_share(theirs, Decimal(1), by=lead, now=at(SEPTEMBER), reason="Less of it")
    snapshots = SnapshotCourse(cycle, ShareRecord.of_cycle(cycle))
    history = Course(Past.of_cycle(cycle, user=None, until=TODAY))
    for areas in ({core.pk}, {edge.pk}, {core.pk, edge.pk}):
        line = snapshots.line(areas, TODAY)
        assert [point.day for point in line] == [AUGUST, SEPTEMBER]
        same = [row for row in history.line(areas, TODAY) if row.day in (AUGUST, SEPTEMBER)]
        assert [row.completion for row in line] == [row.completion for row in same]
        assert [about(row.expected) for row in line] == [about(row.expected) for row in same]
        assert snapshots.before(AUGUST).mean_of(areas) == history.before(AUGUST).mean_of(areas)
    assert Snapshot.objects.get(roadmap=own.objective.roadmap, taken_on=AUGUST).completion == 1
    figures = cycle_figures(cycle, user=None, today=TODAY)
    change = mean_change(figures.find_area("CORE").mean, {core.pk}, snapshots.before(AUGUST))
    assert change == Decimal("0.1875")


def test_a_home_that_moves_counts_where_it_was_on_each_day(cycle, core, edge, lib, own, theirs, lead):
    """In September it moves from EDGE to LIB above; CORE goes on owning it too."""
    with on(JULY):
        there = RoadmapFactory(area=lib, cycle=cycle)
    take_snapshots(cycle, today=AUGUST)
    with on(SEPTEMBER):
        move_objective(theirs.objective, there, by=lead, now=at(SEPTEMBER), reason="LIB's now")
    take_snapshots(cycle, today=SEPTEMBER)
    before, after = figures_on(cycle, AUGUST), figures_on(cycle, SEPTEMBER)
    for found, completion in ((before, Decimal("0.25")), (after, None)):
        assert found.find_area("EDGE").mean.completion == completion
        assert found.find_area("CORE").mean.completion == Decimal("0.4375")
        assert found.find_area("LIB").mean.completion == Decimal("0.25")
        assert found.mean.completion == Decimal("0.625")
    snapshots = SnapshotCourse(cycle, ShareRecord.of_cycle(cycle))
    history = Course(Past.of_cycle(cycle, user=None, until=TODAY))
    for areas in ({core.pk}, {edge.pk}, {core.pk, edge.pk}, {core.pk, lib.pk}, {edge.pk, lib.pk}):
        line = {row.day: row.completion for row in snapshots.line(areas, TODAY)}
        for row in history.line(areas, TODAY):
            if row.day in (AUGUST, SEPTEMBER):
                assert line.get(row.day) == row.completion, (areas, row.day)


def test_who_comes_to_plan_it_shares_it_no_more(own, theirs, lead, core):
    moved = move_objective(theirs.objective, own.objective.roadmap, by=lead, now=NOW, reason="All of it")
    assert not Share.objects.exists()
    assert "CORE shares CORE-24H2-O2 no more: it plans it from now on." in moved.notes


def test_what_is_shared_counts_in_health_and_coverage_of_its_area(cycle, core, own, theirs):
    found = cycle_figures(cycle, user=None, today=TODAY)
    assert found.find_area("CORE").mean.health.total == 2
    assert found.find_area("CORE").mean.coverage.counted == 2
    assert (found.mean.health.total, found.mean.coverage.counted) == (2, 2)
    assert len(list(found.key_results())) == 2


def test_queries_do_not_grow_with_shares(cycle, core, own, theirs, django_assert_num_queries):
    with django_assert_num_queries(7) as few:
        cycle_figures(cycle, user=None, today=TODAY)
    for _place in range(5):
        ShareFactory(objective=own.objective, area=AreaFactory())
    with django_assert_num_queries(len(few)):
        cycle_figures(cycle, user=None, today=TODAY)

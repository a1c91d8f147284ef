"""Objectives support objectives: no loops, weights that their planner gives, means that follow to the top."""

import os
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.actions.alignments import align, unalign, weigh
from goals.actions.refusals import (
    AlignmentLoop,
    Archived,
    CycleClosed,
    Invalid,
    ReasonNeeded,
    Refused,
    StaleVersion,
)
from goals.actions.roadmaps import archive_objective, change_objective, drop_objective, restore_objective
from goals.actions.stored import differences
from goals.graph import supporters_first
from goals.models import Alignment, Cycle, KeyResult, Objective
from goals.tests.factories import (
    NOW,
    AlignmentFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)

# More of them by hand: ALIGNMENT_EXAMPLES=1000.
EXAMPLES = int(os.environ.get("ALIGNMENT_EXAMPLES", "60"))


@pytest.fixture
def top(lib, cycle):
    """LIB-24H2-O1: of the area above, which the lead of EDGE does not plan; it counts its supporters."""
    return ObjectiveFactory(
        roadmap=RoadmapFactory(area=lib, cycle=cycle), title="Libraries", counts_supporters=True
    )


def supported(supporter, other, by, **fields):
    return align(supporter, other, by=by, now=NOW, **{"reason": "agreed"} | fields)


def completion(row):
    return Objective.objects.get(pk=row.pk).completion


def test_a_lead_supports_an_objective_of_another_area_without_moving_its_mean(
    top, objective, key_result, lead
):
    check_in(key_result, 5, author=lead)
    kept = supported(objective, top, lead)
    assert (kept.weight, completion(top)) == (0, None)


def test_whoever_plans_what_is_supported_has_it_count(top, objective, key_result, lead, manager):
    check_in(key_result, 5, author=lead)
    kept = supported(objective, top, lead)
    assert weigh(kept, Decimal(2), by=manager, now=NOW, reason="it is half of the way")
    assert completion(top) == Decimal("0.5")
    check_in(key_result, 8, author=lead)
    assert completion(top) == Decimal("0.8")


def test_an_objective_that_only_shows_its_supporters_takes_each_with_weight_one(
    top, objective, lead, manager
):
    change_objective(top, by=manager, now=NOW, counts_supporters=False, reason="to look at first")
    assert supported(objective, top, lead, reason="").weight == 1
    assert completion(top) is None


def test_counting_them_or_not_moves_the_mean_of_what_is_supported(top, objective, key_result, lead, manager):
    supported(objective, top, manager)
    check_in(key_result, 5, author=lead)
    own = KeyResultFactory(objective=Objective.objects.get(pk=top.pk))
    check_in(own, 10, author=manager)
    assert completion(top) == Decimal("0.75")
    change_objective(
        Objective.objects.get(pk=top.pk), by=manager, now=NOW, counts_supporters=False, reason="agreed"
    )
    assert completion(top) == 1


def test_what_changes_a_mean_of_a_cycle_that_has_begun_asks_for_a_reason(top, objective, manager):
    with pytest.raises(ReasonNeeded, match="what LIB-24H2-O1 counts changes"):
        align(objective, top, by=manager, now=NOW)
    kept = supported(objective, top, manager)
    with pytest.raises(ReasonNeeded):
        weigh(kept, Decimal(2), by=manager, now=NOW)
    with pytest.raises(ReasonNeeded):
        unalign(kept, by=manager, now=NOW)
    with pytest.raises(ReasonNeeded):
        change_objective(Objective.objects.get(pk=top.pk), by=manager, now=NOW, counts_supporters=False)
    assert Alignment.objects.get().weight == 1
    Cycle.objects.update(state="planning")
    unalign(kept, by=manager, now=NOW)
    assert not Alignment.objects.exists()


def test_a_loop_is_refused_and_its_way_is_named(roadmap, lead):
    first, second, third = (ObjectiveFactory(roadmap=roadmap) for _ in range(3))
    supported(first, second, lead)
    supported(second, third, lead)
    with pytest.raises(AlignmentLoop) as refused:
        supported(third, first, lead)
    ways = "EDGE-24H2-O3 → EDGE-24H2-O1 → EDGE-24H2-O2 → EDGE-24H2-O3"
    assert refused.value.sentence == f"EDGE-24H2-O3 would support itself: {ways}."
    assert Alignment.objects.count() == 2


def test_the_way_of_a_loop_does_not_name_what_is_hidden(roadmap, core, cycle, lead):
    secret = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    first, last = (ObjectiveFactory(roadmap=roadmap) for _ in range(2))
    AlignmentFactory(supporter=first, supported=secret)
    AlignmentFactory(supporter=secret, supported=last)
    with pytest.raises(AlignmentLoop) as refused:
        supported(last, first, lead)
    assert secret.code not in refused.value.sentence
    assert "→ one that is hidden from you →" in refused.value.sentence


def test_nothing_supports_itself_twice_or_in_another_cycle(objective, top, roadmap, into, edge, lead):
    with pytest.raises(Invalid, match="does not support itself"):
        supported(objective, objective, lead)
    later = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=into))
    with pytest.raises(Invalid, match="of its own cycle; EDGE-25H1-O1 is of 2025 H1"):
        supported(objective, later, lead)
    supported(objective, top, lead)
    with pytest.raises(Invalid, match="supports that one already"):
        supported(objective, top, lead)
    with pytest.raises(Invalid, match="greater than or equal to 0"):
        weigh(Alignment.objects.get(), Decimal(-1), by=lead, now=NOW, reason="agreed")


def test_a_closed_cycle_takes_no_alignment(objective, top, lead):
    kept = supported(objective, top, lead)
    other = ObjectiveFactory(roadmap=objective.roadmap)
    Cycle.objects.update(state="closed")
    for write in (
        lambda: supported(other, top, lead),
        lambda: weigh(kept, Decimal(3), by=lead, now=NOW, reason="agreed"),
        lambda: unalign(kept, by=lead, now=NOW, reason="agreed"),
    ):
        with pytest.raises(CycleClosed):
            write()
    assert Alignment.objects.get().weight == 0


def test_what_is_given_up_supports_nothing_new_and_is_supported_by_nothing_new(objective, top, manager):
    for row in (objective, top):
        archive_objective(row, by=manager, now=NOW)
        with pytest.raises(Archived):
            supported(objective, top, manager)
        restore_objective(row, by=manager, now=NOW)
    supported(objective, top, manager)


def test_a_stale_version_and_what_has_ended_are_refused(objective, top, lead, manager):
    kept = supported(objective, top, lead)
    with pytest.raises(StaleVersion):
        weigh(kept, Decimal(2), by=manager, now=NOW, version=7, reason="agreed")
    unalign(kept, by=lead, now=NOW, version=1)
    with pytest.raises(StaleVersion, match="EDGE-24H2-O1 → LIB-24H2-O1"):
        unalign(kept, by=lead, now=NOW)


def test_a_supporter_that_is_given_up_leaves_the_mean_and_comes_back(
    top, objective, key_result, lead, manager
):
    supported(objective, top, manager)
    check_in(key_result, 5, author=lead)
    assert completion(top) == Decimal("0.5")
    drop_objective(objective, by=lead, now=NOW, reason="not worth it")
    assert completion(top) is None
    restore_objective(Objective.objects.get(pk=objective.pk), by=lead, now=NOW)
    assert completion(top) == Decimal("0.5")
    archive_objective(Objective.objects.get(pk=objective.pk), by=lead, now=NOW)
    assert completion(top) is None


def test_a_check_in_reaches_the_top_over_ten_levels_in_as_many_queries_as_over_two(
    roadmap, lead, django_assert_max_num_queries
):
    for levels in (2, 10):
        rows = [ObjectiveFactory(roadmap=roadmap, counts_supporters=True) for _ in range(levels)]
        key_result = KeyResultFactory(objective=rows[0])
        for lower, upper in pairwise(rows):
            AlignmentFactory(supporter=lower, supported=upper)
        with django_assert_max_num_queries(22) as queries:
            check_in(key_result, 4, author=lead)
        assert completion(rows[-1]) == Decimal("0.4")
        counts = counts if levels == 10 else len(queries)  # noqa: F821 - of the first round
    assert len(queries) == counts


WHICH = st.integers(min_value=0, max_value=6)
STEPS = st.one_of(
    st.tuples(st.just("align"), WHICH, WHICH),
    st.tuples(st.just("align"), WHICH, WHICH),
    st.tuples(st.just("end"), st.integers(min_value=0, max_value=30)),
    st.tuples(st.just("weigh"), st.integers(min_value=0, max_value=30), st.sampled_from(["0", "1", "2.5"])),
    st.tuples(st.just("count"), WHICH, st.booleans()),
    st.tuples(st.just("report"), WHICH, st.integers(min_value=-3, max_value=13)),
    st.tuples(st.just("drop"), WHICH),
    st.tuples(st.just("restore"), WHICH),
)


class Plan:
    """Seven objectives with a key result each."""

    def __init__(self, roadmap, lead):
        self.lead = lead
        self.rows = [ObjectiveFactory(roadmap=roadmap, counts_supporters=bool(n % 2)) for n in range(7)]
        self.key_results = [KeyResultFactory(objective=row) for row in self.rows]

    def row(self, which):
        return Objective.objects.get(pk=self.rows[which].pk)

    def align(self, supporter, supported_one):
        supported(self.row(supporter), self.row(supported_one), self.lead)

    def _alignment(self, place):
        kept = list(Alignment.objects.order_by("pk"))
        return kept[place % len(kept)] if kept else None

    def end(self, place):
        if kept := self._alignment(place):
            unalign(kept, by=self.lead, now=NOW, reason="agreed")

    def weigh(self, place, weight):
        if kept := self._alignment(place):
            weigh(kept, Decimal(weight), by=self.lead, now=NOW, reason="agreed")

    def count(self, which, counts):
        change_objective(self.row(which), by=self.lead, now=NOW, reason="agreed", counts_supporters=counts)

    def report(self, which, value):
        check_in(self.key_results[which], value, author=self.lead)

    def drop(self, which):
        drop_objective(self.row(which), by=self.lead, now=NOW, reason="not worth it")

    def restore(self, which):
        restore_objective(self.row(which), by=self.lead, now=NOW)


@given(steps=st.lists(STEPS, min_size=5, max_size=25))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_aligned_there_is_no_loop_and_stored_means_are_right(roadmap, lead, steps):
    with transaction.atomic():
        plan = Plan(roadmap, lead)
        for name, *arguments in steps:
            before = set(Alignment.objects.values_list("supporter", "supported"))
            with suppress(Refused):
                getattr(plan, name)(*arguments)
            edges = set(Alignment.objects.values_list("supporter", "supported"))
            supporters_first(edges)  # raises on a loop
            if name == "align" and edges == before:
                _refused_with_cause(plan, before, arguments)
        assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
        transaction.set_rollback(True)


def _refused_with_cause(plan, before, pair):
    """What was not aligned would have closed a loop, was there, or is of something given up."""
    lower, upper = (plan.row(which) for which in pair)
    if (
        (lower.pk, upper.pk) in before
        or lower.pk == upper.pk
        or not (lower.is_counting and upper.is_counting)
    ):
        return
    with pytest.raises(ValueError, match="loop"):
        supporters_first({*before, (lower.pk, upper.pk)})

"""Means of objectives that count their supporters: what they are made of, what hides, what it costs."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from goals.actions.alignments import align
from goals.actions.roadmaps import archive_objective, drop_objective
from goals.figures import Course, Past, cycle_figures, figures_of, roadmap_figures
from goals.models import Alignment, KeyResult, Objective
from goals.progress import round_half_up
from goals.tests.factories import (
    NOW,
    TODAY,
    AlignmentFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.past import AUGUST, JULY, on

LEVELS, EACH = 10, 500


@pytest.fixture
def top(lib, cycle, manager):
    """LIB-24H2-O1 counts its supporters and has a key result of its own, of which 2 of 10 are reached."""
    row = ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle), counts_supporters=True)
    check_in(KeyResultFactory(objective=row), 2, author=manager)
    return row


@pytest.fixture
def below(objective, key_result, top, lead):
    """EDGE-24H2-O1 supports it with weight 3 and has reached 6 of 10."""
    check_in(key_result, 6, author=lead)
    AlignmentFactory(supporter=objective, supported=top, weight=3)
    return objective


def figures(row, user=None):
    row = Objective.objects.select_related("roadmap__cycle", "roadmap__area").get(pk=row.pk)
    return figures_of([row], user=user, today=TODAY)[row.pk]


def test_a_mean_is_of_key_results_and_supporters_by_weight(top, below):
    found = figures(top)
    assert found.mean.completion == Decimal("0.5")  # (2 + 3 × 6) / 40
    assert [(line.row.code, line.weight, line.adds) for line in found.contributions] == [
        ("LIB-24H2-O1-KR1", 1, Decimal("0.05")),
        ("EDGE-24H2-O1", 3, Decimal("0.45")),
    ]
    assert found.mean.coverage.sentence == "from 2 of 2 key results"
    assert found.mean.health.total == 1  # of its own


def test_one_that_only_shows_them_has_a_mean_of_its_own(top, below):
    Objective.objects.filter(pk=top.pk).update(counts_supporters=False)
    found = figures(top)
    assert (found.mean.completion, found.supporters) == (Decimal("0.2"), ())


def test_a_supporter_without_weight_or_data_is_told_as_left_out(top, below, roadmap):
    Alignment.objects.update(weight=0)
    AlignmentFactory(supporter=ObjectiveFactory(roadmap=roadmap), supported=top)
    found = figures(top)
    assert found.mean.completion == Decimal("0.2")
    assert [(line.row.code, line.left_out_because) for line in found.contributions[1:]] == [
        ("EDGE-24H2-O1", "its weight is 0"),
        ("EDGE-24H2-O2", "no key result counts"),
    ]


@pytest.mark.parametrize("give_up", [archive_objective, drop_objective])
def test_a_supporter_that_is_given_up_is_no_part_of_it(top, below, manager, give_up):
    give_up(below, by=manager, now=NOW, reason="not worth it")
    found = figures(top)
    assert (found.mean.completion, found.supporters, found.mean.is_partial) == (Decimal("0.2"), (), False)


def test_the_expected_share_is_of_the_same_parts(top, below):
    KeyResult.objects.filter(objective=below).update(due_on=dt.date(2024, 10, 1))
    found = figures(top)
    own = found.contributions[0].part.expected
    assert round_half_up(found.mean.expected, 9) == round_half_up((own + 3) / 4, 9)


def test_a_key_result_that_counts_on_two_ways_is_covered_once(top, below, roadmap, cycle):
    middle = ObjectiveFactory(roadmap=roadmap, counts_supporters=True)
    AlignmentFactory(supporter=below, supported=middle)
    AlignmentFactory(supporter=middle, supported=top)
    assert figures(top).mean.coverage.counted == 2
    assert cycle_figures(cycle, user=None, today=TODAY).mean.coverage.counted == 2


def test_a_violated_guardrail_holds_its_own_objective_back_alone(top, below, lead):
    check_in(KeyResultFactory(objective=below, guardrail=True), 99, author=lead)
    assert "held back" in figures(below).mean.reason
    assert "held back" not in figures(top).mean.reason


def restrict(row):
    type(row).objects.filter(pk=row.pk).update(visibility="restricted")


@pytest.mark.parametrize("hidden", ["objective", "roadmap"])
def test_a_hidden_supporter_is_in_no_mean_and_the_mean_says_so(top, below, roadmap, outsider, lead, hidden):
    Objective.objects.filter(pk=below.pk).update(owner=None)
    restrict(below if hidden == "objective" else roadmap)
    found = figures(top, outsider)
    assert (found.mean.completion, found.mean.is_partial) == (Decimal("0.2"), True)
    assert [line.row.code for line in found.contributions] == ["LIB-24H2-O1-KR1"]
    assert found.mean.coverage.counted == 1
    seen = figures(top, lead)
    assert (seen.mean.completion, seen.mean.is_partial) == (Decimal("0.5"), False)


def test_what_is_partial_below_is_partial_above_up_to_the_area(top, below, roadmap, cycle, outsider, lead):
    restrict(KeyResultFactory(objective=below))
    tree = cycle_figures(cycle, user=outsider, today=TODAY)
    assert tree.find_area("LIB").roadmap.mean.is_partial
    found = figures(top, outsider)
    assert (found.mean.completion, found.mean.is_partial) == (Decimal("0.5"), True)
    assert not figures(top, lead).mean.is_partial


def test_what_a_hidden_objective_only_passes_on_is_missing_too(
    top, roadmap, objective, key_result, outsider, lead
):
    """Between the two stands one that is hidden and has no key result of its own."""
    check_in(key_result, 6, author=lead)
    between = ObjectiveFactory(roadmap=roadmap, counts_supporters=True, visibility="restricted")
    AlignmentFactory(supporter=objective, supported=between)
    AlignmentFactory(supporter=between, supported=top)
    assert figures(top).mean.completion == Decimal("0.4")
    found = figures(top, outsider)
    assert (found.mean.completion, found.mean.is_partial) == (Decimal("0.2"), True)


def test_a_hidden_supporter_with_nothing_to_count_hides_nothing(top, roadmap, outsider):
    empty = ObjectiveFactory(roadmap=roadmap, visibility="restricted")
    AlignmentFactory(supporter=empty, supported=top)
    assert not figures(top, outsider).mean.is_partial


def test_the_course_hides_what_the_figures_hide(lib, roadmap, cycle, lead, manager, outsider):
    """Snapshots hold everything; whoever does not see all of it is shown the history of the rest."""
    with on(JULY):
        top = ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle), counts_supporters=True)
        secret = ObjectiveFactory(roadmap=roadmap, visibility="restricted")
        own, other = KeyResultFactory(objective=top), KeyResultFactory(objective=secret)
        align(secret, top, by=manager, now=timezone.now(), weight=Decimal(3), reason="agreed")
    check_in(own, 2, author=manager, on=AUGUST)
    check_in(other, 6, author=lead, on=AUGUST)
    for user, expected in ((lead, "0.5"), (outsider, "0.2")):
        tree = cycle_figures(cycle, user=user, today=TODAY)
        assert tree.find_area("LIB").roadmap.mean.completion == Decimal(expected)
        past = Past.of_objective(top, user=user, until=TODAY)
        (point,) = Course(past).of_objective(top, [TODAY])
        assert point.completion == Decimal(expected)
        figures_then, _dropped = past.objective_on(top, TODAY)
        assert (figures_then.mean.completion, figures_then.mean.is_partial) == (
            Decimal(expected),
            user is outsider,
        )
        assert (top.roadmap.area_id in tree.past_hidden) is (user is outsider)


def grow(roadmap, lead):
    """10 levels of 500 objectives, each with a key result; each level supports the first one of the next."""
    made = Objective.objects.bulk_create(
        Objective(
            roadmap=roadmap,
            number=number,
            code=f"{roadmap.code}-O{number}",
            title=f"Objective {number}",
            counts_supporters=True,
        )
        for number in range(1, LEVELS * EACH + 1)
    )
    KeyResult.objects.bulk_create(
        KeyResult(
            objective=row,
            number=1,
            code=f"{row.code}-KR1",
            title="Reach",
            start_value=Decimal(0),
            target_value=Decimal(10),
            completion=Decimal("0.5"),
            added_on=TODAY,
        )
        for row in made
    )
    levels = [made[start : start + EACH] for start in range(0, len(made), EACH)]
    Alignment.objects.bulk_create(
        Alignment(supporter=row, supported=upper[place // 5])
        for lower, upper in pairwise(levels)
        for place, row in enumerate(lower)
    )
    return levels


def test_ten_levels_of_five_thousand_objectives_roll_up_in_five_queries(
    roadmap, lead, manager, django_assert_max_num_queries
):
    levels = grow(roadmap, lead)
    tops = [Objective.objects.select_related("roadmap__cycle").get(pk=row.pk) for row in levels[-1][:100]]
    with django_assert_max_num_queries(5):
        found = figures_of(tops, user=manager, today=TODAY)
    assert len(found) == LEVELS * EACH - 400
    assert found[tops[0].pk].mean.completion == Decimal("0.5")
    assert found[tops[0].pk].mean.coverage.counted > 500
    assert roadmap_figures(roadmap, user=None, today=TODAY).mean.coverage.counted == LEVELS * EACH

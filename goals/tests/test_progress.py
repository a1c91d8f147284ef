"""Completion, means, expectation and scores: cases, what must always hold, and the document's examples."""

import doctest
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goals import pace, progress, values
from goals.progress import (
    asks_post_mortem,
    clamp,
    completion,
    expected_share,
    expected_value,
    is_violated,
    objective_score,
    proposed_score,
    reached_mark,
    round_half_up,
    score_band,
    weighted_mean,
)
from goals.tests.worked_examples import cases, day, examples, number
from goals.values import format_share

always = settings(derandomize=True, deadline=None, max_examples=150, database=None)

reported = st.decimals(min_value=-(10**13), max_value=10**13, places=6)
small = st.integers(min_value=-(10**6), max_value=10**6).map(lambda n: Decimal(n) / 1000)
shares = st.decimals(min_value=-2, max_value=3, places=6)
weights = st.decimals(min_value=0, max_value=100, places=2)
FIRST = date(2024, 7, 1)
days = st.integers(min_value=-30, max_value=400).map(lambda n: FIRST + timedelta(days=n))


@pytest.mark.parametrize("module", [progress, pace, values], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.parametrize("case", cases("completion-vectors.csv"), ids=lambda case: ",".join(case.values()))
def test_completion_of_every_case(case):
    current = number(case["current"])
    if case["kind"] == "guardrail":
        violated = is_violated(current, lower=number(case["lower"]), upper=number(case["upper"]))
        assert violated == (case["violated"] == "yes")
        return
    raw = completion(number(case["start"]), number(case["target"]), current)
    assert round_half_up(raw, 15) == Decimal(case["raw"])
    assert round_half_up(clamp(raw), 15) == Decimal(case["clamped"])


@pytest.mark.parametrize("row", examples(1, 1), ids=lambda row: row["key result"])
def test_the_furthest_mark_of_every_example(row):
    start, target, now = (number(row[name]) for name in ("start", "target", "now"))
    mark = reached_mark(start, target, now, commit=number(row["commit"]), stretch=number(row["stretch"]))
    assert mark == row["furthest mark"]


@given(st.lists(small, min_size=4, max_size=4, unique=True), small)
@always
def test_a_way_up_and_the_same_way_down_name_the_same_mark(values, now):
    start, commit, target, stretch = sorted(values)
    up = reached_mark(start, target, now, commit=commit, stretch=stretch)
    assert reached_mark(-start, -target, -now, commit=-commit, stretch=-stretch) == up
    passed = [
        name
        for name, value in zip(["commit", "target", "stretch"], [commit, target, stretch], strict=True)
        if now >= value
    ]
    assert up == (passed or ["none"])[-1]


def test_without_a_way_to_go_there_is_no_mark():
    assert reached_mark(None, Decimal(10), Decimal(12), commit=Decimal(5)) is None
    assert reached_mark(Decimal(0), None, Decimal(12), stretch=Decimal(5)) is None


@pytest.mark.parametrize(("start", "target"), [(None, 10), (10, None), (None, None), (10, 10)])
def test_without_a_way_to_go_there_is_no_completion(start, target):
    start, target = (None if value is None else Decimal(value) for value in (start, target))
    assert completion(start, target, Decimal(5)) is None


def test_before_the_first_value_completion_is_zero():
    assert completion(Decimal(3), Decimal(10), None) == 0


def test_resting_at_the_start_of_a_falling_way_is_plain_zero():
    assert str(completion(Decimal(14), Decimal(0), Decimal(14))) == "0"


@given(start=reported, target=reported)
@always
def test_completion_is_zero_at_the_start_and_one_at_the_target(start, target):
    assume(start != target)
    assert completion(start, target, start) == 0
    assert completion(start, target, target) == 1


@given(start=small, target=small, current=small, scale=small, shift=small)
@always
def test_completion_does_not_depend_on_the_unit(start, target, current, scale, shift):
    assume(start != target and scale != 0)
    moved = [scale * value + shift for value in (start, target, current)]
    assert completion(*moved) == completion(start, target, current)


@given(start=small, target=small, current=small)
@always
def test_a_falling_way_counts_like_its_mirror_image(start, target, current):
    assume(start != target)
    assert completion(-start, -target, -current) == completion(start, target, current)


@given(start=reported, target=reported, current=reported)
@always
def test_completion_is_exact_to_the_places_that_are_stored(start, target, current):
    assume(start != target)
    exact = Fraction(current - start) / Fraction(target - start)
    with localcontext() as narrow:
        narrow.prec = 6
        computed = completion(start, target, current)
    assert abs(Fraction(computed) - exact) < Fraction(1, 10**20)


@given(ratio=st.decimals(allow_nan=False, allow_infinity=False))
@always
def test_clamped_is_within_zero_and_one_and_leaves_what_is_within(ratio):
    assert 0 <= clamp(ratio) <= 1
    assert clamp(clamp(ratio)) == clamp(ratio)
    assert 0 <= ratio <= 1 or clamp(ratio) in (0, 1)


def test_a_guardrail_without_value_or_bounds_is_not_violated():
    assert not is_violated(None, lower=Decimal(1), upper=Decimal(2))
    assert not is_violated(Decimal(-7), lower=None, upper=None)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(Decimal(0), Decimal("0.5"))],
        [(Decimal(3), None)],
        [(Decimal(0), Decimal(1)), (Decimal(2), None)],
    ],
)
def test_a_mean_of_nothing_is_none_and_not_zero(pairs):
    assert weighted_mean(pairs) is None


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="A weight is 0 or more"):
        weighted_mean([(Decimal(-1), Decimal("0.5")), (Decimal(3), Decimal("0.5"))])


@given(pairs=st.lists(st.tuples(weights, shares), max_size=8))
@always
def test_a_mean_lies_between_the_lowest_and_the_highest_that_count(pairs):
    mean = weighted_mean(pairs)
    counting = [share for weight, share in pairs if weight]
    assert (mean is None) == (not counting)
    if counting:
        nothing = Decimal("1e-40")
        assert min(counting) - nothing <= mean <= max(counting) + nothing


@given(
    pairs=st.lists(st.tuples(weights, shares), min_size=1, max_size=8),
    scale=st.integers(min_value=1, max_value=1000),
)
@always
def test_a_mean_does_not_depend_on_the_scale_of_the_weights(pairs, scale):
    assert weighted_mean([(weight * scale, share) for weight, share in pairs]) == weighted_mean(pairs)


@given(pairs=st.lists(st.tuples(weights, shares), max_size=6), weight=weights)
@always
def test_what_has_no_share_changes_no_mean(pairs, weight):
    assert weighted_mean([*pairs, (weight, None)]) == weighted_mean(pairs)


@pytest.mark.parametrize("case", cases("expected-cases.csv"), ids=lambda case: case["story"])
def test_expected_share_of_every_case(case):
    plan = [(date.fromisoformat(when), Decimal(share)) for when, share in map(_split, case["plan"].split())]
    share = expected_share(
        day(case["day"]), starts_on=day(case["starts_on"]), due_on=day(case["due_on"]), plan=plan
    )
    assert share == Decimal(case["expected"])


def _split(point):
    return point.split("=")


@given(one=days, other=days, due_on=days, rising=st.lists(st.tuples(days, shares), max_size=5))
@always
def test_expected_never_falls_and_stays_within_zero_and_one(one, other, due_on, rising):
    assume(due_on > FIRST)
    plan = list(zip(sorted(when for when, _ in rising), sorted(share for _, share in rising), strict=True))
    earlier, later = (
        expected_share(when, starts_on=FIRST, due_on=due_on, plan=plan) for when in sorted((one, other))
    )
    assert 0 <= earlier <= later <= 1


@given(start=small, target=small, share=st.decimals(min_value=0, max_value=1, places=6))
@always
def test_the_expected_value_has_the_expected_completion(start, target, share):
    assume(start != target)
    assert completion(start, target, expected_value(start, target, share)) == share


def test_without_a_target_there_is_no_expected_value():
    assert expected_value(Decimal(1), None, Decimal("0.5")) is None
    assert expected_value(None, Decimal(1), Decimal("0.5")) is None


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.45", 1, "0.5"),
        ("0.449", 1, "0.4"),
        ("-0.45", 1, "-0.5"),
        ("-0.04", 1, "0.0"),
        ("2.5", 0, "3"),
        ("100000000000000000000.5555555555555555", 15, "100000000000000000000.555555555555556"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value, places, rounded):
    assert str(round_half_up(Decimal(value), places)) == rounded


@pytest.mark.parametrize("case", cases("score-cases.csv"), ids=lambda case: ",".join(case.values()))
def test_proposed_score_and_band_of_every_case(case):
    violated = {"yes": True, "no": False, "": None}[case["violated"]]
    score = proposed_score(case["kind"], number(case["completion"]), violated=violated)
    assert ("" if score is None else str(score)) == case["score"]
    assert score is None or score_band(score) == case["band"]


@pytest.mark.parametrize(
    ("score", "band"),
    [("0.34", "red"), ("0.35", "amber"), ("0.64", "amber"), ("0.65", "green"), ("1", "green")],
)
def test_a_band_is_judged_after_rounding_to_one_decimal(score, band):
    assert score_band(Decimal(score)) == band


def test_an_objective_score_has_two_decimals_and_leaves_out_what_has_none():
    thirds = [(Decimal(1), Decimal("1.0")), (Decimal(2), Decimal("0.5")), (Decimal(9), None)]
    assert str(objective_score(thirds)) == "0.67"
    assert objective_score([(Decimal(0), Decimal("1.0"))]) is None


def test_only_a_committed_objective_below_one_asks_for_a_post_mortem():
    assert asks_post_mortem(Decimal("0.99"), committed=True)
    assert not asks_post_mortem(Decimal("1.00"), committed=True)
    assert not asks_post_mortem(Decimal("0.10"), committed=False)
    assert not asks_post_mortem(None, committed=True)


def test_the_document_computes_completion_as_the_code_does():
    rows = examples(1)
    assert len(rows) >= 6
    for row in rows:
        raw = completion(number(row["start"]), number(row["target"]), number(row["now"]))
        assert round_half_up(raw, 4) == round_half_up(number(row["completion"]), 4), row
        assert format_share(clamp(raw)) == row["shown"], row


def test_the_document_computes_a_mean_as_the_code_does():
    *rows, last = examples(2)
    pairs = [
        (
            number(row["weight"]),
            None if number(row["completion"]) is None else clamp(number(row["completion"])),
        )
        for row in rows
    ]
    assert format_share(weighted_mean(pairs)) == last["counts as"]
    for row, (_, share) in zip(rows, pairs, strict=True):
        assert format_share(share) == row["counts as"], row


def test_the_document_computes_what_is_expected_as_the_code_does():
    first, last = date(2024, 7, 1), date(2024, 12, 31)
    plan = [(date(2024, 9, 30), Decimal("0.2"))]
    rows = examples(3)
    assert len(rows) >= 5
    for row in rows:
        when = day(row["day"])
        plain = expected_share(when, starts_on=first, due_on=last)
        assert format_share(plain) == row["expected"], row
        value = expected_value(Decimal("105.02"), Decimal(200), plain)
        assert round_half_up(value, 1) == number(row["expected value"]), row
        assert (
            format_share(expected_share(when, starts_on=first, due_on=last, plan=plan))
            == row["with the plan"]
        )


def test_the_document_scores_as_the_code_does():
    rows = examples(8)
    assert len(rows) >= 5
    for row in rows:
        violated = {"kept": False, "violated": True}.get(row["completion"])
        ratio = None if violated is not None else number(row["completion"])
        score = proposed_score("reach" if violated is None else "guardrail", ratio, violated=violated)
        assert (str(score), score_band(score)) == (row["proposed score"], row["band"]), row

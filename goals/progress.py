"""How far something has come: completion, means, expectation and scores.

Numbers and dates in, numbers out; standard library only. Every share is a ratio, not a percentage, and stays
exact until it is shown. The formulas, with worked examples: docs/progress-and-pace.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Literal

Kind = Literal["reach", "milestone", "guardrail"]
Band = Literal["red", "amber", "green"]


class Mark(StrEnum):
    """The furthest of the three marks of a reach that its value has come to."""

    NONE = "none"
    COMMIT = "commit"
    TARGET = "target"
    STRETCH = "stretch"


# Stored beside every figure. Raise it when a formula changes, so that old figures can be told from new ones.
FORMULA_VERSION = 1

# A stored completion is rounded to this many places; see `round_half_up`.
COMPLETION_PLACES = 15

ZERO = Decimal(0)
ONE = Decimal(1)

# The caller's decimal context may be anything. Two values of 20 digits need at most 21 for their difference,
# so 50 leave the quotient far finer than what is stored.
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
# Room for the largest completion there is: 20 digits against 6 places, with 15 places behind the point.
WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


def completion(start: Decimal | None, target: Decimal | None, current: Decimal | None) -> Decimal | None:
    """The raw share of the way from start to target; below 0 and above 1 are possible.

    None without a start or a target, or when both are equal: there is no way to measure. 0 before the first
    value. A milestone is a way from 0 to 1. Formula: docs/progress-and-pace.md, section 1.

    >>> completion(Decimal("18.9"), Decimal("16"), Decimal("17.45"))
    Decimal('0.5')
    >>> completion(Decimal("40"), Decimal("90"), Decimal("96"))
    Decimal('1.12')
    >>> completion(Decimal("40"), None, Decimal("96")) is None
    True
    """
    if start is None or target is None or start == target:
        return None
    if current is None:
        return ZERO
    with localcontext(EXACT):
        # Adding 0 turns the -0 of a value resting at the start of a falling way into 0.
        return (current - start) / (target - start) + ZERO


def stored_completion(
    kind: str, start: Decimal | None, target: Decimal | None, value: Decimal | None
) -> Decimal | None:
    """The completion as it is stored: raw, rounded to 15 places; None for a guardrail.

    >>> stored_completion("reach", Decimal(0), Decimal(3), Decimal(1))
    Decimal('0.333333333333333')
    """
    if kind == "guardrail":
        return None
    raw = completion(start, target, value)
    return None if raw is None else round_half_up(raw, COMPLETION_PLACES)


def clamp(ratio: Decimal) -> Decimal:
    """The ratio, kept within 0 and 1, as every mean and every bar takes it.

    >>> clamp(Decimal("1.12")), clamp(Decimal("-0.3"))
    (Decimal('1'), Decimal('0'))
    """
    return min(max(ratio, ZERO), ONE)


def reached_mark(
    start: Decimal | None,
    target: Decimal | None,
    current: Decimal | None,
    *,
    commit: Decimal | None = None,
    stretch: Decimal | None = None,
) -> Mark | None:
    """The furthest mark that a value lies on or beyond, on the way from start to target.

    None without a start or a target, or when both are equal: there is no way then. It changes no figure.
    Formula: docs/progress-and-pace.md, section 1.

    >>> reached_mark(Decimal(0), Decimal(10), Decimal(7), commit=Decimal(7), stretch=Decimal(12))
    <Mark.COMMIT: 'commit'>
    >>> reached_mark(Decimal(40), Decimal(20), Decimal(15), commit=Decimal(30), stretch=Decimal(15))
    <Mark.STRETCH: 'stretch'>
    """
    if start is None or target is None or start == target:
        return None
    if current is None:
        return Mark.NONE
    is_rising = target > start
    for mark, value in ((Mark.STRETCH, stretch), (Mark.TARGET, target), (Mark.COMMIT, commit)):
        if value is not None and (current >= value if is_rising else current <= value):
            return mark
    return Mark.NONE


def goes_one_way(*values: Decimal | None) -> bool:
    """Whether the values go up from each to the next, or down; where one is missing, nothing says otherwise.

    >>> goes_one_way(Decimal(9), Decimal(5), Decimal(1)), goes_one_way(Decimal(0), Decimal(5), Decimal(5))
    (True, False)
    """
    known = [value for value in values if value is not None]
    pairs = list(pairwise(known))
    if len(known) < len(values):
        return True
    return all(first < second for first, second in pairs) or all(first > second for first, second in pairs)


def is_violated(value: Decimal | None, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    """Whether a guardrail's value lies outside its bounds. Both bounds are inclusive, either may be missing.

    A guardrail without a value is not violated: nothing is known yet.

    >>> is_violated(Decimal("12.85"), lower=None, upper=Decimal("12.85"))
    False
    >>> is_violated(Decimal("12.9"), lower=None, upper=Decimal("12.85"))
    True
    """
    if value is None:
        return False
    return (lower is not None and value < lower) or (upper is not None and value > upper)


def weighted_mean(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The mean of (weight, share) pairs; None when nothing counts, never a silent 0.

    A share of None is left out together with its weight. Shares are taken as they are: clamp them first.
    Raises ValueError for a negative weight. Formula: docs/progress-and-pace.md, section 2.

    >>> weighted_mean([(Decimal(2), Decimal("0.5")), (Decimal(1), Decimal("0.2")), (Decimal(5), None)])
    Decimal('0.4')
    >>> weighted_mean([(Decimal(0), Decimal("0.5"))]) is None
    True
    """
    counting = [(weight, share) for weight, share in pairs if share is not None]
    if any(weight < 0 for weight, _ in counting):
        raise ValueError("A weight is 0 or more.")
    with localcontext(EXACT):
        total = sum((weight for weight, _ in counting), ZERO)
        if total == 0:
            return None
        return sum((weight * share for weight, share in counting), ZERO) / total


def stored_mean(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The weighted mean as it is stored, and as it counts in the mean of what it supports: with 15 places.

    >>> stored_mean([(Decimal(1), ONE), (Decimal(2), ZERO)])
    Decimal('0.333333333333333')
    """
    mean = weighted_mean(pairs)
    return None if mean is None else round_half_up(mean, COMPLETION_PLACES)


def rolled_up(
    order: Iterable[int],
    *,
    own: Mapping[int, Sequence[tuple[Decimal, Decimal | None]]],
    supporters: Mapping[int, Sequence[tuple[Decimal, int]]],
    known: Mapping[int, Decimal | None],
) -> dict[int, Decimal | None]:
    """The stored means of objectives that count their supporters, in an order that has supporters first.

    `own` holds the (weight, clamped share) of the key results of each, `supporters` the (weight, objective)
    of what supports it, `known` the means of those that are not in the order. A supporter without a mean is
    left out with its weight. Formula: docs/progress-and-pace.md, section 2.

    >>> half = [(ONE, Decimal("0.5"))]
    >>> rolled_up([1, 2], own={1: half}, supporters={1: [(ONE, 3)], 2: [(Decimal(2), 1)]}, known={3: ONE})
    {1: Decimal('0.750000000000000'), 2: Decimal('0.750000000000000')}
    """
    found: dict[int, Decimal | None] = {}
    for one in order:
        below = [
            (weight, found[other] if other in found else known.get(other))
            for weight, other in supporters.get(one, ())
        ]
        found[one] = stored_mean([*own.get(one, ()), *below])
    return found


def expected_share(
    day: date, *, starts_on: date, due_on: date, plan: Sequence[tuple[date, Decimal]] = ()
) -> Decimal:
    """The share that should be reached on a day: 0 up to the first day, 1 from the due day, by whole days.

    `plan` holds dated interim completions; the line then runs straight from one to the next. Points outside
    the period say nothing and are passed over; of two on one day the later in the sequence holds.
    Formula: docs/progress-and-pace.md, section 3.

    >>> first, last = date(2024, 7, 1), date(2024, 12, 31)
    >>> round_half_up(expected_share(date(2024, 8, 16), starts_on=first, due_on=date(2024, 9, 30)), 4)
    Decimal('0.5055')
    >>> plan = [(date(2024, 9, 30), Decimal("0.2"))]
    >>> expected_share(date(2024, 11, 15), starts_on=first, due_on=last, plan=plan)
    Decimal('0.60')
    """
    # The due day wins where it is also the first day: what is due today is expected today.
    if day >= due_on:
        return ONE
    if day <= starts_on:
        return ZERO
    inner = {when: clamp(share) for when, share in plan if starts_on < when < due_on}
    line = [(starts_on, ZERO), *sorted(inner.items()), (due_on, ONE)]
    after = next(index for index, (when, _) in enumerate(line) if when >= day)
    (from_day, from_share), (to_day, to_share) = line[after - 1], line[after]
    with localcontext(EXACT):
        walked = Decimal((day - from_day).days) / (to_day - from_day).days
        return from_share + (to_share - from_share) * walked


def expected_value(start: Decimal | None, target: Decimal | None, share: Decimal) -> Decimal | None:
    """The value that belongs to an expected share; None without a start or a target.

    >>> expected_value(Decimal("18.9"), Decimal("16"), Decimal("0.5"))
    Decimal('17.45')
    """
    if start is None or target is None:
        return None
    with localcontext(EXACT):
        return start + (target - start) * share


def round_half_up(value: Decimal, places: int) -> Decimal:
    """The value with exactly this many places; a half goes away from zero, and there is no minus zero.

    >>> round_half_up(Decimal("0.65"), 1), round_half_up(Decimal("-0.004"), 2)
    (Decimal('0.7'), Decimal('0.00'))
    """
    return WIDE.add(WIDE.quantize(value, _last_place(places)), ZERO)


@cache
def _last_place(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def proposed_score(kind: Kind, ratio: Decimal | None, *, violated: bool | None = None) -> Decimal | None:
    """The score a key result would get at closing, 0.0 to 1.0; None when it cannot be told.

    `ratio` is the raw completion. A guardrail looks at `violated` alone: 1 kept, 0 violated, None never
    reported. Formula: docs/progress-and-pace.md, section 8.

    >>> proposed_score("reach", Decimal("0.65")), proposed_score("guardrail", None, violated=True)
    (Decimal('0.7'), Decimal('0.0'))
    """
    if kind == "guardrail":
        ratio = None if violated is None else (ZERO if violated else ONE)
    return None if ratio is None else round_half_up(clamp(ratio), 1)


def objective_score(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The weighted mean of the (weight, score) of its key results, two decimals; None when nothing counts.

    >>> objective_score([(Decimal(2), Decimal("0.7")), (Decimal(1), Decimal("0.4"))])
    Decimal('0.60')
    """
    mean = weighted_mean(pairs)
    return None if mean is None else round_half_up(mean, 2)


def score_band(score: Decimal) -> Band:
    """The colour of a score, judged after rounding to one decimal: red to 0.3, amber to 0.6, green from 0.7.

    >>> score_band(Decimal("0.34")), score_band(Decimal("0.35")), score_band(Decimal("0.65"))
    ('red', 'amber', 'green')
    """
    rounded = round_half_up(score, 1)
    if rounded <= Decimal("0.3"):
        return "red"
    return "amber" if rounded <= Decimal("0.6") else "green"


def asks_post_mortem(score: Decimal | None, *, committed: bool) -> bool:
    """Whether an objective's score asks for a post-mortem note: a committed one that stayed below 1.0.

    >>> asks_post_mortem(Decimal("0.98"), committed=True), asks_post_mortem(Decimal("0.98"), committed=False)
    (True, False)
    """
    return committed and score is not None and score < 1

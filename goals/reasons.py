"""Why something has its pace: which case it is, with the numbers and dates that say so.

Nothing here is a sentence; goals.sentences puts a reason into the reader's words. Standard library only. The
variants, with worked examples: docs/progress-and-pace.md, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from goals.pace import AT_RISK, BEHIND, NO_DATA, NOT_STARTED, ON_TRACK
from goals.progress import Kind, clamp, is_violated, round_half_up


class Case(Enum):
    """What a reason says; beside each case the figures of the reason that it rests on."""

    NOT_STARTED = auto()  # starts_on
    NOTHING_TO_MEASURE = auto()
    NO_CHECK_IN = auto()  # expected
    MILESTONE_OPEN = auto()  # expected
    MILESTONE_DONE = auto()
    REACHED = auto()  # completion, distance: the target or more
    ON_THE_WAY = auto()  # expected, completion, distance, needs_per_week, gave_per_week
    GUARDRAIL_OPEN = auto()  # lower, upper: no check-in yet
    GUARDRAIL_KEPT = auto()  # value, lower, upper
    BELOW_BOUND = auto()  # value, lower
    ABOVE_BOUND = auto()  # value, upper


class Way(Enum):
    """On which side of what is expected a completion lies."""

    TARGET_MET = auto()
    OVER_TARGET = auto()
    AHEAD = auto()
    BEHIND = auto()
    ON_TRACK = auto()
    AS_EXPECTED = auto()


@dataclass(frozen=True)
class Distance:
    """How far a completion is from what is expected, in whole percentage points, never below 0."""

    way: Way
    points: int = 0


@dataclass(frozen=True)
class Reason:
    """A case and its figures; None or empty is what the case does not say. Shares are ratios."""

    case: Case
    completion: Decimal | None = None  # raw: may lie below 0 or above 1
    expected: Decimal | None = None
    distance: Distance | None = None
    needs_per_week: Decimal | None = None
    gave_per_week: Decimal | None = None
    unit: str = ""
    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    starts_on: date | None = None
    held_back_by: str = ""  # the code of the violated guardrail of an objective
    silent_days: int | None = None  # of what is stale


def reason(
    pace: str,
    *,
    completion: Decimal | None = None,
    expected: Decimal | None = None,
    kind: Kind = "reach",
    unit: str = "",
    needs_per_week: Decimal | None = None,
    gave_per_week: Decimal | None = None,
    value: Decimal | None = None,
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    starts_on: date | None = None,
    held_back_by: str = "",
    silent_days: int | None = None,
) -> Reason:
    """Why something has this pace. A mean gives completion and expected only.

    >>> reason("behind", completion=Decimal("0.35"), expected=Decimal("0.5"), unit="tok/s",
    ...        needs_per_week=Decimal("2.24")).distance
    Distance(way=<Way.BEHIND: 4>, points=15)
    >>> reason("at_risk", kind="guardrail", value=Decimal("12.9"), upper=Decimal("12.85")).case
    <Case.ABOVE_BOUND: 11>
    """
    if pace == NOT_STARTED:
        found = Reason(Case.NOT_STARTED, starts_on=starts_on)
    elif kind == "guardrail":
        found = Reason(_guardrail(value, lower, upper), unit=unit, value=value, lower=lower, upper=upper)
    elif completion is None:
        found = Reason(Case.NOTHING_TO_MEASURE)
    elif pace == NO_DATA or expected is None:
        found = Reason(Case.NO_CHECK_IN, expected=expected)
    elif kind == "milestone":
        found = Reason(Case.MILESTONE_DONE if completion >= 1 else Case.MILESTONE_OPEN, expected=expected)
    else:
        found = Reason(
            Case.REACHED if completion >= 1 else Case.ON_THE_WAY,
            completion=completion,
            expected=expected,
            distance=distance(completion, expected, pace),
            unit=unit,
        )
        if pace in (BEHIND, AT_RISK):
            found = replace(found, needs_per_week=needs_per_week, gave_per_week=gave_per_week)
    return replace(found, held_back_by=held_back_by, silent_days=silent_days)


def distance(completion: Decimal, expected: Decimal, pace: str) -> Distance:
    """From what is expected to a raw completion, half up to whole points.

    >>> distance(Decimal("0.42"), Decimal("0.58"), "at_risk")
    Distance(way=<Way.BEHIND: 4>, points=16)
    """
    if completion >= 1:
        return Distance(Way.TARGET_MET if round_half_up(completion * 100, 0) == 100 else Way.OVER_TARGET)
    ahead = int(round_half_up((clamp(completion) - expected) * 100, 0))
    if ahead > 0:
        return Distance(Way.AHEAD, ahead)
    if pace == ON_TRACK:
        return Distance(Way.ON_TRACK, -ahead)
    return Distance(Way.BEHIND, -ahead) if ahead else Distance(Way.AS_EXPECTED)


def _guardrail(value: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> Case:
    if value is None:
        return Case.GUARDRAIL_OPEN
    if is_violated(value, lower=lower, upper=None):
        return Case.BELOW_BOUND
    return Case.ABOVE_BOUND if is_violated(value, lower=None, upper=upper) else Case.GUARDRAIL_KEPT

"""Whether something moves fast enough, when its next check-in is due, and where it will end.

Numbers and dates in, numbers, dates and names of paces out; standard library only. Why it is so says
goals.reasons, in which words goals.sentences. The rules, with worked examples: docs/progress-and-pace.md,
sections 4, 6 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from goals.progress import EXACT, round_half_up
from goals.values import MAX_PLACES

DONE = "done"
NOT_STARTED = "not_started"
NO_DATA = "no_data"
ON_TRACK = "on_track"
BEHIND = "behind"
AT_RISK = "at_risk"

STALE_GRACE_DAYS = 3
FORECAST_WINDOW_DAYS = 28
FORECAST_MIN_CHECK_INS = 3

# A stored completion has 15 places and an expected share like 2/3 has no end, so their differences
# are judged to 14: 0.6 reached of 2/3 expected is exactly nine tenths and must not miss it by a digit.
_JUDGED_PLACES = 14


@dataclass(frozen=True)
class Thresholds:
    """Where on track ends and at risk begins: gaps (0.05 is 5 points) and ratios of reached to expected."""

    on_track_gap: Decimal = Decimal("0.05")
    on_track_ratio: Decimal = Decimal("0.90")
    at_risk_gap: Decimal = Decimal("0.15")
    at_risk_ratio: Decimal = Decimal("0.70")


DEFAULT_THRESHOLDS = Thresholds()


def pace(
    completion: Decimal | None,
    expected: Decimal | None,
    *,
    checked_in: bool,
    started: bool,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> str:
    """The pace of a raw completion against what is expected; one of the six above.

    Without a completion or an expectation there is no data. Rule: docs/progress-and-pace.md, section 4.

    >>> pace(Decimal("0.35"), Decimal("0.5"), checked_in=True, started=True)
    'behind'
    >>> pace(Decimal("0.349"), Decimal("0.5"), checked_in=True, started=True)
    'at_risk'
    """
    if completion is not None and completion >= 1:
        return DONE
    if not started:
        return NOT_STARTED
    if not checked_in or completion is None or expected is None:
        return NO_DATA
    if _is_within(completion, expected, thresholds.on_track_gap, thresholds.on_track_ratio):
        return ON_TRACK
    if _is_within(completion, expected, thresholds.at_risk_gap, thresholds.at_risk_ratio):
        return BEHIND
    return AT_RISK


def _is_within(completion: Decimal, expected: Decimal, gap: Decimal, ratio: Decimal) -> bool:
    # The ratio is multiplied out, which also answers for an expected of 0: whoever is not below 0 keeps up.
    with localcontext(EXACT):
        gap_margin = gap - (expected - completion)
        ratio_margin = completion - ratio * expected
    return max(round_half_up(gap_margin, _JUDGED_PLACES), round_half_up(ratio_margin, _JUDGED_PLACES)) >= 0


def guardrail_pace(*, violated: bool, checked_in: bool, started: bool) -> str:
    """The pace of a guardrail: on track while kept ("Kept"), at risk while violated ("Violated").

    >>> guardrail_pace(violated=True, checked_in=True, started=True)
    'at_risk'
    """
    if not started:
        return NOT_STARTED
    if not checked_in:
        return NO_DATA
    return AT_RISK if violated else ON_TRACK


def at_best_behind(pace: str) -> str:
    """The pace of an objective while one of its guardrails is violated.

    >>> at_best_behind("done"), at_best_behind("at_risk"), at_best_behind("not_started")
    ('behind', 'at_risk', 'not_started')
    """
    return pace if pace in (AT_RISK, NOT_STARTED) else BEHIND


def is_mismatch(said: str | None, pace: str) -> bool:
    """Whether the status said and the pace differ. Done agrees with "on track", no pace with everything.

    >>> is_mismatch("on_track", "at_risk"), is_mismatch("on_track", "done"), is_mismatch("behind", "no_data")
    (True, False, False)
    """
    if not said or pace in (NO_DATA, NOT_STARTED):
        return False
    return said != (ON_TRACK if pace == DONE else pace)


def check_in_due_on(
    *, last_on: date | None, counts_from: date, every_days: int, weekday: int | None, ends_on: date
) -> date:
    """The day the next check-in is due: a rhythm after the last one, on the nearest `weekday` (0 is Monday).

    Never before the day after the last check-in, and otherwise never after `ends_on`: an answer after
    `ends_on` means that the last check-in was made on the last day or later, and nothing more is owed.
    Rule: docs/progress-and-pace.md, section 6.

    >>> begin, end = date(2024, 7, 1), date(2024, 12, 31)
    >>> check_in_due_on(last_on=date(2024, 10, 3), counts_from=begin, every_days=14, weekday=0, ends_on=end)
    datetime.date(2024, 10, 14)
    """
    counted_from = last_on or counts_from
    next_day = counted_from + timedelta(days=1)
    due = counted_from + timedelta(days=every_days)
    if weekday is not None:
        # Monday is 3 days behind Thursday and 3 ahead of Friday: the nearest one is at most 3 days away.
        on_weekday = due + timedelta(days=(weekday - due.weekday() + 3) % 7 - 3)
        # A rhythm of a few days can be pulled back to the last check-in itself; it then keeps its own day.
        due = on_weekday if on_weekday >= next_day else due
    due = min(due, ends_on)
    return due if last_on is None else max(due, next_day)


def days_silent(today: date, *, last_on: date | None, counts_from: date) -> int:
    """Whole days since the last check-in, or since check-ins count when there was none; never below 0."""
    return max(0, (today - (last_on or counts_from)).days)


def is_stale(today: date, *, last_on: date | None, counts_from: date, every_days: int) -> bool:
    """Whether more days than the rhythm and 3 of grace went by without a check-in.

    >>> is_stale(date(2024, 10, 18), last_on=date(2024, 10, 1), counts_from=date(2024, 7, 1), every_days=14)
    False
    >>> is_stale(date(2024, 10, 19), last_on=date(2024, 10, 1), counts_from=date(2024, 7, 1), every_days=14)
    True
    """
    return days_silent(today, last_on=last_on, counts_from=counts_from) > every_days + STALE_GRACE_DAYS


@dataclass(frozen=True)
class Forecast:
    """Where a value will stand on the due day if it keeps moving as it did."""

    value: Decimal  # rounded to 6 places, as values are
    raw_value: Decimal  # exact: what a completion at the due day is computed from
    rate_per_day: Decimal

    @property
    def rate_per_week(self) -> Decimal:
        return self.rate_per_day * 7


def forecast(points: Sequence[tuple[date, Decimal]], *, today: date, due_on: date) -> Forecast | None:
    """The last value plus the rate of the last 28 days for every day left, itself where none is left.

    `points` are (effective_on, value) in the order of their sequence numbers. None with fewer than 3
    check-ins up to today, or when all of them are of today. Formula: docs/progress-and-pace.md, section 7.

    >>> days = date(2024, 9, 2), date(2024, 9, 16), date(2024, 9, 30)
    >>> points = list(zip(days, map(Decimal, (10, 12, 17))))
    >>> forecast(points, today=date(2024, 9, 30), due_on=date(2024, 10, 10))
    Forecast(value=Decimal('19.500000'), raw_value=Decimal('19.50'), rate_per_day=Decimal('0.25'))
    """
    # The sort is stable: of two check-ins for one day the later sequence number stays the later.
    known = sorted((point for point in points if point[0] <= today), key=lambda point: point[0])
    if len(known) < FORECAST_MIN_CHECK_INS:
        return None
    current = known[-1][1]
    window_start = today - timedelta(days=FORECAST_WINDOW_DAYS)
    in_force = [value for when, value in known if when <= window_start]
    then_on, then_value = (window_start, in_force[-1]) if in_force else known[0]
    days_between = (today - then_on).days
    if days_between == 0:
        return None
    with localcontext(EXACT):
        rate = (current - then_value) / days_between
        raw_value = current + rate * max(0, (due_on - today).days)
    return Forecast(value=round_half_up(raw_value, MAX_PLACES), raw_value=raw_value, rate_per_day=rate)


def needed_per_week(
    current: Decimal | None, target: Decimal | None, *, today: date, due_on: date
) -> Decimal | None:
    """The change per week that would just meet the target; None without values or without a day left.

    >>> needed_per_week(Decimal(10), Decimal(16), today=date(2024, 9, 2), due_on=date(2024, 9, 23))
    Decimal('2')
    """
    days_left = (due_on - today).days
    if current is None or target is None or days_left <= 0:
        return None
    with localcontext(EXACT):
        return (target - current) * 7 / days_left

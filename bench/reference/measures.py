"""How a key result is measured, and what is reported about it: numbers that follow from numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from goals.progress import stored_completion

# (metric, unit, start, target)
REACHES = [
    ("median over the week", "ms", "420", "180"),
    ("share of requests", "%", "12.5", "80"),
    ("open defects", "", "240", "60"),
    ("weekly readers", "people", "0", "5000"),
    ("throughput on the reference machine", "tok/s", "18.9", "31.5"),
    ("tests that pass on each platform", "%", "61", "99.5"),
    ("cost of a thousand requests", "EUR", "2.4", "0.9"),
]
GUARDRAILS = [("memory at the peak", "GiB", None, "12.85"), ("uptime", "%", "99.5", None)]
# The share of the way that key results have come at the end of what was reported.
FINAL_HUNDREDTHS = (15, 35, 50, 62, 70, 78, 84, 90, 95, 104)
# How many check-ins a key result has, 25 on average; one in ten was never reported on, one twice as often.
COUNTS = (25, 20, 30, 0, 25, 28, 50, 22, 24, 26)
CENT = Decimal("0.01")
stored_completion_once = lru_cache(maxsize=500_000)(stored_completion)


@dataclass(frozen=True)
class Measure:
    kind: str
    metric: str
    unit: str
    start: Decimal | None
    target: Decimal | None
    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True)
class Reported:
    """One check-in; `corrects` is the sequence number of another."""

    sequence: int
    on: date
    value: Decimal
    completion: Decimal | None
    corrects: int | None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def measure_of(index: int) -> Measure:
    """Of ten key results seven are reaches, two milestones, one a guardrail."""
    if index % 10 == 9:
        metric, unit, lower, upper = GUARDRAILS[index // 10 % len(GUARDRAILS)]
        return Measure("guardrail", metric, unit, None, None, _decimal(lower), _decimal(upper))
    if index % 5 == 3:
        return Measure("milestone", "done or not done", "", Decimal(0), Decimal(1), None, None)
    metric, unit, start, target = REACHES[index % len(REACHES)]
    return Measure("reach", metric, unit, Decimal(start), Decimal(target), None, None)


def reports_of(index: int, measure: Measure, *, first: date, last: date) -> Iterator[Reported]:
    """The check-ins about a key result, spread evenly over a time; some correct the one before."""
    count = COUNTS[(index + index // 10) % len(COUNTS)]
    days = (last - first).days
    final = FINAL_HUNDREDTHS[(index * 7 + index // 10) % len(FINAL_HUNDREDTHS)]
    # Some people report to the end, others fell silent weeks ago.
    silent = (0, 3, 9, 20, 24)[index // 20 % 5]
    on, value = first, Decimal(0)
    for sequence in range(1, count + 1):
        corrects = sequence - 1 if sequence > 1 and (index + sequence) % 40 == 0 else None
        if corrects is None:
            on = first + timedelta(days=max(0, days - silent) * sequence // count)
        wobble = (index * 3 + sequence * 7) % 5 - 2
        hundredths = max(0, final * sequence // count + wobble)
        value = _value_at(measure, hundredths)
        completion = stored_completion_once(measure.kind, measure.start, measure.target, value)
        yield Reported(sequence, on, value, completion, corrects)


@lru_cache(maxsize=10_000)
def _value_at(measure: Measure, hundredths: int) -> Decimal:
    """The value after so much of the way; a milestone is done at its end alone."""
    if measure.kind == "milestone":
        return Decimal(int(hundredths >= 90))
    if measure.start is None or measure.target is None:
        bound = measure.upper if measure.upper is not None else measure.lower
        return (bound or Decimal(0)) + Decimal(hundredths - 60) * CENT
    return (measure.start + (measure.target - measure.start) * hundredths / 100).quantize(CENT)

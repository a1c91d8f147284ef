"""How many risks are open, high, occurred and mitigated, and how grave they are together: day by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from goals.figures.risks import RiskRecord
from goals.models import Cycle, Risk


@dataclass(frozen=True)
class RiskLevels:
    """Of the open risks among some. Nothing here depends on the day itself, as what is overdue does."""

    open: int
    high: int
    occurred: int
    mitigated: int
    score_sum: int  # of likelihood times impact; those without a likelihood add nothing


@dataclass(frozen=True)
class RiskDay:
    day: date
    levels: RiskLevels


def risk_levels(risks: Iterable[Risk]) -> RiskLevels:
    """Of rows `with_mitigation_state`, or of a past day: the one formula for both."""
    rows = [row for row in risks if row.is_open]
    return RiskLevels(
        open=len(rows),
        high=sum(row.is_high for row in rows),
        occurred=sum(row.state == Risk.State.OCCURRED for row in rows),
        mitigated=sum(row.is_mitigated for row in rows),
        score_sum=sum(row.score or 0 for row in rows),
    )


def risk_trend(risks: QuerySet[Risk], cycle: Cycle, *, until: date) -> list[RiskDay]:
    """Each day of the cycle up to `until`, oldest first; what these risks were on it. Five queries.

    Figures change with what is written down alone, so days between are as the one before.
    """
    last = min(until, cycle.ends_on)
    record = RiskRecord(risks, last)
    changed = record.days
    found: list[RiskDay] = []
    for number in range((last - cycle.starts_on).days + 1):
        day = cycle.starts_on + timedelta(days=number)
        same = found and day not in changed
        found.append(RiskDay(day, found[-1].levels if same else risk_levels(record.on(day))))
    return found

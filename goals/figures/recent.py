"""What moved in the last days: figures of a cycle against those of an earlier day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goals.figures.means import MeanFigures
from goals.figures.series import Before
from goals.figures.steps import end_of
from goals.figures.tree import CycleFigures
from goals.models import CheckIn
from goals.progress import completion

RECENT_DAYS = 14


@dataclass(frozen=True)
class RecentCheckIns:
    """How many check-ins came in, and how many of them moved away from their target."""

    count: int
    worse: int


def mean_change(mean: MeanFigures, area_ids: Collection[int], before: Before) -> Decimal | None:
    """The mean of areas less what it was before; None when one of the two is missing."""
    earlier = before.mean_of(area_ids)
    return None if mean.completion is None or earlier is None else mean.completion - earlier


def recent_check_ins(figures: CycleFigures, *, since: date, until: date | None = None) -> RecentCheckIns:
    """Check-ins effective after `since`, of the key results in `figures`. One query.

    `until` asks for those that were known at the end of that day.
    """
    ids = [row.key_result.pk for row in figures.key_results()]
    rows = CheckIn.objects.filter(key_result__in=ids, effective_on__gt=since)
    if until is not None:
        rows = rows.filter(effective_on__lte=until, created_at__lt=end_of(until))
    fields = rows.values_list("start_value", "target_value", "previous_value", "value")
    moves = [
        (completion(start, target, before), completion(start, target, now))
        for start, target, before, now in fields
    ]
    worse = sum(now is not None and before is not None and now < before for before, now in moves)
    return RecentCheckIns(count=len(moves), worse=worse)

"""Days as everybody counts them, and what changes from one to another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

from django.utils import timezone

T = TypeVar("T")


def day_of(moment: datetime) -> date:
    """The day a moment belongs to, for everybody."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())


class Steps(Generic[T]):
    """Something that changes from one day to another; of several changes on one day the last holds.

    >>> target = Steps([(date(2024, 7, 1), 10), (date(2024, 9, 2), 12), (date(2024, 9, 2), 15)])
    >>> target.on(date(2024, 6, 30)), target.on(date(2024, 9, 1)), target.on(date(2024, 9, 2))
    (None, 10, 15)
    """

    def __init__(self, changes: Iterable[tuple[date, T]] = ()) -> None:
        by_day = dict(changes)
        self.days = sorted(by_day)
        self.values = [by_day[day] for day in self.days]

    def on(self, day: date) -> T | None:
        """What was the case at the end of a day; None before the first change."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None

"""The demo's calendar: the half-year of 2024, moved so that its 14 October is today.

The documents and the history beside this file keep the real dates; they are moved when they are loaded.
"""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

REAL_TODAY = date(2024, 10, 14)


@dataclasses.dataclass(frozen=True)
class Calendar:
    """Moves days of 2024 by whole days."""

    today: date
    real_dates: bool = False

    @property
    def days(self) -> timedelta:
        return timedelta(0) if self.real_dates else self.today - REAL_TODAY

    def day(self, day: date) -> date:
        return day + self.days

    def moment(self, day: date, *, minute: int, now: datetime) -> datetime:
        """A moment in the morning of a day of 2024, moved; never later than now."""
        morning = datetime.combine(self.day(day), time(6), tzinfo=timezone.get_current_timezone())
        return min(morning + timedelta(minutes=minute), now)

    def move(self, entry: Any) -> Any:
        """A document, or a part of it, with every date in it moved."""
        if isinstance(entry, date):
            return self.day(entry)
        if isinstance(entry, tuple):
            return tuple(self.move(part) for part in entry)
        if dataclasses.is_dataclass(entry) and not isinstance(entry, type):
            moved = {
                field.name: self.move(getattr(entry, field.name))
                for field in dataclasses.fields(entry)
                if field.init
            }
            return dataclasses.replace(entry, **moved)
        return entry

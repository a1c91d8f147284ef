"""Working days of a person: Monday to Friday without their absences. No other holidays are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

# From a day to a day, both included.
Away = Sequence[tuple[date, date]]

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def is_away(day: date, away: Away) -> bool:
    return any(first_on <= day <= last_on for first_on, last_on in away)


def is_working_day(day: date, away: Away = ()) -> bool:
    return day.weekday() < SATURDAY and not is_away(day, away)


def working_day_after(day: date, count: int, *, away: Away = ()) -> date:
    """The `count`-th working day after a day. An absence that has no end in the calendar never ends.

    >>> working_day_after(date(2024, 10, 11), 2)  # a Friday
    datetime.date(2024, 10, 15)
    >>> working_day_after(date(2024, 10, 11), 2, away=[(date(2024, 10, 14), date(2024, 10, 18))])
    datetime.date(2024, 10, 22)
    """
    while count:
        if day == date.max:
            return day
        day += ONE_DAY
        # Absences are left in one step: they may be long.
        ends = [last_on for first_on, last_on in away if first_on <= day <= last_on]
        if ends:
            day = max(ends)
        elif is_working_day(day):
            count -= 1
    return day

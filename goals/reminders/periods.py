"""Which mail of a person a moment belongs to, and from when on it is sent: by the week, two weeks or month.

A mail is known by the ISO week in which its own day lies, whatever the rhythm: who changes the rhythm has no
second mail of a week in which there was one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.models.user import Rhythm


def period_of(day: date) -> str:
    """The ISO week of a day; it may belong to the year before or after.

    >>> period_of(date(2024, 10, 14)), period_of(date(2024, 12, 30))
    ('2024-W42', '2025-W01')
    """
    week = day.isocalendar()
    return f"{week.year}-W{week.week:02}"


def mail_day(user: User, day: date) -> date:
    """The day of this person's mail in the week, the two weeks or the month in which `day` lies.

    Two weeks are counted from Monday, 1 January of the year 1, so they do not begin anew with a year. The
    mail of a month comes on the first such weekday in it.

    >>> user = User(reminder_weekday=2, reminder_rhythm=Rhythm.MONTHLY)
    >>> mail_day(user, date(2024, 10, 31))
    datetime.date(2024, 10, 2)
    """
    if user.reminder_rhythm == Rhythm.MONTHLY:
        first = day.replace(day=1)
        return first + timedelta(days=(user.reminder_weekday - first.weekday()) % 7)
    length = 14 if user.reminder_rhythm == Rhythm.FORTNIGHTLY else 7
    begun = (day.toordinal() - 1) % length
    return day - timedelta(days=begun - user.reminder_weekday)


def mail_period(user: User, day: date) -> str:
    """What the outbox calls the mail to which `day` belongs."""
    return period_of(mail_day(user, day))


def is_time(user: User, local: datetime) -> bool:
    """Whether the hour at which this person wants to be asked has come in the period of this moment."""
    day = local.date()
    return (day, local.hour) >= (mail_day(user, day), user.reminder_hour) and not is_snoozed(user, local)


def is_snoozed(user: User, local: datetime) -> bool:
    """Whether the person put reminders off until a later moment: the usual hour of the day they chose."""
    until = user.reminders_snoozed_until
    return until is not None and (local.date(), local.hour) < (until, user.reminder_hour)

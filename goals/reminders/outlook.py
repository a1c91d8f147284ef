"""When a person's next mail comes, and what it would list if it came now: for the preferences page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max

from accounts.mails import LONGEST_SNOOZE
from accounts.models import User
from goals.models import Absence, OutboxMail
from goals.reminders.due import KIND, local_time
from goals.reminders.message import Owed
from goals.reminders.periods import is_time, mail_period

# What is put off for longest, and the longest time between two mails of a month.
DAYS_LOOKED_AT = LONGEST_SNOOZE.days + 2 * 31


@dataclass(frozen=True)
class Outlook:
    next_at: datetime | None  # None for who gets none, or is away for longer than is looked
    is_open: bool  # the mail's hour has come: it waits for something to be owed
    owed: Owed


def outlook_of(user: User, *, now: datetime) -> Outlook:
    """In the words of the language that is spoken now."""
    local = local_time(user, now)
    owed = Owed.by(user, now=now)
    next_at = _next_mail(user, local) if user.reminders_enabled else None
    return Outlook(next_at, next_at == local, owed)


def _next_mail(user: User, local: datetime) -> datetime | None:
    """The first moment, from now on, at which `find_due` writes a mail for them if they owe something."""
    mails = OutboxMail.objects.filter(user=user, kind=KIND)
    newest = mails.aggregate(newest=Max("period"))["newest"] or ""
    days = [local.date() + timedelta(days) for days in range(DAYS_LOOKED_AT)]
    away = list(Absence.objects.overlapping(days[0], days[-1]).filter(person=user))
    for day in days:
        if mail_period(user, day) > newest and not any(_is_covered(day, absence) for absence in away):
            for moment in _moments(user, day, local):
                if is_time(user, moment):
                    return moment
    return None


def _is_covered(day: date, absence: Absence) -> bool:
    return absence.first_on <= day <= absence.last_on


def _moments(user: User, day: date, local: datetime) -> Iterator[datetime]:
    """Those of a day at which it may become time: its first and the usual hour, none that has passed."""
    for hour in (0, user.reminder_hour):
        begins = datetime.combine(day, time(hour), tzinfo=local.tzinfo)
        # There and back: an hour that the clock skips is the next one.
        yield max(begins.astimezone(UTC).astimezone(local.tzinfo), local)

"""Who owes check-ins, and whose mail of the week has come due (docs/reminders.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.encoding import punycode

from accounts.models import User
from goals.models import KeyResult, Kpi, OutboxMail

KIND = OutboxMail.Kind.CHECK_INS_DUE
# People looked at together: five queries for each so many.
BATCH = 200

log = structlog.get_logger(__name__)


def find_due(*, now: datetime, batch: int = BATCH) -> None:
    """Writes the mail of the week for everybody whose hour has come and who owes a check-in.

    May run as often and as much in parallel as it likes: a person has one mail in a week.
    """
    for people in _batches(_people(), batch):
        asked = {user.pk: local for user in people if is_time(user, local := local_time(user, now))}
        days = {pk: local.date() for pk, local in asked.items()}
        owing = _owing(_without_mail(days))
        OutboxMail.objects.bulk_create(
            [_mail(pk, days[pk], now=now) for pk in sorted(owing)], ignore_conflicts=True
        )


def owed_by(user: User, *, today: date) -> list[KeyResult]:
    """What a person owes a check-in on, the latest first. Only the owner is asked, who sees it always."""
    rows = KeyResult.objects.owned_in_active_cycles().filter(owner=user).with_context()
    owed = [row for row in rows if row.owes_check_in(today)]
    return sorted(owed, key=lambda row: (row.check_in_due_on or today, row.code))


def local_time(user: User, now: datetime) -> datetime:
    """The moment on the person's clock; on the installation's where their time zone is not known here."""
    try:
        zone = ZoneInfo(user.time_zone)
    except (KeyError, ValueError, OSError):
        log.warning("unknown time zone", user=user.pk, time_zone=user.time_zone)
        zone = ZoneInfo(settings.TIME_ZONE)
    return now.astimezone(zone)


def is_time(user: User, local: datetime) -> bool:
    """Whether the hour at which this person wants to be asked has come in the week of this moment."""
    return (local.weekday(), local.hour) >= (user.reminder_weekday, user.reminder_hour)


def period_of(day: date) -> str:
    """The ISO week of a day; it may belong to the year before or after.

    >>> period_of(date(2024, 10, 14)), period_of(date(2024, 12, 30))
    ('2024-W42', '2025-W01')
    """
    week = day.isocalendar()
    return f"{week.year}-W{week.week:02}"


def message_id(user_id: int, period: str, *, kind: str = KIND) -> str:
    """The same for the same mail, so that one sent twice can be told by its reader's program."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    domain = f"[IPv6:{host}]" if ":" in host else punycode(host)
    return f"<{kind}.{period}.{user_id}@{domain}>"


def _people() -> QuerySet[User]:
    owners = KeyResult.objects.owned_in_active_cycles().values("owner")
    watchers = Kpi.objects.live().filter(owner__isnull=False).values("owner")
    people = User.objects.filter(Q(pk__in=owners) | Q(pk__in=watchers))
    return people.filter(is_active=True, reminders_enabled=True)


def _batches(people: QuerySet[User], size: int) -> Iterator[list[User]]:
    # By key and not by a cursor: on SQLite a cursor left open while writing loses against other writers.
    after = 0
    while True:
        batch = list(people.filter(pk__gt=after).order_by("pk")[:size])
        yield batch
        if len(batch) < size:
            return
        after = batch[-1].pk


def _without_mail(days: dict[int, date]) -> dict[int, date]:
    periods = {period_of(day) for day in days.values()}
    mails = OutboxMail.objects.filter(user__in=days, kind=KIND, period__in=periods)
    known = set(mails.values_list("user_id", "period"))
    return {pk: day for pk, day in days.items() if (pk, period_of(day)) not in known}


def _owing(days: dict[int, date]) -> set[int]:
    """Those who owe a check-in, or the value of a KPI, on their day."""
    # An owner sees whatever they own, so visible_to() is left to the sending, which asks it once a person.
    rows = KeyResult.objects.owned_in_active_cycles().filter(owner__in=days)
    related = rows.select_related("last_check_in", "objective__roadmap__cycle", "objective__roadmap__area")
    owing = {row.owner_id for row in related if row.owner_id and row.owes_check_in(days[row.owner_id])}
    kpis = Kpi.objects.live().filter(owner__in=days).select_related("area", "last_entry")
    return owing | {row.owner_id for row in kpis if row.owner_id and row.owes_entry(days[row.owner_id])}


def _mail(user_id: int, day: date, *, now: datetime) -> OutboxMail:
    period = period_of(day)
    return OutboxMail(
        user_id=user_id,
        kind=KIND,
        period=period,
        message_id=message_id(user_id, period),
        next_attempt_at=now,
        created_at=now,
    )

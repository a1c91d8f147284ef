"""Who owes something, and whose mail has come due (docs/reminders.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.encoding import punycode

from accounts.models import User
from areas.models import Membership, Role
from goals.models import Absence, ActivityMark, KeyResult, Kpi, Mitigation, OutboxMail, Risk
from goals.reminders.asked import asked_for
from goals.reminders.duties import duties_of
from goals.reminders.periods import is_time, mail_period

KIND = OutboxMail.Kind.CHECK_INS_DUE
# People looked at together: ten queries for each so many, and one more to begin their marks.
BATCH = 200

log = structlog.get_logger(__name__)


def find_due(*, now: datetime, batch: int = BATCH) -> None:
    """Writes the mail for everybody whose hour has come and who owes something.

    May run as often and as much in parallel as it likes: a person has one mail in a period.
    """
    for people in batches(_people(now), batch):
        asked = {user: local for user in people if is_time(user, local := local_time(user, now))}
        days = {user.pk: local.date() for user, local in asked.items()}
        periods = {user.pk: mail_period(user, local.date()) for user, local in asked.items()}
        without = without_mail(periods, kind=KIND)
        owing = _owing({pk: days[pk] for pk in without})
        write_mails(owing, periods, now=now, kind=KIND)


def local_time(user: User, now: datetime) -> datetime:
    """The moment on the person's clock; on the installation's where their time zone is not known here."""
    try:
        zone = ZoneInfo(user.time_zone)
    except (KeyError, ValueError, OSError):
        log.warning("unknown time zone", user=user.pk, time_zone=user.time_zone)
        zone = ZoneInfo(settings.TIME_ZONE)
    return now.astimezone(zone)


def message_id(user_id: int, period: str, *, kind: str = KIND) -> str:
    """The same for the same mail, so that one sent twice can be told by its reader's program."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    domain = f"[IPv6:{host}]" if ":" in host else punycode(host)
    return f"<{kind}.{period}.{user_id}@{domain}>"


def _people(now: datetime) -> QuerySet[User]:
    owners = KeyResult.objects.owned_in_active_cycles().values("owner")
    watchers = Kpi.objects.live().filter(owner__isnull=False).values("owner")
    # Of today, wherever the day of somebody may be.
    around = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    stand_ins = Absence.objects.overlapping(*around).values("stand_in")
    steps = Mitigation.objects.unfinished().filter(owner__isnull=False).values("owner")
    risks = Risk.objects.open().filter(owner__isnull=False).values("owner")
    leads = Membership.objects.filter(role=Role.LEAD).values("user")
    asked = Q(pk__in=[])
    for found in (owners, watchers, stand_ins, steps, risks, leads):
        asked |= Q(pk__in=found.order_by())
    return User.objects.filter(asked).filter(is_active=True, reminders_enabled=True)


def batches(people: QuerySet[User], size: int) -> Iterator[list[User]]:
    # By key and not by a cursor: on SQLite a cursor left open while writing loses against other writers.
    after = 0
    while True:
        batch = list(people.filter(pk__gt=after).order_by("pk")[:size])
        yield batch
        if len(batch) < size:
            return
        after = batch[-1].pk


def without_mail(periods: dict[int, str], *, kind: str) -> set[int]:
    """Those who have no mail of their period, nor of a later one: that listed the same and more."""
    if not periods:
        return set()
    mails = OutboxMail.objects.filter(user__in=periods, kind=kind, period__gte=min(periods.values()))
    newest: dict[int, str] = {}
    for user_id, period in mails.values_list("user_id", "period"):
        newest[user_id] = max(period, newest.get(user_id, ""))
    return {pk for pk, period in periods.items() if newest.get(pk, "") < period}


def _owing(days: dict[int, date]) -> set[int]:
    """Those who owe something on their day: owners and leads who are here, and stand-ins for check-ins."""
    asked = asked_for(days)
    # An owner sees whatever they own, so visible_to() is left to the sending, which asks it once a person.
    rows = KeyResult.objects.owned_in_active_cycles().filter(owner__in=asked)
    related = rows.select_related("last_check_in", "objective__roadmap__cycle", "objective__roadmap__area")
    owing = {
        person
        for row in related
        for person in asked.get(row.owner_id or 0, ())
        if row.owes_check_in(days[person])
    }
    kpis = Kpi.objects.live().filter(owner__in=asked).select_related("area", "last_entry")
    owing |= {
        person for row in kpis for person in asked.get(row.owner_id or 0, ()) if row.owes_entry(days[person])
    }
    here = {person: day for person, day in days.items() if person in asked[person]}
    return owing | duties_of(here).keys()


def write_mails(people: Collection[int], periods: dict[int, str], *, now: datetime, kind: str) -> None:
    """One to each, where there is none of their period yet; what they are told from now on is unread."""
    if not people:
        return
    mails = [new_mail(pk, periods[pk], now=now, kind=kind) for pk in sorted(people)]
    OutboxMail.objects.bulk_create(mails, ignore_conflicts=True)
    just_before = now - timedelta(microseconds=1)
    marks = [ActivityMark(person_id=pk, seen_until=just_before) for pk in sorted(people)]
    ActivityMark.objects.bulk_create(marks, ignore_conflicts=True)


def new_mail(
    user_id: int, period: str, *, now: datetime, kind: str, at: datetime | None = None
) -> OutboxMail:
    """One that is not saved yet; it waits until `at`, or is sent at once."""
    return OutboxMail(
        user_id=user_id,
        kind=kind,
        period=period,
        message_id=message_id(user_id, period, kind=kind),
        next_attempt_at=at or now,
        created_at=now,
    )

"""The mails of a cycle's life: two weeks before it ends, and when it begins to close. Each once to a person.

They go to who owns key results in it and to the leads of its areas. Scores that stay missing after that are
asked for by the mail of what is due (goals.reminders.duties).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.utils import translation

from accounts.models import User
from areas.models import Area, Membership, Role
from goals.figures import key_results_figures
from goals.figures.scores import RoadmapScores, roadmaps_scores
from goals.models import Cycle, KeyResult, OutboxMail, Roadmap
from goals.models.key_result import KeyResultQuerySet
from goals.reminders.asked import away_on
from goals.reminders.due import BATCH, batches, local_time, write_mails
from goals.reminders.letters import address_of, letter, one_line
from goals.reminders.periods import is_snoozed
from goals.values import format_share

KIND = OutboxMail.Kind.CYCLE
NOTICE = timedelta(days=14)
# A mail is read, a list is looked through.
MOST = 20


# What the outbox calls them, behind the key of the cycle.
ENDS, CLOSING = "ends", "closing"


@dataclass(frozen=True)
class OwnRow:
    """A key result of the reader, in words."""

    code: str
    title: str
    done: str
    expected: str
    url: str


@dataclass(frozen=True)
class AreaRow:
    """A roadmap that the reader leads: it is scored while the cycle closes, and only then."""

    name: str
    count: int
    scored: int
    without_note: int
    url: str


def find_cycle_mails(*, now: datetime, batch: int = BATCH) -> None:
    """Writes the mail of each cycle that ends within two weeks or is closing, at the hour of each person.

    May run as often and as much in parallel as it likes.
    """
    tomorrow = now.date() + timedelta(days=1)  # of today, wherever the day of somebody may be
    cycles = Cycle.objects.open_for_check_ins().filter(
        Q(state=Cycle.State.CLOSING) | Q(ends_on__lte=tomorrow + NOTICE)
    )
    for cycle in cycles.order_by("starts_on", "key"):
        for people in batches(_people(cycle), batch):
            days = {
                user.pk: local.date()
                for user in people
                if _is_time(user, local := local_time(user, now), cycle)
            }
            period = period_of(cycle)
            told = OutboxMail.objects.filter(user__in=days, kind=KIND, period=period).values_list(
                "user", flat=True
            )
            without = days.keys() - set(told) - away_on(days)
            write_mails(without, dict.fromkeys(without, period), now=now, kind=KIND)


def build_cycle_mail(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail as it is right at this moment; None when the cycle is another step further, when its reader
    has nothing in it any more, and when they want no such mail, now or at all.
    """
    user = mail.user
    local = local_time(user, now)
    if not user.is_active or not user.cycle_mails_enabled or is_snoozed(user, local):
        return None
    cycle = Cycle.objects.open_for_check_ins().filter(key=mail.period.partition(".")[0]).first()
    if cycle is None or mail.period != period_of(cycle) or not _is_told_on(local.date(), cycle):
        return None
    with translation.override(user.language):
        own = _own(cycle, user, today=local.date())
        led = _led(cycle, user)
        return _compose(mail, cycle, own, led, today=local.date()) if own or led else None


def period_of(cycle: Cycle) -> str:
    """What the outbox calls the mail of what the cycle does now."""
    return f"{cycle.key}.{CLOSING if cycle.state == Cycle.State.CLOSING else ENDS}"


def _key_results(cycle: Cycle) -> KeyResultQuerySet:
    return KeyResult.objects.counting().filter(objective__roadmap__cycle=cycle).order_by()


def _people(cycle: Cycle) -> QuerySet[User]:
    rows = _key_results(cycle)
    leads = Membership.objects.filter(role=Role.LEAD, area__in=rows.values("objective__roadmap__area"))
    people = User.objects.filter(Q(pk__in=rows.values("owner")) | Q(pk__in=leads.order_by().values("user")))
    return people.filter(is_active=True, cycle_mails_enabled=True)


def _is_told_on(day: date, cycle: Cycle) -> bool:
    """One whose last day has passed and that is still active ends no more: somebody forgot to close it."""
    return cycle.state == Cycle.State.CLOSING or cycle.ends_on - NOTICE <= day <= cycle.ends_on


def _is_time(user: User, local: datetime, cycle: Cycle) -> bool:
    return (
        _is_told_on(local.date(), cycle) and local.hour >= user.reminder_hour and not is_snoozed(user, local)
    )


def _own(cycle: Cycle, user: User, *, today: date) -> list[OwnRow]:
    """What the reader owns in it, the furthest from its target first."""
    rows = _key_results(cycle).filter(owner=user).with_context()
    figures = key_results_figures(rows, today=today)
    figures.sort(key=lambda row: (row.completion is not None, row.completion or 0, row.key_result.code))
    return [
        OwnRow(
            code=row.key_result.code,
            title=one_line(row.key_result.title),
            done=format_share(row.progress),
            expected=format_share(row.expected),
            url=address_of("goals:check_in_create", row.key_result.code),
        )
        for row in figures
    ]


def _led(cycle: Cycle, user: User) -> list[AreaRow]:
    """The roadmaps of areas that the reader leads, with what their closing still lacks."""
    areas = Area.objects.live().filter(memberships__user=user, memberships__role=Role.LEAD)
    roadmaps = (
        Roadmap.objects.filter(cycle=cycle, area__in=areas).select_related("area").order_by("area__key")
    )
    found = [scores for scores in roadmaps_scores(roadmaps, user=user) if scores.key_results]
    return [_area_row(scores, cycle) for scores in found]


def _area_row(scores: RoadmapScores, cycle: Cycle) -> AreaRow:
    area = scores.roadmap.area
    return AreaRow(
        name=one_line(area.name),
        count=len(scores.key_results),
        scored=scores.scored_count,
        without_note=len(scores.without_note),
        url=address_of("cycles:roadmap_scores", cycle.key, area.key)
        if cycle.state == Cycle.State.CLOSING
        else address_of("goals:roadmap_detail", area.key, cycle.key),
    )


def _compose(
    mail: OutboxMail, cycle: Cycle, own: Collection[OwnRow], led: Collection[AreaRow], *, today: date
) -> EmailMultiAlternatives:
    context = {
        "cycle": one_line(cycle.name),
        "is_closing": cycle.state == Cycle.State.CLOSING,
        "ends_on": cycle.ends_on,
        "days_left": (cycle.ends_on - today).days,
        "own": list(own)[:MOST],
        "more": max(len(own) - MOST, 0),
        "led": led,
        "my_check_ins_url": address_of("goals:my_check_ins"),
    }
    return letter(mail, "cycle", context)

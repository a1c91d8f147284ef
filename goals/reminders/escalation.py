"""The mail to leads and managers about check-ins of others that stay overdue: one a week at most.

Who is told of what and from when on says goals.reminders.lateness.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.utils import translation

from accounts.models import OrgRole, User
from areas.models import Membership, Role
from goals.models import KeyResult, OutboxMail
from goals.reminders.asked import away_on
from goals.reminders.due import BATCH, batches, local_time, without_mail, write_mails
from goals.reminders.lateness import Late, late_key_results
from goals.reminders.letters import address_of, letter, one_line
from goals.reminders.periods import is_snoozed, period_of
from goals.reminders.working_days import is_working_day
from goals.sentences import value_text

KIND = OutboxMail.Kind.ESCALATION
# A mail is read, a list is looked through.
MOST = 20


@dataclass(frozen=True)
class LateRow:
    """A key result of somebody else, in words."""

    code: str
    title: str
    owner: str
    area: str
    last: str
    last_on: date | None
    days_overdue: int
    url: str


@dataclass(frozen=True)
class LateRows:
    """What a person is told of on a day, the longest overdue first."""

    rows: list[LateRow]
    count: int
    cycles: str

    @classmethod
    def for_reader(cls, user: User, *, now: datetime) -> LateRows:
        """In the words of the language that is spoken now."""
        today = local_time(user, now).date()
        told = [late.key_result for late in late_key_results(now=now) if late.is_told(user.pk, today)]
        # Who leads or manages sees all of it by the rule; it is asked all the same.
        seen = set(
            KeyResult.objects.visible_to(user)
            .filter(pk__in=[row.pk for row in told])
            .values_list("pk", flat=True)
        )
        rows = sorted(
            (row for row in told if row.pk in seen), key=lambda row: (row.check_in_due_on or today, row.code)
        )
        cycles = sorted({row.cycle for row in rows}, key=lambda cycle: (cycle.starts_on, cycle.key))
        return cls(
            [_row(row, today=today) for row in rows[:MOST]],
            len(rows),
            ", ".join(cycle.name for cycle in cycles),
        )

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def find_escalations(*, now: datetime, batch: int = BATCH) -> None:
    """Writes the mail for every lead and manager who is told of something today: one in a week.

    At their hour, on a working day on which they are here. May run as often and as much in parallel as it
    likes.
    """
    late: list[Late] | None = None
    for people in batches(_readers(), batch):
        days = {user.pk: local.date() for user in people if _is_time(user, local := local_time(user, now))}
        periods = {pk: period_of(day) for pk, day in days.items()}
        without = without_mail(periods, kind=KIND) - away_on(days)
        if not without:
            continue
        if late is None:
            late = late_key_results(now=now)
        told = {pk for pk in without if any(row.is_told(pk, days[pk]) for row in late)}
        write_mails(told, periods, now=now, kind=KIND)


def leads_or_manages(user: User) -> bool:
    """Whether the person can be told of what others owe."""
    return user.org_role == OrgRole.MANAGER or Membership.objects.filter(user=user, role=Role.LEAD).exists()


def _readers() -> QuerySet[User]:
    leads = Membership.objects.filter(role=Role.LEAD).order_by().values("user")
    people = User.objects.filter(Q(org_role=OrgRole.MANAGER) | Q(pk__in=leads))
    return people.filter(is_active=True, escalation_mails_enabled=True)


def _is_time(user: User, local: datetime) -> bool:
    return is_working_day(local.date()) and local.hour >= user.reminder_hour and not is_snoozed(user, local)


def build_escalation(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail as it is right at this moment; None when there is nothing to tell any more, when its reader
    wants none, now or at all, and when the mail of a later week has been written.
    """
    user = mail.user
    wants_it = user.is_active and user.escalation_mails_enabled
    later = OutboxMail.objects.filter(user=user, kind=mail.kind, period__gt=mail.period)
    if not wants_it or is_snoozed(user, local_time(user, now)) or later.exists():
        return None
    with translation.override(user.language):
        late = LateRows.for_reader(user, now=now)
        return _compose(mail, late) if late.rows else None


def _row(key_result: KeyResult, *, today: date) -> LateRow:
    last = value_text(key_result.current_value, unit=key_result.unit, kind=key_result.formula_kind)
    return LateRow(
        code=key_result.code,
        title=one_line(key_result.title),
        owner=one_line(key_result.owner.name) if key_result.owner else "",
        area=one_line(key_result.area.name),
        last=one_line(last),
        last_on=key_result.last_check_in_on,
        days_overdue=(today - (key_result.check_in_due_on or today)).days,
        url=address_of("goals:key_result_detail", key_result.code),
    )


def _compose(mail: OutboxMail, late: LateRows) -> EmailMultiAlternatives:
    context = {
        "late": late,
    }
    return letter(mail, "escalation", context)

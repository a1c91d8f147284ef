"""The mail about what is owed: what it says, to whom, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from goals.actions.mail_answers import Answer, answer_address, may_stay_unchanged
from goals.figures import KeyResultFigures
from goals.figures.expected import expected_text
from goals.figures.kpis import aim_text
from goals.models import KeyResult, Kpi, OutboxMail
from goals.reminders.due import local_time
from goals.reminders.duties import Duty, DutyKind
from goals.reminders.gathered import Gathered, gather
from goals.reminders.lateness import announcement
from goals.reminders.letters import address_of, letter, one_line
from goals.reminders.periods import is_snoozed
from goals.sentences import value_text


@dataclass(frozen=True)
class DueRow:
    """One key result or KPI in the mail, in words."""

    code: str
    title: str
    last: str
    last_on: date | None
    expected: str
    due_on: date
    days_overdue: int
    has_draft: bool
    stands_in_for: str
    url: str
    told: str = ""  # who else is told while nothing is reported, and from when on
    no_change_url: str = ""  # says so without a sign-in; empty where that is not for the mail to ask


@dataclass(frozen=True)
class DutyRow:
    """Something else in the mail, in words."""

    what: str
    code: str
    title: str
    days_overdue: int | None  # None of what has time until a day to come
    url: str


@dataclass(frozen=True)
class Owed:
    """What a person is asked for on a day, in the words of the language that is spoken now."""

    rows: list[DueRow]
    duties: list[DutyRow]
    cycles: str  # the names of their cycles

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.duties)

    @classmethod
    def by(cls, user: User, *, now: datetime) -> Owed:
        return cls.of(user, gather([user], now=now)[user.pk], now=now)

    @classmethod
    def of(cls, user: User, gathered: Gathered, *, now: datetime) -> Owed:
        """What was gathered of a person in words; no query."""
        today = gathered.today
        cycles = {row.key_result.cycle for row in gathered.figures} | {duty.cycle for duty in gathered.duties}
        named = [cycle.name for cycle in sorted(cycles, key=lambda cycle: (cycle.starts_on, cycle.key))]
        rows = [
            *(_row(figures, user, gathered, now=now) for figures in gathered.figures),
            *(_kpi_row(kpi, user, today=today) for kpi in gathered.kpis),
        ]
        others = [_duty_row(duty, today=today) for duty in gathered.duties]
        return cls(rows, others, ", ".join([*named, *([_("KPIs")] if gathered.kpis else [])]))


def build_message(
    mail: OutboxMail, *, now: datetime, gathered: Gathered | None = None
) -> EmailMultiAlternatives | None:
    """The mail as it is right at this moment; None when there is nothing to say any more.

    That is so when nothing is owed by now, when the person left or wants no reminders, now or at all, and
    when the mail of a later period has been written, which lists the same and more. What the person owes is
    asked for where it is not given.
    """
    user = mail.user
    wants_it = user.is_active and user.reminders_enabled and not is_snoozed(user, local_time(user, now))
    if not wants_it or _is_superseded(mail):
        return None
    with translation.override(user.language):
        owed = Owed.of(user, gathered, now=now) if gathered else Owed.by(user, now=now)
        return _compose(mail, owed) if owed.count else None


def _is_superseded(mail: OutboxMail) -> bool:
    return OutboxMail.objects.filter(user=mail.user, kind=mail.kind, period__gt=mail.period).exists()


def _compose(mail: OutboxMail, owed: Owed) -> EmailMultiAlternatives:
    user = mail.user
    context = {
        "rows": owed.rows,
        "duties": owed.duties,
        "count": owed.count,
        "cycles": owed.cycles,
        "rhythm": user.reminder_rhythm,
        "my_check_ins_url": address_of("goals:my_check_ins"),
    }
    return letter(mail, "check_ins_due", context)


def _row(figures: KeyResultFigures, reader: User, gathered: Gathered, *, now: datetime) -> DueRow:
    key_result, today = figures.key_result, gathered.today
    late = gathered.late.get(key_result.pk)
    due_on = key_result.check_in_due_on or today
    last = value_text(key_result.current_value, unit=key_result.unit, kind=key_result.formula_kind)
    return DueRow(
        code=key_result.code,
        title=one_line(key_result.title),
        last=one_line(last),
        last_on=key_result.last_check_in_on,
        expected=one_line(expected_text(figures, unit=key_result.unit)),
        due_on=due_on,
        days_overdue=(today - due_on).days,
        has_draft=key_result.pk in gathered.begun,
        stands_in_for=_other(key_result, reader),
        url=address_of("goals:check_in_create", key_result.code),
        told=announcement(late, today=today) if late else "",
        no_change_url=_no_change(key_result, reader, now=now),
    )


def _duty_row(duty: Duty, *, today: date) -> DutyRow:
    if duty.kind == DutyKind.MITIGATION:
        what = _("Mitigation")
    elif duty.kind == DutyKind.REVIEW:
        what = _("Risk to look at again")
    else:
        missing = {"count": duty.missing}
        what = ngettext("%(count)s score to give", "%(count)s scores to give", duty.missing) % missing
    overdue = (today - duty.due_on).days
    return DutyRow(what, duty.code, one_line(duty.title), None if overdue < 0 else overdue, duty.url)


def _no_change(key_result: KeyResult, reader: User, *, now: datetime) -> str:
    if not may_stay_unchanged(key_result):
        return ""
    return answer_address(Answer(reader.pk, key_result.pk, key_result.check_in_count, now))


def _other(row: KeyResult | Kpi, reader: User) -> str:
    """Whom the reader stands in for."""
    return one_line(row.owner.name) if row.owner not in (None, reader) else ""


def _kpi_row(kpi: Kpi, reader: User, *, today: date) -> DueRow:
    """What is expected of a KPI is the way it should go, or its bounds."""
    return DueRow(
        code=kpi.code,
        title=one_line(kpi.title),
        last=one_line(value_text(kpi.current_value, unit=kpi.unit)),
        last_on=kpi.last_on,
        expected=one_line(aim_text(kpi)),
        due_on=kpi.due_on,
        days_overdue=(today - kpi.due_on).days,
        url=address_of("goals:kpi_enter", kpi.code),
        has_draft=False,
        stands_in_for=_other(kpi, reader),
    )

"""“No change”, answered from a mail: a signed link that reports this about one key result, once.

The link holds who was asked, about what, how many check-ins there were and when. Nothing has to be kept of
it: what it records bears a name made from it, which no other check-in can have, and once there is another
check-in it records nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import formats
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from goals.actions import locks
from goals.actions.check_ins import record_check_in, refuse_unless_open
from goals.actions.refusals import Refused
from goals.models import CheckIn, KeyResult
from goals.reminders.due import local_time

SALT = "goals.mail_answers"
GOOD_FOR = timedelta(days=7)


class NotOurs(Exception):
    """We signed no such link, or a part of it is missing."""


class Spent(Refused):
    """The link was good, and records nothing any more."""

    code = "spent"


@dataclass(frozen=True)
class Answer:
    """What a link stands for."""

    person_id: int
    key_result_id: int
    seen_count: int  # check-ins that the mail told of
    asked_at: datetime

    @property
    def token(self) -> str:
        told = (self.person_id, self.key_result_id, self.seen_count, int(self.asked_at.timestamp()))
        return Signer(salt=SALT).sign(".".join(map(str, told)))

    @property
    def form_id(self) -> UUID:
        """The name of the check-in it records: of the same answer the same, and none that can be guessed."""
        return UUID(bytes=salted_hmac(SALT, self.token, algorithm="sha256").digest()[:16])


def answer_address(answer: Answer) -> str:
    """No token stands in a path: paths are logged."""
    return f"{settings.SITE_URL}{reverse('goals:mail_answer')}?{urlencode({'token': answer.token})}"


def read_answer(token: str) -> Answer:
    """Raises NotOurs."""
    try:
        person, key_result, seen, asked = map(int, Signer(salt=SALT).unsign(token).split("."))
    except BadSignature as error:
        raise NotOurs from error
    return Answer(person, key_result, seen, datetime.fromtimestamp(asked, tz=UTC))


@dataclass(frozen=True)
class Asked:
    """Whom a link asks about what; what it would record is that this stays as it is."""

    person: User
    key_result: KeyResult
    today: date  # where the person is, whoever's browser opened the link

    @property
    def status(self) -> str:
        """The status said last, which goes on."""
        last = self.key_result.last_check_in
        return last.status if last else ""


def judge_answer(answer: Answer, *, now: datetime) -> Asked:
    """What the link would record now. Raises NotOurs, or Refused with the sentence that says why nothing."""
    person = User.objects.filter(pk=answer.person_id).first()
    rows = KeyResult.objects.filter(pk=answer.key_result_id)
    key_result = rows.with_context().first()
    if person is None or key_result is None:
        raise NotOurs
    today = local_time(person, now).date()
    code = {"code": key_result.code}
    if not person.is_active:
        raise Spent(_("Your account is not active any more, so nothing was recorded."))
    if kept := CheckIn.objects.filter(form_id=answer.form_id).first():
        day = {"day": formats.date_format(kept.effective_on, "j M Y")}
        raise Spent(_("%(code)s: you said so already. No change was recorded on %(day)s.") % {**code, **day})
    if now >= answer.asked_at + GOOD_FOR:
        raise Spent(_("Such a link is good for seven days, and this one is older. Nothing was recorded."))
    if not rows.answered_for_by(person, today).exists():
        raise Spent(_("%(code)s is no longer yours to check in on. Nothing was recorded.") % code)
    refuse_unless_open(key_result.cycle, key_result)
    if key_result.check_in_count != answer.seen_count:
        raise Spent(
            _("On %(code)s somebody has checked in since this mail was sent. Nothing was recorded.") % code
        )
    if not may_stay_unchanged(key_result):
        raise Spent(_("%(code)s: its value is entered elsewhere now. Nothing was recorded.") % code)
    return Asked(person, key_result, today)


def may_stay_unchanged(key_result: KeyResult) -> bool:
    """Whether “no change” says something: there is a value, and it comes from no KPI."""
    is_known = key_result.current_value is not None and key_result.last_check_in is not None
    return is_known and key_result.kpi_id is None


@transaction.atomic
def record_answer(answer: Answer, *, now: datetime) -> CheckIn:
    """Records “no change” by the person asked. Raises NotOurs or Refused, writing nothing.

    Judged under the locks of the check-in: of two presses at once, one records and the other hears of it.
    """
    row = KeyResult.objects.select_related("objective__roadmap").filter(pk=answer.key_result_id).first()
    if row is None:
        raise NotOurs
    locks.share_cycle(row.objective.roadmap.cycle_id)
    locks.lock_key_result(row.pk)
    asked = judge_answer(answer, now=now)
    return record_check_in(
        asked.key_result,
        author=asked.person,
        now=now,
        today=asked.today,
        value=None,
        status=asked.status,
        source=CheckIn.Source.MAIL_LINK,
        form_id=answer.form_id,
        seen_count=answer.seen_count,
    )

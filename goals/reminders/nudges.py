"""The mail in which somebody asks for a check-in: owed by the outbox, written when it is sent."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from goals.models import KeyResult, Nudge, OutboxMail
from goals.reminders.due import local_time, new_mail
from goals.reminders.letters import address_of, letter, one_line

KIND = OutboxMail.Kind.NUDGE


def owe_nudge(nudge: Nudge, *, now: datetime) -> None:
    """Notes in the outbox that the person is to be asked; not where they want no such mail."""
    if nudge.person.nudge_mails_enabled:
        new_mail(nudge.person_id, str(nudge.pk), now=now, kind=KIND).save()


def build_nudge(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when the check-in was made meanwhile, or its reader may not see the key result any more,
    has left, or wants no such mail.
    """
    user = mail.user
    nudge = Nudge.objects.select_related("author").filter(pk=mail.period, person=user).first()
    if nudge is None or not user.is_active or not user.nudge_mails_enabled:
        return None
    rows = KeyResult.objects.counting().visible_to(user).with_context()
    key_result = rows.filter(pk=nudge.key_result_id).first()
    today = local_time(user, now).date()
    if key_result is None or not key_result.owes_check_in(today):
        return None
    due_on = key_result.check_in_due_on or today
    context = {
        "author": one_line(nudge.author.name),
        "code": key_result.code,
        "title": one_line(key_result.title),
        "sentence": one_line(nudge.sentence),
        "row": {"days_overdue": (today - due_on).days},
        "url": address_of("goals:check_in_create", key_result.code),
    }
    with translation.override(user.language):
        return letter(mail, "nudge", context)

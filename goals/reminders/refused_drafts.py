"""The mail about a draft that was not sent at its time: owed by the outbox, written when it is sent."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from goals.models import CheckInDraft, OutboxMail
from goals.reminders.due import local_time, new_mail
from goals.reminders.letters import address_of, letter, one_line

KIND = OutboxMail.Kind.CHECK_IN_REFUSED


def owe_refusal(draft: CheckInDraft, *, now: datetime) -> None:
    """Notes in the outbox that its author is to be told; in the transaction that notes the refusal."""
    # A draft may be refused again, of another version then.
    new_mail(draft.author_id, f"{draft.pk}.{draft.version}", now=now, kind=KIND).save()


def build_refusal(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when its author sent, changed or threw away the draft meanwhile, or has left."""
    pk, _dot, version = mail.period.partition(".")
    drafts = CheckInDraft.objects.of(mail.user).select_related("key_result")
    draft = drafts.filter(pk=pk, version=version, refused_at__isnull=False).first()
    if draft is None or draft.refused_at is None or not mail.user.is_active:
        return None
    user = mail.user
    context = {
        "code": draft.key_result.code,
        "moment": local_time(user, draft.refused_at),
        "sentence": one_line(draft.refusal),
        "url": address_of("goals:draft_list"),
    }
    with translation.override(user.language):
        return letter(mail, "check_in_refused", context)

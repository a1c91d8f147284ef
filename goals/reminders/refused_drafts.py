"""The mail about a draft that was not sent at its time: owed by the outbox, written when it is sent."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from goals.models import CheckInDraft, OutboxMail
from goals.reminders.due import local_time, message_id
from goals.reminders.letters import address_of, one_line

KIND = OutboxMail.Kind.CHECK_IN_REFUSED


def owe_refusal(draft: CheckInDraft, *, now: datetime) -> None:
    """Notes in the outbox that its author is to be told; in the transaction that notes the refusal."""
    # A draft may be refused again, of another version then.
    period = f"{draft.pk}.{draft.version}"
    OutboxMail.objects.create(
        user_id=draft.author_id,
        kind=KIND,
        period=period,
        message_id=message_id(draft.author_id, period, kind=KIND),
        next_attempt_at=now,
        created_at=now,
    )


def build_refusal(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when its author sent, changed or threw away the draft meanwhile, or has left."""
    pk, _dot, version = mail.period.partition(".")
    drafts = CheckInDraft.objects.of(mail.user).select_related("key_result")
    draft = drafts.filter(pk=pk, version=version, refused_at__isnull=False).first()
    if draft is None or draft.refused_at is None or not mail.user.is_active:
        return None
    user = mail.user
    context = {
        "name": one_line(user.name),
        "code": draft.key_result.code,
        "moment": local_time(user, draft.refused_at),
        "sentence": one_line(draft.refusal),
        "url": address_of("goals:draft_list"),
    }
    with translation.override(user.language):
        message = EmailMultiAlternatives(
            subject=one_line(render_to_string("emails/check_in_refused.subject.txt", context)),
            body=render_to_string("emails/check_in_refused.txt", context),
            to=[user.email],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("emails/check_in_refused.html", context), "text/html")
    return message

"""The mail to somebody who was mentioned in a comment: owed by the outbox, written when it is sent."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.mails import stop_address, unsubscribe_headers
from accounts.models import User
from goals.models import CheckIn, Comment, Objective, OutboxMail
from goals.reminders.due import message_id
from goals.reminders.letters import address_of, one_line


def owe_mention(comment: Comment, person: User, *, now: datetime) -> None:
    """Notes in the outbox that the person is to be told; not where they asked for no such mail."""
    if not person.mention_mails_enabled:
        return
    kind, period = OutboxMail.Kind.MENTION, str(comment.pk)
    OutboxMail.objects.create(
        user=person,
        kind=kind,
        period=period,
        message_id=message_id(person.pk, period, kind=kind),
        next_attempt_at=now,
        created_at=now,
    )


def build_mention(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when the comment is gone, or its reader may not see it any more or asked for none."""
    related = Comment.objects.select_related("author", "objective", "check_in__key_result__objective")
    comment = related.visible_to(mail.user).filter(pk=mail.period, deleted_at__isnull=True).first()
    user = mail.user
    if comment is None or not user.is_active or not user.mention_mails_enabled:
        return None
    about: Objective | CheckIn | None = comment.objective or comment.check_in
    title = about.title if isinstance(about, Objective) else about.key_result.title if about else ""
    context = {
        "name": one_line(user.name),
        "author": one_line(comment.author.name),
        "code": comment.code,
        "title": one_line(title),
        "text": comment.text,
        "url": _address(comment),
        "stop_url": stop_address(user, mail.kind),
    }
    with translation.override(user.language), timezone.override(user.time_zone):
        message = EmailMultiAlternatives(
            subject=one_line(render_to_string("emails/mention.subject.txt", context)),
            body=render_to_string("emails/mention.txt", context),
            to=[user.email],
            headers={
                "Message-ID": mail.message_id,
                **unsubscribe_headers(user, mail.kind),
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string("emails/mention.html", context), "text/html")
    return message


def _address(comment: Comment) -> str:
    if comment.objective is not None:
        return f"{address_of('goals:objective_detail', comment.objective.code)}#comment-{comment.pk}"
    code = comment.check_in.key_result.code if comment.check_in else ""
    return f"{address_of('goals:key_result_detail', code)}#comment-{comment.pk}"

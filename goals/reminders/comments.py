"""The mail about comments for somebody, one an hour at most: owed by the outbox, written when it is sent.

The mail of an hour waits until that hour is over and tells all that was said in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation

from accounts.models import User
from goals.models import CheckIn, Comment, Mention, Objective, OutboxMail
from goals.models.comment import CommentQuerySet
from goals.reminders.due import new_mail
from goals.reminders.letters import address_of, letter, one_line

KIND = OutboxMail.Kind.MENTION
HOUR = timedelta(hours=1)
HOUR_AS_PERIOD = "%Y-%m-%dT%H"  # of UTC
# A comment is of the moment at which its request began; when so much has passed, the request is over.
SETTLED_AFTER = timedelta(minutes=2)
# A mail is read, a page is looked through.
MOST = 20


@dataclass(frozen=True)
class Said:
    """A comment in the mail, in words."""

    author: str
    code: str
    title: str
    text: str
    url: str
    is_mention: bool


def owe_comment(comment: Comment, mentioned: Iterable[User], *, now: datetime) -> None:
    """Notes in the outbox that they are to be told, and whoever owns what the comment is about.

    Not its author, and nobody who wants no such mail.
    """
    people = {person.pk: person for person in (*mentioned, *_owners(comment)) if person.mention_mails_enabled}
    people.pop(comment.author_id, None)
    if not people:
        return
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    period = hour.strftime(HOUR_AS_PERIOD)
    at = hour + HOUR + SETTLED_AFTER
    mails = OutboxMail.objects.filter(user__in=people, kind=KIND, period=period)
    # Where the mail of the hour is gone already, which no request lives to see, this one goes by itself.
    late = set(mails.exclude(state=OutboxMail.State.PENDING).values_list("user_id", flat=True))
    owed = [
        new_mail(pk, str(comment.pk) if pk in late else period, now=now, kind=KIND, at=at)
        for pk in sorted(people)
    ]
    OutboxMail.objects.bulk_create(owed, ignore_conflicts=True)


def build_comments(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when its comments are gone, or its reader sees them no more or wants no such mail."""
    user = mail.user
    if not user.is_active or not user.mention_mails_enabled:
        return None
    rows = _told_by(mail)
    said = [_said(comment) for comment in rows[: MOST + 1]]
    if not said:
        return None
    count = len(said) if len(said) <= MOST else rows.count()
    context = {
        "said": said[:MOST],
        "first": said[0],
        "count": count,
        "more": count - len(said[:MOST]),
        "inbox_url": address_of("goals:inbox_list"),
    }
    with translation.override(user.language), timezone.override(user.time_zone):
        return letter(mail, "comments", context)


def _owners(comment: Comment) -> list[User]:
    if comment.objective is not None:
        owners = [comment.objective.owner]
    else:
        check_in = comment.check_in
        owners = [check_in.key_result.owner, check_in.author] if check_in else []
    return [owner for owner in owners if owner is not None]


def _told_by(mail: OutboxMail) -> CommentQuerySet:
    """Of the hour, or the one that the period names; the oldest first, with `is_mention`."""
    user = mail.user
    rows = Comment.objects.visible_to(user).filter(deleted_at__isnull=True).exclude(author=user)
    if mail.period.isdecimal():
        rows = rows.filter(pk=mail.period)
    else:
        begins = datetime.strptime(mail.period, HOUR_AS_PERIOD).replace(tzinfo=UTC)
        rows = rows.filter(created_at__gte=begins, created_at__lt=begins + HOUR)
    own = Q(objective__owner=user) | Q(check_in__key_result__owner=user) | Q(check_in__author=user)
    mentions = Mention.objects.filter(comment=OuterRef("pk"), person=user).order_by()
    told = rows.annotate(is_mention=Exists(mentions)).filter(Q(is_mention=True) | own)
    return told.select_related("author", "objective", "check_in__key_result__objective").order_by(
        "created_at", "pk"
    )


def _said(comment: Comment) -> Said:
    about: Objective | CheckIn | None = comment.objective or comment.check_in
    title = about.title if isinstance(about, Objective) else about.key_result.title if about else ""
    return Said(
        author=one_line(comment.author.name),
        code=comment.code,
        title=one_line(title),
        text=comment.text,
        url=_address(comment),
        is_mention=comment.is_mention,  # type: ignore[attr-defined]
    )


def _address(comment: Comment) -> str:
    if comment.objective is not None:
        return f"{address_of('goals:objective_detail', comment.objective.code)}#comment-{comment.pk}"
    code = comment.check_in.key_result.code if comment.check_in else ""
    return f"{address_of('goals:key_result_detail', code)}#comment-{comment.pk}"

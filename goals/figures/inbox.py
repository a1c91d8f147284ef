"""What a person was told: by mail, a nudge, a comment that mentions them, an answer to what they need.

Nothing is written for it: each is a row of its own. So what its reader may not see any more is not told here
either, and whoever wants no mail finds it all the same. It is unread by the same mark as the activity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import Comment, Dependency, KeyResult, Nudge, OutboxMail

Kind = OutboxMail.Kind
# Mails that tell of no single thing, and the page that says it all as it is now.
LISTS: dict[str, str] = {
    Kind.CHECK_INS_DUE: "goals:my_check_ins",
    Kind.ESCALATION: "accounts:preferences",
    Kind.DIGEST: "goals:overview",
    Kind.CYCLE: "cycles:cycle_list",
    Kind.CHECK_IN_REFUSED: "goals:draft_list",
}
# Sent, or given up: that no mail reached somebody is when they look here.
CAME = ("sent", "dead")


@dataclass(frozen=True)
class Told:
    """One thing that a person was told. `by` and `quote` may be empty, and so may `code`."""

    at: datetime
    what: str
    title: str
    address: str
    code: str = ""
    by: str = ""
    quote: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class InboxPage:
    rows: list[Told]
    older: datetime | None  # before which the next page begins; None at the end


def nudges(user: Any) -> QuerySet[Any]:
    seen = KeyResult.objects.counting().visible_to(user).order_by().values("pk")
    return Nudge.objects.filter(person=user.pk, key_result__in=seen).annotate(at=F("made_at"))


def answers(user: Any) -> QuerySet[Any]:
    """What others answered to what the person's own objectives need, as it stands."""
    rows = Dependency.objects.in_plan().visible_to(user)
    rows = rows.filter(objective__owner=user.pk, answered_at__isnull=False)
    return rows.exclude(answered_by=user.pk).annotate(at=F("answered_at"))


def mentions(user: Any) -> QuerySet[Any]:
    rows = Comment.objects.visible_to(user).filter(mentions__person=user.pk, deleted_at__isnull=True)
    return rows.exclude(author=user.pk).annotate(at=F("created_at"))


def mails(user: Any) -> QuerySet[Any]:
    """Those that list something; a nudge and a mention are told as what they are."""
    came = OutboxMail.objects.filter(user=user.pk, kind__in=list(LISTS), state__in=CAME)
    return came.annotate(at=Coalesce("sent_at", "created_at"))


def inbox(
    user: Any,
    *,
    limit: int,
    seen_until: datetime | None,
    before: datetime | None = None,
    after: datetime | None = None,
    has_mentions: bool = True,
) -> InboxPage:
    """The newest first, `limit` at most; newer than `seen_until` is new. Four queries."""
    sources: list[tuple[QuerySet[Any], Callable[[Any], Told]]] = [
        (nudges(user).select_related("author", "key_result"), _nudge),
        (answers(user).select_related("answered_by", "objective", "on_objective"), _answer),
        (mails(user), _mail),
    ]
    if has_mentions:
        related = ("author", "objective", "check_in__key_result")
        sources.append((mentions(user).select_related(*related), _mention))
    found: list[tuple[datetime, Any, Callable[[Any], Told]]] = []
    for rows, tell in sources:
        if before is not None:
            rows = rows.filter(at__lt=before)
        if after is not None:
            rows = rows.filter(at__gt=after)
        found += [(row.at, row, tell) for row in rows.order_by("-at", "-pk")[: limit + 1]]
    found.sort(key=lambda one: one[0], reverse=True)
    page = [_marked(tell(row), seen_until) for _at, row, tell in found[:limit]]
    return InboxPage(page, page[-1].at if len(found) > limit else None)


def _marked(told: Told, seen_until: datetime | None) -> Told:
    return replace(told, is_new=seen_until is not None and told.at > seen_until)


def _nudge(row: Any) -> Told:
    key_result = row.key_result
    return Told(
        at=row.at,
        what=_("asks for a check-in"),
        title=key_result.title,
        address=key_result.get_absolute_url(),
        code=key_result.code,
        by=row.author.name,
        quote=row.sentence,
    )


def _answer(row: Any) -> Told:
    accepted = row.answer == Dependency.Answer.ACCEPTED
    return Told(
        at=row.at,
        what=_("accepted what it needs") if accepted else _("declined what it needs"),
        title=row.objective.title,
        address=row.objective.get_absolute_url(),
        code=row.objective.code,
        by=row.answered_by.name if row.answered_by else "",
        quote=row.answer_note,
    )


def _mention(row: Any) -> Told:
    about = row.objective or row.check_in.key_result
    return Told(
        at=row.at,
        what=_("mentions you"),
        title=about.title,
        address=row.get_absolute_url(),
        code=about.code,
        by=row.author.name,
        quote=row.text,
    )


def _mail(row: Any) -> Told:
    """Without what stood in it: that is told by the page, as it is now."""
    return Told(at=row.at, what=_("by mail"), title=_title(row.kind), address=reverse(LISTS[row.kind]))


def _title(kind: str) -> str:
    titles = {
        Kind.CHECK_INS_DUE: _("Check-ins of yours are due"),
        Kind.ESCALATION: _("Check-ins of others stay overdue"),
        Kind.DIGEST: _("Where it stands"),
        Kind.CYCLE: _("A cycle ends or closes"),
        Kind.CHECK_IN_REFUSED: _("A draft could not be sent"),
    }
    return titles[Kind(kind)]

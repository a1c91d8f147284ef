"""What waits for somebody's review, and what reviewers wait for."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from goals.models import Acknowledgement, CheckIn, Comment, Cycle, KeyResult


def waiting_for(user: Any) -> QuerySet[CheckIn]:
    """Check-ins on what this person reviews, since they do, until they take note of them or ask back.

    An answer of its author or of the key result's owner puts a check-in before them again. Left out is what
    they wrote themselves or may not see any more, what was corrected (the correction waits in its place) or
    given up, and closed cycles. The oldest first.
    """
    asked = _questions().filter(check_in=OuterRef("pk"), author=user)
    rows = _open_check_ins(user).filter(
        key_result__objective__reviewer=user,
        created_at__gte=F("key_result__objective__reviewer_since"),
    )
    return (
        rows.exclude(author=user)
        .exclude(acknowledgements__person=user)
        .alias(asked=Subquery(asked.order_by("-pk").values("pk")[:1]))
        .filter(Q(asked__isnull=True) | Exists(_answers("pk", "asked", "author", "key_result__owner")))
        .order_by("created_at", "pk")
    )


def asked_of(user: Any) -> QuerySet[Comment]:
    """What reviewers ask this person about their check-ins or key results, while there is no answer to it."""
    theirs = Q(check_in__author=user) | Q(check_in__key_result__owner=user)
    return _unanswered(user).filter(theirs).exclude(author=user)


def asked_by(user: Any) -> QuerySet[Comment]:
    """What this person asks back as a reviewer, of several the newest, while there is no answer to it."""
    later = _questions().filter(check_in=OuterRef("check_in"), author=user, pk__gt=OuterRef("pk"))
    return _unanswered(user).filter(author=user).exclude(Exists(later))


def _unanswered(user: Any) -> QuerySet[Comment]:
    """Questions of reviewers on what a person sees, the oldest first; taking note of it ends one."""
    noted = Acknowledgement.objects.filter(check_in=OuterRef("check_in"), person=OuterRef("author"))
    return (
        _questions()
        .filter(
            check_in__in=_open_check_ins(user).order_by().values("pk"),
            author=F("check_in__key_result__objective__reviewer"),
        )
        .exclude(Exists(noted))
        .exclude(Exists(_answers("check_in", "pk", "check_in__author", "check_in__key_result__owner")))
        .select_related("author", "check_in__key_result")
        .order_by("created_at", "pk")
    )


def _open_check_ins(user: Any) -> QuerySet[CheckIn]:
    seen = KeyResult.objects.counting().visible_to(user)
    seen = seen.exclude(objective__roadmap__cycle__state=Cycle.State.CLOSED)
    corrected = CheckIn.objects.filter(corrects=OuterRef("pk"))
    return CheckIn.objects.filter(key_result__in=seen.order_by().values("pk")).exclude(Exists(corrected))


def _questions() -> QuerySet[Comment]:
    return Comment.objects.filter(is_question=True, deleted_at__isnull=True)


def _answers(check_in: str, question: str, author: str, owner: str) -> QuerySet[Comment]:
    """What was said after a question by who can answer it; the names say where the row outside has them."""
    said = Comment.objects.filter(
        check_in=OuterRef(check_in), pk__gt=OuterRef(question), deleted_at__isnull=True, is_question=False
    )
    return said.filter(Q(author=OuterRef(author)) | Q(author=OuterRef(owner)))

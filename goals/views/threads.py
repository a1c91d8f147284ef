"""What is said beside an objective or a check-in, as their pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from goals.actions.comments import Subject, is_editable
from goals.forms.comments import CommentForm
from goals.models import Acknowledgement, CheckIn, Comment
from goals.views.context import Reader


@dataclass
class CommentLine:
    """A comment, and whether its reader may still edit it or take it back."""

    comment: Comment
    is_own: bool
    is_editable: bool


@dataclass
class Thread:
    """What is said about one thing. `form` is a fresh one, or None where nothing more is said."""

    subject: Subject
    lines: list[CommentLine]
    form: CommentForm | None
    form_id: UUID


@dataclass
class CheckInTalk:
    """Beside a check-in: who has taken note, whether the reader has or may, and what is said."""

    thread: Thread
    acknowledgements: list[Acknowledgement]
    is_mine: bool
    may_acknowledge: bool


def thread_of(subject: Subject, comments: list[Comment], user: Reader, *, is_open: bool) -> Thread:
    now = timezone.now()
    lines = [
        CommentLine(row, is_open and row.author_id == user.pk, is_open and is_editable(row, by=user, now=now))
        for row in comments
    ]
    return Thread(subject, lines, CommentForm(subject=subject) if is_open else None, uuid4())


def talk_by_check_in(
    check_ins: list[CheckIn], user: Reader, *, is_open: bool, can_edit: bool
) -> dict[int, CheckInTalk]:
    """For every check-in shown, three queries together. `can_edit`: the reader takes note."""
    comments: dict[int, list[Comment]] = {row.pk: [] for row in check_ins}
    for comment in Comment.objects.filter(check_in__in=comments).for_page():
        comments[comment.check_in_id].append(comment)  # type: ignore[index]
    noted: dict[int, list[Acknowledgement]] = {row.pk: [] for row in check_ins}
    for found in Acknowledgement.objects.filter(check_in__in=noted).select_related("person"):
        noted[found.check_in_id].append(found)
    return {
        row.pk: CheckInTalk(
            thread_of(row, comments[row.pk], user, is_open=is_open),
            noted[row.pk],
            any(one.person_id == user.pk for one in noted[row.pk]),
            can_edit and row.author_id != user.pk,
        )
        for row in check_ins
    }

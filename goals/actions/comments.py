"""Comments on objectives and check-ins, and taking note of a check-in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from areas.permissions import can_edit_plan
from goals.actions import locks
from goals.actions.activity_marks import begin_mark
from goals.actions.refusals import Archived, Invalid, StaleVersion, WrongState
from goals.actions.rows import delete_row, refuse_closed, save_row
from goals.models import Acknowledgement, CheckIn, Comment, Cycle, Mention, Objective
from goals.reminders.comments import owe_comment

EDITABLE_FOR = timedelta(minutes=15)
MOST_MENTIONS = 10

Subject = Objective | CheckIn


@transaction.atomic
def add_comment(
    subject: Subject,
    *,
    by: Any,
    now: datetime,
    text: str,
    mentions: Collection[User] = (),
    is_question: bool = False,
) -> Comment:
    """A comment, and a mail owed to everybody it mentions and to who owns its subject.

    `is_question`: the reviewer asks back.

    Raises CycleClosed, Archived, Invalid (also where somebody is mentioned who may not see the subject).
    Whether the author may see it is asked at the door.
    """
    refuse_closed(locks.share_cycle(_cycle_of(subject).pk))
    _refuse_archived(subject)
    people = {person.pk: person for person in mentions if person.pk != by.pk}
    if len(people) > MOST_MENTIONS:
        raise Invalid(
            _("A comment mentions at most %(most)d people.") % {"most": MOST_MENTIONS}, field="mention"
        )
    if not all(may_see(person, subject) for person in people.values()):
        raise Invalid(nobody_found(), field="mention")
    kind = "objective" if isinstance(subject, Objective) else "check_in"
    comment = Comment(author=by, text=text, created_at=now, is_question=is_question, **{kind: subject})
    save_row(comment, by=by, now=now)
    for person in people.values():
        Mention.objects.create(comment=comment, person=person)
        begin_mark(person, now=now)
    owe_comment(comment, people.values(), now=now)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, by: Any, now: datetime, text: str) -> bool:
    """Whether something changed: one's own words, within a quarter of an hour.

    `comment` is as its author read it. Raises WrongState, StaleVersion, Invalid.
    """
    cycle = locks.share_cycle(_cycle_of(_subject(comment)).pk)
    as_read, comment = comment, _own(comment, by)
    if not is_editable(comment, by=by, now=now):
        raise WrongState(_("A comment is edited within 15 minutes; add another one."))
    refuse_closed(cycle)
    if comment.text == text:
        return False
    _refuse_rewritten(comment, as_read)
    comment.text, comment.edited_at = text, now
    save_row(comment, by=by, now=now)
    return True


@transaction.atomic
def delete_comment(comment: Comment, *, by: Any, now: datetime) -> None:
    """Takes one's own words off the pages; their place stays, and the history keeps them.

    `comment` is as its author read it. Raises CycleClosed, WrongState, StaleVersion.
    """
    cycle = locks.share_cycle(_cycle_of(_subject(comment)).pk)
    as_read, comment = comment, _own(comment, by)
    refuse_closed(cycle)
    if comment.deleted_at is not None:
        raise WrongState(_("This comment is deleted already."))
    _refuse_rewritten(comment, as_read)
    comment.deleted_at = now
    save_row(comment, by=by, now=now)


def is_editable(comment: Comment, *, by: Any, now: datetime) -> bool:
    return (
        comment.author_id == by.pk and comment.deleted_at is None and now - comment.created_at <= EDITABLE_FOR
    )


@transaction.atomic
def acknowledge(check_in: CheckIn, *, by: Any, now: datetime) -> bool:
    """Whether it is news that this person has taken note. Nobody takes note of their own check-in.

    Raises CycleClosed, Archived, WrongState.
    """
    refuse_closed(locks.share_cycle(_cycle_of(check_in).pk))
    _refuse_archived(check_in)
    if check_in.author_id == by.pk:
        raise WrongState(_("Somebody else takes note of your check-in."))
    # Two presses at once wait for each other here, so that the second finds the first.
    locks.lock_key_result(check_in.key_result_id)
    if Acknowledgement.objects.filter(check_in=check_in, person=by).exists():
        return False
    save_row(Acknowledgement(check_in=check_in, person=by, made_at=now), by=by, now=now)
    return True


@transaction.atomic
def take_back_acknowledgement(check_in: CheckIn, *, by: Any, now: datetime) -> bool:
    refuse_closed(locks.share_cycle(_cycle_of(check_in).pk))
    locks.lock_key_result(check_in.key_result_id)
    row = Acknowledgement.objects.filter(check_in=check_in, person=by).first()
    if row is None:
        return False
    delete_row(row, by=by, now=now)
    return True


def can_take_note(user: Any, check_in: CheckIn) -> bool:
    """Leads of the area and managers, and the reviewer of the objective."""
    return reviews(user, check_in) or can_edit_plan(user, check_in.key_result.area)


def reviews(user: Any, check_in: CheckIn) -> bool:
    """Whether the person is the reviewer of the objective; nobody reviews their own check-in."""
    return check_in.key_result.objective.reviewer_id == user.pk and check_in.author_id != user.pk


def may_see(person: User, subject: Subject) -> bool:
    """The one rule there is, asked for somebody else."""
    rows: Any = type(subject).objects.visible_to(person)
    return bool(person.is_active and rows.filter(pk=subject.pk).exists())


def nobody_found() -> str:
    """The same for who is not here and who may not see it: neither is told."""
    return _("Nobody who may see this is called so; write the name or the e-mail address.")


def _subject(comment: Comment) -> Subject:
    # One of the two is there: the constraint says so.
    return cast("Subject", comment.objective or comment.check_in)


def _cycle_of(subject: Subject) -> Cycle:
    return subject.roadmap.cycle if isinstance(subject, Objective) else subject.key_result.cycle


def _own(comment: Comment, by: Any) -> Comment:
    locked = Comment.objects.select_for_update(of=("self",), no_key=True).get(pk=comment.pk)
    if locked.author_id != by.pk:
        raise WrongState(_("Only its author changes a comment."))
    return locked


def _refuse_rewritten(locked: Comment, as_read: Comment) -> None:
    """Its author may have it open twice."""
    if locked.text != as_read.text:
        raise StaleVersion(_("This comment"))


def _refuse_archived(subject: Subject) -> None:
    """What is out of the lists, by itself or from above, is no longer talked about."""
    row = subject if isinstance(subject, Objective) else subject.key_result
    rows: Any = type(row).objects.live()
    if not rows.filter(pk=row.pk).exists():
        raise Archived(_("%(code)s is archived; restore it first.") % {"code": row.code})

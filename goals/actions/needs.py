"""What objectives need from elsewhere: asked, answered by the other side, asked again, withdrawn.

Who may is asked at the door (`DependencyQuerySet.editable_by`, `answerable_by`). docs/adr/0010 tells the
rules.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.activity_marks import begin_mark
from goals.actions.loops import closed_way
from goals.actions.refusals import AnsweredBefore, Archived, Invalid, NeedLoop, StaleVersion, WrongState
from goals.actions.rows import (
    apply_changes,
    change_row,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    save_row,
)
from goals.models import Dependency, Objective
from goals.models.dependency import DECLINED_SENTENCE

State, Answer = Dependency.State, Dependency.Answer


@transaction.atomic
def create_dependency(objective: Objective, *, by: Any, now: datetime, **fields: Any) -> Dependency:
    """A need: `on_objective` or `partner`, `note`, `state`; of a document also its `answer`, `answer_note`.

    Raises CycleClosed, Archived, NeedLoop, Invalid.
    """
    refuse_closed(locks.share_cycle(objective.roadmap.cycle_id))
    locks.lock_needs()
    refuse_given_up(locks.lock_objective(objective.pk))
    dependency = Dependency(objective=objective, created_at=now, **fields)
    _refuse_known_partner(dependency)
    _refuse_loop(dependency, by=by)
    if dependency.answer:
        dependency.answered_at, dependency.answered_by = now, by
    save_row(dependency, by=by, now=now)
    return dependency


@transaction.atomic
def change_dependency(
    dependency: Dependency, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """What its own side says; whether something changed.

    Whatever changes what is asked for takes the answer back: nobody agreed to that. Where a document tells
    `answer`, it stands as written. Raises CycleClosed, Archived, StaleVersion, NeedLoop, Invalid.
    """
    refuse_closed(locks.share_cycle(dependency.objective.roadmap.cycle_id))
    if {"on_objective", "state"} & set(changes):
        locks.lock_needs()
    row = _hold(dependency)
    refuse_stale(row, version)
    was_met = row.state == State.MET
    changed = apply_changes(row, changes)
    if not changed:
        return False
    if "on_objective" in changed:
        _refuse_loop(row, by=by)
    elif was_met and row.state != State.MET:
        _refuse_loop(row, by=by, field="state")
    if "answer" in changes:
        if {"answer", "answer_note"} & set(changed):
            row.answered_at, row.answered_by = (now, by) if row.answer else (None, None)
    elif {"on_objective", "partner", "note"} & set(changed) or _is_asked_anew(row):
        _ask_anew(row, now, is_another={"on_objective", "partner"} & set(changed))
    save_row(row, by=by, now=now)
    return True


@transaction.atomic
def answer_dependency(
    dependency: Dependency, answer: str, *, by: Any, now: datetime, version: int | None = None, note: str = ""
) -> Dependency:
    """Accepts or declines what was asked for; the need as it then stands.

    Who saw the other answer, and says so by its `version`, may change it. Raises CycleClosed, Archived,
    AnsweredBefore, StaleVersion, WrongState (it is met), Invalid (declined without a word).
    """
    refuse_closed(locks.share_cycle(dependency.objective.roadmap.cycle_id))
    row = _hold(dependency)
    is_seen = version is not None and version == row.version
    if row.answer and (row.answer == answer or not is_seen):
        raise AnsweredBefore(row)
    refuse_stale(row, version)
    if (row.on_objective_id, row.partner) != (dependency.on_objective_id, dependency.partner):
        raise StaleVersion(str(dependency))
    if row.state == State.MET:
        raise WrongState(_("This need is met; it waits for no answer."))
    if answer == Answer.DECLINED and not note.strip():
        raise Invalid(str(DECLINED_SENTENCE), field="answer_note")
    row.answer, row.answer_note, row.answered_at, row.answered_by = answer, note, now, by
    if answer == Answer.ACCEPTED and row.state == State.ASKED:
        row.state = State.AGREED
    elif answer == Answer.DECLINED and row.state == State.AGREED:
        row.state = State.ASKED
    save_row(row, by=by, now=now)
    if (owner := row.objective.owner) is not None and owner.pk != by.pk:
        begin_mark(owner, now=now)
    return row


@transaction.atomic
def ask_again(dependency: Dependency, *, by: Any, now: datetime, version: int | None = None) -> Dependency:
    """Takes the answer back and waits for another; the need as it then stands.

    Raises CycleClosed, Archived, StaleVersion, WrongState (there is no answer, or it is met).
    """
    refuse_closed(locks.share_cycle(dependency.objective.roadmap.cycle_id))
    row = _hold(dependency)
    refuse_stale(row, version)
    if row.state == State.MET:
        raise WrongState(_("This need is met; it waits for no answer."))
    if not row.answer and row.state != State.AGREED:
        raise WrongState(_("This need waits for an answer already."))
    row.state = State.ASKED
    _ask_anew(row, now)
    save_row(row, by=by, now=now)
    return row


@transaction.atomic
def withdraw_dependency(
    dependency: Dependency, *, by: Any, now: datetime, version: int | None = None
) -> None:
    """It is needed no more; its history stays.

    Raises CycleClosed, Archived (it was withdrawn before), StaleVersion.
    """
    refuse_closed(locks.share_cycle(dependency.objective.roadmap.cycle_id))
    change_row(_hold(dependency), by=by, now=now, version=version, changes={"archived_at": now})


def _hold(dependency: Dependency) -> Dependency:
    row = locks.lock_need(dependency.pk)
    if row.archived_at is not None:
        raise Archived(_("This need was withdrawn."))
    return row


def _is_asked_anew(row: Dependency) -> bool:
    return row.state == State.ASKED and row.answer == Answer.ACCEPTED


def _ask_anew(row: Dependency, now: datetime, *, is_another: Collection[str] = ()) -> None:
    """Nothing is answered any more. Who corrects a word before there was an answer waits on as before."""
    if row.answer or row.state == State.AGREED or is_another:
        row.asked_again_at = now
    if row.state == State.AGREED:
        row.state = State.ASKED
    row.answer, row.answer_note, row.answered_at, row.answered_by = "", "", None, None


def _refuse_loop(row: Dependency, *, by: Any, field: str = "on_objective") -> None:
    """Nothing waits for itself, be it through others; needs of before that do are left as they are."""
    if row.on_objective is None or not row.is_waiting or row.on_objective_id == row.objective_id:
        return
    edges = Dependency.objects.waiting().exclude(pk=row.pk).order_by()
    pairs: Any = edges.values_list("objective", "on_objective")
    if steps := closed_way(pairs, row.objective, row.on_objective, by=by):
        raise NeedLoop(row.objective.code, steps, field=field)


def _refuse_known_partner(row: Dependency) -> None:
    """One partner, however its name is written; the lock of the objective makes it one at a time."""
    known = Dependency.objects.live().filter(objective=row.objective).exclude(partner="")
    names = {name.casefold() for name in known.values_list("partner", flat=True)}
    if row.partner.casefold() in names:
        raise Invalid(_("This objective lists this partner already."), field="partner")

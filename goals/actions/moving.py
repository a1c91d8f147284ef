"""Moves: a key result to another objective, an objective to another roadmap, within its cycle.

What belongs to it comes along. It gets the next number of the place it comes to; its old code leads to it for
ever. Whoever moves plans both places, which is asked at the door. The cycle is held alone: rows of two places
are written, and figures of both, so that two moves in opposite directions wait for each other in a queue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.comments import may_see
from goals.actions.places import Place, visibility_there
from goals.actions.refusals import Archived, Invalid, ReasonNeeded, WrongState
from goals.actions.rows import (
    delete_row,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    save_row,
    save_rows,
)
from goals.actions.stored import refresh_objective
from goals.models import Concern, Cycle, KeyResult, MovedCode, Objective, Risk, Roadmap, Share, Visibility


@dataclass
class Moved:
    """What a move did; of a dry run, what it would do."""

    old_code: str
    new_code: str
    # Old and new code of what is named after it, or came along under a number of its own.
    followed: list[tuple[str, str]] = field(default_factory=list)
    # What is another beside the place, each as a sentence.
    notes: list[str] = field(default_factory=list)


def move_key_result(
    key_result: KeyResult,
    into: Objective,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> Moved:
    """Its history, check-ins, initiatives, interim targets and the risks about it come along.

    A dry run takes everything back and asks for no reason. Raises CycleClosed, WrongState (the cycle is
    closing), Archived, StaleVersion, ReasonNeeded (the cycle has begun), Invalid (another cycle, or it is
    there already).
    """
    with transaction.atomic():
        cycle = _hold(key_result.objective.roadmap.cycle_id)
        key_result = locks.lock_key_result(key_result.pk)
        into = locks.lock_objective(into.pk)
        refuse_given_up(key_result)
        refuse_stale(key_result, version)
        _refuse_archived_area(key_result.area)
        _refuse_archived_area(into.roadmap.area)
        refuse_given_up(into)
        _refuse_elsewhere(key_result, key_result.objective, into, into.roadmap.cycle_id, cycle, "objective")
        _refuse_without_reason(key_result, cycle, reason=reason, dry_run=dry_run)
        moved = _put_key_result(key_result, into, by=by, now=now, reason=reason)
        if dry_run:
            transaction.set_rollback(True)
    return moved


def move_objective(
    objective: Objective,
    into: Roadmap,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> Moved:
    """With everything below it and everything said about it. Raises as `move_key_result`."""
    with transaction.atomic():
        cycle = _hold(objective.roadmap.cycle_id)
        into = locks.lock_roadmap(into.pk)
        objective = locks.lock_objective(objective.pk)
        refuse_given_up(objective)
        refuse_stale(objective, version)
        _refuse_archived_area(objective.roadmap.area)
        _refuse_archived_area(into.area)
        _refuse_elsewhere(objective, objective.roadmap, into, into.cycle_id, cycle, "roadmap")
        _refuse_without_reason(objective, cycle, reason=reason, dry_run=dry_run)
        moved = _put_objective(objective, into, by=by, now=now, reason=reason)
        if dry_run:
            transaction.set_rollback(True)
    return moved


def _hold(cycle_id: int) -> Cycle:
    cycle = locks.lock_cycle(cycle_id)
    refuse_closed(cycle)
    if cycle.state == Cycle.State.CLOSING:
        raise WrongState(_("%(cycle)s is closing; nothing moves in it any more.") % {"cycle": cycle.name})
    return cycle


def _refuse_archived_area(area: Area) -> None:
    if area.archived_at is not None:
        raise Archived(_("%(code)s is archived or dropped; restore it first.") % {"code": area.key})


def _refuse_elsewhere(
    row: KeyResult | Objective, here: Any, into: Any, into_cycle_id: int, cycle: Cycle, field_name: str
) -> None:
    names = {"code": row.code, "place": into.code, "cycle": cycle.name}
    if into_cycle_id != cycle.pk:
        raise Invalid(
            _("%(code)s moves within %(cycle)s; what goes on in another cycle is carried over.") % names,
            field=field_name,
        )
    if here.pk == into.pk:
        raise Invalid(_("%(code)s is in %(place)s already.") % names, field=field_name)


def _refuse_without_reason(row: KeyResult | Objective, cycle: Cycle, *, reason: str, dry_run: bool) -> None:
    """What a mean is made of was agreed on when the cycle began."""
    if cycle.takes_check_ins and not dry_run and not reason.strip():
        raise ReasonNeeded(_("Say why %(code)s moves; the cycle has begun.") % {"code": row.code})


def _put_key_result(key_result: KeyResult, into: Objective, *, by: Any, now: datetime, reason: str) -> Moved:
    before, old_code = key_result.objective, key_result.code
    number = next_number(into, "last_key_result_number")
    key_result.objective, key_result.number, key_result.position = into, number, number
    key_result.code = f"{into.code}-{key_result.short_code}"
    moved = Moved(old_code, key_result.code)
    key_result.visibility = _as_hidden(key_result, Place.of(before), Place.of(into), moved)
    save_row(key_result, by=by, now=now, reason=reason)
    MovedCode.objects.create(code=old_code, key_result=key_result, former_objective=before, moved_at=now)
    for risk in Risk.objects.filter(key_result=key_result).order_by("number"):
        _put_risk(risk, key_result, before, into, moved, by=by, now=now, reason=reason)
    refresh_objective(before.pk)
    refresh_objective(into.pk)
    return moved


def _put_risk(
    risk: Risk,
    key_result: KeyResult,
    before: Objective,
    into: Objective,
    moved: Moved,
    *,
    by: Any,
    now: datetime,
    reason: str,
) -> None:
    """A risk about a key result belongs to the objective of that; it cannot concern its own."""
    for concern in Concern.objects.filter(risk=risk, objective=into).select_related("risk", "objective"):
        delete_row(concern, by=by, now=now, reason=reason)
        names = {"risk": risk.code, "objective": into.code}
        moved.notes.append(
            _("That %(risk)s concerns %(objective)s is said by its place from now on.") % names
        )
    old_code = risk.code
    risk.key_result, risk.objective = key_result, into
    risk.number = next_number(into, "last_risk_number")
    risk.code = f"{into.code}-{risk.short_code}"
    risk.visibility = _as_hidden(risk, Place.of(before), Place.of(into), moved)
    save_row(risk, by=by, now=now, reason=reason)
    MovedCode.objects.create(code=old_code, risk=risk, former_objective=before, moved_at=now)
    moved.followed.append((old_code, risk.code))


def _put_objective(objective: Objective, into: Roadmap, *, by: Any, now: datetime, reason: str) -> Moved:
    before, old_code = objective.roadmap, objective.code
    is_focus = objective.kind == Objective.Kind.FOCUS
    number = next_number(into, "last_focus_number" if is_focus else "last_excellence_number")
    objective.roadmap, objective.number, objective.position = into, number, number
    objective.code = f"{into.code}-{objective.short_code}"
    moved = Moved(old_code, objective.code)
    objective.visibility = _as_hidden(objective, Place.of(before), Place.of(into), moved)
    save_row(objective, by=by, now=now, reason=reason)
    reviewer = objective.reviewer
    if reviewer is not None and not may_see(reviewer, objective):
        objective.reviewer = objective.reviewer_since = None
        save_row(objective, by=by, now=now, reason=reason)
        names = {"name": reviewer.name, "code": objective.code}
        moved.notes.append(_("%(name)s cannot see it there and reviews it no more.") % names)
    _end_share_with(into.area, objective, moved, by=by, now=now, reason=reason)
    MovedCode.objects.create(code=old_code, objective=objective, former_roadmap=before, moved_at=now)
    for kind, rows in (
        ("key_result", list(KeyResult.objects.filter(objective=objective).order_by("number"))),
        ("risk", list(Risk.objects.filter(objective=objective).order_by("number"))),
    ):
        _name_after(objective, rows, kind, moved, by=by, now=now, reason=reason)
    return moved


def _end_share_with(
    area: Area, objective: Objective, moved: Moved, *, by: Any, now: datetime, reason: str
) -> None:
    """Who owned it too plans it from now on."""
    for row in Share.objects.filter(objective=objective, area=area):
        delete_row(row, by=by, now=now, reason=reason)
        names = {"area": area.key, "code": objective.code}
        moved.notes.append(_("%(area)s shares %(code)s no more: it plans it from now on.") % names)


def _name_after(
    objective: Objective, rows: list[Any], kind: str, moved: Moved, *, by: Any, now: datetime, reason: str
) -> None:
    """What is below an objective keeps its number, and has a code that begins as the objective's does."""
    for row in rows:
        old_code, row.code = row.code, f"{objective.code}-{row.short_code}"
        MovedCode.objects.create(code=old_code, moved_at=now, **{kind: row})
        moved.followed.append((old_code, row.code))
    save_rows(rows, ["code"], by=by, now=now, reason=reason)


def _as_hidden(row: KeyResult | Objective | Risk, before: Place, after: Place, moved: Moved) -> str:
    """As `visibility_there`, with a note where it is another one."""
    there = visibility_there(row, before, after)
    if there != row.visibility:
        sentence = _("%(code)s becomes internal: it was not public, and is made so on purpose only.")
        if there == Visibility.RESTRICTED:
            sentence = _("%(code)s stays restricted: its old place is.")
        moved.notes.append(sentence % {"code": row.code})
    return there

"""Key results: made, changed with a reason, dropped, archived, restored."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import ReasonNeeded, WrongState
from goals.actions.rows import (
    apply_changes,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    refuse_without_reason,
    save_row,
)
from goals.actions.stored import refresh_key_result
from goals.models import KeyResult, Objective

MILESTONE_WAY = {"start_value": Decimal(0), "target_value": Decimal(1)}


@transaction.atomic
def create_key_result(
    objective: Objective, *, by: Any, now: datetime, today: date, number: int | None = None, **fields: Any
) -> KeyResult:
    """A new key result with the next number, or the wanted one.

    Raises CycleClosed, Archived, NumberTaken, Invalid.
    """
    refuse_closed(locks.share_cycle(objective.roadmap.cycle_id))
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    number = next_number(objective, "last_key_result_number", wanted=number)
    values = {"position": number, "added_on": today} | fields
    if values.get("kind") == KeyResult.Kind.MILESTONE:
        values |= MILESTONE_WAY
    key_result = KeyResult(objective=objective, number=number, created_at=now, **values)
    key_result.code = f"{objective.code}-{key_result.short_code}"
    save_row(key_result, by=by, now=now)
    refresh_key_result(key_result)
    return key_result


@transaction.atomic
def change_key_result(
    key_result: KeyResult,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    **changes: Any,
) -> bool:
    """Whether something changed. Check-ins keep the definition they were made under; completion follows.

    Raises CycleClosed, Archived, StaleVersion, ReasonNeeded (the cycle has begun and the definition changes),
    Invalid.
    """
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    refuse_closed(cycle)
    key_result = locks.lock_key_result(key_result.pk)
    refuse_given_up(key_result)
    refuse_stale(key_result, version)
    if changes.get("kind", key_result.kind) == KeyResult.Kind.MILESTONE:
        changes = changes | MILESTONE_WAY
    changed = apply_changes(key_result, changes)
    if not changed:
        return False
    if cycle.takes_check_ins:
        refuse_without_reason(key_result, changed, locked=KeyResult.DEFINITION_FIELDS, reason=reason)
    save_row(key_result, by=by, now=now, reason=reason)
    refresh_key_result(key_result)
    return True


@transaction.atomic
def archive_key_result(key_result: KeyResult, *, by: Any, now: datetime, reason: str = "") -> None:
    """Takes a key result out of lists and means; its check-ins stay, and it may be restored."""
    _set_moment(key_result, "archived_at", now, by=by, now=now, reason=reason)


@transaction.atomic
def restore_key_result(key_result: KeyResult, *, by: Any, now: datetime, reason: str = "") -> None:
    _set_moment(key_result, "archived_at", None, by=by, now=now, reason=reason)


@transaction.atomic
def drop_key_result(key_result: KeyResult, *, by: Any, now: datetime, reason: str) -> None:
    """Gives a key result up: it stays to be seen, with the reason, and counts in no mean."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why %(code)s is given up.") % {"code": key_result.code})
    _set_moment(key_result, "dropped_at", now, by=by, now=now, reason=reason)


def _set_moment(
    key_result: KeyResult, field: str, moment: datetime | None, *, by: Any, now: datetime, reason: str
) -> None:
    refuse_closed(locks.share_cycle(key_result.objective.roadmap.cycle_id))
    key_result = locks.lock_key_result(key_result.pk)
    if (getattr(key_result, field) is None) == (moment is None):
        raise WrongState(_("%(code)s is in this state already.") % {"code": key_result.code})
    setattr(key_result, field, moment)
    save_row(key_result, by=by, now=now, reason=reason)
    refresh_key_result(key_result)

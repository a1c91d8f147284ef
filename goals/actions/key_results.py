"""Key results: made, changed with a reason, dropped, archived, restored."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.interim_targets import Plan, planned_after, replace_interim_targets
from goals.actions.kpi_links import refuse_unfit
from goals.actions.refusals import ReasonNeeded
from goals.actions.rows import (
    apply_changes,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    refuse_without_reason,
    save_row,
    take_back,
    take_out,
)
from goals.actions.stored import refresh_key_result
from goals.actions.webhook_events import TARGET_FIELDS, notice_target
from goals.models import KeyResult, Objective

MILESTONE_WAY = {"start_value": Decimal(0), "target_value": Decimal(1)}


@transaction.atomic
def create_key_result(
    objective: Objective,
    *,
    by: Any,
    now: datetime,
    today: date,
    number: int | None = None,
    interim_targets: Plan = (),
    **fields: Any,
) -> KeyResult:
    """A new key result with the next number, or the wanted one; `interim_targets` are (day, value) pairs.

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
    refuse_unfit(key_result)
    save_row(key_result, by=by, now=now)
    replace_interim_targets(key_result, interim_targets, by=by, now=now)
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
    interim_targets: Plan | None = None,
    **changes: Any,
) -> bool:
    """Whether something changed. Check-ins keep the definition they were made under; completion follows.

    `interim_targets` are all there are to be, as (day, value) pairs; None leaves them as they are.
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
    before = {name: getattr(key_result, name) for name in TARGET_FIELDS}
    changed = apply_changes(key_result, changes)
    plan = planned_after(key_result, changed, interim_targets)
    if plan is not None:
        changed.append("interim_targets")
    if not changed:
        return False
    if cycle.takes_check_ins:
        refuse_without_reason(key_result, changed, reason=reason)
    if {"kpi", "unit", "visibility"} & set(changed):
        refuse_unfit(key_result)
    # With a changed plan alone too: its version tells a stale form from a fresh one.
    save_row(key_result, by=by, now=now, reason=reason)
    if plan is not None:
        replace_interim_targets(key_result, plan, by=by, now=now, reason=reason)
    refresh_key_result(key_result)
    if cycle.takes_check_ins and set(changed) & set(KeyResult.LOCKED):
        notice_target(key_result, before, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def archive_key_result(
    key_result: KeyResult, *, by: Any, now: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Takes a key result out of lists and means; its check-ins stay, and it may be restored."""
    key_result = _lock(key_result, version)
    take_out(key_result, "archived_at", by=by, now=now, reason=reason)
    refresh_key_result(key_result)


@transaction.atomic
def restore_key_result(
    key_result: KeyResult, *, by: Any, now: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Takes an archived or dropped one back into the plan."""
    key_result = _lock(key_result, version)
    take_back(key_result, by=by, now=now, reason=reason)
    refresh_key_result(key_result)


@transaction.atomic
def drop_key_result(
    key_result: KeyResult, *, by: Any, now: datetime, reason: str, version: int | None = None
) -> None:
    """Gives a key result up: it stays to be seen, with the reason, and counts in no mean."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why %(code)s is given up.") % {"code": key_result.code})
    key_result = _lock(key_result, version)
    take_out(key_result, "dropped_at", by=by, now=now, reason=reason)
    refresh_key_result(key_result)


def _lock(key_result: KeyResult, version: int | None) -> KeyResult:
    refuse_closed(locks.share_cycle(key_result.objective.roadmap.cycle_id))
    locked = locks.lock_key_result(key_result.pk)
    refuse_stale(locked, version)
    return locked

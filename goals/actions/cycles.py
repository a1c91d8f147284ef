"""The life of a cycle: made, changed; planning, active, closing, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import Invalid, ReasonNeeded, WrongState
from goals.actions.rows import apply_changes, create_row, refuse_closed, refuse_stale, save_row, save_rows
from goals.actions.snapshots import take_snapshots
from goals.actions.webhook_events import notice_closing
from goals.figures.scores import proposed_score_of
from goals.models import CheckIn, Cycle, KeyResult
from goals.models.cycle import AGREED_FIELDS


@transaction.atomic
def create_cycle(*, by: Any, now: datetime, **fields: Any) -> Cycle:
    """A new cycle, being planned. Raises Invalid."""
    cycle = Cycle(created_at=now, **fields | {"state": Cycle.State.PLANNING})
    create_row(cycle, by=by, now=now)
    return cycle


@transaction.atomic
def change_cycle(
    cycle: Cycle,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    **changes: Any,
) -> bool:
    """Whether something changed. The key never does, and the state moves by the steps below.

    Raises CycleClosed, StaleVersion, ReasonNeeded (dates or thresholds of a cycle that has begun), Invalid.
    """
    locked = locks.lock_cycle(cycle.pk)
    refuse_closed(locked)
    refuse_stale(locked, version)
    changes = {name: value for name, value in changes.items() if name not in ("key", "state")}
    changed = apply_changes(locked, changes)
    if not changed:
        return False
    if locked.takes_check_ins and set(changed) & set(AGREED_FIELDS) and not reason.strip():
        raise ReasonNeeded(
            _("Say why the dates or thresholds of %(cycle)s change; it has begun.") % {"cycle": locked.name}
        )
    if "starts_on" in changed:
        _refuse_check_ins_before(locked)
    save_row(locked, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def activate_cycle(cycle: Cycle, *, by: Any, now: datetime, version: int | None = None) -> Cycle:
    """Planning ends: definitions lock, check-ins open."""
    return _move(cycle, Cycle.State.PLANNING, Cycle.State.ACTIVE, by=by, now=now, version=version)


@transaction.atomic
def begin_closing(cycle: Cycle, *, by: Any, now: datetime, version: int | None = None) -> Cycle:
    """Last check-ins, scores and closing notes."""
    return _move(cycle, Cycle.State.ACTIVE, Cycle.State.CLOSING, by=by, now=now, version=version)


@transaction.atomic
def close_cycle(cycle: Cycle, *, by: Any, now: datetime, version: int | None = None) -> Cycle:
    """Freezes the numbers, and keeps the snapshot of the day, taken of the frozen ones.

    A key result nobody scored has its proposed score, which stays to be seen. A score that was the proposed
    one follows it: after a re-opening, a last check-in may have moved it.
    """
    moved = _move(cycle, Cycle.State.CLOSING, Cycle.State.CLOSED, by=by, now=now, version=version)
    scored = list(KeyResult.objects.of_cycle(moved).counting().order_by("pk"))
    for key_result in scored:
        proposed = proposed_score_of(key_result)
        if key_result.final_score in (None, key_result.proposed_score):
            key_result.final_score = proposed
        elif key_result.final_score != proposed and not key_result.score_reason:
            # It was given while there was nothing to propose, and so nothing to differ from.
            key_result.score_reason = "given before anything was reported"
        key_result.proposed_score = proposed
    # Together: as long as this takes, nobody writes in the cycle.
    fields = ["proposed_score", "final_score", "score_reason"]
    save_rows(scored, fields, by=by, now=now, reason="cycle closed")
    take_snapshots(moved, today=timezone.localdate(now))
    notice_closing(moved, now=now)
    return moved


@transaction.atomic
def reopen_cycle(cycle: Cycle, *, by: Any, now: datetime, reason: str, version: int | None = None) -> Cycle:
    """Back to closing, with a reason that the history keeps."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why %(cycle)s is opened again.") % {"cycle": cycle.name})
    closed, closing = Cycle.State.CLOSED, Cycle.State.CLOSING
    return _move(cycle, closed, closing, by=by, now=now, reason=reason, version=version)


def _move(
    cycle: Cycle,
    state: str,
    to: str,
    *,
    by: Any,
    now: datetime,
    reason: str = "",
    version: int | None = None,
) -> Cycle:
    locked = locks.lock_cycle(cycle.pk)
    if locked.state != state:
        raise WrongState(
            _("%(cycle)s is %(state)s; this step begins from %(from)s.")
            % {
                "cycle": locked.name,
                "state": locked.get_state_display(),
                "from": Cycle.State(state).label,
            }
        )
    refuse_stale(locked, version)
    locked.state = to
    save_row(locked, by=by, now=now, reason=reason)
    return locked


def _refuse_check_ins_before(cycle: Cycle) -> None:
    """A check-in lies in its cycle, so the first day is not moved past the first of them."""
    check_ins = CheckIn.objects.filter(key_result__objective__roadmap__cycle=cycle)
    first = check_ins.order_by("effective_on").values_list("effective_on", flat=True).first()
    if first is not None and first < cycle.starts_on:
        raise Invalid(
            _("The first check-in is of %(day)s; the cycle begins then or before.")
            % {"day": formats.date_format(first, "j M Y")},
            field="starts_on",
        )

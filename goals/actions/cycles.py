"""The life of a cycle: planning, active, closing, closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import ReasonNeeded, WrongState
from goals.actions.rows import apply_changes, refuse_closed, save_row
from goals.models import Cycle, KeyResult
from goals.progress import is_violated, proposed_score


@transaction.atomic
def activate_cycle(cycle: Cycle, *, by: Any, now: datetime) -> Cycle:
    """Planning ends: definitions lock, check-ins open."""
    return _move(cycle, Cycle.State.PLANNING, Cycle.State.ACTIVE, by=by, now=now)


@transaction.atomic
def begin_closing(cycle: Cycle, *, by: Any, now: datetime) -> Cycle:
    """Last check-ins, scores and closing notes."""
    return _move(cycle, Cycle.State.ACTIVE, Cycle.State.CLOSING, by=by, now=now)


@transaction.atomic
def close_cycle(cycle: Cycle, *, by: Any, now: datetime) -> Cycle:
    """Freezes the numbers. A key result nobody scored has its proposed score, which stays to be seen.

    A score that was the proposed one follows it: after a re-opening, a last check-in may have moved it.
    """
    moved = _move(cycle, Cycle.State.CLOSING, Cycle.State.CLOSED, by=by, now=now)
    for key_result in KeyResult.objects.of_cycle(moved).counting():
        proposed = proposed_score_of(key_result)
        if key_result.final_score in (None, key_result.proposed_score):
            key_result.final_score = proposed
        key_result.proposed_score = proposed
        save_row(key_result, by=by, now=now, reason=_("cycle closed"))
    return moved


@transaction.atomic
def reopen_cycle(cycle: Cycle, *, by: Any, now: datetime, reason: str) -> Cycle:
    """Back to closing, with a reason that the history keeps."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why %(cycle)s is opened again.") % {"cycle": cycle.name})
    return _move(cycle, Cycle.State.CLOSED, Cycle.State.CLOSING, by=by, now=now, reason=reason)


@transaction.atomic
def score_key_result(
    key_result: KeyResult,
    *,
    by: Any,
    now: datetime,
    score: Decimal,
    reason: str = "",
    closing_note: str = "",
) -> None:
    """Gives a score, 0.0 to 1.0, beside the proposed one; a different one asks for a reason."""
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    refuse_closed(cycle)
    if cycle.state != Cycle.State.CLOSING:
        raise WrongState(_("Scores are given while the cycle is closing."))
    key_result = locks.lock_key_result(key_result.pk)
    changes = {
        "proposed_score": proposed_score_of(key_result),
        "final_score": score,
        "score_reason": reason,
        "closing_note": closing_note,
    }
    if apply_changes(key_result, changes):
        save_row(key_result, by=by, now=now, reason=reason)


def proposed_score_of(key_result: KeyResult) -> Decimal | None:
    """The score its current value proposes; None for a guardrail nobody reported about."""
    violated = None
    if key_result.current_value is not None:
        violated = is_violated(
            key_result.current_value, lower=key_result.lower_bound, upper=key_result.upper_bound
        )
    return proposed_score(key_result.formula_kind, key_result.completion, violated=violated)


def _move(cycle: Cycle, state: str, to: str, *, by: Any, now: datetime, reason: str = "") -> Cycle:
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
    locked.state = to
    save_row(locked, by=by, now=now, reason=reason)
    return locked

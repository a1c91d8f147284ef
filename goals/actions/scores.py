"""Scores, closing notes and post-mortems: what is said about a plan while its cycle closes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import WrongState
from goals.actions.rows import apply_changes, refuse_closed, refuse_given_up, refuse_stale, save_row
from goals.figures.scores import proposed_score_of
from goals.models import Cycle, KeyResult, Objective


@transaction.atomic
def score_key_result(
    key_result: KeyResult,
    *,
    by: Any,
    now: datetime,
    score: Decimal | None,
    reason: str = "",
    closing_note: str = "",
    version: int | None = None,
) -> bool:
    """Gives a score, 0.0 to 1.0, beside the proposed one; a different one asks for a reason.

    None leaves it unscored, so that a note may come first. Answers whether something changed. Raises
    CycleClosed, WrongState, Archived, StaleVersion, Invalid.
    """
    _hold_closing_cycle(key_result.objective.roadmap.cycle_id)
    key_result = locks.lock_key_result(key_result.pk)
    refuse_given_up(key_result)
    refuse_stale(key_result, version)
    changes = {
        "proposed_score": proposed_score_of(key_result),
        "final_score": score,
        "score_reason": reason.strip(),
        "closing_note": closing_note.strip(),
    }
    if not apply_changes(key_result, changes):
        return False
    save_row(key_result, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def write_post_mortem(
    objective: Objective, *, by: Any, now: datetime, text: str, version: int | None = None
) -> bool:
    """Whether something changed. Raises CycleClosed, WrongState, Archived, StaleVersion, Invalid."""
    _hold_closing_cycle(objective.roadmap.cycle_id)
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    refuse_stale(objective, version)
    if not apply_changes(objective, {"post_mortem": text.strip()}):
        return False
    save_row(objective, by=by, now=now)
    return True


def _hold_closing_cycle(cycle_id: int) -> None:
    cycle = locks.share_cycle(cycle_id)
    refuse_closed(cycle)
    if cycle.state != Cycle.State.CLOSING:
        raise WrongState(_("Scores are given while the cycle is closing."))

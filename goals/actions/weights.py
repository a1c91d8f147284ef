"""The weights of everything below one objective or roadmap, changed together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from goals.actions import locks
from goals.actions.refusals import Invalid, StaleVersion
from goals.actions.rows import (
    apply_changes,
    refuse_closed,
    refuse_given_up,
    refuse_without_reason,
    save_row,
)
from goals.actions.stored import refresh_objective
from goals.models import Cycle, Objective, Roadmap


@dataclass(frozen=True)
class Wanted:
    """A weight, and the version of its row that the writer saw; None skips the question."""

    weight: Decimal
    version: int | None = None


@transaction.atomic
def change_key_result_weights(
    objective: Objective, wanted: Mapping[int, Wanted], *, by: Any, now: datetime, reason: str = ""
) -> int:
    """How many weights changed; `wanted` is by primary key of the objective's key results.

    Raises CycleClosed, Archived, StaleVersion (of whichever row), ReasonNeeded, Invalid.
    """
    cycle = locks.share_cycle(objective.roadmap.cycle_id)
    changed = _change(
        cycle, _locked(wanted, locks.lock_key_result, "objective_id", objective.pk), wanted, by, now, reason
    )
    if changed:
        # Once, after all of them: two such writers then take their locks in one order.
        refresh_objective(objective.pk)
    return changed


@transaction.atomic
def change_objective_weights(
    roadmap: Roadmap, wanted: Mapping[int, Wanted], *, by: Any, now: datetime, reason: str = ""
) -> int:
    """The same for the objectives of a roadmap."""
    cycle = locks.share_cycle(roadmap.cycle_id)
    return _change(
        cycle, _locked(wanted, locks.lock_objective, "roadmap_id", roadmap.pk), wanted, by, now, reason
    )


def _locked(
    wanted: Mapping[int, Wanted], lock: Callable[[int], Any], parent: str, parent_id: int
) -> list[Any]:
    rows = [lock(pk) for pk in sorted(wanted)]
    if any(getattr(row, parent) != parent_id for row in rows):
        raise ValueError("These rows do not belong together.")
    return rows


def _change(
    cycle: Cycle, rows: list[Any], wanted: Mapping[int, Wanted], by: Any, now: datetime, reason: str
) -> int:
    refuse_closed(cycle)
    stale = [row for row in rows if wanted[row.pk].version not in (None, row.version)]
    if stale:
        raise StaleVersion(", ".join(row.code for row in stale))
    changed = [row for row in rows if apply_changes(row, {"weight": wanted[row.pk].weight})]
    for row in changed:
        refuse_given_up(row)
        if cycle.takes_check_ins:
            refuse_without_reason(row, ["weight"], reason=reason)
    for row in changed:
        try:
            save_row(row, by=by, now=now, reason=reason)
        except Invalid as refusal:
            raise Invalid(refusal.sentence, field=row.code) from refusal
    return len(changed)

"""Roadmaps and their objectives: made, changed, published, archived, restored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.comments import may_see
from goals.actions.refusals import Invalid, ReasonNeeded, StaleVersion
from goals.actions.rows import (
    apply_changes,
    create_row,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    refuse_without_reason,
    save_row,
    take_back,
    take_out,
)
from goals.actions.stored import refresh_objective
from goals.models import Cycle, Objective, Roadmap


@transaction.atomic
def create_roadmap(area: Area, cycle: Cycle, *, by: Any, now: datetime, **fields: Any) -> Roadmap:
    """An area's plan for a cycle. Raises CycleClosed, Invalid."""
    refuse_closed(locks.share_cycle(cycle.pk))
    roadmap = Roadmap(area=area, cycle=cycle, code=f"{area.key}-{cycle.key}", created_at=now, **fields)
    create_row(roadmap, by=by, now=now)
    return roadmap


@transaction.atomic
def change_roadmap(
    roadmap: Roadmap, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """Whether something changed. Raises CycleClosed, StaleVersion, Invalid."""
    refuse_closed(locks.share_cycle(roadmap.cycle_id))
    roadmap = locks.lock_roadmap(roadmap.pk)
    refuse_stale(roadmap, version)
    if not apply_changes(roadmap, changes):
        return False
    save_row(roadmap, by=by, now=now)
    return True


@transaction.atomic
def create_objective(
    roadmap: Roadmap, *, by: Any, now: datetime, number: int | None = None, **fields: Any
) -> Objective:
    """A new objective with the next number of its kind, or the wanted one. Raises NumberTaken, Invalid."""
    refuse_closed(locks.share_cycle(roadmap.cycle_id))
    roadmap = locks.lock_roadmap(roadmap.pk)
    kind = fields.get("kind", Objective.Kind.FOCUS)
    counter = "last_focus_number" if kind == Objective.Kind.FOCUS else "last_excellence_number"
    number = next_number(roadmap, counter, wanted=number)
    objective = Objective(roadmap=roadmap, number=number, created_at=now, **{"position": number} | fields)
    objective.code = f"{roadmap.code}-{objective.short_code}"
    objective.reviewer_since = now if objective.reviewer else None
    save_row(objective, by=by, now=now)
    _refuse_blind_reviewer(objective)
    return objective


@transaction.atomic
def change_objective(
    objective: Objective,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    **changes: Any,
) -> bool:
    """Whether something changed. Raises CycleClosed, Archived, StaleVersion, ReasonNeeded, Invalid."""
    # Whether supporters count is a part of the graph of alignments, which changes under its lock alone.
    counts = changes.get("counts_supporters", objective.counts_supporters)
    is_graph_changed = counts != objective.counts_supporters
    lock = locks.lock_alignments if is_graph_changed else locks.share_cycle
    cycle = lock(objective.roadmap.cycle_id)
    refuse_closed(cycle)
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    refuse_stale(objective, version)
    changed = apply_changes(objective, changes)
    if not changed:
        return False
    if "reviewer" in changed:
        objective.reviewer_since = now if objective.reviewer else None
    if "counts_supporters" in changed and not is_graph_changed:
        raise StaleVersion(str(objective))
    if cycle.takes_check_ins:
        refuse_without_reason(objective, changed, reason=reason)
    save_row(objective, by=by, now=now, reason=reason)
    if "reviewer" in changed:
        _refuse_blind_reviewer(objective)
    if "counts_supporters" in changed:
        refresh_objective(objective.pk)
    return True


@transaction.atomic
def archive_objective(
    objective: Objective, *, by: Any, now: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Takes an objective out of lists and means; its history stays, and it may be restored."""
    objective = _lock(objective, version)
    take_out(objective, "archived_at", by=by, now=now, reason=reason)
    refresh_objective(objective.pk)


@transaction.atomic
def restore_objective(
    objective: Objective, *, by: Any, now: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Takes an archived or dropped one back into the plan."""
    objective = _lock(objective, version)
    take_back(objective, by=by, now=now, reason=reason)
    refresh_objective(objective.pk)


@transaction.atomic
def drop_objective(
    objective: Objective, *, by: Any, now: datetime, reason: str, version: int | None = None
) -> None:
    """Gives an objective up: it stays to be seen, with the reason, and counts in no mean."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why %(code)s is given up.") % {"code": objective.code})
    objective = _lock(objective, version)
    take_out(objective, "dropped_at", by=by, now=now, reason=reason)
    refresh_objective(objective.pk)


def _refuse_blind_reviewer(objective: Objective) -> None:
    """Asked once it is kept: who sees an objective is a question to the database."""
    if objective.reviewer is not None and not may_see(objective.reviewer, objective):
        raise Invalid(
            _("%(name)s cannot see this objective.") % {"name": objective.reviewer.name}, field="reviewer"
        )


def _lock(objective: Objective, version: int | None) -> Objective:
    refuse_closed(locks.share_cycle(objective.roadmap.cycle_id))
    locked = locks.lock_objective(objective.pk)
    refuse_stale(locked, version)
    return locked

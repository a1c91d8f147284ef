"""Roadmaps and their objectives: made, changed, published, archived, restored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.refusals import WrongState
from goals.actions.rows import (
    apply_changes,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    refuse_without_reason,
    save_row,
)
from goals.actions.stored import refresh_objective
from goals.models import Cycle, Objective, Roadmap

# Fields of an objective that weigh in the means, and so count as its definition.
OBJECTIVE_DEFINITION = ("weight",)


@transaction.atomic
def create_roadmap(area: Area, cycle: Cycle, *, by: Any, now: datetime, **fields: Any) -> Roadmap:
    """An area's plan for a cycle. Raises CycleClosed, Invalid."""
    refuse_closed(locks.share_cycle(cycle.pk))
    roadmap = Roadmap(area=area, cycle=cycle, code=f"{area.key}-{cycle.key}", created_at=now, **fields)
    save_row(roadmap, by=by, now=now)
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
    save_row(objective, by=by, now=now)
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
    cycle = locks.share_cycle(objective.roadmap.cycle_id)
    refuse_closed(cycle)
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    refuse_stale(objective, version)
    changed = apply_changes(objective, changes)
    if not changed:
        return False
    if cycle.takes_check_ins:
        refuse_without_reason(objective, changed, locked=OBJECTIVE_DEFINITION, reason=reason)
    save_row(objective, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def archive_objective(objective: Objective, *, by: Any, now: datetime, reason: str = "") -> None:
    """Takes an objective out of lists and means; its history stays, and it may be restored."""
    _set_archived(objective, now, by=by, now=now, reason=reason)


@transaction.atomic
def restore_objective(objective: Objective, *, by: Any, now: datetime, reason: str = "") -> None:
    _set_archived(objective, None, by=by, now=now, reason=reason)


def _set_archived(
    objective: Objective, moment: datetime | None, *, by: Any, now: datetime, reason: str
) -> None:
    refuse_closed(locks.share_cycle(objective.roadmap.cycle_id))
    objective = locks.lock_objective(objective.pk)
    if (objective.archived_at is None) == (moment is None):
        raise WrongState(
            _("%(code)s is archived already.") % {"code": objective.code}
            if moment
            else _("%(code)s is not archived.") % {"code": objective.code}
        )
    objective.archived_at = moment
    save_row(objective, by=by, now=now, reason=reason)
    refresh_objective(objective.pk)

"""Shares: which areas own an objective beside the one that plans it, and how much it counts there.

It is offered by whoever edits the plan at home; they weigh and end it, and so do those who edit the plan of
the co-owning area. Who may is asked at the door (`can_edit_plan`, `ShareQuerySet.changeable_by`). Nothing is
stored of it: no objective's own completion rests on who owns it; means of areas are computed when read.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.refusals import Invalid, ReasonNeeded, StaleVersion, WrongState
from goals.actions.rows import delete_row, refuse_closed, refuse_given_up, refuse_stale, save_row
from goals.models import Cycle, Objective, Share

FULL = Decimal(1)


@transaction.atomic
def share(
    objective: Objective, area: Area, *, by: Any, now: datetime, weight: Decimal = FULL, reason: str = ""
) -> Share:
    """From now on the area owns the objective too.

    Raises CycleClosed, WrongState, Archived, Invalid, and ReasonNeeded in a cycle that has begun.
    """
    objective = _hold(objective)
    refuse_given_up(objective)
    _refuse_without_reason(objective, reason)
    area = Area.objects.without_tree_fields().get(pk=area.pk)
    if area.archived_at is not None:
        raise Invalid(
            _("%(area)s is archived; nothing is shared with it.") % {"area": area.key}, field="area"
        )
    made = Share(objective=objective, area=area, weight=weight, created_at=now)
    save_row(made, by=by, now=now, reason=reason)
    return made


@transaction.atomic
def weigh_share(
    share: Share,
    weight: Decimal,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
) -> bool:
    """Whether the weight changed.

    Raises CycleClosed, WrongState, Archived, StaleVersion, Invalid, ReasonNeeded.
    """
    objective = _hold(share.objective)
    refuse_given_up(objective)
    found = _as_now(share, version)
    if found.weight == weight:
        return False
    _refuse_without_reason(objective, reason)
    found.weight = weight
    save_row(found, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def end_share(share: Share, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """The area owns it no more; of given-up objectives too. Raises as above, but not Archived."""
    _refuse_without_reason(_hold(share.objective), reason)
    delete_row(_as_now(share, version), by=by, now=now, reason=reason)


def _hold(objective: Objective) -> Objective:
    """The cycle and the objective, locked. Raises CycleClosed, WrongState."""
    cycle = locks.share_cycle(objective.roadmap.cycle_id)
    refuse_closed(cycle)
    if cycle.state == Cycle.State.CLOSING:
        names = {"cycle": cycle.name}
        raise WrongState(_("%(cycle)s is closing; who owns what stays as it is.") % names)
    return locks.lock_objective(objective.pk)


def _refuse_without_reason(objective: Objective, reason: str) -> None:
    """What the mean of an area is made of was agreed on when the cycle began."""
    if objective.roadmap.cycle.takes_check_ins and not reason.strip():
        names = {"code": objective.code}
        raise ReasonNeeded(_("Say why who owns %(code)s changes; the cycle has begun.") % names)


def _as_now(share: Share, version: int | None) -> Share:
    """Under the lock. Raises StaleVersion, also where it has ended."""
    found = Share.objects.select_related("objective__roadmap", "area").filter(pk=share.pk).first()
    if found is None:
        raise StaleVersion(str(share))
    refuse_stale(found, version)
    return found

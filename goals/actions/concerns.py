"""Which other objectives a risk concerns.

It is said of the risk, so by whoever may change the risk (`can_contribute`, asked at the door), about
objectives that they see.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from goals.actions import locks
from goals.actions.refusals import StaleVersion
from goals.actions.risks import hold_risk
from goals.actions.rows import delete_row, refuse_closed, refuse_given_up, save_row
from goals.models import Concern, Objective, Risk


@transaction.atomic
def add_concern(risk: Risk, objective: Objective, *, by: Any, now: datetime, reason: str = "") -> Concern:
    """From now on the risk concerns this objective too, one that `by` is known to see.

    Raises CycleClosed, Archived, Invalid.
    """
    refuse_closed(locks.share_cycle(risk.objective.roadmap.cycle_id))
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    concern = Concern(risk=hold_risk(risk), objective=objective, created_at=now)
    save_row(concern, by=by, now=now, reason=reason)
    return concern


@transaction.atomic
def end_concern(concern: Concern, *, by: Any, now: datetime) -> None:
    """The risk concerns the objective no more. Raises CycleClosed, StaleVersion (it was ended before)."""
    hold_risk(concern.risk)
    found = Concern.objects.select_related("risk__objective", "objective").filter(pk=concern.pk).first()
    if found is None:
        raise StaleVersion(str(concern))
    delete_row(found, by=by, now=now)

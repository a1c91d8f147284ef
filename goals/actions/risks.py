"""Risks and the steps against them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from goals.actions import locks
from goals.actions.rows import change_row, next_number, refuse_closed, refuse_given_up, save_row
from goals.models import Mitigation, Objective, Risk


@transaction.atomic
def create_risk(
    objective: Objective, *, by: Any, now: datetime, number: int | None = None, **fields: Any
) -> Risk:
    """A new risk with the next number, or the wanted one.

    Raises CycleClosed, Archived, NumberTaken, Invalid.
    """
    refuse_closed(locks.share_cycle(objective.roadmap.cycle_id))
    objective = locks.lock_objective(objective.pk)
    refuse_given_up(objective)
    number = next_number(objective, "last_risk_number", wanted=number)
    risk = Risk(objective=objective, number=number, created_at=now, **fields)
    risk.code = f"{objective.code}-{risk.short_code}"
    save_row(risk, by=by, now=now)
    return risk


@transaction.atomic
def change_risk(
    risk: Risk, *, by: Any, now: datetime, version: int | None = None, reason: str = "", **changes: Any
) -> bool:
    """Whether something changed. Raises CycleClosed, StaleVersion, Invalid."""
    refuse_closed(locks.share_cycle(risk.objective.roadmap.cycle_id))
    risk = (
        Risk.objects.select_for_update(of=("self",), no_key=True).select_related("objective").get(pk=risk.pk)
    )
    return change_row(risk, by=by, now=now, version=version, changes=changes, reason=reason)


@transaction.atomic
def create_mitigation(risk: Risk, *, by: Any, now: datetime, **fields: Any) -> Mitigation:
    refuse_closed(locks.share_cycle(risk.objective.roadmap.cycle_id))
    # After the others; two at once may share a place and then stand in the order they were made.
    last = Mitigation.objects.filter(risk=risk).aggregate(last=Max("position"))["last"] or 0
    mitigation = Mitigation(risk=risk, created_at=now, **{"position": last + 1} | fields)
    save_row(mitigation, by=by, now=now)
    return mitigation


@transaction.atomic
def change_mitigation(
    mitigation: Mitigation, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    refuse_closed(locks.share_cycle(mitigation.risk.objective.roadmap.cycle_id))
    mitigation = Mitigation.objects.select_for_update(of=("self",), no_key=True).get(pk=mitigation.pk)
    return change_row(mitigation, by=by, now=now, version=version, changes=changes)

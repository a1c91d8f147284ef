"""Risks and the steps against them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import Archived, ReasonNeeded, WrongState
from goals.actions.rows import (
    change_row,
    next_number,
    refuse_closed,
    refuse_given_up,
    refuse_stale,
    save_row,
    take_back,
    take_out,
)
from goals.actions.webhook_events import has_occurred, notice_risk
from goals.figures.steps import day_of
from goals.models import Mitigation, Objective, Risk

NOT_ENDED = {"outcome": "", "outcome_note": "", "closed_on": None}


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
    if fields.get("state") == Risk.State.CLOSED:
        fields = {"closed_on": day_of(now)} | fields
    risk = Risk(objective=objective, number=number, created_at=now, **fields)
    risk.code = f"{objective.code}-{risk.short_code}"
    save_row(risk, by=by, now=now)
    if has_occurred(risk):
        notice_risk(risk, now=now)
    return risk


@transaction.atomic
def change_risk(
    risk: Risk, *, by: Any, now: datetime, version: int | None = None, reason: str = "", **changes: Any
) -> bool:
    """Whether something changed. One that is closed ends today unless said otherwise; opened again it has
    not ended. Raises CycleClosed, Archived, StaleVersion, Invalid, and ReasonNeeded where it is opened again.
    """
    risk = hold_risk(risk)
    had_occurred = has_occurred(risk)
    state = changes.get("state", risk.state)
    if Risk.State.CLOSED not in (state, risk.state) or state == risk.state:
        pass
    elif state == Risk.State.CLOSED:
        changes = {"closed_on": day_of(now)} | changes
    elif reason.strip():
        changes |= NOT_ENDED
    else:
        raise ReasonNeeded(_("Say why %(code)s is opened again.") % {"code": risk.code})
    if "reviewed_on" in changes and changes["reviewed_on"] != risk.reviewed_on:
        changes.setdefault("reviewed_by", None)
    is_changed = change_row(risk, by=by, now=now, version=version, changes=changes, reason=reason)
    if has_occurred(risk) and not had_occurred:
        notice_risk(risk, now=now)
    return is_changed


@transaction.atomic
def archive_risk(risk: Risk, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """Takes a risk out of lists and figures, as if it had been a mistake; what ended is closed instead.

    Raises CycleClosed, StaleVersion, WrongState (it is archived already).
    """
    risk = _lock(risk)
    refuse_stale(risk, version)
    take_out(risk, "archived_at", by=by, now=now, reason=reason)


@transaction.atomic
def restore_risk(risk: Risk, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """Takes an archived one back. Raises CycleClosed, StaleVersion, WrongState."""
    risk = _lock(risk)
    refuse_stale(risk, version)
    take_back(risk, by=by, now=now, reason=reason)


def hold_risk(risk: Risk) -> Risk:
    """The risk as it is now, locked. Raises CycleClosed, and Archived where it or what is above it is out."""
    risk = _lock(risk)
    refuse_archived(risk)
    return risk


def refuse_archived(risk: Risk) -> None:
    """Raises Archived: by itself, with its objective or with its area. As `RiskQuerySet.live`."""
    objective = risk.objective
    for row in (risk, objective):
        if row.archived_at is not None:
            raise Archived(_("%(code)s is archived or dropped; restore it first.") % {"code": row.code})
    if objective.roadmap.area.archived_at is not None:
        raise Archived(_("%(area)s is archived.") % {"area": objective.roadmap.area.name})


def _lock(risk: Risk) -> Risk:
    refuse_closed(locks.share_cycle(risk.objective.roadmap.cycle_id))
    related = Risk.objects.select_related("objective__roadmap__cycle", "objective__roadmap__area")
    return related.select_for_update(of=("self",), no_key=True).get(pk=risk.pk)


def refuse_carried_over(risk: Risk, *, by: Any) -> None:
    """What was carried over is finished here: a step against it would be lost to those who carry it on.

    The caller holds the cycle, so it is not being carried over now. Raises WrongState, which names the
    successor where the person may see it.
    """
    successor = Risk.objects.live().filter(predecessor=risk).first()
    if successor is None:
        return
    is_seen = by is None or Risk.objects.visible_to(by).filter(pk=successor.pk).exists()
    if not is_seen:
        raise WrongState(
            _("%(code)s goes on in another cycle; this is written down there.") % {"code": risk.code}
        )
    names = {"code": risk.code, "successor": successor.code, "cycle": successor.objective.roadmap.cycle.name}
    raise WrongState(_("%(code)s goes on in %(cycle)s as %(successor)s; write this down there.") % names)


@transaction.atomic
def create_mitigation(risk: Risk, *, by: Any, now: datetime, **fields: Any) -> Mitigation:
    """The last step of its risk. Raises CycleClosed, Archived, WrongState (it was carried over), Invalid."""
    refuse_closed(locks.share_cycle(risk.objective.roadmap.cycle_id))
    refuse_archived(risk)
    refuse_carried_over(risk, by=by)
    # After the others; two at once may share a place and then stand in the order they were made.
    last = Mitigation.objects.filter(risk=risk).aggregate(last=Max("position"))["last"] or 0
    mitigation = Mitigation(risk=risk, created_at=now, **{"position": last + 1} | fields)
    save_row(mitigation, by=by, now=now)
    return mitigation


@transaction.atomic
def change_mitigation(
    mitigation: Mitigation, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """Whether something changed. Raises CycleClosed, Archived, StaleVersion, Invalid."""
    refuse_closed(locks.share_cycle(mitigation.risk.objective.roadmap.cycle_id))
    refuse_archived(mitigation.risk)
    mitigation = Mitigation.objects.select_for_update(of=("self",), no_key=True).get(pk=mitigation.pk)
    return change_row(mitigation, by=by, now=now, version=version, changes=changes)

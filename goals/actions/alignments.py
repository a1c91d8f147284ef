"""Alignments: which objective supports which, and how much it counts there.

What an objective supports is said in its own plan. What it weighs in the mean above is the choice of those
who plan what it supports: nobody moves the figures of an area they do not plan. Who may is asked at the door;
`may_weigh` tells who says what something weighs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.permissions import can_edit_plan
from goals.actions import locks
from goals.actions.loops import closed_way
from goals.actions.refusals import AlignmentLoop, Invalid, ReasonNeeded, StaleVersion
from goals.actions.rows import delete_row, refuse_closed, refuse_given_up, refuse_stale, save_row
from goals.actions.stored import refresh_objective
from goals.models import Alignment, Cycle, Objective

FULL, SHOWN_ONLY = Decimal(1), Decimal(0)


def may_weigh(user: Any, supported: Objective) -> bool:
    """Whether a person says what supporters weigh in the mean of an objective."""
    return can_edit_plan(user, supported.roadmap.area)


@transaction.atomic
def align(
    supporter: Objective,
    supported: Objective,
    *,
    by: Any,
    now: datetime,
    weight: Decimal | None = None,
    reason: str = "",
) -> Alignment:
    """From now on `supporter` supports `supported`, an objective that `by` is known to see.

    Without a `weight` it is 1; but 0, shown only, where `supported` counts its supporters and `by` does not
    plan it. Raises CycleClosed, Archived, AlignmentLoop, Invalid, and ReasonNeeded where a mean changes in a
    cycle that has begun.
    """
    cycle = locks.lock_alignments(supporter.roadmap.cycle_id)
    refuse_closed(cycle)
    supporter, supported = _as_now(supporter), _as_now(supported)
    refuse_given_up(supporter)
    refuse_given_up(supported)
    if supporter.roadmap.cycle_id != supported.roadmap.cycle_id:
        names = {"code": supported.code, "cycle": supported.roadmap.cycle.name}
        raise Invalid(
            _("An objective supports objectives of its own cycle; %(code)s is of %(cycle)s.") % names,
            field="supported",
        )
    if supporter.pk == supported.pk:
        raise Invalid(_("An objective does not support itself."), field="supported")
    _refuse_loop(supporter, supported, cycle, by=by)
    if weight is None:
        counted_by_others = supported.counts_supporters and not may_weigh(by, supported)
        weight = SHOWN_ONLY if counted_by_others else FULL
    alignment = Alignment(supporter=supporter, supported=supported, weight=weight, created_at=now)
    _refuse_without_reason(alignment, cycle, alignment.weight, reason=reason)
    save_row(alignment, by=by, now=now, reason=reason)
    _store(supported)
    return alignment


@transaction.atomic
def weigh(
    alignment: Alignment,
    weight: Decimal,
    *,
    by: Any,
    now: datetime,
    version: int | None = None,
    reason: str = "",
) -> bool:
    """Whether the weight changed. Raises CycleClosed, Archived, StaleVersion, ReasonNeeded, Invalid."""
    cycle, alignment = _hold(alignment)
    refuse_given_up(alignment.supported)
    refuse_stale(alignment, version)
    if alignment.weight == weight:
        return False
    _refuse_without_reason(alignment, cycle, FULL, reason=reason)
    alignment.weight = weight
    save_row(alignment, by=by, now=now, reason=reason)
    _store(alignment.supported)
    return True


@transaction.atomic
def unalign(
    alignment: Alignment, *, by: Any, now: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Ends the support, of given-up objectives too. Raises CycleClosed, StaleVersion, ReasonNeeded."""
    cycle, alignment = _hold(alignment)
    refuse_stale(alignment, version)
    _refuse_without_reason(alignment, cycle, alignment.weight, reason=reason)
    delete_row(alignment, by=by, now=now, reason=reason)
    _store(alignment.supported)


def _hold(alignment: Alignment) -> tuple[Cycle, Alignment]:
    """The cycle and the alignment as it is now. Raises CycleClosed, StaleVersion (it has ended)."""
    cycle = locks.lock_alignments(alignment.supporter.roadmap.cycle_id)
    refuse_closed(cycle)
    related = Alignment.objects.select_related("supporter__roadmap__area", "supported__roadmap__area")
    found = related.filter(pk=alignment.pk).first()
    if found is None:
        raise StaleVersion(str(alignment))
    return cycle, found


def _as_now(objective: Objective) -> Objective:
    return Objective.objects.select_related("roadmap__area", "roadmap__cycle").get(pk=objective.pk)


def _refuse_loop(supporter: Objective, supported: Objective, cycle: Cycle, *, by: Any) -> None:
    edges = Alignment.objects.of_cycle(cycle.pk).order_by().values_list("supporter", "supported")
    if steps := closed_way(edges, supporter, supported, by=by):
        raise AlignmentLoop(supporter.code, steps)


def _refuse_without_reason(alignment: Alignment, cycle: Cycle, weight: Decimal, *, reason: str) -> None:
    """What a mean is made of was agreed on when the cycle began."""
    counts = alignment.supported.counts_supporters and weight != 0
    if cycle.takes_check_ins and counts and not reason.strip():
        names = {"code": alignment.supported.code}
        raise ReasonNeeded(_("Say why what %(code)s counts changes; the cycle has begun.") % names)


def _store(supported: Objective) -> None:
    if supported.counts_supporters:
        refresh_objective(supported.pk)

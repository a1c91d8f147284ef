"""KPIs: made, changed, archived, restored.

Whether the person may is asked at the door (`KpiQuerySet.editable_by`). Their values: kpi_entries.py.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.refusals import Archived, Invalid, WrongState
from goals.actions.rows import change_row, refuse_stale, save_row
from goals.models import Cycle, KeyResult, Kpi
from goals.models.kpi import KpiQuerySet


@transaction.atomic
def create_kpi(area: Area, *, by: Any, now: datetime, today: date, **fields: Any) -> Kpi:
    """The next one of its area. Raises Archived, Invalid.

    The area is locked, so that two at once get two numbers. Nothing is ever deleted: the highest number that
    was given out is the highest there is.
    """
    area = locks.lock_area(area.pk)
    if area.archived_at is not None:
        raise Archived(_("%(area)s is archived; restore it first.") % {"area": area.name})
    last = Kpi.objects.filter(area=area).aggregate(last=Max("number"))["last"] or 0
    kpi = Kpi(area=area, number=last + 1, created_at=now, added_on=today, **fields)
    kpi.code = f"{area.key}-{kpi.short_code}"
    save_row(kpi, by=by, now=now)
    return kpi


@transaction.atomic
def change_kpi(kpi: Kpi, *, by: Any, now: datetime, version: int | None = None, **changes: Any) -> bool:
    """Whether something changed. Its values keep the bounds they were entered under.

    Raises Archived, StaleVersion, Invalid.
    """
    kpi = locks.lock_kpi(kpi.pk)
    refuse_archived(kpi)
    refuse_stale(kpi, version)
    if changes.get("unit", kpi.unit) != kpi.unit:
        _refuse_other_unit(kpi)
    return change_row(kpi, by=by, now=now, version=None, changes=changes)


@transaction.atomic
def archive_kpi(kpi: Kpi, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """Takes it out of lists; nothing is asked about it any more. Raises StaleVersion, WrongState, Invalid."""
    kpi = locks.lock_kpi(kpi.pk)
    refuse_stale(kpi, version)
    if kpi.archived_at is not None:
        raise WrongState(_("%(code)s is archived already.") % {"code": kpi.code})
    kpi.archived_at = now
    save_row(kpi, by=by, now=now, reason=reason)


@transaction.atomic
def restore_kpi(kpi: Kpi, *, by: Any, now: datetime) -> None:
    """Raises WrongState, Invalid."""
    kpi = locks.lock_kpi(kpi.pk)
    if kpi.archived_at is None:
        raise WrongState(_("%(code)s is not archived.") % {"code": kpi.code})
    kpi.archived_at = None
    save_row(kpi, by=by, now=now)


def refuse_archived(kpi: Kpi) -> None:
    """Raises Archived where nobody changes it or enters a value of it."""
    if not kpi.is_live:
        raise Archived(_("%(code)s is archived; restore it first.") % {"code": kpi.code})


def fed_by(kpi: Kpi) -> Any:
    """The key results that take their value from it, in cycles that take check-ins."""
    states = [Cycle.State.ACTIVE, Cycle.State.CLOSING]
    rows = KeyResult.objects.counting().filter(kpi=kpi, objective__roadmap__cycle__state__in=states)
    return rows.order_by("code")


def _refuse_other_unit(kpi: Kpi) -> None:
    if fed_by(kpi).exists():
        raise Invalid(
            _("Key results of an open cycle take their value from %(code)s; its unit stays.")
            % {"code": kpi.code},
            field="unit",
        )


def choosable(area: Area, *, user: Any, current: int | None = None) -> KpiQuerySet:
    """What a key result of an area may take its value from, as far as the person sees it; `current` stays."""
    seen = Kpi.objects.live().visible_to(user).at_or_above(area)
    return Kpi.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk=current)).order_by("code")

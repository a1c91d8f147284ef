"""When nothing is asked about a key result, and how often it is asked otherwise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from areas.models import Area, lock_tree
from goals.actions import locks
from goals.actions.check_ins import refuse_unless_open
from goals.actions.refusals import Invalid, ReasonNeeded, WrongState
from goals.actions.rows import apply_changes, refuse_closed, refuse_given_up, refuse_stale, save_row
from goals.models import KeyResult


@transaction.atomic
def pause_key_result(
    key_result: KeyResult,
    *,
    by: Any,
    now: datetime,
    today: date,
    until: date,
    reason: str,
    version: int | None = None,
) -> KeyResult:
    """Asks for no check-in before `until`; a pause under way goes on under the new reason.

    Whether the person may is asked at the door, as for a check-in. Raises CycleClosed, CycleNotActive,
    Archived, StaleVersion, ReasonNeeded, Invalid.
    """
    key_result = _open_key_result(key_result, version)
    if not reason.strip():
        raise ReasonNeeded(_("Say why it is paused."))
    if until <= today:
        raise Invalid(_("A pause ends after today."), field="until")
    _refuse_after_cycle(until, key_result)
    if not key_result.is_paused(today):
        key_result.paused_on = today
    key_result.paused_until = until
    key_result.pause_reason = reason
    save_row(key_result, by=by, now=now, reason=reason)
    return key_result


@transaction.atomic
def resume_key_result(
    key_result: KeyResult, *, by: Any, now: datetime, today: date, version: int | None = None
) -> KeyResult:
    """Ends a pause before its day. Raises CycleClosed, CycleNotActive, Archived, StaleVersion, WrongState."""
    key_result = _open_key_result(key_result, version)
    if not key_result.is_paused(today):
        raise WrongState(_("%(code)s is not paused.") % {"code": key_result.code})
    key_result.paused_on = key_result.paused_until = None
    key_result.pause_reason = ""
    save_row(key_result, by=by, now=now)
    return key_result


@transaction.atomic
def tell_pause(
    key_result: KeyResult,
    *,
    by: Any,
    now: datetime,
    paused_on: date | None,
    paused_until: date | None,
    pause_reason: str,
) -> bool:
    """Whether something changed: the last pause as a document tells it, under way or over; or none.

    Raises CycleClosed, Archived, Invalid.
    """
    refuse_closed(locks.share_cycle(key_result.objective.roadmap.cycle_id))
    key_result = locks.lock_key_result(key_result.pk)
    refuse_given_up(key_result)
    if paused_until is not None:
        _refuse_after_cycle(paused_until, key_result)
    told = {"paused_on": paused_on, "paused_until": paused_until, "pause_reason": pause_reason}
    if not apply_changes(key_result, told):
        return False
    save_row(key_result, by=by, now=now, reason=pause_reason)
    return True


def _refuse_after_cycle(until: date, key_result: KeyResult) -> None:
    if until > key_result.cycle.ends_on:
        last_day = formats.date_format(key_result.cycle.ends_on, "j M Y")
        raise Invalid(
            _("A pause ends in the cycle, on %(day)s at the latest.") % {"day": last_day}, field="until"
        )


def _open_key_result(key_result: KeyResult, version: int | None) -> KeyResult:
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    key_result = locks.lock_key_result(key_result.pk)
    refuse_unless_open(cycle, key_result)
    refuse_stale(key_result, version)
    return key_result


@transaction.atomic
def set_area_rhythm(area: Area, *, by: Any, now: datetime, days: int | None, version: int) -> Area:
    """How often the key results of an area and of all below are asked about.

    None leaves it to the area above. Raises StaleVersion, Invalid.
    """
    lock_tree()
    area = Area.objects.without_tree_fields().get(pk=area.pk)
    refuse_stale(area, version)
    if area.check_in_every_days == days:
        return area
    area.check_in_every_days = days
    area.version += 1
    save_row(area, by=by, now=now)
    return area

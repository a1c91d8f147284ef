"""Initiatives of a key result: made, changed, put in order by hand.

Whether the person may is asked at the door (`InitiativeQuerySet.editable_by`, `checkable_by`). All writes are
under the lock of the key result, so its list has one order whoever writes at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import Invalid
from goals.actions.rows import change_row, refuse_closed, refuse_given_up, save_row, save_rows
from goals.models import Initiative, KeyResult


@transaction.atomic
def create_initiative(key_result: KeyResult, *, by: Any, now: datetime, **fields: Any) -> Initiative:
    """The last one of its key result. Raises CycleClosed, Archived, Invalid."""
    key_result = _hold(key_result)
    last = Initiative.objects.filter(key_result=key_result).aggregate(last=Max("position"))["last"] or 0
    initiative = Initiative(key_result=key_result, created_at=now, position=last + 1, **fields)
    save_row(initiative, by=by, now=now)
    return initiative


@transaction.atomic
def change_initiative(
    initiative: Initiative, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """Whether something changed. Raises CycleClosed, Archived, StaleVersion, Invalid."""
    _hold(initiative.key_result)
    initiative = Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=initiative.pk)
    return change_row(initiative, by=by, now=now, version=version, changes=changes)


@transaction.atomic
def move_initiative(initiative: Initiative, *, by: Any, now: datetime, place: int) -> bool:
    """Puts it at a place of its list, 1 is the first; the others close up.

    Whether something moved. Raises CycleClosed, Archived, Invalid (there is no such place).
    """
    rows = _rows(_hold(initiative.key_result))
    if not 1 <= place <= len(rows):
        sentence = _("The place goes from 1 to %(last)s.") % {"last": len(rows)}
        raise Invalid(sentence, field="position")
    return _put(rows, rows.index(initiative), place - 1, by=by, now=now)


@transaction.atomic
def shift_initiative(initiative: Initiative, *, by: Any, now: datetime, steps: int) -> bool:
    """Moves it down by so many places from where it stands now, up by negative ones, to the end at most.

    Whether something moved. Raises CycleClosed, Archived.
    """
    rows = _rows(_hold(initiative.key_result))
    here = rows.index(initiative)
    return _put(rows, here, min(max(here + steps, 0), len(rows) - 1), by=by, now=now)


@transaction.atomic
def order_initiatives(key_result: KeyResult, wanted: Sequence[int], *, by: Any, now: datetime) -> bool:
    """The initiatives with these keys first, in this order; the others behind them as they are.

    Whether something moved. Raises CycleClosed, Archived.
    """
    rows = _rows(_hold(key_result))
    ranks = {pk: rank for rank, pk in enumerate(wanted)}
    return _number(sorted(rows, key=lambda row: ranks.get(row.pk, len(ranks))), by=by, now=now)


def _hold(key_result: KeyResult) -> KeyResult:
    """The key result, locked, where something may be done for it."""
    refuse_closed(locks.share_cycle(key_result.objective.roadmap.cycle_id))
    key_result = locks.lock_key_result(key_result.pk)
    refuse_given_up(key_result)
    return key_result


def _rows(key_result: KeyResult) -> list[Initiative]:
    return list(Initiative.objects.filter(key_result=key_result).select_related("key_result"))


def _put(rows: list[Initiative], here: int, there: int, *, by: Any, now: datetime) -> bool:
    rows.insert(there, rows.pop(here))
    return _number(rows, by=by, now=now)


def _number(rows: list[Initiative], *, by: Any, now: datetime) -> bool:
    """Positions from 1 in this order.

    The rows keep their versions: whoever has a form open on one of them does not see its place there, and
    would be told of a conflict about nothing.
    """
    moved = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            moved.append(row)
    save_rows(moved, ["position"], by=by, now=now, makes_version=False)
    return bool(moved)

"""The plan of a key result: its interim targets, replaced as a whole under the key result's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from goals.actions.refusals import Invalid
from goals.actions.rows import delete_row, save_row
from goals.models import InterimTarget, KeyResult

Plan = Sequence[tuple[date, Decimal]]
MOST_INTERIM_TARGETS = 60  # one a week for a year, and some


def planned_after(key_result: KeyResult, changed: Sequence[str], wanted: Plan | None) -> Plan | None:
    """The plan that a change leaves, where it is another one than before; None where it stays.

    Only a reach has one. A due day that moves judges the plan anew: none of it may lie behind that day.
    """
    present = _present(key_result)
    plan = present if wanted is None else _in_order(wanted)
    if key_result.kind != KeyResult.Kind.REACH and "kind" in changed:
        plan = []
    if plan == present and not ("due_on" in changed and present):
        return None
    _judge(key_result, plan)
    return None if plan == present else plan


def replace_interim_targets(
    key_result: KeyResult, wanted: Plan, *, by: Any, now: datetime, reason: str = ""
) -> None:
    """Leaves exactly these; what stays as it is keeps its history. Raises Invalid. Needs the lock."""
    plan = dict(_in_order(wanted))
    _judge(key_result, list(plan.items()))
    for row in InterimTarget.objects.filter(key_result=key_result):
        value = plan.pop(row.on, None)
        if value is None:
            delete_row(row, by=by, now=now, reason=reason)
        elif value != row.value:
            row.value = value
            save_row(row, by=by, now=now, reason=reason)
    for day, value in plan.items():
        save_row(InterimTarget(key_result=key_result, on=day, value=value), by=by, now=now, reason=reason)


def _present(key_result: KeyResult) -> list[tuple[date, Decimal]]:
    rows = InterimTarget.objects.filter(key_result=key_result).order_by("on")
    return list(rows.values_list("on", "value"))


def _in_order(wanted: Plan) -> list[tuple[date, Decimal]]:
    if len({day for day, _value in wanted}) < len(wanted):
        raise Invalid(_("A day has one interim target."), field="interim_targets")
    if len(wanted) > MOST_INTERIM_TARGETS:
        raise Invalid(
            _("A key result has at most %(most)d interim targets.") % {"most": MOST_INTERIM_TARGETS},
            field="interim_targets",
        )
    return sorted(wanted)


def _judge(key_result: KeyResult, plan: Plan) -> None:
    """Raises Invalid where a day or a value does not fit the key result as it is to be."""
    for day, value in plan:
        try:
            InterimTarget(key_result=key_result, on=day, value=value).full_clean(
                exclude=["key_result"], validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            sentence = " ".join(error.messages)
            raise Invalid(f"{day.isoformat()}: {sentence}", field="interim_targets") from error

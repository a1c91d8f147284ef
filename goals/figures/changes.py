"""What changed in the definition of key results, read from their history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from goals.figures.record import end_of
from goals.models import KeyResult

FIELDS = (*KeyResult.DEFINITION_FIELDS, "due_on")


@dataclass(frozen=True)
class DefinitionChange:
    """One field of one key result, before and after, with who, when and why."""

    key_result_id: int
    code: str
    field: str
    old: Decimal | str | None
    new: Decimal | str | None
    changed_at: datetime
    by: Any
    reason: str

    @property
    def label(self) -> str:
        field: Any = KeyResult._meta.get_field(self.field)
        return str(field.verbose_name)


def definition_changes(
    key_result_ids: Collection[int], *, until: date | None = None
) -> list[DefinitionChange]:
    """Every change of start, target, bounds, weight, kind or due day, newest first. One query.

    `until` asks for what had changed at the end of that day.
    """
    history = KeyResult.history.filter(id__in=list(key_result_ids))
    if until is not None:
        history = history.filter(history_date__lt=end_of(until))
    rows = history.select_related("history_user").order_by("id", "history_date", "history_id")
    changes: list[DefinitionChange] = []
    before: Any = None
    for row in rows:
        if before is not None and before.id == row.id:
            changes.extend(_compare(before, row))
        before = row
    return sorted(changes, key=lambda change: change.changed_at, reverse=True)


def _compare(before: Any, after: Any) -> list[DefinitionChange]:
    return [
        DefinitionChange(
            key_result_id=after.id,
            code=after.code,
            field=field,
            old=getattr(before, field),
            new=getattr(after, field),
            changed_at=after.history_date,
            by=after.history_user,
            reason=after.history_change_reason or "",
        )
        for field in FIELDS
        if getattr(before, field) != getattr(after, field)
    ]

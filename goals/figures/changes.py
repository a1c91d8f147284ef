"""What changed in the definition of key results, read from their history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import F
from django.utils import formats
from django.utils.translation import gettext

from goals.figures.steps import end_of
from goals.models import Alignment, InterimTarget, KeyResult, Objective

FIELDS = KeyResult.DEFINITION_FIELDS
INTERIM = "interim_targets"
COUNTS, SUPPORTER = "counts_supporters", "supporter"
PLACE = "place"


def interim_label(day: date) -> str:
    return gettext("interim target for %(day)s") % {"day": formats.date_format(day, "j M Y")}


@dataclass(frozen=True)
class DefinitionChange:
    """One field of one key result (or an objective's weight), before and after, with who, when and why."""

    key_result_id: int
    code: str
    field: str
    old: Decimal | str | None
    new: Decimal | str | None
    changed_at: datetime
    by: Any
    reason: str
    day: date | None = None  # of an interim target

    @property
    def label(self) -> str:
        if self.field == INTERIM and self.day is not None:
            return interim_label(self.day)
        if self.field == SUPPORTER:
            return gettext("weight as a supporter")
        if self.field == PLACE:
            return gettext("moved")
        model = Objective if self.field == COUNTS else KeyResult
        field: Any = model._meta.get_field(self.field)
        return str(field.verbose_name)


def definition_changes(
    key_result_ids: Collection[int], *, until: date | None = None
) -> list[DefinitionChange]:
    """Every change of a definition but of interim targets, newest first. One query.

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
            changes.extend(_moved(before, row, "objective_id"))
        before = row
    return sorted(changes, key=lambda change: change.changed_at, reverse=True)


def target_moments(key_result_ids: Collection[int], *, until: date | None = None) -> list[datetime]:
    """When a target changed, oldest first, once for each. One query, of little more than these moments."""
    history = KeyResult.history.filter(id__in=list(key_result_ids))
    if until is not None:
        history = history.filter(history_date__lt=end_of(until))
    rows = history.order_by("id", "history_date", "history_id").values_list(
        "id", "target_value", "history_date"
    )
    found = [
        moment
        for (before_id, before, _), (pk, target, moment) in pairwise(rows)
        if pk == before_id and target != before
    ]
    return sorted(found)


def plan_changes(key_result_ids: Collection[int], *, until: date | None = None) -> list[DefinitionChange]:
    """The same, and every interim target that came, moved or went. Two queries."""
    changes = [
        *definition_changes(key_result_ids, until=until),
        *interim_changes(key_result_ids, until=until),
    ]
    return sorted(changes, key=lambda change: change.changed_at, reverse=True)


def interim_changes(key_result_ids: Collection[int], *, until: date | None = None) -> list[DefinitionChange]:
    """What changed in the plans of key results since they were made. One query."""
    history = InterimTarget.history.filter(key_result__in=list(key_result_ids))
    if until is not None:
        history = history.filter(history_date__lt=end_of(until))
    rows = (
        history.annotate(code=F("key_result__code"), made_at=F("key_result__created_at"))
        .select_related("history_user")
        .order_by("id", "history_id")
    )
    changes: list[DefinitionChange] = []
    values: dict[int, Decimal] = {}
    for row in rows:
        before, after = values.get(row.id), None if row.history_type == "-" else row.value
        if after is not None:
            values[row.id] = after
        if before == after or (row.history_type == "+" and row.history_date == row.made_at):
            continue
        changes.append(
            DefinitionChange(
                key_result_id=row.key_result_id,
                code=row.code,
                field=INTERIM,
                old=before,
                new=after,
                changed_at=row.history_date,
                by=row.history_user,
                reason=row.history_change_reason or "",
                day=row.on,
            )
        )
    return changes


def objective_changes(
    objective: Objective, key_result_ids: Collection[int], *, user: Any, until: date | None = None
) -> list[DefinitionChange]:
    """Those of its key results, of its own weight, and of what supports it as far as `user` sees that.

    Newest first. Four queries.
    """
    changes = plan_changes(key_result_ids, until=until)
    history = objective.history.all()
    if until is not None:
        history = history.filter(history_date__lt=end_of(until))
    before: Any = None
    for row in history.select_related("history_user").order_by("history_id"):
        if before is not None:
            changes += _compare(before, row, ("weight", COUNTS))
            changes += _moved(before, row, "roadmap_id")
        before = row
    changes += support_changes(objective, until=until, user=user)
    return sorted(changes, key=lambda change: change.changed_at, reverse=True)


def support_changes(objective: Objective, *, user: Any, until: date | None = None) -> list[DefinitionChange]:
    """What came to support it, was weighed otherwise, or ceased to; `code` is the supporter's. One query."""
    seen = Objective.objects.in_plans_of(user)
    rows = Alignment.history.filter(supported=objective, supporter__in=seen.order_by().values("pk"))
    if until is not None:
        rows = rows.filter(history_date__lt=end_of(until))
    weights: dict[int, Decimal] = {}
    changes = []
    for row in rows.select_related("supporter", "history_user").order_by("id", "history_id"):
        before, after = weights.get(row.id), None if row.history_type == "-" else row.weight
        weights[row.id] = row.weight
        changes.append(
            DefinitionChange(
                key_result_id=0,
                code=row.supporter.code,
                field=SUPPORTER,
                old=before,
                new=after,
                changed_at=row.history_date,
                by=row.history_user,
                reason=row.history_change_reason or "",
            )
        )
    return changes


def _compare(before: Any, after: Any, fields: Collection[str] = FIELDS) -> list[DefinitionChange]:
    return [
        DefinitionChange(
            key_result_id=after.id,
            code=after.code,
            field=field,
            old=_in_words(getattr(before, field)),
            new=_in_words(getattr(after, field)),
            changed_at=after.history_date,
            by=after.history_user,
            reason=after.history_change_reason or "",
        )
        for field in fields
        if getattr(before, field) != getattr(after, field)
    ]


def _moved(before: Any, after: Any, place: str) -> list[DefinitionChange]:
    """By the codes it had: where it came from, a reader of it may know."""
    if getattr(before, place) == getattr(after, place):
        return []
    return [
        DefinitionChange(
            key_result_id=after.id if place == "objective_id" else 0,
            code=after.code,
            field=PLACE,
            old=before.code,
            new=after.code,
            changed_at=after.history_date,
            by=after.history_user,
            reason=after.history_change_reason or "",
        )
    ]


def _in_words(value: Any) -> Any:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value

"""Risks and the steps against them, as they were known at the end of a day.

As for figures, who may see a row is decided by today, and what was written later changes nothing. The words
are those of then: a risk that was written anew tells of another danger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from goals.figures.record import as_it_was, definitions
from goals.models import Mitigation, Objective, Risk

RISK_FIELDS = (
    *("kind", "title", "description", "likelihood", "impact", "response", "trigger", "state"),
    *("review_on", "residual_likelihood", "residual_impact", "occurred_on", "consequence"),
    *("owner_id", "archived_at"),
)
STEP_FIELDS = ("text", "owner_id", "due_on", "state", "position")


def risks_on(risks: QuerySet[Risk], day: date) -> list[Risk]:
    """Copies of these risks as they stood; those that were not there, or archived with or without their
    objective, are left out.

    Each holds its steps of then, and like `with_mitigation_state` says whether one is under way and how many
    were overdue. `risks` come with their objectives. Five queries.
    """
    rows = list(risks)
    then = definitions(Risk, [row.pk for row in rows], RISK_FIELDS, day)
    objectives = there_on(Objective, {row.objective_id for row in rows}, day)
    found = [
        as_it_was(row, definition)
        for row in rows
        if row.objective_id in objectives
        and (definition := then[row.pk].on(day)) is not None
        and definition["archived_at"] is None
    ]
    steps = _steps_on([row.pk for row in found], day)
    _with_owners([*found, *(step for of_one in steps.values() for step in of_one)])
    for risk in found:
        own = steps[risk.pk]
        risk.is_mitigated = any(step.state in Mitigation.COUNTING_STATES for step in own)
        risk.overdue_count = sum(step.is_overdue(day) for step in own)
        risk._prefetched_objects_cache = {"mitigations": _as_queryset(own)}
    return found


def there_on(
    model: Any, ids: Collection[int], day: date, *, out: tuple[str, ...] = ("archived_at",)
) -> set[int]:
    """Of these rows, those that were there and not archived; `out` names the moments that take a row out."""
    steps = definitions(model, ids, out, day)
    found = {pk: steps[pk].on(day) for pk in ids}
    return {
        pk for pk, definition in found.items() if definition and not any(definition[name] for name in out)
    }


def _steps_on(risk_ids: Collection[int], day: date) -> dict[int, list[Mitigation]]:
    rows = list(Mitigation.objects.filter(risk__in=risk_ids))
    then = definitions(Mitigation, [row.pk for row in rows], STEP_FIELDS, day)
    found: dict[int, list[Mitigation]] = defaultdict(list)
    for row in rows:
        if (definition := then[row.pk].on(day)) is not None:
            found[row.risk_id].append(as_it_was(row, definition))
    for steps in found.values():
        steps.sort(key=lambda step: (step.position, step.pk))
    return found


def _with_owners(rows: list[Any]) -> None:
    people = User.objects.in_bulk({row.owner_id for row in rows} - {None})
    for row in rows:
        row.owner = people.get(row.owner_id)


def _as_queryset(steps: list[Mitigation]) -> QuerySet[Mitigation]:
    """What templates read as `risk.mitigations.all`, with nothing left to ask."""
    rows = Mitigation.objects.none()
    rows._result_cache = steps
    return rows

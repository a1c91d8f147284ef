"""What objectives need from elsewhere: in which order it is told, by partner, as it stood on a past day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from goals.figures.record import as_it_was, definitions
from goals.graph import reached
from goals.models import Dependency, Objective
from goals.models.dependency import Standing

NEED_FIELDS = (
    *("on_objective_id", "partner", "note", "state", "archived_at"),
    *("asked_again_at", "answer", "answer_note", "answered_at", "answered_by_id"),
)
RANKS = {standing: rank for rank, standing in enumerate(Standing)}


@dataclass(frozen=True)
class Partner:
    """Somebody outside, under whatever spelling, and what waits for them; what presses comes first."""

    name: str
    needs: tuple[Dependency, ...]

    @property
    def pressing(self) -> int:
        return sum(need.is_pressing for need in self.needs)


def most_pressing_first(needs: Iterable[Dependency]) -> list[Dependency]:
    """At risk, declined, asked, agreed, met; of those alike, who has waited longest."""
    return sorted(needs, key=lambda need: (RANKS[need.standing], need.asked_at, need.pk))


def partners_of(needs: Iterable[Dependency]) -> list[Partner]:
    """By name; of several spellings the one that came first is shown.

    >>> partners_of([])
    []
    """
    rows: dict[str, list[Dependency]] = defaultdict(list)
    for need in sorted(needs, key=lambda need: need.pk):
        if need.partner:
            rows[need.partner.casefold()].append(need)
    return [
        Partner(found[0].partner, tuple(most_pressing_first(found))) for _key, found in sorted(rows.items())
    ]


def in_circles(needs: Sequence[Dependency]) -> set[int]:
    """The needs whose two sides wait for each other, at once or through others; what is met waits no more."""
    waiting: dict[int, tuple[int, Any]] = {
        need.pk: (need.objective_id, need.on_objective_id) for need in needs if need.is_waiting
    }
    edges = set(waiting.values())
    beyond = {needed: reached(edges, [needed]) for _waits, needed in edges}
    return {pk for pk, (waits, needed) in waiting.items() if waits in beyond[needed]}


def needs_on(needs: QuerySet[Dependency], day: date, *, seen: QuerySet[Objective]) -> list[Dependency]:
    """Copies of these needs as they stood; one on an objective that is not among those `seen` is left out.

    Four queries.
    """
    rows = list(needs)
    then = definitions(Dependency, [row.pk for row in rows], NEED_FIELDS, day)
    found = [
        as_it_was(row, definition)
        for row in rows
        if (definition := then[row.pk].on(day)) is not None and definition["archived_at"] is None
    ]
    needed = {row.on_objective_id for row in found} - {None}
    objectives = seen.filter(pk__in=needed).select_related("roadmap__area").in_bulk()
    people = User.objects.in_bulk({row.answered_by_id for row in found} - {None})
    for row in found:
        row.answered_by = people.get(row.answered_by_id)
    return [row for row in found if _is_named(row, objectives)]


def _is_named(need: Dependency, objectives: dict[int, Objective]) -> bool:
    if need.on_objective_id is None:
        return True
    need.on_objective = objectives.get(need.on_objective_id)
    return need.on_objective is not None

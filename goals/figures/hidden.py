"""Where a person does not see all of what counts: where, never what or how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from goals.figures.shared import Shares
from goals.models import KeyResult, Objective, Roadmap


class HiddenPart(NamedTuple):
    """A key result that is not shown, for deciding here what is said about the numbers that leave it out."""

    key_result_id: int
    objective_id: int
    kind: str
    roadmap_id: int
    area_id: int
    counts: bool


@dataclass(frozen=True)
class Hidden:
    """The objectives, and the areas by kind of objective, in whose means parts are left out."""

    objectives: frozenset[int] = frozenset()
    plans: frozenset[tuple[int, str]] = frozenset()  # areas, as they plan a cycle once

    @classmethod
    def of(cls, parts: Iterable[HiddenPart], shares: Shares) -> Hidden:
        """Where something is left out, it is so in the means of all areas that own it."""
        parts = list(parts)
        kinds = {part.objective_id: part.kind for part in parts}
        shared = (row for row in shares.rows if row.objective_id in kinds)
        return cls(
            frozenset(kinds),
            frozenset((part.area_id, part.kind) for part in parts)
            | frozenset((row.area_id, kinds[row.objective_id]) for row in shared),
        )

    def and_homes_of(self, objectives: Iterable[Objective], roadmap_ids: Collection[int]) -> Hidden:
        """What is shown through a share alone is left out in the mean of its home."""
        strangers = (row for row in objectives if row.roadmap_id not in roadmap_ids)
        return replace(self, plans=self.plans | {(row.roadmap.area_id, row.kind) for row in strangers})


def hidden_parts(user: Any, scope: Q, *, by_themselves: Collection[int] = ()) -> list[HiddenPart]:
    """The key results of some scope that `user` is not shown, whether they count or not. One query at most.

    `scope` filters key results; what counted once still stands in snapshots. `by_themselves` are objectives
    that are shown on their own, whatever holds for their roadmap. Nothing is hidden from None and managers.
    """
    if user is None or (user.is_authenticated and user.is_manager):
        return []
    in_plan = Q(objective__in=Objective.objects.in_plans_of(user))
    if by_themselves:
        in_plan |= Q(objective__in=list(by_themselves))
    shown = KeyResult.objects.visible_to(user).filter(scope).filter(in_plan)
    return parts_of(KeyResult.objects.filter(scope).exclude(pk__in=shown.values("pk")))


def parts_of(key_results: QuerySet[KeyResult]) -> list[HiddenPart]:
    """Those of live areas: what is archived with its area is in no figure of anybody."""
    rows = key_results.filter(objective__roadmap__area__archived_at__isnull=True).order_by()
    fields = rows.values_list(
        *("pk", "objective_id", "objective__kind", "objective__roadmap_id", "objective__roadmap__area_id"),
        *("moved_codes__former_objective", "objective__moved_codes__former_roadmap"),
        *("archived_at", "dropped_at", "objective__archived_at", "objective__dropped_at"),
    )
    parts, has_moved = set(), set()
    for key_result_id, objective_id, kind, roadmap_id, area_id, *rest in fields:
        parts.add(HiddenPart(key_result_id, objective_id, kind, roadmap_id, area_id, not any(rest[2:])))
        if any(rest[:2]):
            has_moved.add(key_result_id)
    return sorted(parts | _former_parts(has_moved, parts))


def _former_parts(key_result_ids: Collection[int], parts: Collection[HiddenPart]) -> set[HiddenPart]:
    """Where hidden key results once were: what is said of those days leaves them out there.

    Every pair of an objective they were in and a roadmap that was in; which was when is asked elsewhere.
    Three queries where something has moved, else none.
    """
    if not key_result_ids:
        return set()
    known = {part[:2] + part[3:4] for part in parts}
    placed = KeyResult.history.filter(id__in=list(key_result_ids)).order_by()
    pairs = set(placed.values_list("id", "objective_id"))
    above = Objective.history.filter(id__in={objective_id for _pk, objective_id in pairs}).order_by()
    roadmaps: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for pk, kind, roadmap_id in above.values_list("id", "kind", "roadmap_id"):
        roadmaps[pk].add((kind, roadmap_id))
    areas = dict(
        Roadmap.objects.filter(pk__in={found for each in roadmaps.values() for _kind, found in each})
        .order_by()
        .values_list("pk", "area_id")
    )
    return {
        HiddenPart(pk, objective_id, kind, roadmap_id, areas[roadmap_id], counts=False)
        for pk, objective_id in pairs
        for kind, roadmap_id in roadmaps[objective_id]
        if (pk, objective_id, roadmap_id) not in known
    }

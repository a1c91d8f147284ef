"""The rows that figures are made of: a plan as a person sees it, of today or as it stood on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.key_result import KeyResultFigures, key_results_figures
from goals.figures.means import ObjectiveFigures
from goals.figures.support import Supports, figures_of_objectives, supports_in
from goals.models import Alignment, Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet
from goals.models.moved_code import in_or_out_of
from goals.models.objective import ObjectiveQuerySet


@dataclass(frozen=True)
class Plan:
    """Roadmaps of a cycle with what counts in them, in the order of the pages."""

    day: date
    cycle: Cycle
    roadmaps: list[Roadmap]
    objectives: list[Objective]
    key_results: list[KeyResultFigures]
    hidden: Hidden
    past_hidden: frozenset[int]  # areas in whose past, too, something is hidden
    # Who counts in whose mean. What counts and is of no roadmap here is among the objectives all the same.
    supports: Supports = field(default_factory=Supports)

    def figures(self) -> dict[int, ObjectiveFigures]:
        """Of each objective, by primary key."""
        return figures_of_objectives(
            self.objectives, self.key_results, today=self.day, supports=self.supports, hidden=self.hidden
        )

    def objectives_by_roadmap(self) -> dict[int, list[ObjectiveFigures]]:
        figures = self.figures()
        found: dict[int, list[ObjectiveFigures]] = defaultdict(list)
        for objective in self.objectives:
            found[objective.roadmap_id].append(figures[objective.pk])
        return found


def plan_of_cycle(cycle: Cycle, *, user: Any, today: date) -> Plan:
    """All of a cycle, without what belongs to archived areas. Nine queries at most."""
    roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
    if user is not None:
        roadmaps = roadmaps.visible_to(user)
    rows = list(roadmaps.select_related("area", "cycle").order_by("pk"))
    hidden = hidden_parts(user, Q(objective__roadmap__cycle=cycle))
    supports = supports_in([cycle.pk])
    objectives = _objectives(Q(roadmap__in=[row.pk for row in rows]), user=user)
    key_results = _key_results(Q(objective__roadmap__cycle=cycle), user=user)
    return Plan(
        day=today,
        cycle=cycle,
        roadmaps=rows,
        objectives=list(objectives),
        key_results=key_results_figures(key_results, today=today),
        hidden=Hidden.of(part for part in hidden if part.counts),
        past_hidden=areas_hiding(rows, hidden, is_aligned=bool(hidden) and _was_aligned(cycle)),
        supports=supports,
    )


def plan_of_roadmap(roadmap: Roadmap, *, user: Any, today: date) -> Plan:
    """One roadmap that the person is known to see. Seven queries at most."""
    objectives = list(_objectives(Q(roadmap=roadmap), user=user))
    return _plan_with_supporters(roadmap.cycle, [roadmap], objectives, user=user, today=today)


def figures_of(
    objectives: Sequence[Objective], *, user: Any, today: date, by_themselves: bool = True
) -> dict[int, ObjectiveFigures]:
    """Of some objectives that the person is known to see, and of what counts in them. Six queries at most.

    They may be of several cycles. `by_themselves`: whatever holds for their roadmaps.
    """
    if not objectives:
        return {}
    plan = _plan_with_supporters(
        objectives[0].roadmap.cycle, [], objectives, user=user, today=today, by_themselves=by_themselves
    )
    return plan.figures()


def figures_of_one(
    objective: Objective, key_results: Sequence[KeyResultFigures], *, user: Any, today: date
) -> tuple[ObjectiveFigures, bool]:
    """Of an objective that the person is known to see and whose key results are at hand; given up or not.

    And whether its snapshots are for this person: nothing is hidden in what its mean is and was made of.
    """
    cycle = objective.roadmap.cycle
    plan = _plan_with_supporters(
        cycle, [], [objective], user=user, today=today, by_themselves=True, own=key_results
    )
    was_supported = Alignment.history.filter(supported=objective)
    shows_all = not plan.past_hidden and (user is None or user.is_manager or not was_supported.exists())
    return plan.figures()[objective.pk], shows_all


def _plan_with_supporters(
    cycle: Cycle,
    roadmaps: list[Roadmap],
    objectives: Sequence[Objective],
    *,
    user: Any,
    today: date,
    by_themselves: bool = False,
    own: Sequence[KeyResultFigures] | None = None,
) -> Plan:
    ids = {row.pk for row in objectives}
    supports = supports_in({row.roadmap.cycle_id for row in objectives})
    below = supports.below(ids)
    supporting: list[Objective] = []
    if below:
        in_sight = Q(pk__in=below)
        if user is not None:
            in_sight &= Q(roadmap__in=Roadmap.objects.visible_to(user))
        supporting = list(_objectives(in_sight, user=user))
    in_scope = in_or_out_of([*ids, *below], [row.pk for row in roadmaps])
    hidden = hidden_parts(user, in_scope, by_themselves=ids if by_themselves else ())
    wanted = {row.pk for row in supporting} | (ids if own is None else set())
    key_results: list[KeyResultFigures] = []
    if wanted:
        rows = _key_results(Q(objective__in=wanted), user=user)
        key_results = key_results_figures(rows, today=today, without_forecast=below)
    return Plan(
        day=today,
        cycle=cycle,
        roadmaps=roadmaps,
        objectives=[*objectives, *supporting],
        key_results=[*(own or ()), *key_results],
        hidden=Hidden.of(part for part in hidden if part.counts),
        past_hidden=frozenset(part.area_id for part in hidden),
        supports=supports,
    )


def _objectives(where: Q, *, user: Any) -> ObjectiveQuerySet:
    rows = Objective.objects.counting().filter(where)
    if user is not None:
        rows = rows.visible_to(user)
    return rows.select_related("owner", "roadmap__cycle", "roadmap__area").order_by("position", "number")


def _key_results(where: Q, *, user: Any) -> KeyResultQuerySet:
    rows = KeyResult.objects.counting().filter(where)
    if user is not None:
        rows = rows.visible_to(user)
    return rows.with_context().order_by("objective", "position", "number")


def areas_hiding(
    roadmaps: Sequence[Roadmap], hidden: Sequence[HiddenPart], *, is_aligned: bool
) -> frozenset[int]:
    """The areas whose snapshots hold something hidden; with alignments, that may be any of them."""
    areas = {part.area_id for part in hidden}
    if hidden and is_aligned:
        areas |= {row.area_id for row in roadmaps}
    return frozenset(areas)


def _was_aligned(cycle: Cycle) -> bool:
    """Whether anything supports something, or did."""
    return Alignment.history.filter(supporter__roadmap__cycle=cycle).exists()

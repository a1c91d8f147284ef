"""The rows that figures are made of: a plan as a person sees it, of today or as it stood on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.key_result import KeyResultFigures, key_results_figures
from goals.figures.means import ObjectiveFigures, objective_figures
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet
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

    def objectives_by_roadmap(self) -> dict[int, list[ObjectiveFigures]]:
        by_objective: dict[int, list[KeyResultFigures]] = defaultdict(list)
        for row in self.key_results:
            by_objective[row.key_result.objective_id].append(row)
        found: dict[int, list[ObjectiveFigures]] = defaultdict(list)
        for objective in self.objectives:
            figures = objective_figures(
                objective,
                by_objective[objective.pk],
                today=self.day,
                is_partial=objective.pk in self.hidden.objectives,
            )
            found[objective.roadmap_id].append(figures)
        return found


def plan_of_cycle(cycle: Cycle, *, user: Any, today: date) -> Plan:
    """All of a cycle, without what belongs to archived areas. Five queries at most."""
    roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
    objectives = Objective.objects.counting().filter(roadmap__cycle=cycle)
    key_results = KeyResult.objects.counting().of_cycle(cycle)
    if user is not None:
        roadmaps = roadmaps.visible_to(user)
    rows = list(roadmaps.select_related("area", "cycle").order_by("pk"))
    hidden = hidden_parts(user, objective__roadmap__cycle=cycle)
    return _plan(cycle, rows, objectives, key_results, hidden, user=user, today=today)


def plan_of_roadmap(roadmap: Roadmap, *, user: Any, today: date) -> Plan:
    """One roadmap that the person is known to see. Four queries at most."""
    objectives = Objective.objects.counting().filter(roadmap=roadmap)
    key_results = KeyResult.objects.counting().filter(objective__roadmap=roadmap)
    hidden = hidden_parts(user, objective__roadmap=roadmap)
    return _plan(roadmap.cycle, [roadmap], objectives, key_results, hidden, user=user, today=today)


def _plan(
    cycle: Cycle,
    roadmaps: list[Roadmap],
    objectives: ObjectiveQuerySet,
    key_results: KeyResultQuerySet,
    hidden: list[HiddenPart],
    *,
    user: Any,
    today: date,
) -> Plan:
    if user is not None:
        objectives = objectives.visible_to(user)
        key_results = key_results.visible_to(user)
    related = objectives.select_related("owner", "roadmap__cycle", "roadmap__area")
    ordered = key_results.with_context().order_by("objective", "position", "number")
    return Plan(
        day=today,
        cycle=cycle,
        roadmaps=roadmaps,
        objectives=list(related.order_by("position", "number")),
        key_results=key_results_figures(ordered, today=today),
        hidden=Hidden.of(part for part in hidden if part.counts),
        past_hidden=frozenset(part.area_id for part in hidden),
    )

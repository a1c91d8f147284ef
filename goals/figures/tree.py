"""The roll-up of a cycle: organisation, areas, teams, roadmaps, objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from areas.models import Area
from goals.figures.key_result import KeyResultFigures, key_results_figures
from goals.figures.means import MeanFigures, ObjectiveFigures, mean_over_objectives, objective_figures
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet


@dataclass(frozen=True)
class RoadmapFigures:
    """A roadmap: the mean of its focus objectives, and beside it that of its engineering excellence."""

    roadmap: Roadmap
    focus: tuple[ObjectiveFigures, ...]
    excellence: tuple[ObjectiveFigures, ...]
    mean: MeanFigures
    excellence_mean: MeanFigures

    @property
    def objectives(self) -> tuple[ObjectiveFigures, ...]:
        return self.focus + self.excellence

    @property
    def key_results(self) -> tuple[KeyResultFigures, ...]:
        return tuple(row for objective in self.objectives for row in objective.key_results)


@dataclass(frozen=True)
class AreaFigures:
    """An area: its own roadmap if it has one, its teams, and the mean over all of their focus objectives."""

    area: Area
    roadmap: RoadmapFigures | None
    teams: tuple[AreaFigures, ...]
    mean: MeanFigures

    def roadmaps(self) -> Iterator[RoadmapFigures]:
        """Its own and those of everything below."""
        if self.roadmap:
            yield self.roadmap
        for team in self.teams:
            yield from team.roadmaps()

    def at_or_below(self) -> Iterator[AreaFigures]:
        yield self
        for team in self.teams:
            yield from team.at_or_below()


@dataclass(frozen=True)
class CycleFigures:
    """The whole of a cycle, as far as a person may see it."""

    cycle: Cycle
    areas: tuple[AreaFigures, ...]
    mean: MeanFigures

    def roadmaps(self) -> Iterator[RoadmapFigures]:
        for area in self.areas:
            yield from area.roadmaps()

    def key_results(self) -> Iterator[KeyResultFigures]:
        for roadmap in self.roadmaps():
            yield from roadmap.key_results

    def find_area(self, key: str) -> AreaFigures | None:
        every = (found for area in self.areas for found in area.at_or_below())
        return next((found for found in every if found.area.key == key), None)


def cycle_figures(cycle: Cycle, *, user: Any, today: date) -> CycleFigures:
    """The tree of a cycle with what `user` may see; None sees all (snapshots, reminders).

    The same number of queries, at most 12, however many areas and key results there are.
    """
    roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
    objectives = Objective.objects.counting().filter(roadmap__cycle=cycle)
    key_results = KeyResult.objects.counting().of_cycle(cycle)
    if user is not None:
        roadmaps = roadmaps.visible_to(user)
        objectives = objectives.visible_to(user)
        key_results = key_results.visible_to(user)
    by_roadmap = {
        roadmap.area_id: roadmap for roadmap in roadmaps.select_related("area", "cycle").order_by("pk")
    }
    rows = _objectives_by_roadmap(objectives, key_results, today=today)
    children: dict[int | None, list[Area]] = defaultdict(list)
    for area in Area.objects.live().without_tree_fields().order_by("position", "key"):
        children[area.parent_id].append(area)

    def build(area: Area) -> AreaFigures:
        teams = tuple(build(child) for child in children[area.pk])
        roadmap = by_roadmap.get(area.pk)
        own = None if roadmap is None else _roadmap(roadmap, rows[roadmap.pk], today=today)
        focus = [row for team in teams for found in team.roadmaps() for row in found.focus]
        mean = mean_over_objectives([*(own.focus if own else ()), *focus], cycle=cycle, today=today)
        return AreaFigures(area, own, teams, mean)

    areas = tuple(build(area) for area in children[None])
    everything = [row for area in areas for roadmap in area.roadmaps() for row in roadmap.focus]
    return CycleFigures(cycle, areas, mean_over_objectives(everything, cycle=cycle, today=today))


def roadmap_figures(roadmap: Roadmap, *, user: Any, today: date) -> RoadmapFigures:
    """One roadmap with what `user` may see; None sees all."""
    objectives = Objective.objects.counting().filter(roadmap=roadmap)
    key_results = KeyResult.objects.counting().filter(objective__roadmap=roadmap)
    if user is not None:
        objectives = objectives.visible_to(user)
        key_results = key_results.visible_to(user)
    rows = _objectives_by_roadmap(objectives, key_results, today=today)
    return _roadmap(roadmap, rows[roadmap.pk], today=today)


def _objectives_by_roadmap(
    objectives: QuerySet[Objective], key_results: KeyResultQuerySet, *, today: date
) -> dict[int, list[ObjectiveFigures]]:
    by_objective: dict[int, list[KeyResultFigures]] = defaultdict(list)
    ordered = key_results.with_context().order_by("objective", "position", "number")
    for row in key_results_figures(ordered, today=today):
        by_objective[row.key_result.objective_id].append(row)
    found: dict[int, list[ObjectiveFigures]] = defaultdict(list)
    related = objectives.select_related("owner", "roadmap__cycle", "roadmap__area")
    for objective in related.order_by("position", "number"):
        found[objective.roadmap_id].append(
            objective_figures(objective, by_objective[objective.pk], today=today)
        )
    return found


def _roadmap(roadmap: Roadmap, rows: Sequence[ObjectiveFigures], *, today: date) -> RoadmapFigures:
    focus = tuple(row for row in rows if row.objective.kind == Objective.Kind.FOCUS)
    excellence = tuple(row for row in rows if row.objective.kind == Objective.Kind.EXCELLENCE)
    return RoadmapFigures(
        roadmap=roadmap,
        focus=focus,
        excellence=excellence,
        mean=mean_over_objectives(focus, cycle=roadmap.cycle, today=today),
        excellence_mean=mean_over_objectives(excellence, cycle=roadmap.cycle, today=today),
    )

"""The roll-up of a cycle: organisation, areas, teams, roadmaps, objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from areas.models import Area
from goals.figures.key_result import KeyResultFigures
from goals.figures.means import MeanFigures, ObjectiveFigures, mean_over_objectives
from goals.figures.plan import Plan, plan_of_cycle, plan_of_roadmap
from goals.models import Cycle, Objective, Roadmap


@dataclass(frozen=True)
class RoadmapFigures:
    """A roadmap: the mean of its focus objectives, and beside it that of its engineering excellence."""

    roadmap: Roadmap
    focus: tuple[ObjectiveFigures, ...]
    excellence: tuple[ObjectiveFigures, ...]
    mean: MeanFigures
    excellence_mean: MeanFigures

    @property
    def is_partial(self) -> bool:
        return self.mean.is_partial or self.excellence_mean.is_partial

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

    @property
    def focus(self) -> list[ObjectiveFigures]:
        """What its mean is over."""
        return [row for roadmap in self.roadmaps() for row in roadmap.focus]

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
    # Areas in whose past something is hidden: snapshots, which hold everything, are not for this person.
    past_hidden: frozenset[int] = frozenset()

    @property
    def focus(self) -> list[ObjectiveFigures]:
        """What its mean is over."""
        return [row for area in self.areas for row in area.focus]

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
    return cycle_tree(plan_of_cycle(cycle, user=user, today=today))


def roadmap_figures(roadmap: Roadmap, *, user: Any, today: date) -> RoadmapFigures:
    """One roadmap with what `user` may see; None sees all."""
    return roadmap_branch(plan_of_roadmap(roadmap, user=user, today=today), roadmap)


def roadmap_branch(plan: Plan, roadmap: Roadmap) -> RoadmapFigures:
    """One roadmap of a plan."""
    return _roadmap(roadmap, plan.objectives_by_roadmap()[roadmap.pk], plan)


def cycle_tree(plan: Plan) -> CycleFigures:
    """The tree of areas with the roadmaps of a plan. One query."""
    by_area = {roadmap.area_id: roadmap for roadmap in plan.roadmaps}
    rows = plan.objectives_by_roadmap()
    children: dict[int | None, list[Area]] = defaultdict(list)
    for area in Area.objects.live().without_tree_fields().order_by("position", "key"):
        children[area.parent_id].append(area)

    def build(area: Area) -> AreaFigures:
        teams = tuple(build(child) for child in children[area.pk])
        roadmap = by_area.get(area.pk)
        own = None if roadmap is None else _roadmap(roadmap, rows[roadmap.pk], plan)
        below = [found for team in teams for found in team.roadmaps()]
        focus = [*(own.focus if own else ()), *(row for found in below for row in found.focus)]
        hides = area.pk in plan.hidden.areas or any(team.mean.is_partial for team in teams)
        return AreaFigures(area, own, teams, _mean(focus, plan, is_partial=hides))

    areas = tuple(build(area) for area in children[None])
    everything = [row for area in areas for row in area.focus]
    mean = _mean(everything, plan, is_partial=any(area.mean.is_partial for area in areas))
    return CycleFigures(plan.cycle, areas, mean, plan.past_hidden)


def _roadmap(roadmap: Roadmap, rows: Sequence[ObjectiveFigures], plan: Plan) -> RoadmapFigures:
    by_kind = {
        kind: tuple(row for row in rows if row.objective.kind == kind)
        for kind in (Objective.Kind.FOCUS, Objective.Kind.EXCELLENCE)
    }
    focus, excellence = by_kind.values()
    means = (
        _mean(found, plan, is_partial=(roadmap.pk, kind) in plan.hidden.roadmaps)
        for kind, found in by_kind.items()
    )
    return RoadmapFigures(roadmap, focus, excellence, *means)


def _mean(rows: Sequence[ObjectiveFigures], plan: Plan, *, is_partial: bool) -> MeanFigures:
    return mean_over_objectives(rows, cycle=plan.cycle, today=plan.day, is_partial=is_partial)

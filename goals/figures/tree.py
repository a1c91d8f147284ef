"""The roll-up of a cycle: organisation, areas, teams, roadmaps, objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from areas.models import Area
from goals.figures.key_result import KeyResultFigures
from goals.figures.means import MeanFigures, ObjectiveFigures, mean_over_objectives
from goals.figures.plan import Plan, plan_of_area, plan_of_cycle, plan_of_roadmap
from goals.figures.shared import SharedObjective, ShareRecord, homes_of, shared_parts
from goals.models import Cycle, Objective, Roadmap

Part = ObjectiveFigures | SharedObjective  # of a mean over objectives


@dataclass(frozen=True)
class RoadmapFigures:
    """A roadmap: the mean of its focus objectives, and beside it that of its engineering excellence."""

    roadmap: Roadmap
    focus: tuple[ObjectiveFigures, ...]
    excellence: tuple[ObjectiveFigures, ...]
    mean: MeanFigures
    excellence_mean: MeanFigures
    shared: tuple[SharedObjective, ...] = ()  # what its area owns of the plans of others; both means count it

    @property
    def parts(self) -> list[Part]:
        """What its mean is over: its own focus objectives, then those that are shared with its area."""
        return [*self.focus, *of_kind(self.shared, Objective.Kind.FOCUS)]

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
    """An area: its own roadmap if it has one, its teams, and the mean over all of their focus objectives.

    `focus` is what the mean is over, each once: those of its roadmaps, and those of other areas' that it or
    one of its teams owns too. `shared` is what it owns itself of the plans of others, of both kinds.
    """

    area: Area
    roadmap: RoadmapFigures | None
    teams: tuple[AreaFigures, ...]
    mean: MeanFigures
    focus: tuple[Part, ...] = ()
    shared: tuple[SharedObjective, ...] = ()
    excellence_mean: MeanFigures | None = None  # of its own roadmap and what it shares; None without either

    def roadmaps(self) -> Iterator[RoadmapFigures]:
        """Its own and those of everything below."""
        if self.roadmap:
            yield self.roadmap
        for team in self.teams:
            yield from team.roadmaps()

    def key_results(self) -> Iterator[KeyResultFigures]:
        for roadmap in self.roadmaps():
            yield from roadmap.key_results

    def at_or_below(self) -> Iterator[AreaFigures]:
        yield self
        for team in self.teams:
            yield from team.at_or_below()

    @property
    def ids(self) -> set[int]:
        """Of the area and all below it."""
        return {found.area.pk for found in self.at_or_below()}


@dataclass(frozen=True)
class CycleFigures:
    """The whole of a cycle, as far as a person may see it."""

    cycle: Cycle
    areas: tuple[AreaFigures, ...]
    mean: MeanFigures
    # Areas in whose past something is hidden: snapshots, which hold everything, are not for this person.
    past_hidden: frozenset[int] = frozenset()
    focus: tuple[Part, ...] = ()  # what its mean is over, each once
    shares_since: ShareRecord = field(default_factory=lambda: ShareRecord({}))

    @property
    def area_ids(self) -> set[int]:
        return {pk for area in self.areas for pk in area.ids}

    def roadmaps(self) -> Iterator[RoadmapFigures]:
        for area in self.areas:
            yield from area.roadmaps()

    def key_results(self) -> Iterator[KeyResultFigures]:
        for roadmap in self.roadmaps():
            yield from roadmap.key_results

    def find_area(self, key: str) -> AreaFigures | None:
        every = (found for area in self.areas for found in area.at_or_below())
        return next((found for found in every if found.area.key == key), None)


def cycle_figures(cycle: Cycle, *, user: Any, today: date, has_forecasts: bool = True) -> CycleFigures:
    """The tree of a cycle with what `user` may see; None sees all (snapshots, reminders).

    The same number of queries, at most 13, however many areas and key results there are.
    """
    return cycle_tree(plan_of_cycle(cycle, user=user, today=today, has_forecasts=has_forecasts))


def area_figures(
    cycle: Cycle, key: str, *, user: Any, today: date, has_forecasts: bool = True
) -> CycleFigures | None:
    """The branch of one area alone, with the same figures as in the whole tree; None where the tree has none.

    What is in it costs, and not what is in the cycle. The mean is that of the area.
    """
    children = _areas_by_parent()
    area = next((found for found in _walk(children, None) if found.key == key), None)
    if area is None:
        return None
    inside = {area.pk, *(found.pk for found in _walk(children, area.pk))}
    plan = plan_of_cycle(cycle, user=user, today=today, inside=inside, has_forecasts=has_forecasts)
    branch = _Tree(plan, children).area(area)
    return CycleFigures(plan.cycle, (branch,), branch.mean, plan.past_hidden, branch.focus, plan.shares_since)


def _areas_by_parent() -> dict[int | None, list[Area]]:
    """One query."""
    children: dict[int | None, list[Area]] = defaultdict(list)
    for area in Area.objects.live().without_tree_fields().order_by("position", "key"):
        children[area.parent_id].append(area)
    return children


def _walk(children: Mapping[int | None, Sequence[Area]], above: int | None) -> Iterator[Area]:
    """All below an area, of which None is the organisation."""
    for area in children.get(above, ()):
        yield area
        yield from _walk(children, area.pk)


def roadmap_figures(roadmap: Roadmap, *, user: Any, today: date) -> RoadmapFigures:
    """One roadmap with what `user` may see; None sees all."""
    return roadmap_branch(plan_of_roadmap(roadmap, user=user, today=today), roadmap)


def roadmap_branch(plan: Plan, roadmap: Roadmap) -> RoadmapFigures:
    """One roadmap of a plan."""
    figures = plan.figures()
    return roadmap_of(roadmap, plan.by_roadmap(figures)[roadmap.pk], figures, plan)


def roadmap_of(
    roadmap: Roadmap, own: Sequence[ObjectiveFigures], figures: Mapping[int, ObjectiveFigures], plan: Plan
) -> RoadmapFigures:
    """Of its own objectives, and of what is shared with its area as far as that is among the figures."""
    return _roadmap(roadmap, own, shared_with_area(plan, roadmap.area_id, figures), plan)


def shared_with_area(
    plan: Plan, area_id: int, figures: Mapping[int, ObjectiveFigures]
) -> tuple[SharedObjective, ...]:
    """What an area owns of the plans of others, as far as it is shown, by the weights it has there."""
    weights = plan.shares.inside([area_id])
    return tuple(row for kind in Objective.Kind for row in shared_parts(weights, figures, kind=kind))


def shared_with_one(area: Area, cycle: Cycle, *, user: Any, today: date) -> tuple[SharedObjective, ...]:
    """What an area owns of the plans of others, as far as `user` sees it. One query where that is nothing."""
    plan = plan_of_area(area, cycle, user=user, today=today)
    return shared_with_area(plan, area.pk, plan.figures()) if plan.shares.rows else ()


def cycle_tree(plan: Plan) -> CycleFigures:
    """The tree of areas with the roadmaps of a plan. One query."""
    children = _areas_by_parent()
    tree = _Tree(plan, children)
    areas = tuple(tree.area(area) for area in children[None])
    focus = tree.focus(areas, {pk for area in areas for pk in area.ids})
    mean = _mean(focus, plan, is_partial=any(area.mean.is_partial for area in areas))
    return CycleFigures(plan.cycle, areas, mean, plan.past_hidden, focus, plan.shares_since)


class _Tree:
    """Puts the figures of a plan into the tree of areas."""

    def __init__(self, plan: Plan, children: Mapping[int | None, Sequence[Area]]) -> None:
        self.plan, self.children = plan, children
        self.figures = plan.figures()
        self.by_area = {roadmap.area_id: roadmap for roadmap in plan.roadmaps}
        self.rows = plan.by_roadmap(self.figures)
        shown = {roadmap.pk for roadmap in plan.roadmaps}
        owned = [row for row in plan.objectives if row.pk in plan.shares.objective_ids]
        self.homes = homes_of(owned, shown, kind=Objective.Kind.FOCUS)

    def area(self, area: Area) -> AreaFigures:
        plan, kinds = self.plan, Objective.Kind
        teams = tuple(self.area(child) for child in self.children.get(area.pk, ()))
        shared = shared_with_area(plan, area.pk, self.figures)
        roadmap = self.by_area.get(area.pk)
        own = None if roadmap is None else _roadmap(roadmap, self.rows[roadmap.pk], shared, plan)
        without = AreaFigures(area, own, teams, MeanFigures())
        focus = self.focus([without], without.ids)
        hides = (area.pk, kinds.FOCUS) in plan.hidden.plans or any(team.mean.is_partial for team in teams)
        excellence: MeanFigures | None = own.excellence_mean if own else None
        if own is None and (parts := of_kind(shared, kinds.EXCELLENCE)):
            is_partial = (area.pk, kinds.EXCELLENCE) in plan.hidden.plans
            excellence = _mean(parts, plan, is_partial=is_partial)
        mean = _mean(focus, plan, is_partial=hides)
        return AreaFigures(area, own, teams, mean, focus, shared, excellence)

    def focus(self, areas: Iterable[AreaFigures], inside: Collection[int]) -> tuple[Part, ...]:
        """Each focus objective that counts in some areas, all that is `inside`, once."""
        planned = [row for area in areas for roadmap in area.roadmaps() for row in roadmap.focus]
        weights = self.plan.shares.rows and self.plan.shares.weights_in(inside, self.homes)
        if not weights:
            return tuple(planned)
        known = {row.objective.pk for row in planned}
        others = {pk: weight for pk, weight in weights.items() if pk not in known}
        return (*planned, *shared_parts(others, self.figures, kind=Objective.Kind.FOCUS))


def _roadmap(
    roadmap: Roadmap, rows: Sequence[ObjectiveFigures], shared: tuple[SharedObjective, ...], plan: Plan
) -> RoadmapFigures:
    by_kind = {
        kind: tuple(row for row in rows if row.objective.kind == kind)
        for kind in (Objective.Kind.FOCUS, Objective.Kind.EXCELLENCE)
    }
    focus, excellence = by_kind.values()
    mean, excellence_mean = (
        _mean([*found, *of_kind(shared, kind)], plan, is_partial=(roadmap.area_id, kind) in plan.hidden.plans)
        for kind, found in by_kind.items()
    )
    return RoadmapFigures(roadmap, focus, excellence, mean, excellence_mean, shared)


def of_kind(rows: Iterable[SharedObjective], kind: str) -> list[SharedObjective]:
    return [row for row in rows if row.objective.kind == kind]


def _mean(rows: Sequence[Part], plan: Plan, *, is_partial: bool) -> MeanFigures:
    return mean_over_objectives(rows, cycle=plan.cycle, today=plan.day, is_partial=is_partial)

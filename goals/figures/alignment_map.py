"""The objectives of a cycle and which supports which, as far as a person sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from areas.models import Area
from goals import pace as paces
from goals.figures.means import ObjectiveFigures
from goals.figures.tree import CycleFigures
from goals.graph import reached, supporters_first
from goals.models import Alignment, Objective


@dataclass(frozen=True)
class Node:
    """An objective of the map; one that is dropped or archived has no figures any more."""

    objective: Objective
    figures: ObjectiveFigures | None
    supports: tuple[Objective, ...] = ()
    supporters: tuple[Objective, ...] = ()

    @property
    def area(self) -> Area:
        return self.objective.roadmap.area

    @property
    def completion(self) -> Decimal | None:
        return self.figures.mean.completion if self.figures else None

    @property
    def pace(self) -> str:
        return self.figures.mean.pace if self.figures else ""

    @property
    def health(self) -> str:
        """One of the five words that are counted; empty for what is out of the plan."""
        return paces.NO_DATA if self.pace == paces.NOT_STARTED else self.pace

    @property
    def is_archived(self) -> bool:
        return self.objective.archived_at is not None or self.area.archived_at is not None

    @property
    def is_aligned(self) -> bool:
        return bool(self.supports or self.supporters)


@dataclass(frozen=True)
class TreeRow:
    """A line of the tree. `again`: it stands further above too, and what supports it is told there."""

    node: Node
    depth: int
    again: bool
    is_match: bool


@dataclass(frozen=True)
class TreeGroup:
    """What stands at the top in one area, with all that supports it, from whatever area."""

    area: Area
    rows: tuple[TreeRow, ...]


@dataclass(frozen=True)
class AlignmentMap:
    nodes: dict[int, Node]
    edges: tuple[tuple[int, int], ...]  # (supporter, supported), by primary key

    def with_what_they_support(self, wanted: Collection[int]) -> set[int]:
        """These, and all above them: without it nobody would see where they belong."""
        return reached(self.edges, wanted)

    def supporters_first(self, among: Collection[int]) -> list[int]:
        return supporters_first(self.edges_among(among), alone=among)

    def edges_among(self, among: Collection[int]) -> list[tuple[int, int]]:
        return [edge for edge in self.edges if edge[0] in among and edge[1] in among]

    def tree(self, shown: Collection[int], matches: Collection[int]) -> list[TreeGroup]:
        """By the area of what stands at the top, each objective with what supports it below it."""
        below: dict[int, list[int]] = defaultdict(list)
        lower: set[int] = set()
        for supporter, supported in self.edges_among(shown):
            below[supported].append(supporter)
            lower.add(supporter)
        place = {pk: number for number, pk in enumerate(self.nodes)}
        tops = sorted((pk for pk in shown if pk not in lower), key=place.__getitem__)
        groups: dict[int, list[TreeRow]] = defaultdict(list)
        seen: set[int] = set()
        for top in tops:
            area_id = self.nodes[top].area.pk
            waiting = [(top, 0)]
            while waiting:
                pk, depth = waiting.pop()
                again = pk in seen
                groups[area_id].append(TreeRow(self.nodes[pk], depth, again, pk in matches))
                if not again:
                    seen.add(pk)
                    following = sorted(below[pk], key=place.__getitem__, reverse=True)
                    waiting += [(one, depth + 1) for one in following]
        return [TreeGroup(rows[0].node.area, tuple(rows)) for rows in groups.values()]


def alignment_map(figures: CycleFigures, alignments: Iterable[Alignment]) -> AlignmentMap:
    """Every objective of the plan, and those given up that still support or are supported. No query.

    `alignments` are those the person sees, both ends with their roadmap and area.
    """
    in_plan = {row.objective.pk: row for roadmap in figures.roadmaps() for row in roadmap.objectives}
    objectives = {pk: row.objective for pk, row in in_plan.items()}
    supports: dict[int, list[Objective]] = defaultdict(list)
    supporters: dict[int, list[Objective]] = defaultdict(list)
    edges = []
    for row in alignments:
        for end in (row.supported, row.supporter):
            objectives.setdefault(end.pk, end)
        supports[row.supporter_id].append(objectives[row.supported_id])
        supporters[row.supported_id].append(objectives[row.supporter_id])
        edges.append((row.supporter_id, row.supported_id))

    def in_order(rows: Iterable[Objective]) -> tuple[Objective, ...]:
        return tuple(sorted(rows, key=lambda row: row.code))

    nodes = {
        pk: Node(objective, in_plan.get(pk), in_order(supports[pk]), in_order(supporters[pk]))
        for pk, objective in objectives.items()
    }
    return AlignmentMap(nodes, tuple(edges))

"""Engineering excellence of a cycle: items by pillar and area, impact and cost, priority and confidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from areas.models import Area
from goals.figures.means import MeanFigures, ObjectiveFigures, mean_over_objectives
from goals.figures.tree import CycleFigures
from goals.models import Cycle, Level, Objective

# Of the confidence that an item will be met, 0 to 10; the bounds belong to the bands.
BANDS = ((0, 3), (4, 6), (7, 10))
LAST_PRIORITY = 6  # of what has none
LEVELS = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}


@dataclass(frozen=True)
class Item:
    """An item of engineering excellence in the roadmap of `area`, which is `top` or lies below it."""

    area: Area
    top: Area
    figures: ObjectiveFigures

    @property
    def objective(self) -> Objective:
        return self.figures.objective

    @property
    def band(self) -> int | None:
        """Which of BANDS its confidence lies in."""
        confidence = self.objective.confidence
        if confidence is None:
            return None
        return next(place for place, (_least, most) in enumerate(BANDS) if confidence <= most)

    @property
    def order(self) -> tuple[int, int, int, str]:
        """What comes first: by priority, then what has much impact, then what costs little."""
        row = self.objective
        impact, cost = LEVELS.get(Level(row.impact), 0) if row.impact else 0, row.cost
        return (row.priority or LAST_PRIORITY, -impact, LEVELS[Level(cost)] if cost else 4, row.code)


@dataclass(frozen=True)
class Cell:
    """The items at one place of a matrix; `mean` is over them, by their weights."""

    items: tuple[Item, ...]
    mean: MeanFigures

    @property
    def count(self) -> int:
        return len(self.items)


def items_of(figures: CycleFigures) -> list[Item]:
    """Each once, in the roadmap that plans it; what is to be done first comes first."""
    found = [
        Item(roadmap.roadmap.area, top.area, row)
        for top in figures.areas
        for roadmap in top.roadmaps()
        for row in roadmap.excellence
    ]
    return sorted(found, key=lambda item: item.order)


def is_partial(figures: CycleFigures) -> bool:
    """Whether the person these figures were made for does not see all that counts."""
    return any(
        found.excellence_mean is not None and found.excellence_mean.is_partial
        for top in figures.areas
        for found in top.at_or_below()
    )


class Matrix:
    """Items placed by a row and a column; what has no place is counted."""

    def __init__(
        self,
        items: Sequence[Item],
        *,
        rows: Iterable[Hashable],
        columns: Iterable[Hashable],
        row_of: Callable[[Item], Hashable],
        column_of: Callable[[Item], Hashable],
        cycle: Cycle,
        day: date,
    ) -> None:
        self.cycle, self.day = cycle, day
        self.rows, self.columns = tuple(rows), tuple(columns)
        placed: dict[tuple[Hashable, Hashable], list[Item]] = defaultdict(list)
        self.without_place = 0
        for item in items:
            place = (row_of(item), column_of(item))
            if place[0] in self.rows and place[1] in self.columns:
                placed[place].append(item)
            else:
                self.without_place += 1
        self._placed = placed

    def cell(self, row: Hashable, column: Hashable) -> Cell:
        return self._of(self._placed.get((row, column), ()))

    def total(self, row: Hashable) -> Cell:
        """Of a whole row."""
        return self._of([item for column in self.columns for item in self._placed.get((row, column), ())])

    def _of(self, items: Iterable[Item]) -> Cell:
        found = tuple(items)
        figures = [item.figures for item in found]
        return Cell(found, mean_over_objectives(figures, cycle=self.cycle, today=self.day))


def by_pillar(items: Sequence[Item], *, cycle: Cycle, day: date) -> tuple[Matrix, list[Area]]:
    """Pillars in rows, and in columns the areas at the top that plan items, in their order."""
    areas = {item.top.pk: item.top for item in sorted(items, key=lambda item: _place_of(item.top))}
    matrix = Matrix(
        items,
        rows=Objective.Pillar.values,
        columns=areas,
        row_of=lambda item: item.objective.pillar,
        column_of=lambda item: item.top.pk,
        cycle=cycle,
        day=day,
    )
    return matrix, list(areas.values())


def by_impact_and_cost(items: Sequence[Item], *, cycle: Cycle, day: date) -> Matrix:
    """The most impact in the first row, the least cost in the first column."""
    return Matrix(
        items,
        rows=reversed(Level.values),
        columns=Level.values,
        row_of=lambda item: item.objective.impact,
        column_of=lambda item: item.objective.cost,
        cycle=cycle,
        day=day,
    )


def by_priority_and_confidence(items: Sequence[Item], *, cycle: Cycle, day: date) -> Matrix:
    """Priorities in rows, the bands of confidence in columns."""
    return Matrix(
        items,
        rows=range(1, LAST_PRIORITY),
        columns=range(len(BANDS)),
        row_of=lambda item: item.objective.priority,
        column_of=lambda item: item.band,
        cycle=cycle,
        day=day,
    )


def _place_of(area: Area) -> tuple[int, str]:
    return area.position, area.key

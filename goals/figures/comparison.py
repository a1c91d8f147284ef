"""Two cycles side by side, area by area."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from areas.models import Area
from goals.figures.means import MeanFigures
from goals.figures.scores import mean_score, score_of
from goals.figures.tree import AreaFigures, CycleFigures, Part


@dataclass(frozen=True)
class Side:
    """What one cycle says about an area, or about everything."""

    mean: MeanFigures
    score: Decimal | None
    objectives: int
    key_results: int


@dataclass(frozen=True)
class ComparisonRow:
    """An area with both cycles; `area` is None for everything together, `depth` 1 and more is a team."""

    area: Area | None
    depth: int
    one: Side
    other: Side

    @property
    def change(self) -> Decimal | None:
        """How much further the one cycle came than the other, as a ratio."""
        if self.one.mean.completion is None or self.other.mean.completion is None:
            return None
        return self.one.mean.completion - self.other.mean.completion


def compare(one: CycleFigures, other: CycleFigures) -> list[ComparisonRow]:
    """Everything first, then the tree of areas that plan in either of the two. No query."""
    first = ComparisonRow(None, 0, _side(one.mean, one.focus), _side(other.mean, other.focus))
    others = {found.area.pk: found for area in other.areas for found in area.at_or_below()}
    rows = [first]
    for area in one.areas:
        rows += _rows(area, others, depth=0)
    return rows


def _rows(area: AreaFigures, others: dict[int, AreaFigures], *, depth: int) -> Iterable[ComparisonRow]:
    counterpart = others[area.area.pk]
    if any((*area.roadmaps(), *area.focus, *counterpart.roadmaps(), *counterpart.focus)):
        one, other = _side(area.mean, area.focus), _side(counterpart.mean, counterpart.focus)
        yield ComparisonRow(area.area, depth, one, other)
    for team in area.teams:
        yield from _rows(team, others, depth=depth + 1)


def _side(mean: MeanFigures, focus: Collection[Part]) -> Side:
    scores = [(row.weight, score_of(found.key_result for found in row.key_results)) for row in focus]
    return Side(mean, mean_score(scores), len(focus), mean.health.total)

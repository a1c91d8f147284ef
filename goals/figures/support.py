"""Objectives that count in the means of objectives: whose mean is made of whose, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from goals.figures.hidden import Hidden
from goals.figures.key_result import KeyResultFigures
from goals.figures.means import ObjectiveFigures, Supporter, objective_figures
from goals.graph import supporters_first
from goals.models import Alignment, Objective
from goals.models.alignment import AlignmentQuerySet


class Support(NamedTuple):
    """One objective counts in the mean of another, with a weight that may be 0."""

    supporter_id: int
    supported_id: int
    weight: Decimal


@dataclass(frozen=True)
class Supports:
    """Who counts in whose mean, of a whole cycle, whether it is shown to somebody or not."""

    rows: tuple[Support, ...] = ()

    @cached_property
    def by_supported(self) -> dict[int, list[Support]]:
        found: dict[int, list[Support]] = defaultdict(list)
        for row in self.rows:
            found[row.supported_id].append(row)
        return dict(found)

    @cached_property
    def _places(self) -> dict[int, int]:
        """In an order that has supporters first."""
        edges = [(row.supporter_id, row.supported_id) for row in self.rows]
        return {pk: place for place, pk in enumerate(supporters_first(edges))}

    def below(self, objective_ids: Iterable[int]) -> set[int]:
        """All that counts in these, however far down, without these."""
        starts = set(objective_ids)
        found, waiting = set(starts), list(starts)
        while waiting:
            for row in self.by_supported.get(waiting.pop(), ()):
                if row.supporter_id not in found:
                    found.add(row.supporter_id)
                    waiting.append(row.supporter_id)
        return found - starts

    def in_order(self, objective_ids: Iterable[int]) -> list[int]:
        """These and all that counts in them, supporters first."""
        starts = set(objective_ids)
        wanted = starts | self.below(starts)
        return sorted(wanted, key=lambda pk: (self._places.get(pk, -1), pk))


def supports_in(cycle_ids: Collection[int]) -> Supports:
    """As it is today. One query."""
    rows = support_rows(cycle_ids).order_by("pk").values_list(*SUPPORT_FIELDS)
    return Supports(tuple(Support(*row) for _pk, *row in rows))


SUPPORT_FIELDS = ("pk", *Support._fields)


def support_rows(cycle_ids: Collection[int]) -> AlignmentQuerySet:
    return Alignment.objects.counting().filter(supporter__roadmap__cycle__in=cycle_ids)


def figures_of_objectives(
    objectives: Sequence[Objective],
    key_results: Iterable[KeyResultFigures],
    *,
    today: date,
    supports: Supports,
    hidden: Hidden,
) -> dict[int, ObjectiveFigures]:
    """The figures of objectives, by primary key, each with those of its supporters that are among them.

    A supporter that is not among them is hidden from whoever asks, and so is what it adds: the mean is
    partial then, and so are all above it. No query.
    """
    rows = {row.pk: row for row in objectives}
    by_objective: dict[int, list[KeyResultFigures]] = defaultdict(list)
    for row in key_results:
        by_objective[row.key_result.objective_id].append(row)
    by_supported = supports.by_supported
    found: dict[int, ObjectiveFigures] = {}
    hiding: set[int] = set()  # in whose means, shown or not, something is hidden
    for pk in supports.in_order(rows):
        weighing = [row for row in by_supported.get(pk, ()) if row.weight]
        if pk in hidden.objectives or any(row.supporter_id in hiding for row in weighing):
            hiding.add(pk)
        if pk in rows:
            found[pk] = objective_figures(
                rows[pk],
                by_objective[pk],
                today=today,
                supporters=_shown(by_supported.get(pk, ()), found),
                is_partial=pk in hiding,
            )
        elif any(row.supporter_id in found for row in weighing):
            hiding.add(pk)
    return found


def _shown(supports: Iterable[Support], found: Mapping[int, ObjectiveFigures]) -> list[Supporter]:
    """In the order of their codes."""
    supporters = [
        Supporter(row.weight, found[row.supporter_id]) for row in supports if row.supporter_id in found
    ]
    return sorted(supporters, key=lambda supporter: supporter.objective.code)

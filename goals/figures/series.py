"""Means over time, from the snapshots: the line keeps the weights of each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goals.models import Cycle, Objective, Snapshot
from goals.progress import weighted_mean


@dataclass(frozen=True)
class SeriesPoint:
    """The mean of one day; None where nothing counted."""

    day: date
    completion: Decimal | None
    expected: Decimal | None


def mean_series(cycle: Cycle, *, roadmap_ids: Collection[int], until: date) -> list[SeriesPoint]:
    """The mean over some roadmaps, day by day as snapshots were taken, oldest first. One query."""
    rows = Snapshot.objects.filter(
        roadmap__cycle=cycle, roadmap__in=list(roadmap_ids), taken_on__lte=until
    ).order_by("taken_on")
    days: dict[date, list[tuple[Decimal, Decimal | None, Decimal | None]]] = defaultdict(list)
    for day, weight, completion, expected in rows.values_list("taken_on", "weight", "completion", "expected"):
        days[day].append((weight, completion, expected))
    return [
        SeriesPoint(
            day,
            weighted_mean((weight, completion) for weight, completion, _ in parts),
            weighted_mean((weight, expected) for weight, _, expected in parts),
        )
        for day, parts in days.items()
    ]


def snapshots_of_objective(objective: Objective, *, until: date) -> list[SeriesPoint]:
    """Day by day as snapshots were taken, oldest first. One query."""
    rows = Snapshot.objects.filter(objective=objective, taken_on__lte=until).order_by("taken_on")
    return [SeriesPoint(*row) for row in rows.values_list("taken_on", "completion", "expected")]


def change_since(cycle: Cycle, day: date) -> dict[int, tuple[Decimal, Decimal | None]]:
    """(weight, completion) of each roadmap as its newest snapshot up to `day` says, by roadmap. One query.

    Feed it to `weighted_mean` for the roadmaps of an area. A roadmap without a snapshot then is absent.
    """
    rows = Snapshot.objects.filter(roadmap__cycle=cycle, taken_on__lte=day).order_by("taken_on")
    return {
        roadmap_id: (weight, completion)
        for roadmap_id, weight, completion in rows.values_list("roadmap_id", "weight", "completion")
    }


class SnapshotCourse:
    """The course of a cycle as snapshots tell it, for whom nothing in it is hidden: they hold everything."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle

    def line(self, roadmap_ids: Collection[int], until: date) -> Sequence[SeriesPoint]:
        return mean_series(self.cycle, roadmap_ids=roadmap_ids, until=until)

    def before(self, day: date) -> dict[int, tuple[Decimal, Decimal | None]]:
        return change_since(self.cycle, day)

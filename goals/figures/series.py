"""Means over time, from the snapshots: the line keeps the weights of each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from goals import pace as paces
from goals.figures.shared import Home, ShareRecord, Shares, homes_since
from goals.models import Cycle, Objective, Snapshot
from goals.progress import weighted_mean

T = TypeVar("T")
SharedOnDay = dict[int, tuple[Decimal | None, Decimal | None]]  # (completion, expected) of objectives
Homes = dict[int, Home]


@dataclass(frozen=True)
class SeriesPoint:
    """The mean of one day; None where nothing counted."""

    day: date
    completion: Decimal | None
    expected: Decimal | None


@dataclass(frozen=True)
class PacePoint(SeriesPoint):
    """With the pace of the day."""

    pace: str


def snapshots_of_objective(objective: Objective, *, until: date) -> list[SeriesPoint]:
    """Day by day as snapshots were taken, oldest first. One query."""
    rows = Snapshot.objects.filter(objective=objective, taken_on__lte=until).order_by("taken_on")
    return [SeriesPoint(*row) for row in rows.values_list("taken_on", "completion", "expected")]


@dataclass(frozen=True)
class Before:
    """What stood on an earlier day: of areas the (weight, completion) of their own roadmaps, of objectives
    that are shared their completion. A roadmap of which nothing is known then is absent.
    """

    plans: Mapping[int, tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    shared: Mapping[int, Decimal | None] = field(default_factory=dict)
    homes: Mapping[int, Home] = field(default_factory=dict)
    shares: Shares = field(default_factory=Shares)

    def mean_of(self, area_ids: Collection[int]) -> Decimal | None:
        """The mean over what counted in these areas."""
        parts = [found for area_id, found in self.plans.items() if area_id in area_ids]
        return weighted_mean([*parts, *_from_elsewhere(area_ids, self.shared, self.homes, self.shares)])


def _from_elsewhere(
    area_ids: Collection[int], parts: Mapping[int, T], homes: Mapping[int, Home], shares: Shares
) -> list[tuple[Decimal, T]]:
    """(weight, part) of what counts in areas and stands in none of the roadmaps that are shown of them."""
    weights = shares.weights_in(area_ids, homes)
    planned = (pk for pk, home in homes.items() if home.is_shown and home.area_id in area_ids)
    elsewhere = weights.keys() - set(planned)
    return [(weights[pk], part) for pk, part in parts.items() if pk in elsewhere]


class SnapshotCourse:
    """The course of a cycle as snapshots tell it, for whom nothing in it is hidden: they hold everything.

    The snapshot of a roadmap is of its own objectives alone. What its area owns of the plans of others is
    added from their snapshots, by the weights of the day, so that it counts once in whatever holds both.
    """

    def __init__(self, cycle: Cycle, shares: ShareRecord, *, area_ids: Collection[int] | None = None) -> None:
        """`area_ids` are the areas that will be asked about; None is all."""
        self.cycle, self.shares, self.area_ids = cycle, shares, area_ids

    def line(self, area_ids: Collection[int], until: date) -> Sequence[SeriesPoint]:
        """The mean over some areas, day by day as snapshots were taken. Three queries at most."""
        days: dict[date, list[tuple[Decimal, Decimal | None, Decimal | None]]] = defaultdict(list)
        for day, area_id, weight, completion, expected in self._of_roadmaps:
            if day <= until and area_id in area_ids:
                days[day].append((weight, completion, expected))
        for day, shared, homes in self._shared(area_ids, until):
            parts = _from_elsewhere(area_ids, shared, homes, self.shares.on(day))
            days[day] += [(weight, *part) for weight, part in parts]
        return [
            SeriesPoint(
                day,
                weighted_mean((weight, completion) for weight, completion, _ in parts),
                weighted_mean((weight, expected) for weight, _, expected in parts),
            )
            for day, parts in sorted(days.items())
        ]

    @cached_property
    def _of_roadmaps(self) -> list[tuple[date, int, Decimal, Decimal | None, Decimal | None]]:
        """(day, area, weight, completion, expected), oldest first. One query, for all that is asked of it."""
        rows = Snapshot.objects.filter(roadmap__cycle=self.cycle)
        if self.area_ids is not None:
            rows = rows.filter(roadmap__area__in=list(self.area_ids))
        fields = ("taken_on", "roadmap__area", "weight", "completion", "expected")
        return list(rows.order_by("taken_on").values_list(*fields))

    def known_days(self, until: date) -> list[date]:
        """Those on which snapshots were taken, oldest first. One query."""
        rows = Snapshot.objects.filter(roadmap__cycle=self.cycle, taken_on__lte=until)
        return list(rows.order_by("taken_on").values_list("taken_on", flat=True).distinct())

    def means_on(
        self, days: Sequence[date], groups: Mapping[int, Collection[int]]
    ) -> dict[int, list[PacePoint]]:
        """Of several groups of areas, by the names of the groups, on some days. Three queries at most.

        A day of which a group has no snapshot is left out of it.
        """
        found: dict[int, list[PacePoint]] = {name: [] for name in groups}
        if not days:
            return found
        rows = Snapshot.objects.filter(roadmap__cycle=self.cycle, taken_on__in=list(days))
        fields = ("taken_on", "roadmap__area", "weight", "completion", "expected", "reported")
        taken: dict[date, list[tuple[int, Decimal, Decimal | None, Decimal | None, int]]] = defaultdict(list)
        for day, *row in rows.values_list(*fields):
            taken[day].append(tuple(row))
        of_all = self._shared(self.shares.ever.by_area, days[-1])
        shared = {day: (pairs, homes) for day, pairs, homes in of_all}
        for day in days:
            for name, area_ids in groups.items():
                own = [row for row in taken[day] if row[0] in area_ids]
                parts = [(weight, completion, expected) for _area, weight, completion, expected, _ in own]
                if day in shared:
                    pairs, homes = shared[day]
                    elsewhere = _from_elsewhere(area_ids, pairs, homes, self.shares.on(day))
                    parts += [(weight, *part) for weight, part in elsewhere]
                if not parts:
                    continue
                is_reported = any(reported for *_row, reported in own) or len(parts) > len(own)
                found[name].append(self._point(day, parts, is_reported=is_reported))
        return found

    def _point(
        self,
        day: date,
        parts: Sequence[tuple[Decimal, Decimal | None, Decimal | None]],
        *,
        is_reported: bool,
    ) -> PacePoint:
        completion = weighted_mean((weight, completion) for weight, completion, _ in parts)
        expected = weighted_mean((weight, expected) for weight, _, expected in parts)
        pace = paces.pace(
            completion,
            expected,
            checked_in=is_reported,
            started=day >= self.cycle.starts_on,
            thresholds=self.cycle.thresholds,
        )
        return PacePoint(day, completion, expected, pace)

    def before(self, day: date) -> Before:
        """What the newest snapshots up to a day say. Three queries at most."""
        taken = [row for row in self._of_roadmaps if row[0] <= day]
        plans = {area_id: (weight, completion) for _day, area_id, weight, completion, _expected in taken}
        newest = taken[-1][0] if taken else day
        found = [each for each in self._shared(self.shares.ever.by_area, day) if each[0] == newest]
        if not found:
            return Before(plans)
        _day, shared, homes = found[0]
        return Before(plans, {pk: part[0] for pk, part in shared.items()}, homes, self.shares.on(day))

    def _shared(self, area_ids: Collection[int], until: date) -> list[tuple[date, SharedOnDay, Homes]]:
        """The snapshots of focus objectives that any of these areas owned at any time, by day."""
        ever = self.shares.ever.inside(area_ids)
        if not ever:
            return []
        rows = Snapshot.objects.filter(
            objective__in=list(ever), objective__kind=Objective.Kind.FOCUS, taken_on__lte=until
        )
        fields = ("taken_on", "objective", "completion", "expected")
        areas = homes_since(ever)
        days: dict[date, tuple[SharedOnDay, Homes]] = defaultdict(lambda: ({}, {}))
        for day, pk, completion, expected in rows.values_list(*fields):
            area_id = areas[pk].on(day)
            if area_id is not None:
                shared, homes = days[day]
                shared[pk] = (completion, expected)
                # Its weight stands in the snapshot of its own roadmap.
                homes[pk] = Home(area_id, Decimal(0), is_shown=True)
        return [(day, *found) for day, found in sorted(days.items())]

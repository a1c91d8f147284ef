"""The course of a plan: its figures day by day, without the words that stand beside them on a page.

For a whole cycle the figures of every day would cost seconds to word; their numbers alone cost little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from goals import pace as paces
from goals.figures.key_result import breaks_bounds, has_expectation, pace_of
from goals.figures.past import Past
from goals.figures.series import Before, PacePoint, SnapshotCourse
from goals.figures.shared import Home
from goals.figures.support import Support
from goals.figures.tree import CycleFigures
from goals.models import Cycle, KeyResult, Objective
from goals.progress import COMPLETION_PLACES, clamp, expected_share, round_half_up, weighted_mean


@dataclass(frozen=True)
class DayFigures(PacePoint):
    """The completion of a key result is raw, that of a mean cannot be."""

    value: Decimal | None = None  # of a key result


@dataclass(frozen=True)
class DayMean:
    """The mean of an objective on a day, and what the mean above it takes from it."""

    weight: Decimal
    completion: Decimal | None
    expected: Decimal | None
    reported: int  # how many reports it rests on; one that is counted on two ways is two here
    is_violated: bool

    @property
    def stored(self) -> Decimal | None:
        """The completion as it counts in what it supports."""
        return None if self.completion is None else round_half_up(self.completion, COMPLETION_PLACES)


class Course:
    """Reads a past day by day."""

    def __init__(self, past: Past) -> None:
        self.past, self.record = past, past.record
        self._shares: dict[tuple[Any, ...], Decimal] = {}
        self._objectives = {row.pk: row for row in past.objectives}
        self._roadmaps = {row.pk for row in past.roadmaps}
        self._means: dict[int, DayMean | None] = {}
        self._means_day: date | None = None
        self._by_objective: dict[int, list[KeyResult]] = defaultdict(list)
        for row in past.key_results:
            for objective_id in self.record.places_of(row) | {row.objective_id}:
                self._by_objective[objective_id].append(row)

    def days(self, until: date) -> list[date]:
        """From the first day of the cycle to `until` or its end, or to what was still reported after it."""
        cycle = self.record.cycle_on(until)
        last = min(until, max(cycle.ends_on, self.record.last_day or cycle.ends_on, *self.past.shares.days))
        return [cycle.starts_on + timedelta(days=n) for n in range((last - cycle.starts_on).days + 1)]

    def of_key_result(self, key_result: KeyResult, days: Iterable[date]) -> list[DayFigures]:
        """One for each day on which it counted in the plan."""
        found = []
        for day in days:
            row = self.record.key_result_on(key_result, day)
            if row is not None and row.is_counting:
                expected = self._expected(row, day)
                pace = pace_of(row, expected, today=day)
                found.append(DayFigures(day, row.completion, expected, pace, row.current_value))
        return found

    def of_objective(self, objective: Objective, days: Iterable[date]) -> list[DayFigures]:
        """One for each day on which it counted in the plan."""
        found = []
        for day in days:
            mean = self._mean_on(objective, day)
            if mean is not None:
                found.append(self._day([mean], day, held_back=mean.is_violated, of_one=True))
        return found

    def of_areas(self, area_ids: Collection[int], days: Iterable[date]) -> list[DayFigures]:
        """The mean over the focus objectives that count in these areas, each once; one for each day."""
        return [self._day(self._counting_in(area_ids, day), day) for day in days]

    def line(self, area_ids: Collection[int], until: date) -> list[DayFigures]:
        """The mean over some areas, oldest first."""
        return self.of_areas(area_ids, self.days(until))

    def known_days(self, until: date) -> list[date]:
        return self.days(until)

    def means_on(
        self, days: Sequence[date], groups: Mapping[int, Collection[int]]
    ) -> dict[int, list[PacePoint]]:
        """Of several groups of areas, by the names of the groups, on some days."""
        return {
            name: [point for point in self.of_areas(area_ids, days) if point.expected is not None]
            for name, area_ids in groups.items()
        }

    def before(self, day: date) -> Before:
        """What stood on a day; nothing where that lies before its cycle."""
        if day < self.record.cycle_on(day).starts_on:
            return Before()
        by_area: dict[int, list[DayMean]] = defaultdict(list)
        homes, shared = {}, {}
        shares = self.past.shares.on(day)
        for row, mean in self._focus_means(day):
            if self._is_shown(row, day):
                by_area[row.roadmap.area_id].append(mean)
            if row.pk in shares.objective_ids:
                homes[row.pk] = Home(row.roadmap.area_id, mean.weight, self._is_shown(row, day))
                shared[row.pk] = mean.completion
        return Before({pk: _weighed(means) for pk, means in by_area.items()}, shared, homes, shares)

    def _is_shown(self, objective: Objective, day: date) -> bool:
        """Whether its own roadmap was there and is shown, not only what is shared of it."""
        return objective.roadmap_id in self._roadmaps and self.record.has_roadmap(objective.roadmap_id, day)

    def _counting_in(self, area_ids: Collection[int], day: date) -> list[DayMean]:
        """Of the objectives that count there alone: where each was is cheap to tell, its mean is not."""
        found = self._focus_on(day)
        homes = {row.pk: Home(row.roadmap.area_id, row.weight, self._is_shown(row, day)) for row in found}
        weights = self.past.shares.on(day).weights_in(area_ids, homes)
        means = ((row.pk, self._mean_on(row, day)) for row in found if row.pk in weights)
        return [replace(mean, weight=weights[pk]) for pk, mean in means if mean is not None]

    def _focus_on(self, day: date) -> list[Objective]:
        """The focus objectives that counted, each as it stood, in the roadmap that it was in."""
        focus = [
            row for row in self.past.objectives if self.record.kind_on(row.pk, day) == Objective.Kind.FOCUS
        ]
        stood = (self.record.objective_on(row, day) for row in focus)
        return [row for row in stood if row is not None and row.is_counting]

    def _focus_means(self, day: date) -> list[tuple[Objective, DayMean]]:
        means = ((row, self._mean_on(row, day)) for row in self._focus_on(day))
        return [(row, mean) for row, mean in means if mean is not None]

    def _mean_on(self, objective: Objective, day: date) -> DayMean | None:
        """Supporters that count first, each once a day."""
        if day != self._means_day:
            self._means_day, self._means = day, {}
        supports = self.record.supports_on(day)
        for pk in supports.in_order([objective.pk]):
            if pk not in self._means and pk in self._objectives:
                self._means[pk] = self._mean_of(self._objectives[pk], supports.by_supported.get(pk, ()), day)
        return self._means[objective.pk]

    def _mean_of(self, objective: Objective, supports: Iterable[Support], day: date) -> DayMean | None:
        as_it_was = self.record.objective_on(objective, day)
        if as_it_was is None or not as_it_was.is_counting:
            return None
        found = (self.record.key_result_on(row, day) for row in self._by_objective[objective.pk])
        rows = [row for row in found if row is not None and row.is_counting]
        rows = [row for row in rows if row.objective_id == objective.pk]
        counting = [row for row in rows if row.weight > 0 and row.completion is not None]
        below = [(row.weight, self._means.get(row.supporter_id)) for row in supports if row.weight > 0]
        counted = [(weight, mean) for weight, mean in below if mean is not None and mean.stored is not None]
        return DayMean(
            weight=as_it_was.weight,
            completion=weighted_mean(
                [
                    *((row.weight, clamp(row.completion)) for row in counting if row.completion is not None),
                    *((weight, mean.stored) for weight, mean in counted),
                ]
            ),
            expected=weighted_mean(
                [
                    *((row.weight, self._expected(row, day)) for row in counting),
                    *((weight, mean.expected) for weight, mean in counted),
                ]
            ),
            reported=sum(row.last_check_in_id is not None for row in counting)
            + sum(mean.reported for _weight, mean in counted),
            is_violated=any(breaks_bounds(row) for row in rows),
        )

    def _day(
        self, means: Collection[DayMean], day: date, *, held_back: bool = False, of_one: bool = False
    ) -> DayFigures:
        counting = [mean for mean in means if mean.completion is not None]
        weights = [Decimal(1) if of_one else mean.weight for mean in counting]
        completion = weighted_mean(zip(weights, (mean.completion for mean in counting), strict=True))
        expected = weighted_mean(zip(weights, (mean.expected for mean in counting), strict=True))
        cycle = self.record.cycle_on(day)
        reported = sum(mean.reported for mean, weight in zip(counting, weights, strict=True) if weight)
        pace = paces.pace(
            completion,
            expected,
            checked_in=reported > 0,
            started=day >= cycle.starts_on,
            thresholds=cycle.thresholds,
        )
        return DayFigures(day, completion, expected, paces.at_best_behind(pace) if held_back else pace)

    def _expected(self, key_result: KeyResult, day: date) -> Decimal | None:
        """As on a page; most of a cycle is due on the same day, so each share is computed once."""
        if not has_expectation(key_result):
            return None
        starts_on, due_on, plan = key_result.cycle.starts_on, key_result.due_date, tuple(key_result.plan)
        key = (day, starts_on, due_on, plan)
        if key not in self._shares:
            self._shares[key] = expected_share(day, starts_on=starts_on, due_on=due_on, plan=plan)
        return self._shares[key]


def _weighed(means: Iterable[DayMean]) -> tuple[Decimal, Decimal | None]:
    counting = [mean for mean in means if mean.completion is not None]
    weight = sum((mean.weight for mean in counting), Decimal(0))
    return weight, weighted_mean((mean.weight, mean.completion) for mean in counting)


def course_of(
    figures: CycleFigures, *, cycle: Cycle, user: Any, until: date, areas: Collection[int] | None = None
) -> Course | SnapshotCourse:
    """How the figures of today came about: from snapshots, or where they hold what is hidden, from history.

    `areas` narrows the question to a part of the tree.
    """
    hidden = figures.past_hidden if areas is None else figures.past_hidden & set(areas)
    if hidden:
        return Course(Past.of_cycle(cycle, user=user, until=until))
    return SnapshotCourse(cycle, figures.shares_since, area_ids=areas)

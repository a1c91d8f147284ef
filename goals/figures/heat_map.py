"""Areas by weeks: how far each was from what was expected of it at the end of each week of a cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from areas.models import Area
from goals import pace as paces
from goals.figures.course import Course
from goals.figures.series import PacePoint, SnapshotCourse
from goals.figures.tree import CycleFigures
from goals.models import Cycle
from goals.sentences import pace_word

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cell:
    """An area at the end of the week that begins on `week`; `point` is None where nothing counted, or nothing
    is known.
    """

    week: date
    point: PacePoint | None = None

    @property
    def day(self) -> date | None:
        """The last day of the week of which anything is known."""
        return self.point.day if self.point else None

    @property
    def pace(self) -> str:
        return self.point.pace if self.point else paces.NO_DATA

    @property
    def word(self) -> str:
        """The pace in the reader's language."""
        return pace_word(self.pace)

    @property
    def ahead_by(self) -> Decimal | None:
        """Completion less what is expected, as a ratio: below 0 where it is behind."""
        if self.point is None or self.point.completion is None or self.point.expected is None:
            return None
        return self.point.completion - self.point.expected


@dataclass(frozen=True)
class Row:
    area: Area
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class HeatMap:
    """`weeks` are Mondays, the oldest first; each row has a cell for each."""

    weeks: tuple[date, ...]
    rows: tuple[Row, ...]


def heat_map(figures: CycleFigures, course: Course | SnapshotCourse, *, until: date) -> HeatMap:
    """The areas at the top, each with all below it. The week of `until` shows the figures of that day, which
    `figures` are of.

    Four queries at most, however many areas and weeks there are.
    """
    cycle = figures.cycle
    weeks = _weeks(cycle, until)
    last = _last_days(course.known_days(until - timedelta(days=1)))
    days = sorted(last[week] for week in weeks if week in last)
    points = course.means_on(days, {area.area.pk: area.ids for area in figures.areas})
    rows = []
    for area in figures.areas:
        by_week = {_monday(point.day): point for point in points[area.area.pk]}
        if until <= cycle.ends_on and area.mean.expected is not None:
            mean = area.mean
            by_week[_monday(until)] = PacePoint(until, mean.completion, mean.expected, mean.pace)
        rows.append(Row(area.area, _cells(weeks, by_week)))
    return HeatMap(weeks, tuple(rows))


def _cells(weeks: Sequence[date], by_week: Mapping[date, PacePoint]) -> tuple[Cell, ...]:
    return tuple(Cell(week, by_week.get(week)) for week in weeks)


def _weeks(cycle: Cycle, until: date) -> tuple[date, ...]:
    """The Mondays of the weeks that the cycle has days in, up to a day."""
    first, last = _monday(cycle.starts_on), _monday(min(until, cycle.ends_on))
    return tuple(first + number * WEEK for number in range((last - first).days // 7 + 1))


def _last_days(days: Sequence[date]) -> dict[date, date]:
    """By the Monday of each week, the last of these days in it; they come oldest first."""
    return {_monday(day): day for day in days}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

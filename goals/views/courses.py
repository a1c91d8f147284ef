"""From figures to what a chart draws and its table lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from goals import pace
from goals.figures import DefinitionChange, KeyResultFigures, MeanFigures, SeriesPoint
from goals.figures.expected import places_for
from goals.models import CheckIn, Cycle
from goals.progress import clamp, expected_value
from goals.views.charts import Course, LineChart, Point, completion_chart, value_chart, value_on


@dataclass(frozen=True)
class MeanChart:
    """Completion over a cycle as a drawing, and the same figures for a table, newest first."""

    drawing: LineChart
    rows: list[SeriesPoint]


def mean_chart(
    cycle: Cycle,
    series: Sequence[SeriesPoint],
    mean: MeanFigures,
    targets: Iterable[datetime],
    *,
    today: date,
) -> MeanChart:
    """The snapshots of a cycle, today's figures at their end, and where the last weeks lead.

    `targets` is when targets changed.
    """
    points = [point for point in series if point.day < today and point.day <= cycle.ends_on]
    if cycle.starts_on <= today <= cycle.ends_on:
        points.append(SeriesPoint(today, mean.completion, mean.expected))
    actual = [(point.day, clamp(point.completion)) for point in points if point.completion is not None]
    ahead = pace.forecast(actual, today=today, due_on=cycle.ends_on) if today < cycle.ends_on else None
    course = Course(
        actual=actual,
        expected=_expected(points, cycle) if actual else [],
        forecast=(cycle.ends_on, clamp(ahead.value)) if ahead else None,
        changes=target_changes(targets),
    )
    drawing = completion_chart(course, starts_on=cycle.starts_on, ends_on=cycle.ends_on)
    return MeanChart(drawing, points[::-1])


def _expected(points: Iterable[SeriesPoint], cycle: Cycle) -> list[Point]:
    """As it was on each day, then straight on to all of it on the last day."""
    known = [(point.day, point.expected) for point in points if point.expected is not None]
    begin = [] if known and known[0][0] == cycle.starts_on else [(cycle.starts_on, Decimal(0))]
    end = [] if known and known[-1][0] == cycle.ends_on else [(cycle.ends_on, Decimal(1))]
    return begin + known + end


def moments_of(changes: Iterable[DefinitionChange]) -> list[datetime]:
    """When targets changed."""
    return [change.changed_at for change in changes if change.field == "target_value"]


def target_changes(moments: Iterable[datetime]) -> list[tuple[date, str]]:
    """The days on which a target changed, oldest first, each once."""
    days = {timezone.localdate(moment) for moment in moments}
    return [(day, _("target changed")) for day in sorted(days)]


@dataclass(frozen=True)
class ValuePoint:
    """A reported value, and what was expected on its day; None where nothing can be expected."""

    day: date
    value: Decimal
    expected: Decimal | None


@dataclass(frozen=True)
class ValueChart:
    """The values of a key result as a drawing, and the same for a table, newest first."""

    drawing: LineChart
    rows: list[ValuePoint]


def key_result_chart(
    figures: KeyResultFigures,
    check_ins: Sequence[CheckIn],
    changes: Sequence[DefinitionChange],
    *,
    today: date,
) -> ValueChart:
    """The values of a key result, oldest first, between its cycle's first day and its due day.

    Where it has interim targets, the expected line bends at each.
    """
    key_result = figures.key_result
    starts_on = key_result.cycle.starts_on
    due_day = max(key_result.due_date, starts_on + timedelta(days=1))
    reported = [row.effective_on for row in check_ins]
    last_day = max([due_day, *reported])
    expected = _expected_values(figures, due_day)
    actual = [(row.effective_on, row.value) for row in check_ins if row.value is not None]
    rows = [ValuePoint(day, value, value_on(expected, day) if expected else None) for day, value in actual]
    if actual and key_result.start_value is not None:
        actual.insert(0, (starts_on, key_result.start_value))
    forecast = figures.forecast if today < due_day else None
    course = Course(
        actual=actual,
        expected=expected,
        commit=_level(figures, key_result.commit_value, last_day),
        target=_target(figures, changes, last_day),
        stretch=_level(figures, key_result.stretch_value, last_day),
        forecast=(due_day, forecast.value) if forecast else None,
        changes=target_changes(moments_of(changes)),
    )
    places = places_for(key_result)
    drawing = value_chart(course, starts_on=starts_on, ends_on=last_day, places=places)
    return ValueChart(drawing, rows[::-1])


def _expected_values(figures: KeyResultFigures, last_day: date) -> list[Point]:
    key_result = figures.key_result
    first, last = (
        expected_value(key_result.start_value, key_result.target_value, Decimal(share)) for share in (0, 1)
    )
    if first is None or last is None:
        return []
    starts_on = key_result.cycle.starts_on
    shares = {day: clamp(share) for day, share in key_result.plan if starts_on < day < last_day}
    bends = [
        (day, expected_value(key_result.start_value, key_result.target_value, share))
        for day, share in sorted(shares.items())
    ]
    inner = [(day, value) for day, value in bends if value is not None]
    return [(starts_on, first), *inner, (last_day, last)]


def _level(figures: KeyResultFigures, value: Decimal | None, last_day: date) -> list[Point]:
    """A mark beside the target, as it is now."""
    return [] if value is None else [(figures.key_result.cycle.starts_on, value), (last_day, value)]


def _target(figures: KeyResultFigures, changes: Sequence[DefinitionChange], last_day: date) -> list[Point]:
    """The target, or a guardrail's bound, in steps: before each change what it was, at the end what it is."""
    key_result = figures.key_result
    first_day = key_result.cycle.starts_on
    level = key_result.target_value
    fields = {"target_value"}
    if key_result.kind == key_result.Kind.GUARDRAIL:
        is_upper = key_result.upper_bound is not None
        level = key_result.upper_bound if is_upper else key_result.lower_bound
        fields = {"upper_bound" if is_upper else "lower_bound"}
    if level is None:
        return []
    points = [(last_day, level)]
    for change in changes:  # newest first
        if change.field in fields and isinstance(change.old, Decimal):
            # A change made before the first day or after the last one stands at the edge.
            day = min(max(timezone.localdate(change.changed_at), first_day), last_day)
            points += [(day, level), (day, change.old)]
            level = change.old
    return [(first_day, level), *reversed(points)]

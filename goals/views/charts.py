"""Line charts as positions on a drawing: the figures come in computed, only places and labels are found here.

Every position is a percentage of the drawing with two places and a point, x from its left edge and y from its
top, ready for an SVG attribute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from django.utils import formats
from django.utils.translation import gettext

from goals.notation import NARROW_SPACE
from goals.progress import round_half_up
from goals.values import format_number, format_share

TWO_PLACES = Decimal("0.01")
# Of the drawing's width; a word beside a mark needs about this much.
MARK_LABEL_WIDTH = 35
# Of the drawing's width, from the left: what is written further right runs out of any card.
LABEL_NEEDS_ROOM_FROM = 80
# A word that begins further right runs out of the card on a phone.
LABEL_BEGINS_BEFORE = 62
Point = tuple[date, Decimal]


@dataclass(frozen=True)
class Tick:
    position: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Mark:
    """A day that deserves a vertical line, such as a changed target."""

    position: str
    label: str
    anchor: str
    shift: int


@dataclass(frozen=True)
class Line:
    """kind: actual, expected, forecast, commit, target or stretch; it names the style."""

    kind: str
    points: str


@dataclass(frozen=True)
class Dot:
    x: str
    y: str


@dataclass(frozen=True)
class Label:
    kind: str
    text: str
    x: str
    y: str
    dx: int
    dy: int
    anchor: str


@dataclass(frozen=True)
class LineChart:
    """text says in a sentence what the drawing shows to those who do not see it."""

    text: str
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    lines: list[Line]
    marks: list[Mark]
    dots: list[Dot]
    labels: list[Label]


@dataclass(frozen=True)
class Frame:
    """What the edges of the drawing stand for."""

    starts_on: date
    ends_on: date
    low: Decimal
    high: Decimal

    def x(self, day: date) -> str:
        span = max((self.ends_on - self.starts_on).days, 1)
        return _percent(Decimal((day - self.starts_on).days) / span)

    def y(self, value: Decimal) -> str:
        return _percent(1 - (value - self.low) / (self.high - self.low))

    def points(self, series: Sequence[Point]) -> str:
        return " ".join(f"{self.x(day)},{self.y(value)}" for day, value in series)


@dataclass(frozen=True)
class Course:
    """What a chart draws, oldest point first. changes are days with a word, such as a changed target."""

    actual: Sequence[Point]
    expected: Sequence[Point] = ()
    commit: Sequence[Point] = ()
    target: Sequence[Point] = ()
    stretch: Sequence[Point] = ()
    forecast: Point | None = None
    changes: Sequence[tuple[date, str]] = ()

    def values(self) -> list[Decimal]:
        marks = [*self.commit, *self.target, *self.stretch]
        series = [*self.actual, *self.expected, *marks, *filter(None, [self.forecast])]
        return [value for _, value in series]


def completion_chart(course: Course, *, starts_on: date, ends_on: date) -> LineChart:
    """Completion over a cycle, from 0 to 100 %."""
    frame = Frame(starts_on, ends_on, Decimal(0), Decimal(1))
    return _chart(course, frame, [Decimal(0), Decimal("0.5"), Decimal(1)], format_share)


def value_chart(course: Course, *, starts_on: date, ends_on: date, places: int) -> LineChart:
    """The values of one key result over its time; the axis reaches just around what is drawn.

    Values stand as they were reported, the forecast with as many places as it deserves.
    """
    values = course.values() or [Decimal(0), Decimal(1)]
    ticks = round_ticks(min(values), max(values))
    if course.forecast:
        day, foreseen = course.forecast
        course = replace(course, forecast=(day, round_half_up(foreseen, places)))
    return _chart(course, Frame(starts_on, ends_on, ticks[0], ticks[-1]), ticks, format_number)


def _chart(
    course: Course, frame: Frame, y_ticks: Sequence[Decimal], shown: Callable[[Decimal], str]
) -> LineChart:
    return LineChart(
        text=_sentence(course, shown),
        y_ticks=[Tick(frame.y(value), in_short(value, shown)) for value in y_ticks],
        x_ticks=month_ticks(frame),
        lines=_lines(course, frame),
        marks=_marks(course, frame),
        dots=[Dot(frame.x(day), frame.y(value)) for day, value in course.actual[-1:]],
        labels=_labels(course, frame, shown),
    )


def in_short(value: Decimal, shown: Callable[[Decimal], str] = format_number) -> str:
    """A number that fits beside an axis: from a million on in millions, billions or trillions.

    >>> in_short(Decimal(2500000)), in_short(Decimal("-50000000000000"))
    ('2.5\u202fM', '−50\u202fT')
    """
    for size, letter in ((12, "T"), (9, "B"), (6, "M")):
        if abs(value) >= Decimal(10) ** size:
            return f"{shown(value.scaleb(-size))}{NARROW_SPACE}{letter}"
    return shown(value)


def month_ticks(frame: Frame) -> list[Tick]:
    """The first day of every month within the frame, thinned out to at most six."""
    first, last = (12 * day.year + day.month - 1 for day in (frame.starts_on, frame.ends_on))
    # Counted by number: there is no day after the last of the calendar.
    months = [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
    months = [day for day in months if day >= frame.starts_on]
    step = max(1, -(-len(months) // 6))
    return [
        Tick(frame.x(day), formats.date_format(day, "M"), "start" if day == frame.starts_on else "middle")
        for day in months[::step]
    ]


def round_ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    """Three to six round numbers that hold low and high between them.

    >>> [int(tick) for tick in round_ticks(Decimal("51.7"), Decimal("55"))]
    [51, 52, 53, 54, 55]
    """
    if low == high:
        low, high = low - 1, high + 1
    rough = (high - low) / 4
    size = Decimal(1).scaleb(rough.adjusted())
    step = size * next(factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * index for index in range(int(first), int(last) + 1)]


def _lines(course: Course, frame: Frame) -> list[Line]:
    series = {
        "commit": course.commit,
        "target": course.target,
        "stretch": course.stretch,
        "expected": course.expected,
        "actual": course.actual,
    }
    if course.forecast and course.actual:
        series["forecast"] = [course.actual[-1], course.forecast]
    return [Line(kind, frame.points(points)) for kind, points in series.items() if len(points) > 1]


def _labels(course: Course, frame: Frame, shown: Callable[[Decimal], str]) -> list[Label]:
    """Words beside their lines: the actual values' on one side, the expectation's on the other."""
    labels = []
    is_below = bool(course.actual and course.expected) and course.actual[-1][1] < value_on(
        course.expected, course.actual[-1][0]
    )
    # Where the forecast crosses the expectation, their words would stand on each other.
    crosses = bool(course.forecast and course.expected) and _ends_below(course, is_below) != is_below
    if course.actual:
        text = shown(course.actual[-1][1])
        labels.append(_beside("actual", text, course.actual[-2:], course.actual[-1][0], frame, is_below))
    if len(course.expected) > 1:
        (first_day, _), (last_day, _) = course.expected[0], course.expected[-1]
        day = first_day + (last_day - first_day) * (1 if crosses else 3) // 4
        labels.append(_beside("expected", gettext("expected"), course.expected, day, frame, not is_below))
    if course.forecast and course.actual:
        labels += _forecast_labels(course, frame, shown, _ends_below(course, is_below))
    return labels


def _ends_below(course: Course, is_below: bool) -> bool:
    """Whether the forecast ends below the expectation; where they end alike, its side today counts."""
    if course.forecast is None or not course.expected:
        return False
    foreseen, expected = course.forecast[1], course.expected[-1][1]
    return is_below if foreseen == expected else foreseen < expected


def _forecast_labels(
    course: Course, frame: Frame, shown: Callable[[Decimal], str], below: bool
) -> list[Label]:
    """Beside the middle of its line. Where that has no room on a phone, another one for narrow drawings
    stands at the right edge, where no line passes; the style shows one of the two."""
    last, forecast = course.actual[-1], course.forecast or course.actual[-1]
    text = gettext("forecast %(value)s") % {"value": shown(forecast[1])}
    day = last[0] + (forecast[0] - last[0]) // 2
    ends = [forecast[1], *(value for _, value in course.expected[-1:])]
    if Decimal(frame.x(day)) > LABEL_NEEDS_ROOM_FROM:
        return [Label("forecast", text, frame.x(forecast[0]), frame.y(max(ends)), 0, -9, "end")]
    label = _beside("forecast", text, [last, forecast], day, frame, below)
    if label.anchor == "end" or Decimal(label.x) <= LABEL_BEGINS_BEFORE:
        return [label]
    edge, end = frame.x(forecast[0]), frame.y(forecast[1])
    if below and Decimal(end) > 50:
        return [Label("forecast", text, edge, end, 0, -9, "end")]
    narrow = Label("forecast-narrow", text, edge, frame.y(last[1]), 0, 34 if below else -25, "end")
    return [replace(label, kind="forecast-wide"), narrow]


def _beside(kind: str, text: str, line: Sequence[Point], day: date, frame: Frame, below: bool) -> Label:
    """A word over or under a line, shifted to where the line leaves room for it."""
    is_rising = line[-1][1] >= line[0][1]
    dx, anchor = (5, "start") if below == is_rising else (-5, "end")
    return Label(kind, text, frame.x(day), frame.y(value_on(line, day)), dx, 18 if below else -9, anchor)


def value_on(series: Sequence[Point], day: date) -> Decimal:
    """The height of a drawn line on a day; the nearest end beyond it."""
    for (before_on, before), (after_on, after) in pairwise(series):
        if before_on <= day < after_on:
            return before + (after - before) * (day - before_on).days / (after_on - before_on).days
    return series[0][1] if day < series[0][0] else series[-1][1]


def _marks(course: Course, frame: Frame) -> list[Mark]:
    """A line for every change within the frame; a word beside it where there is room for one."""
    marks, labelled = [], Decimal("-Infinity")
    for day, label in course.changes:
        position = frame.x(day)
        place = Decimal(position)
        if not 0 <= place <= 100:
            continue
        has_room = place - labelled > MARK_LABEL_WIDTH
        labelled = place if has_room else labelled
        anchor, shift = ("end", -4) if place > 60 else ("start", 4)
        marks.append(Mark(position, label if has_room else "", anchor, shift))
    return marks


def _sentence(course: Course, shown: Callable[[Decimal], str]) -> str:
    if not course.actual:
        return gettext("No values yet.")
    day, value = course.actual[-1]
    words = {"value": shown(value), "day": formats.date_format(day, "j M Y")}
    sentence = gettext("The last value is %(value)s on %(day)s.") % words
    if course.forecast:
        words = {"value": shown(course.forecast[1]), "day": formats.date_format(course.forecast[0], "j M Y")}
        sentence += " " + gettext("Forecast %(value)s on %(day)s.") % words
    return sentence


def _percent(ratio: Decimal) -> str:
    return str((ratio * 100).quantize(TWO_PLACES))

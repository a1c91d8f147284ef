"""The trend of risks as drawings and as a table: the figures come in computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from goals.figures.risk_trend import RiskDay
from goals.models import Cycle
from goals.values import format_number
from goals.views.charts import Dot, Frame, Line, LineChart, Tick, month_ticks, round_ticks

# An axis of counts has whole numbers on it, so it reaches so high at least.
LOWEST_TOP = 4


@dataclass(frozen=True)
class LegendEntry:
    kind: str
    label: str
    value: int


@dataclass(frozen=True)
class TrendChart:
    title: str
    drawing: LineChart
    legend: list[LegendEntry]


@dataclass(frozen=True)
class Trend:
    """Drawings, and the same figures for a table, newest first; empty before the cycle begins."""

    charts: list[TrendChart]
    rows: list[RiskDay]


def trend_charts(days: Sequence[RiskDay], cycle: Cycle) -> Trend:
    if not days:
        return Trend([], [])
    counts = {
        "open": _("open"),
        "mitigated": _("with a mitigation"),
        "high": _("high"),
        "occurred": _("occurred"),
    }
    charts = [
        _chart(_("Open risks"), days, cycle, counts),
        _chart(_("Sum of their scores"), days, cycle, {"score_sum": _("sum of scores")}),
    ]
    return Trend(charts, list(reversed(days)))


def _chart(title: str, days: Sequence[RiskDay], cycle: Cycle, kinds: dict[str, str]) -> TrendChart:
    series = {kind: [(row.day, Decimal(getattr(row.levels, kind))) for row in days] for kind in kinds}
    top = max(value for points in series.values() for _day, value in points)
    ticks = round_ticks(Decimal(0), max(top, Decimal(LOWEST_TOP)))
    frame = Frame(cycle.starts_on, cycle.ends_on, ticks[0], ticks[-1])
    last = days[-1]
    legend = [LegendEntry(kind, label, getattr(last.levels, kind)) for kind, label in kinds.items()]
    told = ", ".join(f"{entry.label} {entry.value}" for entry in legend)
    drawing = LineChart(
        text=f"{title}, {formats.date_format(last.day, 'j M Y')}: {told}.",
        y_ticks=[Tick(frame.y(value), format_number(value)) for value in ticks],
        x_ticks=month_ticks(frame),
        lines=[Line(kind, frame.points(points)) for kind, points in series.items() if len(points) > 1],
        marks=[],
        dots=[Dot(frame.x(last.day), frame.y(points[-1][1])) for points in series.values()],
        labels=[],
    )
    return TrendChart(title, drawing, legend)

"""The areas of a cycle side by side: the table of the overview, and the same as CSV, with the teams below."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from areas.permissions import can_manage_cycles
from goals import pace
from goals.figures import AreaFigures
from goals.figures.recent import RECENT_DAYS, mean_change
from goals.figures.series import Before
from goals.figures.tree import Part
from goals.models import Risk
from goals.views.context import chosen_cycle
from goals.views.looking_back import figures_of_cycle, shown_day
from goals.views.risks_and_needs import open_risks_of_cycle

CSV_NAMES = (
    "area",
    "name",
    "area_above",
    "completion",
    "expected",
    "pace",
    "change_in_14_days",
    "done",
    "on_track",
    "behind",
    "at_risk",
    "no_data",
    "objectives_at_risk",
    "silent",
    "high_risks",
)


@dataclass(frozen=True)
class AreaRow:
    """One line of the areas table; change is a ratio, None without an earlier snapshot."""

    figures: AreaFigures
    change: Decimal | None
    at_risk: list[Part]
    silent: int
    high_risks: int


def area_row(area: AreaFigures, before: Before, high_risks: Counter[int]) -> AreaRow:
    """`high_risks` are counted by the primary key of the area that each belongs to."""
    roadmaps = list(area.roadmaps())
    return AreaRow(
        figures=area,
        change=mean_change(area.mean, area.ids, before),
        at_risk=[row for row in area.focus if row.mean.pace == pace.AT_RISK],
        silent=sum(row.stale for roadmap in roadmaps for row in roadmap.key_results),
        high_risks=sum(high_risks[below.area.pk] for below in area.at_or_below()),
    )


def high_by_area(risks: list[Risk]) -> Counter[int]:
    return Counter(risk.objective.roadmap.area_id for risk in risks if risk.is_high)


@require_safe
def area_csv(request: HttpRequest) -> HttpResponse:
    """Areas and teams, each after the one above it. Ratios; who is silent is told to those who manage."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown = shown_day(request, cycle)
    if shown.problem:
        raise Http404(shown.problem)
    figures, course = figures_of_cycle(cycle, user=request.user, shown=shown)
    before = course.before(shown.day - timedelta(days=RECENT_DAYS))
    high_risks = high_by_area(open_risks_of_cycle(cycle, request.user, shown))
    tells_silent = can_manage_cycles(request.user)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="areas-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    keys = {found.area.pk: found.area.key for area in figures.areas for found in area.at_or_below()}
    for area in figures.areas:
        for found in area.at_or_below():
            row = area_row(found, before, high_risks)
            above = keys.get(found.area.parent_id, "")
            writer.writerow(_csv_row(row, above, str(row.silent) if tells_silent else ""))
    return answer


def _csv_row(row: AreaRow, above: str, silent: str) -> list[str]:
    area, mean, health = row.figures.area, row.figures.mean, row.figures.mean.health
    numbers = (mean.completion, mean.expected)
    counts = (health.done, health.on_track, health.behind, health.at_risk, health.no_data)
    return [
        area.key,
        text_cell(area.name),
        above,
        *("" if number is None else str(number) for number in numbers),
        mean.pace or "",
        "" if row.change is None else str(row.change),
        *map(str, counts),
        " ".join(part.objective.code for part in row.at_risk),
        silent,
        str(row.high_risks),
    ]

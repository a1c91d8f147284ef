"""The heat map: areas by weeks, each place leading to the area as it was then."""

from __future__ import annotations

import csv

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from goals import pace
from goals.figures.heat_map import HeatMap, heat_map
from goals.models import Cycle
from goals.sentences import pace_word
from goals.views.context import Reader, chosen_cycle, cycle_context
from goals.views.looking_back import ShownDay, day_context, figures_of_cycle, shown_day

CSV_NAMES = ("area", "name", "week_from", "day", "completion", "expected", "pace")
LEGEND = (pace.DONE, pace.ON_TRACK, pace.BEHIND, pace.AT_RISK, pace.NO_DATA)


@require_safe
def heat_map_page(request: HttpRequest) -> HttpResponse:
    """Also what the overview loads into itself."""
    cycle = chosen_cycle(request)
    context = {"nav": "overview", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/heat_map.html", context)
    shown = shown_day(request, cycle)
    context |= {
        **day_context(request, cycle, shown),
        "map": _map(cycle, request.user, shown),
        "legend": [(word, pace_word(word)) for word in LEGEND],
    }
    return render(request, "goals/heat_map.html", context)


@require_safe
def heat_map_csv(request: HttpRequest) -> HttpResponse:
    """A row for each area and week of which something is known. Ratios."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown = shown_day(request, cycle)
    if shown.problem:
        raise Http404(shown.problem)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="heat-map-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    for row in _map(cycle, request.user, shown).rows:
        for cell in row.cells:
            if (point := cell.point) is None:
                continue
            numbers = ("" if share is None else str(share) for share in (point.completion, point.expected))
            days = (cell.week.isoformat(), point.day.isoformat())
            writer.writerow([row.area.key, text_cell(row.area.name), *days, *numbers, point.pace])
    return answer


def _map(cycle: Cycle, user: Reader, shown: ShownDay) -> HeatMap:
    figures, course = figures_of_cycle(cycle, user=user, shown=shown)
    return heat_map(figures, course, until=shown.day)

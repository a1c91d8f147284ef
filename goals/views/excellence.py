"""Engineering excellence of a cycle: where each pillar stands, what is worth its cost, what comes first."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from goals.figures.excellence import (
    BANDS,
    Cell,
    Item,
    Matrix,
    by_impact_and_cost,
    by_pillar,
    by_priority_and_confidence,
    is_partial,
    items_of,
)
from goals.forms.excellence import PLACES, ExcellenceFilterForm
from goals.models import Level, Objective
from goals.views.context import chosen_cycle, cycle_context
from goals.views.looking_back import day_context, shown_day, tree_of_cycle

CSV_NAMES = (
    *("code", "title", "area", "pillar", "impact", "cost", "priority", "confidence"),
    *("completion", "expected", "pace", "owner"),
)


@require_safe
def excellence(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context = {"nav": "areas", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/excellence.html", context)
    shown = shown_day(request, cycle)
    figures = tree_of_cycle(cycle, user=request.user, shown=shown)
    form = ExcellenceFilterForm(request.GET)
    every = items_of(figures)
    chosen = form.in_area_and_pillar(every)
    pillars, areas = by_pillar(every, cycle=cycle, day=shown.day)
    worth = by_impact_and_cost(chosen, cycle=cycle, day=shown.day)
    order = by_priority_and_confidence(chosen, cycle=cycle, day=shown.day)
    bands = [f"{least}–{most}" for least, most in BANDS]
    day: dict[str, Any] = day_context(request, cycle, shown, filters=("area", "pillar", *PLACES))
    context |= {
        "form": form,
        "areas": areas,
        "pillars": [
            (word, str(name), [(area, pillars.cell(word, area.pk)) for area in areas], pillars.total(word))
            for word, name in Objective.Pillar.choices
        ],
        "worth": _rows(worth, dict(Level.choices), Level.choices),
        "costs": Level.choices,
        "order": _rows(order, {}, list(enumerate(bands))),
        "bands": bands,
        "without_place": (worth.without_place, order.without_place),
        "rows": form.at_place(chosen),
        "count": len(every),
        "is_partial": is_partial(figures),
        "csv_query": request.GET.urlencode(),
        **day,
    }
    return render(request, "goals/excellence.html", context)


@require_safe
def excellence_csv(request: HttpRequest) -> HttpResponse:
    """The table; what cannot be read in the address is not guessed at."""
    cycle = chosen_cycle(request)
    form = ExcellenceFilterForm(request.GET)
    if cycle is None or not form.is_valid():
        raise Http404(_("There is no such cycle, area or pillar."))
    shown = shown_day(request, cycle)
    if shown.problem:
        raise Http404(shown.problem)
    figures = tree_of_cycle(cycle, user=request.user, shown=shown)
    rows = form.at_place(form.in_area_and_pillar(items_of(figures)))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="excellence-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    writer.writerows(map(_csv_row, rows))
    return answer


def _rows(
    matrix: Matrix, names: Mapping[Any, Any], columns: Sequence[tuple[Any, Any]]
) -> list[tuple[Any, str, list[tuple[Any, str, Cell]]]]:
    """(row, its name, [(column, its name, cell)]) for a template."""
    return [
        (row, str(names.get(row, row)), [(key, str(name), matrix.cell(row, key)) for key, name in columns])
        for row in matrix.rows
    ]


def _csv_row(item: Item) -> list[str]:
    row, mean = item.objective, item.figures.mean
    numbers = (row.priority, row.confidence, mean.completion, mean.expected)
    return [
        row.code,
        text_cell(row.title),
        item.area.key,
        row.pillar,
        row.impact,
        row.cost,
        *("" if number is None else str(number) for number in numbers),
        mean.pace,
        text_cell(row.owner.name if row.owner else ""),
    ]

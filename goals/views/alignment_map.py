"""The map of a cycle on a day: which objective supports which, as tree, as graph and as table."""

from __future__ import annotations

import csv
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from goals.figures.aligned import alignments_of_cycle
from goals.figures.alignment_map import AlignmentMap, Node, alignment_map
from goals.forms.alignment_map import FILTERS, GRAPH, TREE, VIEWS, MapFilterForm
from goals.models import Cycle
from goals.values import plain_number
from goals.views.alignment_drawing import MOST_OBJECTIVES, Drawing, draw_areas, draw_objectives
from goals.views.context import Reader, chosen_cycle, cycle_context
from goals.views.looking_back import ShownDay, day_context, shown_day, tree_of_cycle

# With more lines than these, areas are closed until somebody opens them.
MOST_OPEN = 60
CSV_NAMES = (
    *("code", "title", "area", "owner", "supports", "supported_by", "counts_supporters"),
    *("completion", "expected", "pace", "state"),
)


@require_safe
def alignment_map_page(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context: dict[str, Any] = {"nav": "alignment", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/alignment_map.html", context)
    shown_on = shown_day(request, cycle)
    found = map_of(cycle, request.user, shown_on)
    form = MapFilterForm(request.GET, nodes=found.nodes.values())
    matches = form.matches(found.nodes.values())
    shown = found.with_what_they_support(matches)
    context |= {
        "form": form,
        "view": form.chosen_view,
        "views": [(name, label, form.query_with(view=name)) for name, label in VIEWS],
        "query": form.query_with(view="", cycle=cycle.key, as_of=_written(shown_on)),
        **day_context(request, cycle, shown_on, filters=("view", *FILTERS)),
        "all_query": form.query_with(**dict.fromkeys(FILTERS, "")),
        "count": len(matches),
        "aligned": sum(found.nodes[pk].is_aligned for pk in matches),
    }
    if form.chosen_view == TREE:
        rows = found.tree(shown, matches)
        context["groups"], context["is_open"] = rows, sum(len(group.rows) for group in rows) <= MOST_OPEN
    elif form.chosen_view == GRAPH:
        context["drawing"] = _drawing(found, shown, matches, form, query=context["as_of_query"])
    else:
        context["rows"] = _in_order(found, matches)
    return render(request, "goals/alignment_map.html", context)


@require_safe
def alignment_map_csv(request: HttpRequest) -> HttpResponse:
    """The table; what cannot be read in the address is not guessed at."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown_on = shown_day(request, cycle)
    if shown_on.problem:
        raise Http404(_("This day cannot be shown."))
    found = map_of(cycle, request.user, shown_on)
    form = MapFilterForm(request.GET, nodes=found.nodes.values())
    if not form.is_valid():
        raise Http404(_("There is no such area, person or health."))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="alignment-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    writer.writerows(_csv_row(node) for node in _in_order(found, form.matches(found.nodes.values())))
    return answer


def map_of(cycle: Cycle, user: Reader, shown_on: ShownDay) -> AlignmentMap:
    """What a person sees of it."""
    rows = alignments_of_cycle(cycle, user=user, as_of=shown_on.as_of)
    return alignment_map(tree_of_cycle(cycle, user=user, shown=shown_on), rows)


def _written(shown_on: ShownDay) -> str:
    return shown_on.as_of.isoformat() if shown_on.as_of else ""


def _drawing(
    found: AlignmentMap, shown: set[int], matches: set[int], form: MapFilterForm, *, query: str
) -> Drawing:
    """`query` leads the pages of objectives to the day that is shown."""
    if sum(found.nodes[pk].is_aligned for pk in shown) <= MOST_OBJECTIVES:
        return draw_objectives(found, shown, matches, query=query)
    keys = {found.nodes[pk].area.key for pk in shown}
    return draw_areas(found, shown, {key: f"?{form.query_with(area=key, view=GRAPH)}" for key in keys})


def _in_order(found: AlignmentMap, matches: set[int]) -> list[Node]:
    return sorted((found.nodes[pk] for pk in matches), key=lambda node: node.objective.code)


def _csv_row(node: Node) -> list[str]:
    objective, mean = node.objective, node.figures.mean if node.figures else None
    shares = (None, None) if mean is None else (mean.completion, mean.expected)
    state = "archived" if node.is_archived else "dropped" if objective.dropped_at else "in the plan"
    return [
        objective.code,
        text_cell(objective.title),
        node.area.key,
        text_cell(objective.owner.name if objective.owner else ""),
        " ".join(row.code for row in node.supports),
        " ".join(row.code for row in node.supporters),
        "yes" if objective.counts_supporters else "no",
        *("" if share is None else plain_number(round(share, 4)) for share in shares),
        node.pace,
        state,
    ]

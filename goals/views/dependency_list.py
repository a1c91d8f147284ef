"""Who waits for whom in a cycle: a drawing, a table with the most pressing first, and the partners."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from goals.figures.needs import in_circles, most_pressing_first, partners_of
from goals.forms.dependency_filters import MINE, DependencyFilterForm
from goals.models import Cycle, Dependency
from goals.models.dependency import Standing
from goals.views.context import chosen_cycle, cycle_context
from goals.views.dependency_drawing import draw_waiting
from goals.views.looking_back import ShownDay, day_context, shown_day
from goals.views.need_lines import lines_of
from goals.views.risks_and_needs import needs_of_cycle

NEEDS_PER_PAGE = 100
CSV_NAMES = (
    *("objective", "title", "area", "needs", "needed_title", "needed_area", "partner", "note"),
    *("standing", "state", "answer", "answer_note", "answered_by", "answered_at", "asked_at"),
)


@dataclass(frozen=True)
class Tally:
    """How many needs one choice of the filter "state" would leave."""

    label: str
    count: int
    query: str
    is_chosen: bool


@require_safe
def dependency_list(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context: dict[str, Any] = {"nav": "dependencies", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/dependency_list.html", context)
    shown = shown_day(request, cycle)
    everything, form = _asked_for(request, cycle, shown)
    needs = most_pressing_first(form.narrow(everything))
    page = Paginator(needs, NEEDS_PER_PAGE).get_page(request.GET.get("page"))
    circles = in_circles(everything)
    lines = lines_of(page.object_list, request.user, shown, circles=circles)
    context |= {
        **day_context(request, cycle, shown),
        "form": form,
        "page": page,
        "lines": lines,
        "tallies": tallies(form.narrow(everything, by_state=False), form),
        "drawing": draw_waiting(
            needs,
            area_link=lambda key: f"?{form.query_with(area=key)}",
            partner_link=lambda name: f"?{form.query_with(partner=name)}",
        ),
        "partners": partners_of(needs),
        "query": form.query_with(),
        "csv_query": form.query_with(cycle=cycle.key),
    }
    return render(request, "goals/dependency_list.html", context)


@require_safe
def dependency_csv(request: HttpRequest) -> HttpResponse:
    """The table; what cannot be read in the address is not guessed at."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown = shown_day(request, cycle)
    everything, form = _asked_for(request, cycle, shown)
    if not form.is_valid() or shown.problem:
        raise Http404(shown.problem or _("There is no such area, state or partner."))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="dependencies-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    writer.writerows(_csv_row(need) for need in most_pressing_first(form.narrow(everything)))
    return answer


def tallies(needs: Iterable[Dependency], form: DependencyFilterForm) -> list[Tally]:
    """One for each standing, the most pressing first, and what waits for the reader where something does."""
    rows = list(needs)
    counts = Counter(str(need.standing) for need in rows)
    chosen = form.cleaned_data.get("state", "")
    choices: list[tuple[str, str, int]] = [("", _("all"), len(rows))]
    choices += [(str(name), str(label), counts[name]) for name, label in Standing.choices]
    mine = sum(form.is_in(need, MINE) for need in rows)
    if mine:
        choices.append((MINE, _("for my answer"), mine))
    return [
        Tally(label, count, form.query_with(state=name), name == chosen) for name, label, count in choices
    ]


def _asked_for(
    request: HttpRequest, cycle: Cycle, shown: ShownDay
) -> tuple[list[Dependency], DependencyFilterForm]:
    """All of the cycle that the reader sees, and what narrows it down."""
    everything = needs_of_cycle(cycle, request.user, shown)
    waiting = Dependency.objects.of_cycle(cycle).awaiting_answer_of(request.user)
    mine = set() if shown.as_of else set(waiting.values_list("pk", flat=True))
    return everything, DependencyFilterForm(request.GET, partners=partners_of(everything), mine=mine)


def _csv_row(need: Dependency) -> list[str]:
    on = need.on_objective
    return [
        need.objective.code,
        text_cell(need.objective.title),
        need.objective.roadmap.area.key,
        on.code if on else "",
        text_cell(on.title if on else ""),
        on.roadmap.area.key if on else "",
        text_cell(need.partner),
        text_cell(need.note),
        str(need.standing),
        need.state,
        need.answer,
        text_cell(need.answer_note),
        text_cell(need.answered_by.name if need.answered_by else ""),
        timezone.localtime(need.answered_at).isoformat() if need.answered_at else "",
        timezone.localtime(need.asked_at).isoformat(),
    ]

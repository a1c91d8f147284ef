"""What the overview and the roll-up of an area show the first rows of, as pages with all of it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from areas.models import Area
from areas.permissions import can_manage_cycles
from goals.figures.attention import attention_list, silent_list
from goals.figures.means import contributions_of
from goals.models import Cycle
from goals.views.context import area_crumbs, chosen_cycle, cycle_context
from goals.views.looking_back import (
    ShownDay,
    day_context,
    figures_of_area,
    forecast_rows,
    shown_day,
    tree_of_cycle,
)
from goals.views.nudges import with_presses
from goals.views.tag_filter import NAME, TagFilter

ROWS_PER_PAGE = 100


@require_safe
def attention_page(request: HttpRequest) -> HttpResponse:
    """What needs attention in a cycle, or, for managers, who is silent (`show=silent`)."""
    cycle, shown, context = _frame(request, filters=[NAME, "show"])
    is_silent = request.GET.get("show") == "silent"
    if is_silent and not can_manage_cycles(request.user):
        raise Http404
    figures = tree_of_cycle(cycle, user=request.user, shown=shown)
    tags = TagFilter.of(request, [row for roadmap in figures.roadmaps() for row in roadmap.objectives])
    found = tags.key_results((silent_list if is_silent else attention_list)(figures))
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context |= {"is_silent": is_silent, "page": page}
    if is_silent:
        context["silent"] = with_presses(list(page), request.user, shown)
    else:
        context["attention"] = forecast_rows(list(page), shown)
    return render(request, "goals/attention_list.html", context)


@require_safe
def explanation(request: HttpRequest) -> HttpResponse:
    """How the mean of a cycle, or of an area in it, came about: every objective that counts."""
    cycle, shown, context = _frame(request, filters=["area"])
    if key := request.GET.get("area"):
        context |= _of_area(request, key, cycle, shown)
    else:
        whole = tree_of_cycle(cycle, user=request.user, shown=shown)
        context |= {"mean": whole.mean, "parts": whole.focus}
    page = Paginator(contributions_of(context.pop("parts")), ROWS_PER_PAGE)
    context["page"] = page.get_page(request.GET.get("page"))
    return render(request, "goals/explanation.html", context)


def _of_area(request: HttpRequest, key: str, cycle: Cycle, shown: ShownDay) -> dict[str, Any]:
    if "\0" in key:  # PostgreSQL refuses to look for it in any text
        raise Http404
    area = get_object_or_404(Area.objects.live(), key=key)
    found = figures_of_area(area, cycle, user=request.user, shown=shown)
    if found is None:
        raise Http404
    figures, _course = found
    crumbs = [*area_crumbs(area, last=False), (_("How its mean came about"), "")]
    return {"area": area, "crumbs": crumbs, "mean": figures.mean, "parts": figures.focus}


def _frame(request: HttpRequest, *, filters: list[str]) -> tuple[Cycle, ShownDay, dict[str, Any]]:
    """`query` is what stands in the address beside the page. Raises Http404 where there is no cycle."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown = shown_day(request, cycle)
    query = request.GET.copy()
    query.pop("page", None)
    context = {"nav": "overview", "query": query.urlencode(), **cycle_context(request, cycle)}
    return cycle, shown, context | day_context(request, cycle, shown, filters=filters)

"""The areas: all of them with their figures, and the way to the page of one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.models import Area, Membership, Role
from areas.permissions import can_edit_plan
from goals.figures import AreaFigures
from goals.figures.tree import shared_with_one
from goals.models import Roadmap
from goals.models.subscription import with_followed
from goals.views.context import area_crumbs, chosen_cycle, cycle_context, may_edit, saying_area
from goals.views.kpis import kpis_of_area
from goals.views.looking_back import day_context, shown_day, tree_of_cycle
from goals.views.subscriptions import press_for


@dataclass(frozen=True)
class AreaLine:
    """One line of the tree; depth 0 is an area, below it its teams."""

    figures: AreaFigures
    depth: int
    leads: list[str]


@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    """Every area and team of a cycle, as a tree."""
    cycle = chosen_cycle(request)
    context = {"nav": "areas", **cycle_context(request, cycle)}
    if cycle is not None:
        shown = shown_day(request, cycle)
        context |= day_context(request, cycle, shown)
        figures = tree_of_cycle(cycle, user=request.user, shown=shown)
        leads = _names_of_leads()
        context["lines"] = [line for area in figures.areas for line in _lines(area, 0, leads)]
    return render(request, "areas/area_list.html", context)


def _lines(figures: AreaFigures, depth: int, leads: dict[int, list[str]]) -> list[AreaLine]:
    below = [line for team in figures.teams for line in _lines(team, depth + 1, leads)]
    return [AreaLine(figures, depth, leads.get(figures.area.pk, [])), *below]


def _names_of_leads() -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = Membership.objects.filter(role=Role.LEAD, user__is_active=True).order_by("user__name")
    for area_id, name in rows.values_list("area_id", "user__name"):
        names.setdefault(area_id, []).append(name)
    return names


@require_safe
def area_detail(request: HttpRequest, area_key: str) -> HttpResponse:
    """Goes on to the area's page of the cycle; says so where the area has none."""
    areas = with_followed(Area.objects.live(), request.user, "area")
    area = get_object_or_404(areas, key=area_key)
    cycle = chosen_cycle(request)
    if cycle is not None:
        roadmaps = Roadmap.objects.visible_to(request.user).filter(area=area, cycle=cycle)
        if roadmaps.exists() or area.children.filter(archived_at__isnull=True).exists():
            page = reverse("goals:roadmap_detail", args=[area.key, cycle.key])
            day = request.GET.get("as_of", "")
            return redirect(f"{page}?{urlencode({'as_of': day})}" if day else page)
    context = {"nav": "areas", "area": area, "crumbs": area_crumbs(area), **cycle_context(request, cycle)}
    context["follow"] = press_for(area, "area", cycle_key=cycle.key if cycle else "")
    if cycle is not None:
        context |= may_edit(request.user, area, cycle) | {"saying_area": saying_area(area)}
        context |= {"shared": shared_with_one(area, cycle, user=request.user, today=timezone.localdate())}
    context |= kpis_of_area(area, request.user) | {"can_edit_kpis": can_edit_plan(request.user, area)}
    return render(request, "areas/area_detail.html", context)

"""An area in a cycle: its roadmap, or the roll-up of its teams."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area, Membership, Role
from goals.figures import (
    AreaFigures,
    ObjectiveFigures,
    RoadmapFigures,
    cycle_figures,
    definition_changes,
    mean_series,
    roadmap_figures,
)
from goals.models import CheckIn, Cycle, Dependency, KeyResult, Objective, Risk, Roadmap
from goals.views.context import Reader, area_crumbs, may_edit
from goals.views.courses import mean_chart

LATEST_SHOWN = 6


@dataclass(frozen=True)
class ObjectiveCard:
    """An objective as a card of its roadmap."""

    figures: ObjectiveFigures
    risks: list[Risk]


def roadmap_detail(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """The roadmap of an area; for an area with teams the roll-up of everything below."""
    area = get_object_or_404(Area.objects.live().select_related("parent"), key=area_key)
    cycle = get_object_or_404(Cycle, key=cycle_key)
    today = timezone.localdate()
    context = {
        "nav": "areas",
        "today": today,
        "area": area,
        "cycle": cycle,
        "cycle_page": reverse("areas:area_detail", args=[area.key]),
        "crumbs": area_crumbs(area),
        "leads": list(Membership.objects.filter(area=area, role=Role.LEAD).select_related("user")),
        **may_edit(request.user, area, cycle),
    }
    if area.children.filter(archived_at__isnull=True).exists():
        return render(
            request, "goals/area_roll_up.html", context | _roll_up(area, cycle, request.user, today)
        )
    roadmaps = Roadmap.objects.visible_to(request.user).select_related("area", "cycle")
    roadmap = get_object_or_404(roadmaps, area=area, cycle=cycle)
    figures = roadmap_figures(roadmap, user=request.user, today=today)
    return render(request, "goals/roadmap_detail.html", context | _roadmap(figures, request.user, today))


def _roll_up(area: Area, cycle: Cycle, user: Reader, today: date) -> dict[str, object]:
    figures = cycle_figures(cycle, user=user, today=today).find_area(area.key)
    if figures is None:
        raise Http404(_("There is no such area."))
    roadmaps = list(figures.roadmaps())
    changes = definition_changes([row.key_result.pk for found in roadmaps for row in found.key_results])
    series = mean_series(cycle, roadmap_ids=[found.roadmap.pk for found in roadmaps], until=today)
    return {
        "figures": figures,
        "teams": figures.teams,
        "objectives": _objectives_of(figures),
        "chart": mean_chart(cycle, series, figures.mean, changes, today=today),
    }


def _objectives_of(figures: AreaFigures) -> list[ObjectiveFigures]:
    return [row for roadmap in figures.roadmaps() for row in roadmap.focus]


def _roadmap(figures: RoadmapFigures, user: Reader, today: date) -> dict[str, object]:
    roadmap = figures.roadmap
    key_result_ids = [row.key_result.pk for row in figures.key_results]
    check_ins = CheckIn.objects.filter(key_result__in=key_result_ids).select_related("key_result", "author")
    changes = definition_changes(key_result_ids)
    return {
        "roadmap": roadmap,
        "figures": figures,
        "focus": objective_cards(figures.focus, user),
        "excellence": objective_cards(figures.excellence, user),
        "needs": visible_needs(figures.objectives, user),
        "checkable": checkable_ids(key_result_ids, user, roadmap.cycle),
        "latest": list(check_ins.order_by("-created_at", "-pk")[:LATEST_SHOWN]),
        "changes": changes[:LATEST_SHOWN],
        "last_change": _newest(figures),
    }


def objective_cards(rows: Iterable[ObjectiveFigures], user: Reader) -> list[ObjectiveCard]:
    """With the open risks that the person may see, in the order of their numbers."""
    rows = list(rows)
    risks: dict[int, list[Risk]] = defaultdict(list)
    visible = Risk.objects.open().visible_to(user).filter(objective__in=[row.objective.pk for row in rows])
    for risk in (
        visible.select_related("objective").prefetch_related("mitigations").order_by("objective", "number")
    ):
        risks[risk.objective_id].append(risk)
    return [ObjectiveCard(row, risks[row.objective.pk]) for row in rows]


def visible_needs(rows: Iterable[ObjectiveFigures], user: Reader) -> list[Dependency]:
    """What these objectives need; a need of an objective that is hidden from the person is left out."""
    needs = Dependency.objects.filter(objective__in=[row.objective.pk for row in rows])
    seen = Objective.objects.visible_to(user)
    return list(
        (needs.filter(on_objective__isnull=True) | needs.filter(on_objective__in=seen))
        .select_related("objective", "on_objective__roadmap__area")
        .order_by("objective__position", "pk")
    )


def checkable_ids(key_result_ids: list[int], user: Reader, cycle: Cycle) -> set[int]:
    """Those of the key results that the person may check in on now."""
    if not cycle.takes_check_ins:
        return set()
    rows = KeyResult.objects.checkable_by(user).filter(pk__in=key_result_ids)
    return set(rows.values_list("pk", flat=True))


def _newest(figures: RoadmapFigures) -> date | None:
    days = [row.key_result.last_check_in_on for row in figures.key_results]
    return max((day for day in days if day is not None), default=None)

"""The roadmap as the world may read it: no sign-in, nothing but what was opened one by one."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from goals.figures.public import public_lines, public_plan, public_risks
from goals.models import Cycle, Roadmap

CACHE_SECONDS = 300


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
@conditional_page
def public_cycle(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """The public roadmaps of a cycle. One in which nothing is public is not found, as if it did not exist."""
    cycle = get_object_or_404(
        Cycle.objects.filter(roadmaps__in=Roadmap.objects.public()).distinct(), key=cycle_key
    )
    lines = public_lines(cycle, today=timezone.localdate())
    return _for_everybody(request, "goals/public_cycle.html", {"cycle": cycle, "lines": lines})


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
@conditional_page
def public_roadmap(request: HttpRequest, cycle_key: str, area_key: str) -> HttpResponse:
    """What is not public is absent: from the page, from its means and counts, and from its codes."""
    roadmaps = Roadmap.objects.public().select_related("area", "cycle")
    roadmap = get_object_or_404(roadmaps, area__key=area_key, cycle__key=cycle_key)
    plan = public_plan(roadmap, today=timezone.localdate())
    risks, owners = public_risks(roadmap), plan.owners()
    focus, excellence = (
        [(row, risks[row.objective.pk], owners.get(row.objective.pk)) for row in rows]
        for rows in (plan.focus, plan.excellence)
    )
    context = {
        "roadmap": roadmap,
        "mean": plan.mean,
        "is_selection": plan.is_selection,
        "focus": focus,
        "excellence": excellence,
        "shared": plan.shared,
    }
    return _for_everybody(request, "goals/public_roadmap.html", context)


def _for_everybody(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Rendered without the request: neither who asks nor a session can colour an answer that is shared."""
    # The log has looked up who asks; the page has not, and caches need not tell people apart.
    request.session.accessed = False
    return HttpResponse(render_to_string(template, context))

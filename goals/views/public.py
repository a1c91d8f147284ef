"""The roadmap as the world may read it: no sign-in, nothing but what was opened one by one."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from goals.figures.public import public_plan, public_risks
from goals.models import Roadmap

CACHE_SECONDS = 300


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
@conditional_page
def public_roadmap(request: HttpRequest, cycle_key: str, area_key: str) -> HttpResponse:
    """What is not public is absent: from the page, from its means and counts, and from its codes.

    Rendered without the request, so that neither who asks nor a session can colour an answer that is shared.
    """
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
    # The log has looked up who asks; the page has not, and caches need not tell people apart.
    request.session.accessed = False
    return HttpResponse(render_to_string("goals/public_roadmap.html", context))

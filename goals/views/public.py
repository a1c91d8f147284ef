"""The roadmap as the world may read it: no sign-in, nothing but what was opened one by one."""

from collections import defaultdict
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from goals.figures import KeyResultFigures, ObjectiveFigures, key_results_figures, objective_figures
from goals.figures.means import mean_over_objectives
from goals.models import KeyResult, Objective, Risk, Roadmap

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
    today = timezone.localdate()
    objectives = public_objectives(roadmap, today=today)
    risks = _public_risks(roadmap)
    focus = [row for row in objectives if row.objective.kind == Objective.Kind.FOCUS]
    excellence = [row for row in objectives if row.objective.kind == Objective.Kind.EXCELLENCE]
    context = {
        "roadmap": roadmap,
        "mean": mean_over_objectives(focus, cycle=roadmap.cycle, today=today),
        "is_selection": is_selection(roadmap),
        "focus": [(row, risks[row.objective.pk]) for row in focus],
        "excellence": [(row, risks[row.objective.pk]) for row in excellence],
    }
    # The log has looked up who asks; the page has not, and caches need not tell people apart.
    request.session.accessed = False
    return HttpResponse(render_to_string("goals/public_roadmap.html", context))


def public_objectives(roadmap: Roadmap, *, today: date) -> list[ObjectiveFigures]:
    """The public objectives with their public key results; the means are of these alone. Three queries."""
    key_results = KeyResult.objects.public().filter(objective__roadmap=roadmap).with_context()
    by_objective: dict[int, list[KeyResultFigures]] = defaultdict(list)
    for row in key_results_figures(key_results.order_by("objective", "position", "number"), today=today):
        by_objective[row.key_result.objective_id].append(row)
    objectives = (
        Objective.objects.public()
        .counting()
        .filter(roadmap=roadmap)
        .select_related("roadmap__cycle", "roadmap__area")
    )
    return [
        objective_figures(objective, by_objective[objective.pk], today=today)
        for objective in objectives.order_by("position", "number")
    ]


def is_selection(roadmap: Roadmap) -> bool:
    """Whether something counts in the roadmap that is not public. Two queries at most."""
    objectives = Objective.objects.counting().filter(roadmap=roadmap)
    key_results = KeyResult.objects.counting().filter(objective__roadmap=roadmap)
    return (
        objectives.exclude(pk__in=Objective.objects.public().values("pk")).exists()
        or key_results.exclude(pk__in=KeyResult.objects.public().values("pk")).exists()
    )


def _public_risks(roadmap: Roadmap) -> dict[int, list[Risk]]:
    risks: dict[int, list[Risk]] = defaultdict(list)
    rows = Risk.objects.public().open().filter(objective__roadmap=roadmap).prefetch_related("mitigations")
    for risk in rows.order_by("objective", "number"):
        risks[risk.objective_id].append(risk)
    return risks

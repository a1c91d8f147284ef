"""The roadmap as the world may read it: no sign-in, nothing but what was opened one by one."""

from collections import defaultdict
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from goals.figures import ObjectiveFigures, key_results_figures
from goals.figures.hidden import Hidden
from goals.figures.means import mean_over_objectives
from goals.figures.support import Supports, figures_of_objectives, supports_in
from goals.models import Concern, KeyResult, Objective, Risk, Roadmap

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
    supporting = _supporting(roadmap)
    objectives = _public_objectives(roadmap, *supporting, today=today)
    risks = _public_risks(roadmap)
    focus = [row for row in objectives if row.objective.kind == Objective.Kind.FOCUS]
    excellence = [row for row in objectives if row.objective.kind == Objective.Kind.EXCELLENCE]
    context = {
        "roadmap": roadmap,
        "mean": mean_over_objectives(focus, cycle=roadmap.cycle, today=today),
        "is_selection": _is_selection(roadmap, supporting[1]),
        "focus": [(row, risks[row.objective.pk]) for row in focus],
        "excellence": [(row, risks[row.objective.pk]) for row in excellence],
    }
    # The log has looked up who asks; the page has not, and caches need not tell people apart.
    request.session.accessed = False
    return HttpResponse(render_to_string("goals/public_roadmap.html", context))


def _public_objectives(
    roadmap: Roadmap, supports: Supports, below: set[int], *, today: date
) -> list[ObjectiveFigures]:
    """The public objectives with their public key results; the means are of these alone. Four queries.

    What supports them from other public roadmaps counts where they count it.
    """
    objectives = Objective.objects.public().counting().filter(Q(roadmap=roadmap) | Q(pk__in=below))
    rows = list(objectives.select_related("roadmap__cycle", "roadmap__area").order_by("position", "number"))
    key_results = KeyResult.objects.public().filter(objective__in=[row.pk for row in rows]).with_context()
    figures = figures_of_objectives(
        rows,
        key_results_figures(key_results.order_by("objective", "position", "number"), today=today),
        today=today,
        supports=supports,
        hidden=Hidden(),
    )
    return [figures[row.pk] for row in rows if row.roadmap_id == roadmap.pk]


def _supporting(roadmap: Roadmap) -> tuple[Supports, set[int]]:
    """What counts in whose mean in the cycle, and what of it counts in this roadmap from elsewhere."""
    supports = supports_in([roadmap.cycle_id])
    if not supports.rows:
        return supports, set()
    return supports, supports.below(Objective.objects.filter(roadmap=roadmap).values_list("pk", flat=True))


def _is_selection(roadmap: Roadmap, below: set[int]) -> bool:
    """Whether something counts in the roadmap, or in what it counts, that is not public. Two queries."""
    objectives = Objective.objects.counting().filter(Q(roadmap=roadmap) | Q(pk__in=below))
    key_results = KeyResult.objects.counting().filter(Q(objective__roadmap=roadmap) | Q(objective__in=below))
    return (
        objectives.exclude(pk__in=Objective.objects.public().values("pk")).exists()
        or key_results.exclude(pk__in=KeyResult.objects.public().values("pk")).exists()
    )


def _public_risks(roadmap: Roadmap) -> dict[int, list[Risk]]:
    """By objective: its own, then public ones of other objectives that concern it. Three queries."""
    risks: dict[int, list[Risk]] = defaultdict(list)
    rows = Risk.objects.public().open().prefetch_related("mitigations")
    for risk in rows.filter(objective__roadmap=roadmap).order_by("objective", "number"):
        risks[risk.objective_id].append(risk)
    concerns = Concern.objects.filter(objective__roadmap=roadmap, risk__in=rows.order_by().values("pk"))
    for concern in (
        concerns.select_related("risk").prefetch_related("risk__mitigations").order_by("risk__code")
    ):
        risks[concern.objective_id].append(concern.risk)
    return risks

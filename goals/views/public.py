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
from goals.figures.shared import shared_parts
from goals.figures.support import Supports, figures_of_objectives, supports_in
from goals.models import Concern, KeyResult, Objective, Risk, Roadmap, Share

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
    supports, below = _supporting(roadmap)
    shares = _public_shares(roadmap)
    owned = {row.objective_id: row.weight for row in shares if row.area_id == roadmap.area_id}
    figures = _public_figures(roadmap, supports, {*below, *owned}, today=today)
    risks = _public_risks(roadmap)
    own = [row for row in figures.values() if row.objective.roadmap_id == roadmap.pk]
    focus = [row for row in own if row.objective.kind == Objective.Kind.FOCUS]
    excellence = [row for row in own if row.objective.kind == Objective.Kind.EXCELLENCE]
    owners = _owners(shares, roadmap)
    shared = list(shared_parts(owned, figures, kind=Objective.Kind.FOCUS))
    context = {
        "roadmap": roadmap,
        "mean": mean_over_objectives([*focus, *shared], cycle=roadmap.cycle, today=today),
        "is_selection": _is_selection(roadmap, {*below, *owned}),
        "focus": [(row, risks[row.objective.pk], owners.get(row.objective.pk)) for row in focus],
        "excellence": [(row, risks[row.objective.pk], owners.get(row.objective.pk)) for row in excellence],
        "shared": [*shared, *shared_parts(owned, figures, kind=Objective.Kind.EXCELLENCE)],
    }
    # The log has looked up who asks; the page has not, and caches need not tell people apart.
    request.session.accessed = False
    return HttpResponse(render_to_string("goals/public_roadmap.html", context))


def _public_shares(roadmap: Roadmap) -> list[Share]:
    """Of its objectives, and with its area, as far as both areas have a public plan. One query."""
    public = Roadmap.objects.public().filter(cycle=roadmap.cycle_id).values("area")
    rows = Share.objects.live().filter(objective__roadmap__cycle=roadmap.cycle_id, area__in=public)
    rows = rows.filter(Q(objective__roadmap=roadmap) | Q(area=roadmap.area_id))
    return list(rows.select_related("area").order_by("area__key"))


def _owners(shares: list[Share], roadmap: Roadmap) -> dict[int, str]:
    """The names of the areas that own objectives of this roadmap too, by objective."""
    names: dict[int, list[str]] = defaultdict(list)
    for row in shares:
        if row.area_id != roadmap.area_id:
            names[row.objective_id].append(row.area.name)
    return {pk: ", ".join(found) for pk, found in names.items()}


def _public_figures(
    roadmap: Roadmap, supports: Supports, others: set[int], *, today: date
) -> dict[int, ObjectiveFigures]:
    """The public objectives with their public key results; the means are of these alone. Four queries.

    What supports them from other public roadmaps counts where they count it, what is shared with the area
    beside them.
    """
    objectives = Objective.objects.public().counting().filter(Q(roadmap=roadmap) | Q(pk__in=others))
    rows = list(objectives.select_related("roadmap__cycle", "roadmap__area").order_by("position", "number"))
    key_results = KeyResult.objects.public().filter(objective__in=[row.pk for row in rows]).with_context()
    figures = figures_of_objectives(
        rows,
        key_results_figures(key_results.order_by("objective", "position", "number"), today=today),
        today=today,
        supports=supports,
        hidden=Hidden(),
    )
    return {row.pk: figures[row.pk] for row in rows}


def _supporting(roadmap: Roadmap) -> tuple[Supports, set[int]]:
    """What counts in whose mean in the cycle, and what of it counts in this roadmap from elsewhere."""
    supports = supports_in([roadmap.cycle_id])
    if not supports.rows:
        return supports, set()
    return supports, supports.below(Objective.objects.filter(roadmap=roadmap).values_list("pk", flat=True))


def _is_selection(roadmap: Roadmap, others: set[int]) -> bool:
    """Whether something counts in the roadmap, or in what it counts, that is not public. Two queries."""
    counts = Q(roadmap=roadmap) | Q(pk__in=others) | Q(shares__area=roadmap.area_id)
    objectives = Objective.objects.counting().filter(counts, roadmap__cycle=roadmap.cycle_id)
    key_results = KeyResult.objects.counting().filter(objective__in=objectives.order_by().values("pk"))
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

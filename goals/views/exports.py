"""A roadmap as a document to take along."""

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from goals.exchange.dump import roadmap_document
from goals.exchange.markdown_writer import write
from goals.models import Alignment, Dependency, Initiative, KeyResult, Mitigation, Objective, Risk, Roadmap
from goals.models.cycle import RoadmapQuerySet
from goals.views.context import Reader


@require_safe
def roadmap_export(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """The plan in Markdown, with what the reader sees on pages and nothing else."""
    roadmaps = with_visible_plan(request.user).filter(area__archived_at__isnull=True)
    roadmap = get_object_or_404(roadmaps, area__key=area_key, cycle__key=cycle_key)
    answer = HttpResponse(write(roadmap_document(roadmap)), content_type="text/markdown; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{roadmap.code}.md"'
    return answer


def with_visible_plan(user: Reader) -> RoadmapQuerySet:
    """The roadmaps that a person sees, each with the rows of its document that the person sees."""
    objectives = Objective.objects.visible_to(user)
    mitigations = Prefetch("mitigations", Mitigation.objects.select_related("owner"))
    risks = Risk.objects.visible_to(user).select_related("owner", "key_result").prefetch_related(mitigations)
    initiatives = Prefetch("initiatives", Initiative.objects.select_related("owner"))
    key_results = KeyResult.objects.visible_to(user).select_related("owner").prefetch_related(initiatives)
    needs = Dependency.objects.filter(Q(on_objective__isnull=True) | Q(on_objective__in=objectives))
    related_needs = needs.select_related("on_objective__roadmap__area", "on_objective__roadmap__cycle")
    supports = Alignment.objects.visible_to(user).select_related(
        "supported__roadmap__area", "supported__roadmap__cycle"
    )
    return (
        Roadmap.objects.visible_to(user)
        .select_related("area__parent", "cycle")
        .prefetch_related(
            Prefetch("objectives", objectives.select_related("owner", "reviewer")),
            Prefetch("objectives__key_results", key_results.prefetch_related("interim_targets")),
            Prefetch("objectives__risks", risks.order_by("number")),
            Prefetch("objectives__needs", related_needs),
            Prefetch("objectives__supports", supports.order_by("supported__code")),
        )
    )

"""A roadmap as a document to take along, and how long it is when printed."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.models import User
from goals.exchange.document import RoadmapDocument
from goals.exchange.dump import roadmap_document
from goals.exchange.markdown_writer import write
from goals.exchange.typeset import part_lengths, write_pdf
from goals.models import (
    Alignment,
    Concern,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Share,
)
from goals.models.cycle import RoadmapQuerySet
from goals.views.context import Reader


@require_safe
def roadmap_export(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """The plan in Markdown, with what the reader sees on pages and nothing else."""
    document = _document(request, area_key, cycle_key)
    answer = HttpResponse(write(document), content_type="text/markdown; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{document.code}.md"'
    return answer


@require_safe
def roadmap_pdf(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """The same, set as a document on A4."""
    document = _document(request, area_key, cycle_key)
    answer = HttpResponse(write_pdf(document, _names_in([document])), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document.code}.pdf"'
    return answer


def printed_lengths(roadmaps: Iterable[Roadmap], user: Reader) -> dict[int, dict[str, Decimal]]:
    """How many pages the parts take of what is printed for a person, by roadmap. Ten queries."""
    rows = with_visible_plan(user).filter(pk__in=[row.pk for row in roadmaps])
    documents = {row.pk: roadmap_document(row) for row in rows}
    names = _names_in(documents.values())
    return {pk: part_lengths(document, names) for pk, document in documents.items()}


def _document(request: HttpRequest, area_key: str, cycle_key: str) -> RoadmapDocument:
    roadmaps = with_visible_plan(request.user).filter(area__archived_at__isnull=True)
    return roadmap_document(get_object_or_404(roadmaps, area__key=area_key, cycle__key=cycle_key))


def _names_in(documents: Iterable[RoadmapDocument]) -> dict[str, str]:
    """The names of owners by the addresses that documents hold. One query."""
    addresses = {address for document in documents for address in document.owners}
    rows = User.objects.filter(email__in=addresses)
    return {email.lower(): name for email, name in rows.values_list("email", "name") if name}


def with_visible_plan(user: Reader) -> RoadmapQuerySet:
    """The roadmaps that a person sees, each with the rows of its document that the person sees."""
    objectives = Objective.objects.visible_to(user)
    mitigations = Prefetch("mitigations", Mitigation.objects.select_related("owner"))
    concerns = Concern.objects.visible_to(user).select_related(
        "objective__roadmap__area", "objective__roadmap__cycle"
    )
    risks = Risk.objects.visible_to(user).select_related("owner", "key_result")
    risks = risks.prefetch_related(mitigations, Prefetch("concerns", concerns))
    initiatives = Prefetch("initiatives", Initiative.objects.select_related("owner"))
    key_results = KeyResult.objects.visible_to(user).select_related("owner").prefetch_related(initiatives)
    kpis = Kpi.objects.visible_to(user).filter(pk=OuterRef("kpi")).order_by().values("code")
    key_results = key_results.annotate(kpi_code=Subquery(kpis[:1]))
    needs = Dependency.objects.live().visible_to(user)
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
            Prefetch("objectives__shares", Share.objects.select_related("area")),
        )
    )

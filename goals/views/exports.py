"""A roadmap as a document to take along, and how long it is when printed."""

from collections.abc import Iterable
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from goals.exchange.document import RoadmapDocument
from goals.exchange.dump import roadmap_document
from goals.exchange.markdown_writer import write
from goals.exchange.typeset import part_lengths, write_pdf
from goals.exchange.visible import names_in, with_visible_plan
from goals.models import Roadmap
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
    answer = HttpResponse(write_pdf(document, names_in([document])), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document.code}.pdf"'
    return answer


def printed_lengths(roadmaps: Iterable[Roadmap], user: Reader) -> dict[int, dict[str, Decimal]]:
    """How many pages the parts take of what is printed for a person, by roadmap. Ten queries."""
    rows = with_visible_plan(user).filter(pk__in=[row.pk for row in roadmaps])
    documents = {row.pk: roadmap_document(row) for row in rows}
    names = names_in(documents.values())
    return {pk: part_lengths(document, names) for pk, document in documents.items()}


def _document(request: HttpRequest, area_key: str, cycle_key: str) -> RoadmapDocument:
    roadmaps = with_visible_plan(request.user).filter(area__archived_at__isnull=True)
    return roadmap_document(get_object_or_404(roadmaps, area__key=area_key, cycle__key=cycle_key))

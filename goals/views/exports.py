"""A roadmap as a document to take along, and how long it is when printed."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from goals.exchange.document import RoadmapDocument
from goals.exchange.dump import roadmap_document
from goals.exchange.markdown_writer import write
from goals.exchange.typeset import part_lengths, write_pdf
from goals.exchange.visible import names_in, with_visible_plan
from goals.figures import RoadmapFigures
from goals.models import Dependency, Risk, Roadmap
from goals.models.fields import Versioned
from goals.views.context import Reader

MARK = re.compile(r"[0-9a-f]{32}")
LENGTHS_KEPT_FOR = 15 * 60  # seconds


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
    """How many pages the parts take of what is printed for a person, by roadmap. Twelve queries."""
    rows = with_visible_plan(user).filter(pk__in=[row.pk for row in roadmaps])
    documents = {row.pk: roadmap_document(row) for row in rows}
    names = names_in(documents.values())
    return {pk: part_lengths(document, names) for pk, document in documents.items()}


def mark_of(figures: RoadmapFigures, risks: Mapping[int, Iterable[Risk]], needs: Iterable[Dependency]) -> str:
    """Names what the page of a roadmap shows of what is printed, with its versions, in 32 digits.

    What is printed and not shown there, like initiatives and the names of people, is not in it.
    """
    risky = [risk for found in risks.values() for risk in found]
    rows: list[Versioned] = [figures.roadmap, *needs, *risky]
    rows += [row.objective for row in figures.objectives]
    rows += [row.key_result for row in figures.key_results]
    rows += [step for risk in risky for step in risk.mitigations.all()]
    told = sorted((type(row).__name__, row.pk, row.version) for row in rows)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def kept_lengths(roadmap: Roadmap, user: Reader, mark: str) -> dict[str, Decimal]:
    """What was measured for this person of a plan with this mark; empty where nothing is known."""
    found: dict[str, Decimal] = cache.get(_key(roadmap, user, mark), {})
    return found


def keep_lengths(roadmap: Roadmap, user: Reader, mark: str, lengths: dict[str, Decimal]) -> None:
    if MARK.fullmatch(mark):
        cache.set(_key(roadmap, user, mark), lengths, LENGTHS_KEPT_FOR)


def _key(roadmap: Roadmap, user: Reader, mark: str) -> str:
    """Of one person: others see more of the plan, or less."""
    return f"printed-lengths:{roadmap.pk}:{user.pk}:{mark}"


def _document(request: HttpRequest, area_key: str, cycle_key: str) -> RoadmapDocument:
    roadmaps = with_visible_plan(request.user).filter(area__archived_at__isnull=True)
    return roadmap_document(get_object_or_404(roadmaps, area__key=area_key, cycle__key=cycle_key))

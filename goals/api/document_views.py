"""A roadmap as a document for programs: as Markdown, as JSON or set as PDF, with what its reader sees."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.problems import FieldError, invalid
from areas.api.reach import in_reach
from goals.exchange.document import RoadmapDocument
from goals.exchange.dump import current_values, roadmap_document
from goals.exchange.json_writer import write_json
from goals.exchange.markdown_writer import write
from goals.exchange.typeset import write_pdf
from goals.exchange.visible import names_in, with_visible_plan


class DocumentRenderer(BaseRenderer):
    """Hands on what was written; the view writes it."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return data


class MarkdownRenderer(DocumentRenderer):
    media_type, format, charset = "text/markdown", "md", "utf-8"


class WrittenJSONRenderer(DocumentRenderer):
    media_type, format, charset = "application/json", "json", None


class PDFRenderer(DocumentRenderer):
    media_type, format, charset = "application/pdf", "pdf", None


RENDERERS = {kind.format: kind for kind in (MarkdownRenderer, WrittenJSONRenderer, PDFRenderer)}
TEXT = OpenApiExample(
    "A plan",
    media_type="text/markdown",
    value="---\narea: EDGE\ncycle: 24H2\nstate: published\n---\n\n# A dependable base\n",
)
OBJECT = OpenApiExample(
    "A plan",
    response_only=True,
    value={
        "code": "EDGE-24H2",
        "area": "EDGE",
        "cycle": "24H2",
        "area_name": "Edge",
        "area_parent": "LIB",
        "area_parent_name": "Libraries",
        "area_rhythm": None,
        "area_parent_rhythm": None,
        "state": "published",
        "visibility": "internal",
        "title": "On-device AI that developers rely on",
        "background": "Phones are where most models will run.",
        "objectives": [],
    },
)


@extend_schema_serializer(examples=[OBJECT])
class RoadmapDocumentSerializer(serializers.Serializer):
    """The plan of a roadmap, for the schema alone: exchange.json_writer writes it."""

    code = serializers.CharField()
    area = serializers.CharField()
    cycle = serializers.CharField()
    area_name = serializers.CharField()
    area_parent = serializers.CharField(help_text="Empty where nothing is above it.")
    area_parent_name = serializers.CharField()
    area_rhythm = serializers.IntegerField(allow_null=True)
    area_parent_rhythm = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()
    visibility = serializers.CharField()
    title = serializers.CharField()
    background = serializers.CharField(help_text="Markdown.")
    objectives = serializers.ListField(
        child=serializers.DictField(), help_text="With key results, risks, needs and what they support."
    )


class RoadmapDocumentView(Endpoint):
    query_parameters = ("format",)
    renderer_classes = tuple(RENDERERS.values())

    @extend_schema(
        operation_id="roadmaps_document",
        summary="A roadmap as a document",
        description="What import_roadmap reads (Markdown), the plan with its current values (JSON), or what "
        "is printed (PDF): all that you see of it, and that the token reaches.",
        parameters=[
            OpenApiParameter(
                "format",
                str,
                enum=list(RENDERERS),
                description="In place of the Accept header; md by itself.",
            )
        ],
        responses={
            (200, "text/markdown"): OpenApiResponse(str, description="The document.", examples=[TEXT]),
            (200, "application/json"): OpenApiResponse(
                RoadmapDocumentSerializer, description="The document."
            ),
            (200, "application/pdf"): OpenApiResponse(bytes, description="The document."),
        },
    )
    def get(self, request: Request, code: str) -> Response:
        renderer = renderer_asked_for(request)
        document = self._document(request, code)
        request.accepted_renderer, request.accepted_media_type = renderer, renderer.media_type
        answer = Response(written(document, code, renderer.format))
        answer.headers["Content-Disposition"] = f'attachment; filename="{code}.{renderer.format}"'
        return answer

    def _document(self, request: Request, code: str) -> RoadmapDocument:
        reached = with_visible_plan(request.user, within=partial(in_reach, request))
        rows = reached.filter(in_reach(request, "area"), area__archived_at__isnull=True)
        return roadmap_document(get_object_or_404(rows, code=code))


def renderer_asked_for(request: Request) -> Any:
    """By `?format=`, or by the Accept header where that says nothing."""
    asked = request.query_params.get("format")
    if asked is None:
        return request.accepted_renderer
    if asked not in RENDERERS:
        raise invalid([FieldError("format", "invalid", _("The format is md, json or pdf."))])
    return RENDERERS[asked]()


def written(document: RoadmapDocument, code: str, wanted: str) -> bytes:
    if wanted == "pdf":
        return write_pdf(document, names_in([document]))
    return (write_json(document, current_values(code)) if wanted == "json" else write(document)).encode()

"""Tags, by programs: which there are, and a new name for one."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import TextField
from accounts.api.problems import Problem
from areas.api.reach import bound_area
from areas.permissions import can_manage_cycles
from goals.actions.tags import rename_tag
from goals.api import reach
from goals.api.fields import StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.figures.tags import tags_of
from goals.models.tags import TAG_LENGTH


class TagSerializer(serializers.Serializer):
    """A tag and how many things that you see have it."""

    tag = serializers.CharField()
    objectives = serializers.IntegerField()
    key_results = serializers.IntegerField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Tags",
            value={"results": [{"tag": "latency", "objectives": 2, "key_results": 5}]},
            response_only=True,
        )
    ]
)
class TagListSerializer(serializers.Serializer):
    """All tags, in order."""

    results = TagSerializer(many=True)


class TagNameSerializer(StrictSerializer):
    name = TextField(max_length=TAG_LENGTH, help_text="One that is there takes in this one.")


@extend_schema_serializer(examples=[OpenApiExample("Renamed", value={"changed": 7}, response_only=True)])
class RenamedSerializer(serializers.Serializer):
    """How many objectives and key results were changed."""

    changed = serializers.IntegerField()


class TagsView(Endpoint):
    @extend_schema(
        operation_id="tags_list",
        summary="List tags",
        description="Of what is not archived, in order; the filter `tag` of lists finds the rows.",
        responses=TagListSerializer,
    )
    def get(self, request: Request) -> Response:
        objectives = reach.visible_objectives(request).live().order_by()  # type: ignore[attr-defined]
        key_results = reach.visible_key_results(request).live().order_by()
        return Response(TagListSerializer({"results": tags_of(objectives, key_results)}).data)


class TagRenameView(Endpoint):
    @extend_schema(
        operation_id="tags_rename",
        summary="Rename a tag",
        description="Everywhere but in closed cycles, by managers.",
        request=TagNameSerializer,
        responses={200: OpenApiResponse(RenamedSerializer, description="Renamed.")},
        parameters=key_parameters(200),
    )
    def post(self, request: Request, tag: str) -> Response:
        if not can_manage_cycles(request.user):
            sentence = _("Tags belong to all areas; managers rename them.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        if bound_area(request) is not None:
            sentence = _("A tag is everybody's; a token bound to an area does not rename it.")
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)
        if tag != tag.lower():
            raise Http404
        return once(request, partial(self._rename, request, tag))

    def _rename(self, request: Request, tag: str) -> Response:
        given = TagNameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            count = rename_tag(tag, given.validated_data["name"], by=request.user, now=timezone.now())
        return Response(RenamedSerializer({"changed": count}).data)

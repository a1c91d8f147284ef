"""The record of changes, for administrators' programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint
from accounts.api.json import JSONRenderer
from accounts.api.lists import CSVRenderer, asks_for_csv
from accounts.api.permissions import IsAdministrator
from accounts.api.problems import FieldError, invalid
from accounts.audit_csv import csv_response
from accounts.audit_filters import AuditFilterForm
from accounts.models import AuditEntry, Scope
from accounts.models.audit import AuditEntryQuerySet


class ChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    old = serializers.CharField(allow_null=True)
    new = serializers.CharField(allow_null=True)


EXAMPLE = OpenApiExample(
    "A target that was raised",
    response_only=True,
    value={
        "id": 4711,
        "made_at": "2024-10-14T10:00:00Z",
        "actor": "lea.lead@example.org",
        "actor_name": "Lea Lead",
        "origin": "page",
        "address": "192.0.2.7",
        "action": "changed",
        "kind": "key result",
        "subject": "EDGE-24H2-O1-KR1",
        "about": None,
        "changes": [{"field": "target_value", "old": "10", "new": "20"}],
        "reason": "the demo machine is faster",
    },
)


@extend_schema_serializer(examples=[EXAMPLE])
class EntrySerializer(serializers.ModelSerializer):
    """One change, or one sign-in: who, when, from where, what, old and new, why."""

    actor = serializers.CharField(
        source="actor_email", help_text="As it was then; of a sign-in that failed, what was typed."
    )
    actor_name = serializers.CharField(source="actor.name", default=None, allow_null=True)
    about = serializers.CharField(
        source="about.email", default=None, allow_null=True, help_text="The person it happened to."
    )
    changes = serializers.SerializerMethodField(help_text="References are told by their primary keys.")

    class Meta:
        model = AuditEntry
        fields = [
            "id", "made_at", "actor", "actor_name", "origin", "address", "action", "kind", "subject", "about",
            "changes", "reason",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, entry: AuditEntry) -> list[dict[str, Any]]:
        return [{"field": name, "old": old, "new": new} for name, (old, new) in entry.changes.items()]


FILTERS = [
    OpenApiParameter("who", str, description="Part of a person's name or address, or a whole address."),
    OpenApiParameter("what", str, description="How the code, key or name begins."),
    OpenApiParameter("action", str, enum=AuditEntry.Action.values, description="What was done."),
    OpenApiParameter("kind", str, description="What sort of thing: `key result`, `token`, `sign-in`."),
    OpenApiParameter("since", str, description="A day, or a moment with its time zone."),
    OpenApiParameter("until", str, description="A day, which is part of it, or a moment, which is not."),
    OpenApiParameter("format", str, enum=["csv", "json"], description="`csv`: all of it, streamed."),
]


@extend_schema_view(
    list=extend_schema(
        summary="The record of changes",
        description="For administrators; a token needs the scope `admin` and must be bound to no area.",
        parameters=FILTERS,
        responses={
            (200, "application/json"): EntrySerializer(many=True),
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
)
class RecordViewSet(Endpoint, ListModelMixin, GenericViewSet):
    """Newest first, by the same filters as the page of the record."""

    serializer_class = EntrySerializer
    permission_classes = [IsAdministrator]
    read_scope = Scope.ADMIN
    renderer_classes = [JSONRenderer, CSVRenderer]
    queryset = AuditEntry.objects.all()
    newest_first = True
    filter_backends: list[Any] = []
    query_parameters = (*AuditFilterForm.base_fields, "format")

    def get_queryset(self) -> AuditEntryQuerySet:
        form = AuditFilterForm(self.request.query_params)
        entries = form.entries()
        if not form.is_valid():
            raise invalid(
                [
                    FieldError(name, error.code or "invalid", " ".join(error.messages))
                    for name, errors in form.errors.as_data().items()
                    for error in errors
                ]
            )
        return entries

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponseBase:  # type: ignore[override]
        if asks_for_csv(request):
            return csv_response(self.get_queryset())
        page = self.paginate_queryset(self.get_queryset().select_related("actor", "about"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

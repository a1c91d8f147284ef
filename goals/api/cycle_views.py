"""Cycles: read by everybody, moved through their life by managers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.lists import Lists
from accounts.api.problems import Problem
from areas.api.reach import bound_area
from areas.permissions import can_manage_cycles
from goals.actions.cycles import activate_cycle, begin_closing, close_cycle, reopen_cycle
from goals.api import filters
from goals.api.fields import StrictSerializer, TextField
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.serializers import CycleSerializer
from goals.models import Cycle


class NothingSerializer(StrictSerializer):
    """No field; a body of `{}` or none."""


class ReopenSerializer(StrictSerializer):
    reason = TextField(max_length=2000, help_text="Why; the history keeps it.")


def _verb(summary: str, description: str, body: Any) -> Callable[[Any], Any]:
    """The schema of a step: they differ in their words and in what they ask for."""
    return extend_schema(
        summary=summary,
        description=description,
        request=body,
        responses={200: OpenApiResponse(CycleSerializer, description="The cycle as it now stands.")},
        parameters=key_parameters(200),
    )


@extend_schema_view(list=extend_schema(summary="List cycles"), retrieve=extend_schema(summary="One cycle"))
class CycleViewSet(Lists, RetrieveModelMixin, GenericViewSet):
    orderings = {name: name for name in ("key", "name", "starts_on", "ends_on", "created_at", "updated_at")}
    serializer_class = CycleSerializer
    filterset_class = filters.CycleFilters
    queryset = Cycle.objects.all()
    lookup_field = "key"
    lookup_value_regex = "[A-Z0-9]+"

    @_verb("Activate a cycle", "Planning ends: definitions lock, check-ins open.", NothingSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, key: str) -> Response:
        return self._move(request, activate_cycle, NothingSerializer)

    @_verb("Begin closing a cycle", "Last check-ins; scores can be given.", NothingSerializer)
    @action(detail=True, methods=["post"], url_path="begin-closing")
    def begin_closing(self, request: Request, key: str) -> Response:
        return self._move(request, begin_closing, NothingSerializer)

    @_verb(
        "Close a cycle",
        "Freezes its numbers. A key result nobody scored gets its proposed score.",
        NothingSerializer,
    )
    @action(detail=True, methods=["post"])
    def close(self, request: Request, key: str) -> Response:
        return self._move(request, close_cycle, NothingSerializer)

    @_verb("Open a closed cycle again", "Back to closing, with a reason.", ReopenSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, key: str) -> Response:
        return self._move(request, reopen_cycle, ReopenSerializer)

    def _move(
        self, request: Request, step: Callable[..., Cycle], body: type[serializers.Serializer]
    ) -> Response:
        cycle = self.get_object()
        if not can_manage_cycles(request.user):
            raise Problem(
                HTTPStatus.FORBIDDEN, "forbidden", _("Managers and administrators alone run the cycles.")
            )
        if bound_area(request) is not None:
            sentence = _("A cycle is everybody's; a token bound to an area does not run it.")
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)
        return once(request, partial(self._act, request, cycle, step, body))

    def _act(
        self,
        request: Request,
        cycle: Cycle,
        step: Callable[..., Cycle],
        body: type[serializers.Serializer],
    ) -> Response:
        sent = body(data=request.data)
        sent.is_valid(raise_exception=True)
        with refusals_as_problems():
            moved = step(cycle, by=request.user, now=timezone.now(), **sent.validated_data)
        return Response(self.get_serializer(moved).data)

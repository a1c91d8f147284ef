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

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from areas.api.reach import bound_area
from areas.permissions import can_manage_cycles
from goals.actions.cycles import (
    activate_cycle,
    begin_closing,
    change_cycle,
    close_cycle,
    create_cycle,
    reopen_cycle,
)
from goals.api import filters
from goals.api.fields import PlainDateField, ReportedValueField, StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.serializers import CycleSerializer
from goals.api.writes import LONGEST_REASON, NothingSerializer, Writes, adds
from goals.models import Cycle


class ReopenSerializer(StrictSerializer):
    reason = TextField(max_length=2000, help_text="Why; the history keeps it.")


def _share(words: str) -> ReportedValueField:
    return ReportedValueField(required=False, help_text=words)


class ChangedCycleSerializer(StrictSerializer):
    """Its key never changes, and its state moves by verbs."""

    name = TextField(max_length=80, help_text="As people call it: 2025 H1.")
    starts_on = PlainDateField()
    ends_on = PlainDateField()
    check_in_every_days = WholeNumberField(required=False, min_value=1, max_value=366)
    check_in_weekday = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=6, help_text="0 is Monday; null: any day."
    )
    on_track_gap = _share("On track: at most this far behind, 0.05 is 5 points.")
    on_track_ratio = _share("On track: at least this share of the expected.")
    at_risk_gap = _share("At risk: further behind than this.")
    at_risk_ratio = _share("At risk: less than this share of the expected.")
    reason = TextField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REASON,
        help_text="Needed once it has begun, where dates or thresholds change.",
    )


class NewCycleSerializer(ChangedCycleSerializer):
    """It is being planned until it is activated."""

    reason = None  # type: ignore[assignment]
    key = TextField(max_length=12, help_text="Part of every code in it, so it never changes: 25H1.")


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
class CycleViewSet(Writes, Lists, RetrieveModelMixin):
    orderings = {name: name for name in ("key", "name", "starts_on", "ends_on", "created_at", "updated_at")}
    serializer_class = CycleSerializer
    filterset_class = filters.CycleFilters
    queryset = Cycle.objects.all()
    lookup_field = "key"
    lookup_value_regex = "[A-Z0-9]+"

    def refuse_strangers(self, row: Cycle | None) -> None:
        if not can_manage_cycles(self.request.user):
            raise Problem(
                HTTPStatus.FORBIDDEN, "forbidden", _("Managers and administrators alone run the cycles.")
            )
        if bound_area(self.request) is not None:
            sentence = _("A cycle is everybody's; a token bound to an area does not run it.")
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)

    @adds(
        "cycles_create",
        "Make a cycle",
        "By managers and administrators, with a token that is bound to no area. It is being planned.",
        NewCycleSerializer,
        CycleSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.refuse_strangers(None)
        return self.add(request, NewCycleSerializer, create_cycle)

    @extend_schema(
        summary="Change a cycle",
        description="What is left out stays as it is; a closed one is opened again first.",
        request=ChangedCycleSerializer,
        responses=CycleSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedCycleSerializer, change_cycle)

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
        self.refuse_strangers(cycle)
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

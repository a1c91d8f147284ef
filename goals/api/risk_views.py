"""Risks for programs: the register, one risk, the steps of its life, and the trend of a cycle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched, today_of
from accounts.api.json import dumps
from accounts.api.problems import Problem
from areas.api.reach import areas_in_reach, below
from areas.permissions import can_contribute
from goals.actions.risk_life import close_risk, reopen_risk, review_risk
from goals.api import reach
from goals.api.idempotency import key_parameters, once
from goals.api.progress_views import plain_key
from goals.api.refusals import refusals_as_problems
from goals.api.risk_filters import RiskFilters
from goals.api.risk_serializers import (
    CloseSerializer,
    ReopenRiskSerializer,
    ReviewSerializer,
    RiskSerializer,
    RiskTrendSerializer,
)
from goals.figures.risk_trend import risk_trend
from goals.models import Concern, Cycle, Mitigation, Risk
from goals.models.risk_queries import RiskQuerySet

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the risk as it was read; may be left out.",
)


def _verb(operation_id: str, summary: str, description: str, body: Any) -> Callable[[Any], Any]:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        request=body,
        responses={200: OpenApiResponse(RiskSerializer, description="The risk as it now stands.")},
        parameters=[*key_parameters(200), IF_MATCH],
    )


@extend_schema_view(
    list=extend_schema(
        summary="List risks",
        description="Closed ones too, unless `open=true`; what is archived is left out.",
    ),
    retrieve=extend_schema(summary="One risk"),
)
class RiskViewSet(Endpoint, ReadOnlyModelViewSet):
    serializer_class = RiskSerializer
    filterset_class = RiskFilters
    queryset = Risk.objects.all()
    lookup_field = "code"
    lookup_value_regex = "[A-Z0-9-]+"

    def get_queryset(self) -> RiskQuerySet:
        seen = reach.visible_risks(self.request)
        live = seen.live().order_by().values("code")
        key_results = reach.visible_key_results(self.request).order_by().values("code")
        objectives = reach.visible_objectives(self.request).order_by().values("pk")
        concerns = Concern.objects.live().filter(objective__in=objectives).select_related("objective")
        rows = seen.annotate(
            key_result_code=Subquery(key_results.filter(pk=OuterRef("key_result"))[:1]),
            predecessor_code=Subquery(live.filter(pk=OuterRef("predecessor"))[:1]),
            successor_code=Subquery(live.filter(predecessor=OuterRef("pk"))[:1]),
        )
        rows = rows.select_related(
            "owner", "reviewed_by", "objective__roadmap__area", "objective__roadmap__cycle"
        ).prefetch_related(
            Prefetch("mitigations", Mitigation.objects.select_related("owner")),
            Prefetch("concerns", concerns.order_by("objective__code"), to_attr="seen_concerns"),
        )
        return rows if self.detail else rows.live()

    def told(self, rows: list[Risk]) -> Any:
        """What is read of these rows today. One query for which of them are stale."""
        today = today_of(self.request)
        keys = [row.pk for row in rows]
        stale = set(Risk.objects.filter(pk__in=keys).stale(today).values_list("pk", flat=True))
        return RiskSerializer(rows, many=True, context={"today": today, "stale": stale}).data

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.told(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.told([self.get_object()])[0])

    @_verb(
        "risks_review",
        "Review a risk",
        "Somebody looked at it, and nothing changed but the day of the next review.",
        ReviewSerializer,
    )
    @action(detail=True, methods=["post"])
    def review(self, request: Request, code: str) -> Response:
        return self._step(request, ReviewSerializer, review_risk, has_day=True)

    @_verb("risks_close", "Close a risk", "Says how it ended.", CloseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        return self._step(request, CloseSerializer, close_risk, has_day=True)

    @_verb(
        "risks_reopen",
        "Open a closed risk again",
        "It is in the state it had before; how it ended stays in its history.",
        ReopenRiskSerializer,
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, code: str) -> Response:
        return self._step(request, ReopenRiskSerializer, reopen_risk)

    def _step(
        self,
        request: Request,
        body: type[serializers.Serializer],
        act: Callable[..., Any],
        *,
        has_day: bool = False,
    ) -> Response:
        row: Risk = self.get_object()
        if not can_contribute(request.user, row.objective.roadmap.area):
            sentence = _("Risks of %(area)s are edited by its leads and contributors, and by managers.")
            area = {"area": row.objective.roadmap.area.name}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % area)
        days = {"today": today_of(request)} if has_day else {}
        return once(request, partial(self._act, request, row, body, partial(act, row, **days)))

    def _act(
        self, request: Request, row: Risk, body: type[serializers.Serializer], act: Callable[..., Any]
    ) -> Response:
        version = None
        if "If-Match" in request.headers:
            refuse_unless_matched(request, self.told([row])[0])
            version = row.version
        given = body(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            act(by=request.user, now=timezone.now(), version=version, **given.validated_data)
        told = self.told([self.get_object()])[0]
        return Response(told, headers={"ETag": etag_of(dumps(told))})


class RiskTrendView(Endpoint):
    query_parameters = ("area",)

    @extend_schema(
        operation_id="cycles_risk_trend",
        summary="The risks of a cycle day by day",
        description="How many were open, high, occurred and mitigated at the end of each day until today.",
        responses=RiskTrendSerializer,
        parameters=[
            OpenApiParameter("area", str, description="An area's key: its risks and those of what is below.")
        ],
    )
    def get(self, request: Request, key: str) -> Response:
        cycle = Cycle.objects.filter(key=plain_key(key)).first()
        if cycle is None:
            raise Http404
        rows = reach.visible_risks(request).of_cycle(cycle)
        rows = rows.filter(objective__roadmap__area__archived_at__isnull=True)
        area_key = request.query_params.get("area")
        if area_key is not None:
            area = areas_in_reach(request).filter(key=plain_key(area_key)).first()
            if area is None:
                raise Http404
            rows = rows.filter(objective__roadmap__area__in=below(area))
        days = risk_trend(rows, cycle, until=today_of(request))
        return Response(RiskTrendSerializer({"cycle": cycle.key, "area": area_key, "results": days}).data)

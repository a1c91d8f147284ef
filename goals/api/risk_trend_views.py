"""The risks of a cycle day by day, for programs."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, today_of
from areas.api.reach import areas_in_reach, below
from goals.api import reach
from goals.api.progress_views import plain_key
from goals.api.risk_serializers import RiskTrendSerializer
from goals.figures.risk_trend import risk_trend
from goals.models import Cycle


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

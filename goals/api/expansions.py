"""What stands where a code stood, where a request asks for it: as a GET of it tells, as far as it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from accounts.api.base import today_of
from accounts.api.picking import Row, by_code
from goals.api import reach
from goals.api.check_in_serializers import CheckInSerializer
from goals.api.figures import roadmaps_figures, told_key_results
from goals.api.objective_rows import told_objectives
from goals.api.serializers import KeyResultSerializer, ObjectiveSerializer, RoadmapSerializer
from goals.models import KeyResult


def _roadmaps(request: Request, codes: set[str]) -> Mapping[str, Any]:
    rows = reach.visible_roadmaps(request).filter(code__in=codes).select_related("area", "cycle")
    figures = roadmaps_figures(list(rows), user=request.user, today=today_of(request))
    return _by_code(RoadmapSerializer(figures, many=True).data)


def _objectives(request: Request, codes: set[str]) -> Mapping[str, Any]:
    rows = list(reach.objectives_to_tell(request).filter(code__in=codes))
    return _by_code(ObjectiveSerializer(told_objectives(rows, request), many=True).data)


def _key_results(request: Request, codes: set[str]) -> Mapping[str, Any]:
    rows = list(reach.key_results_to_tell(request).filter(code__in=codes))
    return _by_code(KeyResultSerializer(told_key_results(rows, today=today_of(request)), many=True).data)


def _by_code(told: Any) -> Mapping[str, Any]:
    return {row["code"]: dict(row) for row in told}


def _last_check_ins(request: Request, rows: list[Row]) -> None:
    """The whole check-in that counts, instead of its beginning."""
    codes = [row["code"] for row in rows if row["last_check_in"]]
    counting = KeyResult.objects.filter(code__in=codes).order_by().values("last_check_in")
    found = reach.visible_check_ins(request).filter(pk__in=counting)
    told = CheckInSerializer(found.select_related("author", "corrects", "key_result"), many=True).data
    by_key_result = {row["key_result"]: dict(row) for row in told}
    for row in rows:
        row["last_check_in"] = by_key_result.get(row["code"])


OF_ROADMAPS = {"objectives": by_code("objectives", _objectives)}
OF_OBJECTIVES = {
    "roadmap": by_code("roadmap", _roadmaps),
    "key_results": by_code("key_results", _key_results),
}
OF_KEY_RESULTS = {"objective": by_code("objective", _objectives), "last_check_in": _last_check_ins}
OF_PARTS = {"key_result": by_code("key_result", _key_results)}
OF_RISKS = {"objective": by_code("objective", _objectives), "key_result": by_code("key_result", _key_results)}
OF_DEPENDENCIES = {"objective": by_code("objective", _objectives)}

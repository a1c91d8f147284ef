"""Endpoints of figures: the roll-up of a cycle, the course of what is in it, and how a mean came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, today_of
from accounts.api.problems import FieldError, invalid
from areas.api.reach import areas_in_reach, below, bound_area
from areas.models import Area
from goals.api import reach
from goals.api.course_serializers import (
    ExplainedAreaSerializer,
    ExplainedObjectiveSerializer,
    ExplainedRoadmapSerializer,
    KeyResultSeriesSerializer,
    MeanSeriesSerializer,
)
from goals.api.figures import objectives_figures
from goals.api.progress_serializers import Progress, ProgressSerializer
from goals.api.progress_tree import told_progress
from goals.figures import (
    AreaFigures,
    Course,
    CycleFigures,
    MeanFigures,
    ObjectiveFigures,
    Past,
    RoadmapFigures,
    area_figures,
    cycle_figures,
    cycle_tree,
    roadmap_branch,
    roadmap_figures,
)
from goals.figures.means import Contribution, contributions_of
from goals.figures.shared import SharedObjective
from goals.forms.as_of import day_asked_for
from goals.models import Cycle, Objective, Roadmap

CYCLE = OpenApiParameter("cycle", str, required=True, description="A cycle's key.")
AS_OF = OpenApiParameter(
    "as_of",
    date,
    description="A day of the cycle: its figures as they were known at its end. Today when left out.",
)


def cycle_asked_for(request: Request) -> Cycle:
    """Raises Http404, or 400 where none is named."""
    key = request.query_params.get("cycle")
    if key is None:
        raise invalid([FieldError("cycle", "required", _("Say which cycle, like ?cycle=24H2."))])
    cycle = Cycle.objects.filter(key=plain_key(key)).first()
    if cycle is None:
        raise Http404
    return cycle


def day_of(request: Request, cycle: Cycle) -> tuple[date, bool]:
    """The day asked for, and whether it has passed."""
    today = today_of(request)
    written = request.query_params.get("as_of")
    if written is None:
        return today, False
    try:
        day = day_asked_for(written, cycle=cycle, today=today)
    except ValidationError as error:
        raise invalid([FieldError("as_of", str(error.code), str(error.message))]) from error
    return day, day < today


def plain_key(written: str) -> str:
    """A key as a database takes it: PostgreSQL refuses NUL in any text."""
    if "\0" in written:
        raise Http404
    return written


def tree_on(cycle: Cycle, *, user: Any, day: date, is_past: bool) -> CycleFigures:
    if is_past:
        return cycle_tree(Past.of_cycle(cycle, user=user, until=day).plan_on(day))
    return cycle_figures(cycle, user=user, today=day)


def branch_on(cycle: Cycle, key: str, *, user: Any, day: date, is_past: bool) -> AreaFigures:
    """Raises Http404."""
    figures: CycleFigures | None
    if is_past:
        figures = tree_on(cycle, user=user, day=day, is_past=True)
    else:
        figures = area_figures(cycle, key, user=user, today=day)
    return _one(figures and figures.find_area(key))


class ProgressView(Endpoint):
    query_parameters = ("cycle", "area", "as_of")

    @extend_schema(
        operation_id="progress",
        summary="The roll-up of a cycle",
        description="From the organisation over areas and teams to objectives and key results.",
        responses=ProgressSerializer,
        parameters=[
            CYCLE,
            OpenApiParameter(
                "area",
                str,
                description="An area's key: this one and what is below. A bound token's area is the default.",
            ),
            AS_OF,
        ],
    )
    def get(self, request: Request) -> Response:
        cycle = cycle_asked_for(request)
        day, is_past = day_of(request, cycle)
        area_key = request.query_params.get("area")
        bound = bound_area(request)
        if area_key is None and bound is not None:
            area_key = bound.key
        if area_key is not None and not areas_in_reach(request).filter(key=plain_key(area_key)).exists():
            raise Http404
        if area_key is None:
            figures = tree_on(cycle, user=request.user, day=day, is_past=is_past)
            progress = Progress(cycle, day, None, figures.areas, figures.mean)
        else:
            area = branch_on(cycle, area_key, user=request.user, day=day, is_past=is_past)
            progress = Progress(cycle, day, area_key, (area,), area.mean)
        reached = None if bound is None else set(areas_in_reach(request).values_list("pk", flat=True))
        return Response(told_progress(progress, reached=reached))


class KeyResultSeriesView(Endpoint):
    @extend_schema(
        operation_id="key_results_series",
        summary="A key result day by day",
        description="A row for each day of the cycle until today on which it was in the plan.",
        responses=KeyResultSeriesSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        rows = reach.visible_key_results(request).with_context()
        key_result = _one(rows.filter(code=code).first())
        course = Course(Past.of_key_result(key_result, until=today_of(request)))
        days = course.of_key_result(course.past.key_results[0], course.days(today_of(request)))
        return Response(KeyResultSeriesSerializer({"code": code, "results": days}).data)


class ObjectiveSeriesView(Endpoint):
    @extend_schema(
        operation_id="objectives_series",
        summary="An objective day by day",
        description="A row for each day of the cycle until today on which it was in the plan.",
        responses=MeanSeriesSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        objective = _objective(request, code)
        course = Course(_past_of(objective, request, today_of(request)))
        days = course.of_objective(objective, course.days(today_of(request)))
        return Response(MeanSeriesSerializer({"of": code, "results": days}).data)


class AreaSeriesView(Endpoint):
    query_parameters = ("cycle",)

    @extend_schema(
        operation_id="areas_series",
        summary="An area day by day",
        description="The mean over the focus objectives of the area and of what is below, for each day.",
        responses=MeanSeriesSerializer,
        parameters=[CYCLE],
    )
    def get(self, request: Request, key: str) -> Response:
        area = _area(request, key)
        cycle = cycle_asked_for(request)
        course = Course(Past.of_cycle(cycle, user=request.user, until=today_of(request)))
        ids = set(below(area).values_list("pk", flat=True))
        days = course.line(ids, today_of(request))
        return Response(MeanSeriesSerializer({"of": key, "results": days}).data)


@dataclass(frozen=True)
class Explained:
    """A mean with the parts it is made of."""

    of: str
    as_of: date
    mean: MeanFigures
    parts: Iterable[Contribution]


class ObjectiveExplainView(Endpoint):
    query_parameters = ("as_of",)

    @extend_schema(
        operation_id="objectives_explain",
        summary="How the mean of an objective came about",
        description="Each key result and each supporter that counts, with its share and what it adds.",
        responses=ExplainedObjectiveSerializer,
        parameters=[AS_OF],
    )
    def get(self, request: Request, code: str) -> Response:
        objective = _objective(request, code)
        day, is_past = day_of(request, objective.roadmap.cycle)
        figures: ObjectiveFigures
        if is_past:
            found = _past_of(objective, request, day).objective_on(objective, day)
            if found is None:
                raise Http404
            figures = found[0]
        else:
            # Today is the reader's, whose evening may be the installation's next morning: no past day.
            figures = objectives_figures([objective], user=request.user, today=day)[0]
        explained = Explained(code, day, figures.mean, figures.contributions)
        context = {"out_of_reach": _out_of_reach(request, figures)}
        return Response(ExplainedObjectiveSerializer(explained, context=context).data)


class RoadmapExplainView(Endpoint):
    query_parameters = ("as_of",)

    @extend_schema(
        operation_id="roadmaps_explain",
        summary="How the mean of a roadmap came about",
        description="Each focus objective with its share of the weight and what it adds.",
        responses=ExplainedRoadmapSerializer,
        parameters=[AS_OF],
    )
    def get(self, request: Request, code: str) -> Response:
        rows = reach.visible_roadmaps(request).filter(area__archived_at__isnull=True, code=code)
        roadmap: Roadmap = _one(rows.select_related("area", "cycle").first())
        day, is_past = day_of(request, roadmap.cycle)
        figures: RoadmapFigures
        if is_past:
            past = Past.of_roadmap(roadmap, user=request.user, until=day)
            figures = roadmap_branch(past.plan_on(day), roadmap)
        else:
            figures = roadmap_figures(roadmap, user=request.user, today=day)
        explained = Explained(code, day, figures.mean, contributions_of(figures.parts))
        context = {"out_of_reach": _unreached_shares(request, explained.parts)}
        return Response(ExplainedRoadmapSerializer(explained, context=context).data)


class AreaExplainView(Endpoint):
    query_parameters = ("cycle", "as_of")

    @extend_schema(
        operation_id="areas_explain",
        summary="How the mean of an area came about",
        description="Each focus objective of the area and of what is below, with what it adds.",
        responses=ExplainedAreaSerializer,
        parameters=[CYCLE, AS_OF],
    )
    def get(self, request: Request, key: str) -> Response:
        area = _area(request, key)
        return _explain_area(request, cycle_asked_for(request), area)


class ProgressExplainView(Endpoint):
    query_parameters = ("cycle", "as_of")

    @extend_schema(
        operation_id="progress_explain",
        summary="How the mean of the organisation came about",
        description="Each focus objective of the cycle with what it adds; of its area for a bound token.",
        responses=ExplainedAreaSerializer,
        parameters=[CYCLE, AS_OF],
    )
    def get(self, request: Request) -> Response:
        cycle = cycle_asked_for(request)
        bound = bound_area(request)
        if bound is not None:
            return _explain_area(request, cycle, bound)
        day, is_past = day_of(request, cycle)
        figures = tree_on(cycle, user=request.user, day=day, is_past=is_past)
        explained = Explained("", day, figures.mean, contributions_of(figures.focus))
        return Response(ExplainedAreaSerializer(explained).data)


def _explain_area(request: Request, cycle: Cycle, area: Area) -> Response:
    day, is_past = day_of(request, cycle)
    figures = branch_on(cycle, area.key, user=request.user, day=day, is_past=is_past)
    explained = Explained(area.key, day, figures.mean, contributions_of(figures.focus))
    context = {"out_of_reach": _unreached_shares(request, explained.parts)}
    return Response(ExplainedAreaSerializer(explained, context=context).data)


def _one(row: Any) -> Any:
    if row is None:
        raise Http404
    return row


def _objective(request: Request, code: str) -> Objective:
    rows = reach.visible_objectives(request).select_related(
        "owner", "reviewer", "roadmap__area", "roadmap__cycle"
    )
    return _one(rows.filter(code=code).first())


def _area(request: Request, key: str) -> Area:
    return _one(areas_in_reach(request).live().filter(key=key).first())


def _out_of_reach(request: Request, figures: ObjectiveFigures) -> frozenset[int]:
    """The supporters that a bound token does not reach: what they add is told, what they are is not."""
    ids = {row.objective.pk for row in figures.supporters}
    if not ids or bound_area(request) is None:
        return frozenset()
    return frozenset(
        ids - set(reach.visible_objectives(request).filter(pk__in=ids).values_list("pk", flat=True))
    )


def _unreached_shares(request: Request, parts: Iterable[Contribution]) -> frozenset[int]:
    """Likewise of what is shared with a bound token's area and planned out of its reach."""
    if bound_area(request) is None:
        return frozenset()
    reached = set(areas_in_reach(request).values_list("pk", flat=True))
    objectives = (part.part.objective for part in parts if isinstance(part.part, SharedObjective))
    return frozenset(row.pk for row in objectives if row.roadmap.area_id not in reached)


def _past_of(objective: Objective, request: Request, day: date) -> Past:
    return Past.of_objective(objective, user=request.user, until=day)

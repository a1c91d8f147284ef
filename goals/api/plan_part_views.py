"""The objectives of a roadmap, the key results of an objective, and the way to add another."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import today_of
from goals.actions.key_results import create_key_result
from goals.actions.roadmaps import create_objective
from goals.api import filters, reach
from goals.api.plan_write_serializers import NewKeyResultSerializer, NewObjectiveSerializer
from goals.api.serializers import KeyResultSerializer, ObjectiveSerializer
from goals.api.views import KeyResultViewSet, ObjectiveViewSet
from goals.api.writes import adds, refuse_non_editors
from goals.models import KeyResult, Objective, Roadmap


@extend_schema_view(
    list=extend_schema(
        operation_id="roadmaps_objectives_list",
        summary="List the objectives of a roadmap",
        description="What is archived is left out.",
    )
)
class RoadmapObjectiveViewSet(ObjectiveViewSet):
    filterset_class = filters.ObjectivesOfOneFilters

    def get_queryset(self) -> QuerySet[Objective]:
        return super().get_queryset().filter(roadmap=self.roadmap())

    def roadmap(self) -> Roadmap:
        """The roadmap of the address. Raises Http404, also where the person may not see it."""
        rows = reach.visible_roadmaps(self.request).select_related("area", "cycle")
        return get_object_or_404(rows, code=self.kwargs["code"])

    @adds(
        "roadmaps_objectives_create",
        "Add an objective",
        "By the leads of the area and by managers. Its number is the next one of its kind.",
        NewObjectiveSerializer,
        ObjectiveSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        roadmap = self.roadmap()
        refuse_non_editors(request, roadmap.area)
        return self.add(request, NewObjectiveSerializer, partial(create_objective, roadmap))


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_key_results_list",
        summary="List the key results of an objective",
        description="What is archived is left out.",
    )
)
class ObjectiveKeyResultViewSet(KeyResultViewSet):
    filterset_class: Any = filters.KeyResultsOfOneFilters

    def get_queryset(self) -> QuerySet[KeyResult]:
        return super().get_queryset().filter(objective=self.objective())

    def objective(self) -> Objective:
        """The objective of the address. Raises Http404, also where the person may not see it."""
        return reach.objective_named(self.request, self.kwargs["code"])

    @adds(
        "objectives_key_results_create",
        "Add a key result",
        "By the leads of the area and by managers. Its number is the next one.",
        NewKeyResultSerializer,
        KeyResultSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        objective = self.objective()
        refuse_non_editors(request, objective.roadmap.area)
        make = partial(create_key_result, objective, today=today_of(request))
        return self.add(request, NewKeyResultSerializer, make)

"""Endpoints of the plan: what it holds and where it stands. Of writes, check-ins alone are said here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import today_of
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from accounts.models import Scope
from goals.actions.check_ins import record_check_in
from goals.api import expansions, filters, reach
from goals.api.check_in_serializers import CheckInSerializer, KeptCheckInSerializer, ReportSerializer
from goals.api.figures import key_result_now, roadmaps_figures, told_key_results
from goals.api.idempotency import key_parameters, once
from goals.api.objective_rows import told_objectives
from goals.api.plan_writes import KeyResultWrites, ObjectiveWrites, RoadmapWrites
from goals.api.refusals import refusals_as_problems
from goals.api.serializers import (
    KeyResultSerializer,
    ObjectiveSerializer,
    RoadmapSerializer,
)
from goals.api.writes import Writes
from goals.figures import key_result_figures
from goals.models import CheckIn, KeyResult, Objective, Roadmap

CODE = "[A-Z0-9-]+"


class PlanViewSet(Writes, Lists, RetrieveModelMixin):
    """A list and a detail of rows that a serializer reads with their figures as of today."""

    lookup_field = "code"
    lookup_value_regex = CODE

    @property
    def today(self) -> date:
        return today_of(self.request)

    def figures(self, rows: Sequence[Any]) -> Sequence[Any]:
        raise NotImplementedError

    def told_rows(self, rows: Sequence[Any]) -> Any:
        return self.get_serializer(self.figures(rows), many=True).data

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.told(self.get_object()))

    def told(self, row: Any) -> Any:
        return self.get_serializer(self.figures([row])[0]).data


@extend_schema_view(
    list=extend_schema(summary="List roadmaps", description="Those of archived areas are left out."),
    retrieve=extend_schema(summary="One roadmap"),
)
class RoadmapViewSet(RoadmapWrites, PlanViewSet):
    serializer_class = RoadmapSerializer
    filterset_class = filters.RoadmapFilters
    expansions = expansions.OF_ROADMAPS
    queryset = Roadmap.objects.all()
    orderings = {name: name for name in ("code", "title", "state", "created_at", "updated_at")}

    def get_queryset(self) -> QuerySet[Roadmap]:
        rows = reach.visible_roadmaps(self.request).select_related("area", "cycle")
        return rows if self.detail else rows.filter(area__archived_at__isnull=True)

    def figures(self, rows: Sequence[Roadmap]) -> Sequence[Any]:
        return roadmaps_figures(rows, user=self.request.user, today=self.today)


@extend_schema_view(
    list=extend_schema(summary="List objectives", description="What is archived is left out."),
    retrieve=extend_schema(summary="One objective"),
)
class ObjectiveViewSet(ObjectiveWrites, PlanViewSet):
    serializer_class = ObjectiveSerializer
    filterset_class: Any = filters.ObjectiveFilters
    expansions = expansions.OF_OBJECTIVES
    queryset = Objective.objects.all()
    orderings = {
        name: name
        for name in ("code", "title", "position", "priority", "confidence", "created_at", "updated_at")
    }

    def get_queryset(self) -> QuerySet[Objective]:
        rows = reach.objectives_to_tell(self.request)
        return rows if self.detail else rows.filter(archived_at__isnull=True)

    def figures(self, rows: Sequence[Objective]) -> Sequence[Any]:
        return told_objectives(rows, self.request)


@extend_schema_view(
    list=extend_schema(summary="List key results", description="What is archived is left out."),
    retrieve=extend_schema(summary="One key result"),
)
class KeyResultViewSet(KeyResultWrites, PlanViewSet):
    serializer_class = KeyResultSerializer
    filterset_class: Any = filters.KeyResultFilters
    expansions = expansions.OF_KEY_RESULTS
    queryset = KeyResult.objects.all()
    orderings = {
        "due_on": Coalesce("due_on", "objective__roadmap__cycle__ends_on"),
        **{name: name for name in ("code", "title", "position", "created_at", "updated_at")},
    }

    def get_queryset(self) -> QuerySet[KeyResult]:
        rows = reach.key_results_to_tell(self.request)
        return rows if self.detail else rows.live()

    def figures(self, rows: Sequence[KeyResult]) -> Sequence[Any]:
        return told_key_results(rows, today=self.today)

    @property
    def keeps(self) -> Callable[[Model], bool] | None:
        """Whether a key result has the pace, and is as stale, as asked for; both follow from the day."""
        pace, stale = (self.request.query_params.get(name) for name in ("pace", "stale"))
        if pace is None and stale is None:
            return None
        today = self.today

        def keeps(row: Any) -> bool:
            figures = key_result_figures(row, today=today)
            return pace in (None, figures.pace) and stale in (None, str(figures.stale).lower())

        return keeps


class CheckInList(Lists, GenericViewSet):
    """Check-ins, the newest first."""

    serializer_class = CheckInSerializer
    filterset_class: Any = filters.CheckInFilters
    expansions = expansions.OF_PARTS
    queryset = CheckIn.objects.all()
    newest_first = True
    orderings = {name: name for name in ("effective_on", "created_at", "sequence", "status")}

    def get_queryset(self) -> QuerySet[CheckIn]:
        return reach.visible_check_ins(self.request).select_related("author", "corrects", "key_result")


@extend_schema_view(list=extend_schema(summary="List check-ins", description="The newest first."))
class CheckInViewSet(CheckInList):
    pass


@extend_schema_view(
    list=extend_schema(
        operation_id="key_results_check_ins_list",
        summary="List the check-ins of a key result",
        description="The newest first.",
    )
)
class KeyResultCheckInViewSet(CheckInList):
    """The check-ins of one key result, and the way to report another."""

    filterset_class = filters.CheckInsOfOneFilters
    write_scope = Scope.CHECK_IN

    def get_queryset(self) -> QuerySet[CheckIn]:
        return super().get_queryset().filter(key_result=self.key_result())

    def key_result(self) -> KeyResult:
        """The key result of the address. Raises Http404, also where the person may not see it."""
        rows = reach.visible_key_results(self.request)
        found = rows.select_related("objective__roadmap").filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        operation_id="key_results_check_ins_create",
        summary="Check in",
        description="Reports a value. Both of two at once are kept, one after the other; see docs/api.md.",
        request=ReportSerializer,
        responses={201: OpenApiResponse(KeptCheckInSerializer, description="Kept.")},
        parameters=key_parameters(201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        key_result = self.key_result()
        if (
            not KeyResult.objects.checkable_by(request.user, today_of(request))
            .filter(pk=key_result.pk)
            .exists()
        ):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "forbidden",
                _("You may not check in on %(code)s.") % {"code": key_result.code},
            )
        return once(request, partial(self._report, request, key_result))

    def _report(self, request: Request, key_result: KeyResult) -> Response:
        report = ReportSerializer(data=request.data, context={"key_result": key_result})
        report.is_valid(raise_exception=True)
        today = today_of(request)
        with refusals_as_problems():
            kept = record_check_in(
                key_result,
                author=request.user,
                now=timezone.now(),
                today=today,
                source=CheckIn.Source.API,
                **report.validated_data,
            )
        kept.figures = key_result_now(request, key_result.pk)  # type: ignore[attr-defined]
        return Response(KeptCheckInSerializer(kept).data, status=HTTPStatus.CREATED)

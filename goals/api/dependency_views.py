"""Needs for programs: read by whoever sees both sides, written and answered by whoever may on the pages."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import etag_of, refuse_unless_matched
from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import FieldError, Problem, invalid
from goals.actions.needs import (
    answer_dependency,
    ask_again,
    change_dependency,
    create_dependency,
    withdraw_dependency,
)
from goals.api import expansions, filters, reach
from goals.api.dependency_serializers import (
    AcceptSerializer,
    ChangedDependencySerializer,
    DeclineSerializer,
    DependencySerializer,
    NewDependencySerializer,
)
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.writes import NothingSerializer
from goals.models import Dependency, Objective, Roadmap

MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the need as it was read; may be left out. Without it a given answer stays.",
)
STANDS = {200: OpenApiResponse(DependencySerializer, description="The need as it now stands.")}


def _refuse_non_editors(request: Request, objective: Objective) -> None:
    """Raises Problem 403."""
    editable = Roadmap.objects.editable_by(request.user).filter(area__archived_at__isnull=True)
    if not editable.filter(pk=objective.roadmap_id).exists():
        sentence = _("What %(code)s needs is said by the leads of its area and the managers.")
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % {"code": objective.code})


def visible_dependencies(request: Request) -> QuerySet[Dependency]:
    """Those both sides of which the request may see; a partner is a side that everybody may see."""
    reached = reach.visible_objectives(request).order_by().values("pk")
    # As `visible_to` has it, of the objectives that the token reaches.
    rows = Dependency.objects.live().with_context()
    return rows.filter(Q(on_objective__isnull=True) | Q(on_objective__in=reached), objective__in=reached)


class DependencyList(Lists, GenericViewSet):
    orderings = {
        "asked_at": Coalesce("asked_again_at", "created_at"),
        **{name: name for name in ("answered_at", "created_at", "updated_at", "state")},
    }
    serializer_class = DependencySerializer
    expansions = expansions.OF_DEPENDENCIES
    queryset = Dependency.objects.all()

    def get_queryset(self) -> QuerySet[Dependency]:
        return visible_dependencies(self.request)

    def told(self, row: Dependency) -> Any:
        """What is read of a row now."""
        return self.get_serializer(visible_dependencies(self.request).get(pk=row.pk)).data


@extend_schema_view(
    list=extend_schema(
        summary="List dependencies",
        description="Who waits for whom, in the order they were asked for; of objectives in the plan.",
    ),
    retrieve=extend_schema(summary="One dependency"),
)
class DependencyViewSet(DependencyList, RetrieveModelMixin):
    """One need: changed by its own side, answered by the other."""

    filterset_class: Any = filters.DependencyFilters
    lookup_url_kwarg = "dependency_id"
    lookup_value_regex = "[0-9]{1,18}"
    matches_deletes = True

    def get_queryset(self) -> QuerySet[Dependency]:
        rows = super().get_queryset()
        return rows if self.detail else rows.in_plan()  # type: ignore[attr-defined]

    @extend_schema(
        summary="Change a dependency",
        description="By its own side. What is left out stays as it is; other words take the answer back.",
        request=ChangedDependencySerializer,
        responses=DependencySerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        given = ChangedDependencySerializer(row, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            change_dependency(
                row, by=request.user, now=timezone.now(), version=row.version, **given.validated_data
            )
        told = self.told(row)
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        summary="Withdraw a dependency",
        description="By its own side: it is needed no more. Its history stays.",
        responses={204: OpenApiResponse(description="It is withdrawn.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        with refusals_as_problems():
            withdraw_dependency(row, by=request.user, now=timezone.now(), version=row.version)
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(
        operation_id="dependencies_accept",
        summary="Accept what is asked for",
        description="By whoever edits the plan of what is needed; of a partner, by its own side.",
        request=AcceptSerializer,
        responses=STANDS,
        parameters=[*key_parameters(200), MATCH],
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, dependency_id: str) -> Response:
        return self._answer(request, Dependency.Answer.ACCEPTED, AcceptSerializer)

    @extend_schema(
        operation_id="dependencies_decline",
        summary="Decline what is asked for",
        description="By whoever edits the plan of what is needed; of a partner, by its own side.",
        request=DeclineSerializer,
        responses=STANDS,
        parameters=[*key_parameters(200), MATCH],
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, dependency_id: str) -> Response:
        return self._answer(request, Dependency.Answer.DECLINED, DeclineSerializer)

    @extend_schema(
        operation_id="dependencies_ask_again",
        summary="Ask again",
        description="By its own side: the answer is taken back, and another is waited for.",
        request=NothingSerializer,
        responses=STANDS,
        parameters=[*key_parameters(200), MATCH],
    )
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, dependency_id: str) -> Response:
        row: Dependency = self.get_object()
        _refuse_non_editors(request, row.objective)
        return once(request, partial(self._step, request, row, NothingSerializer, ask_again))

    def _answer(self, request: Request, answer: str, body: type[serializers.Serializer]) -> Response:
        row: Dependency = self.get_object()
        if not Dependency.objects.answerable_by(request.user).filter(pk=row.pk).exists():
            code = (row.on_objective or row.objective).code
            sentence = _("This is answered by the leads of %(code)s and the managers.") % {"code": code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return once(
            request, partial(self._step, request, row, body, partial(answer_dependency, answer=answer))
        )

    def _step(self, request: Request, row: Dependency, body: Any, act: Any) -> Response:
        version = None
        if "If-Match" in request.headers:
            refuse_unless_matched(request, self.get_serializer(row).data)
            version = row.version
        given = body(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            act(row, by=request.user, now=timezone.now(), version=version, **given.validated_data)
        told = self.told(row)
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    def _matched(self, request: Request) -> Dependency:
        """The row of the address, where the request may change it and knows what it reads."""
        row: Dependency = self.get_object()
        _refuse_non_editors(request, row.objective)
        refuse_unless_matched(request, self.get_serializer(row).data)
        return row


class DependenciesOfOne(DependencyList):
    """Those of one objective."""

    end: str

    def get_queryset(self) -> QuerySet[Dependency]:
        return super().get_queryset().filter(**{self.end: self.objective()})

    def objective(self) -> Objective:
        """The objective of the address. Raises Http404, also where the person may not see it."""
        return reach.objective_named(self.request, self.kwargs["code"])


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_needed_by_list",
        summary="List what waits for an objective",
        description="What you do not see is not there.",
    )
)
class NeededByViewSet(DependenciesOfOne):
    end = "on_objective"


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_needs_list",
        summary="List what an objective needs",
        description="What you do not see is not there.",
    )
)
class NeedsViewSet(DependenciesOfOne):
    end = "objective"

    @extend_schema(
        operation_id="objectives_needs_create",
        summary="Ask for something",
        description="By whoever edits the plan of the objective; the other side then accepts or declines.",
        request=NewDependencySerializer,
        responses={201: OpenApiResponse(DependencySerializer, description="Asked for.")},
        parameters=key_parameters(201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        objective = self.objective()
        _refuse_non_editors(request, objective)
        return once(request, partial(self._ask, request, objective))

    def _ask(self, request: Request, objective: Objective) -> Response:
        given = NewDependencySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        if "on_objective" in fields:
            fields["on_objective"] = self._needed(request, fields["on_objective"])
        with refusals_as_problems():
            kept = create_dependency(objective, by=request.user, now=timezone.now(), **fields)
        return Response(self.told(kept), status=HTTPStatus.CREATED)

    def _needed(self, request: Request, code: str) -> Objective:
        """What one may not see is as absent as what there is not."""
        rows = reach.visible_objectives(request).live()  # type: ignore[attr-defined]
        found = rows.named(code).first() if "\0" not in code else None
        if found is None:
            sentence = _("There is no objective with this code.")
            raise invalid([FieldError("on_objective", "invalid", sentence)])
        return found

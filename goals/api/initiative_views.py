"""Initiatives for programs: read by whoever sees the key result, written by whoever may on the pages."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import etag_of, refuse_unless_matched, today_of
from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from goals.actions.initiatives import change_initiative, create_initiative, move_initiative
from goals.api import expansions, filters, reach
from goals.api.idempotency import HEADER, once
from goals.api.initiative_serializers import (
    ChangedInitiativeSerializer,
    InitiativeSerializer,
    NewInitiativeSerializer,
)
from goals.api.refusals import refusals_as_problems
from goals.models import Initiative, KeyResult


class InitiativeList(Lists, GenericViewSet):
    orderings = {name: name for name in ("title", "due_on", "state", "position", "created_at", "updated_at")}
    serializer_class = InitiativeSerializer
    filterset_class: Any = filters.InitiativeFilters
    expansions = expansions.OF_PARTS
    queryset = Initiative.objects.all()

    def get_queryset(self) -> QuerySet[Initiative]:
        return reach.visible_initiatives(self.request).with_context()

    def told(self, row: Initiative) -> Any:
        """What is read of a row now."""
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data

    def place(self, row: Initiative, position: int | None) -> None:
        if position is not None:
            move_initiative(row, by=self.request.user, now=timezone.now(), place=position)


def _not_allowed(code: str) -> Problem:
    sentence = _("What is done for %(code)s is written down by its owner and the people of its area.")
    return Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % {"code": code})


@extend_schema_view(
    list=extend_schema(
        summary="List initiatives", description="In the order they were made; what is archived is left out."
    ),
    retrieve=extend_schema(summary="One initiative"),
)
class InitiativeViewSet(InitiativeList, RetrieveModelMixin):
    """One initiative is changed by the people of its key result, and by its own owner."""

    lookup_url_kwarg = "initiative_id"
    lookup_value_regex = "[0-9]{1,18}"
    # A DELETE names in If-Match what was read, as a PATCH does.
    matches_deletes = True

    def get_queryset(self) -> QuerySet[Initiative]:
        rows = super().get_queryset()
        return rows if self.detail else rows.live()  # type: ignore[attr-defined]

    @extend_schema(
        summary="Change an initiative",
        description="What is left out stays as it is. `position` moves it within its key result.",
        request=ChangedInitiativeSerializer,
        responses=InitiativeSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        given = ChangedInitiativeSerializer(row, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        position = fields.pop("position", None)
        with refusals_as_problems(), transaction.atomic():
            self._change(row, fields)
            self.place(row, position)
        told = self.told(row)
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        summary="Drop an initiative",
        description="Nothing is deleted: its state is `dropped` afterwards, as on the page.",
        responses={204: OpenApiResponse(description="It is dropped.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        with refusals_as_problems():
            self._change(row, {"state": Initiative.State.DROPPED})
        return Response(status=HTTPStatus.NO_CONTENT)

    def _matched(self, request: Request) -> Initiative:
        """The row of the address, where the request may change it and knows what it reads."""
        row: Initiative = self.get_object()
        if not Initiative.objects.editable_by(request.user, today_of(request)).filter(pk=row.pk).exists():
            raise _not_allowed(row.key_result.code)
        refuse_unless_matched(request, self.get_serializer(row).data)
        return row

    def _change(self, row: Initiative, fields: dict[str, Any]) -> None:
        change_initiative(row, by=self.request.user, now=timezone.now(), version=row.version, **fields)


@extend_schema_view(
    list=extend_schema(
        operation_id="key_results_initiatives_list",
        summary="List the initiatives of a key result",
        description="In the order they were made; `position` tells the order by hand.",
    )
)
class KeyResultInitiativeViewSet(InitiativeList):
    """The initiatives of one key result, and the way to add another."""

    filterset_class = filters.InitiativesOfOneFilters

    def get_queryset(self) -> QuerySet[Initiative]:
        return super().get_queryset().filter(key_result=self.key_result())

    def key_result(self) -> KeyResult:
        """The key result of the address. Raises Http404, also where the person may not see it."""
        rows = reach.visible_key_results(self.request).select_related("objective__roadmap")
        found = rows.filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        operation_id="key_results_initiatives_create",
        summary="Add an initiative",
        description="The last of its key result, or the one at `position`.",
        request=NewInitiativeSerializer,
        responses={201: OpenApiResponse(InitiativeSerializer, description="Added.")},
        parameters=[
            OpenApiParameter(
                HEADER,
                str,
                OpenApiParameter.HEADER,
                description="Sent again with the same key, the request takes effect once.",
            ),
            OpenApiParameter(
                "Idempotency-Replayed",
                str,
                OpenApiParameter.HEADER,
                response=[201],
                description="`true` where this request took effect before.",
            ),
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        key_result = self.key_result()
        if (
            not KeyResult.objects.checkable_by(request.user, today_of(request))
            .filter(pk=key_result.pk)
            .exists()
        ):
            raise _not_allowed(key_result.code)
        return once(request, partial(self._add, request, key_result))

    def _add(self, request: Request, key_result: KeyResult) -> Response:
        given = NewInitiativeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        position = fields.pop("position", None)
        with refusals_as_problems(), transaction.atomic():
            row = create_initiative(key_result, by=request.user, now=timezone.now(), **fields)
            self.place(row, position)
        return Response(self.told(row), status=HTTPStatus.CREATED)

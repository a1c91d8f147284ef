"""Writing a row of the plan: by whom it may be, over what was read of it, told as it now stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched
from accounts.api.fields import TextField
from accounts.api.json import dumps
from accounts.api.problems import FieldError, Problem, invalid
from areas.models import Area
from areas.permissions import can_edit_plan
from goals.api.fields import StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems

LONGEST_REASON = 2000
Body = type[serializers.Serializer]
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what is to be changed, as it was read; may be left out.",
)


class NothingSerializer(StrictSerializer):
    """No field; a body of `{}` or none."""


class ReasonSerializer(StrictSerializer):
    """Why, for the history; may be left out."""

    reason = TextField(required=False, allow_blank=True, max_length=LONGEST_REASON)


def adds(operation_id: str, summary: str, description: str, body: Any, told: Any) -> Callable[[Any], Any]:
    """The schema of a POST to a list."""
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        request=body,
        responses={201: OpenApiResponse(told, description="Made.")},
        parameters=key_parameters(201),
    )


def verb(operation_id: str, summary: str, description: str, body: Any, told: Any) -> Callable[[Any], Any]:
    """The schema of a POST to a verb of a row."""
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        request=body,
        responses={200: OpenApiResponse(told, description="As it now stands.")},
        parameters=[*key_parameters(200), IF_MATCH],
    )


def removes(summary: str, description: str, then: str, *, with_reason: bool = False) -> Callable[[Any], Any]:
    """The schema of a DELETE."""
    why = OpenApiParameter("reason", str, description="Why, for the history; up to 2000 characters.")
    return extend_schema(
        summary=summary,
        description=description,
        responses={204: OpenApiResponse(description=then)},
        parameters=[why] if with_reason else [],
    )


def refuse_non_editors(request: Request, area: Area) -> None:
    """Raises Problem: 403 who does not edit the plan of the area, 409 where the area is archived."""
    if not can_edit_plan(request.user, area):
        sentence = _("The plan of %(area)s is edited by its leads and by managers.") % {"area": area.name}
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
    if area.archived_at is not None:
        sentence = _("%(area)s is archived.") % {"area": area.name}
        raise Problem(HTTPStatus.CONFLICT, "archived", sentence)


class Writes(Endpoint, GenericViewSet):
    """The actions judge, as on the pages; whether the person may is asked first, then what they read."""

    # A DELETE names in If-Match what was read, as a PATCH does.
    matches_deletes = True
    # Whether a DELETE may say why, in its query.
    takes_reason = False
    # The fields at which sentences about a whole row stand on the page.
    places: Mapping[str, str | None] = {}

    def known_parameters(self) -> set[str]:
        says_why = self.takes_reason and self.request.method == "DELETE"
        return super().known_parameters() | ({"reason"} if says_why else set())

    def told(self, row: Any) -> Any:
        """What is read of a row of `get_queryset`."""
        return self.get_serializer(row).data

    def refuse_strangers(self, row: Any) -> None:
        """Raises Problem 403 where the person may read the row and not change it."""
        raise NotImplementedError

    def stands(self, row: Any, status: int = HTTPStatus.OK) -> Response:
        told = self.told(self.get_queryset().get(pk=row.pk))
        return Response(told, status=status, headers={"ETag": etag_of(dumps(told))})

    def change(self, request: Request, body: Body, act: Callable[..., Any]) -> Response:
        row = self._matched(request)
        given = self.given(request, body, row)
        with refusals_as_problems(self.places):
            act(row, by=request.user, now=timezone.now(), version=row.version, **given)
        return self.stands(row)

    def remove(self, request: Request, act: Callable[..., Any]) -> Response:
        row = self._matched(request)
        why = self._why(request) if self.takes_reason else {}
        with refusals_as_problems(self.places):
            act(row, by=request.user, now=timezone.now(), version=getattr(row, "version", None), **why)
        return Response(status=HTTPStatus.NO_CONTENT)

    def add(self, request: Request, body: Body, act: Callable[..., Any], **context: Any) -> Response:
        """What `act` makes of what was given. The caller has asked whether the person may."""
        return once(request, partial(self._add, request, body, act, context))

    def step(self, request: Request, body: Body, act: Callable[..., Any]) -> Response:
        """A verb of the row; with `If-Match` on the version that was read alone."""
        row = self.get_object()
        self.refuse_strangers(row)
        return once(request, partial(self._step, request, row, body, act))

    def given(self, request: Request, body: Body, row: Any = None, **context: Any) -> dict[str, Any]:
        context |= {"request": request}
        read = body(row, data=request.data, partial=row is not None, context=context)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _why(self, request: Request) -> dict[str, str]:
        reason = request.query_params.get("reason", "")
        if len(reason) > LONGEST_REASON:
            sentence = _("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON}
            raise invalid([FieldError("reason", "max_length", sentence)])
        return {"reason": reason}

    def _add(
        self, request: Request, body: Body, act: Callable[..., Any], context: dict[str, Any]
    ) -> Response:
        given = self.given(request, body, **context)
        with refusals_as_problems(self.places):
            row = act(by=request.user, now=timezone.now(), **given)
        return self.stands(row, HTTPStatus.CREATED)

    def _step(self, request: Request, row: Any, body: Body, act: Callable[..., Any]) -> Response:
        version = None
        if "If-Match" in request.headers:
            refuse_unless_matched(request, self.told(row))
            version = row.version
        given = self.given(request, body)
        with refusals_as_problems(self.places):
            act(row, by=request.user, now=timezone.now(), version=version, **given)
        return self.stands(row)

    def _matched(self, request: Request) -> Any:
        """The row of the address, where the request may change it and knows what it reads."""
        row = self.get_object()
        self.refuse_strangers(row)
        refuse_unless_matched(request, self.told(row))
        return row

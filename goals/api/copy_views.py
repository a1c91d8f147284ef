"""Copying by programs."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, today_of
from accounts.api.fields import TextField
from accounts.api.problems import FieldError, Problem, invalid
from areas.api.reach import areas_in_reach
from areas.permissions import can_edit_plan
from goals.actions.copying import Days, Values, Wanted, copy_key_result, copy_objective, copy_roadmap
from goals.api import reach
from goals.api.fields import StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.forms.copies import named_area, unmade_roadmap
from goals.models import KeyResult, Objective, Roadmap

PARAMETERS = key_parameters(201)


COPIED = {
    "code": "EDGE-25H1-O1",
    "codes": ["EDGE-25H1-O1", "EDGE-25H1-O1-KR1"],
    "notes": ["EDGE-25H1-O1-KR1 has no owner: Ada Lovelace has left, or cannot see it there."],
}


@extend_schema_serializer(examples=[OpenApiExample("A copy", value=COPIED, response_only=True)])
class CopiedSerializer(serializers.Serializer):
    """What a copy made."""

    code = serializers.CharField(source="row.code", help_text="Of the copy.")
    codes = serializers.ListField(
        child=serializers.CharField(), help_text="Of every objective, key result and risk that was made."
    )
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What is not as it was, each as a sentence."
    )


class WantedSerializer(StrictSerializer):
    risks = serializers.BooleanField(default=True, help_text="Open ones, with their steps.")
    initiatives = serializers.BooleanField(default=False)
    values = serializers.ChoiceField(Values.choices, default=Values.START_OVER)
    days = serializers.ChoiceField(Days.choices, default=Days.SHIFTED)


class CopyKeyResultSerializer(WantedSerializer):
    objective = TextField(max_length=40, help_text="The code of the objective it is copied into.")


class CopyObjectiveSerializer(WantedSerializer):
    roadmap = TextField(max_length=30, help_text="The code of the roadmap it is copied into: EDGE-25H1.")
    descriptions = serializers.BooleanField(default=True)
    key_results = serializers.BooleanField(default=True)
    needs = serializers.BooleanField(default=False, help_text="Asked anew.")


class CopyView(Endpoint):
    """Whoever sees the original copies it into a plan that they edit."""

    given_by: type[serializers.Serializer]
    place_name = "roadmap"

    def rows(self, request: Request) -> QuerySet[Any]:
        raise NotImplementedError

    def act(self, row: Any, place: Any, wanted: Wanted, **who: Any) -> Any:
        raise NotImplementedError

    def place_named(self, request: Request, code: str) -> Any:
        """The place and the roadmap it is of; None where the request does not see it."""
        return reach.visible_roadmaps(request).filter(code=code).select_related("area", "cycle").first()

    def step(self, request: Request, code: str) -> Response:
        row = self.rows(request).filter(code=code).first()
        if row is None:
            raise Http404
        return once(request, partial(self._step, request, row))

    def _step(self, request: Request, row: Any) -> Response:
        given = self.given_by(data=request.data)
        given.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(given.validated_data)
        code = wanted.pop(self.place_name)
        place = self.place_named(request, code) if "\0" not in code else None
        if place is None:
            sentence = _("There is none with this code.")
            raise invalid([FieldError(self.place_name, "invalid", sentence)])
        roadmap = place.roadmap if isinstance(place, Objective) else place
        is_unmade = roadmap.pk is None
        if not is_unmade and not reach.editable_roadmaps(request).filter(pk=roadmap.pk).exists():
            sentence = _("The leads of %(code)s and the managers fill this plan.") % {"code": roadmap.code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        with refusals_as_problems():
            copied = self.act(
                row, place, Wanted(**wanted), by=request.user, now=timezone.now(), today=today_of(request)
            )
        return Response(CopiedSerializer(copied).data, status=HTTPStatus.CREATED)


def _schema(operation: str, summary: str, given: Any) -> Any:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description="Into a plan that you edit. Check-ins, scores and comments stay behind.",
        request=given,
        responses={201: OpenApiResponse(CopiedSerializer, description="Copied.")},
        parameters=PARAMETERS,
    )


class KeyResultCopyView(CopyView):
    given_by, place_name = CopyKeyResultSerializer, "objective"

    def rows(self, request: Request) -> QuerySet[KeyResult]:
        return reach.visible_key_results(request).live().with_context()

    def place_named(self, request: Request, code: str) -> Any:
        rows = reach.visible_objectives(request).live()  # type: ignore[attr-defined]
        return rows.filter(code=code).select_related("roadmap__area", "roadmap__cycle").first()

    def act(self, row: KeyResult, place: Objective, wanted: Wanted, **who: Any) -> Any:
        return copy_key_result(row, place, wanted, **who)

    @_schema("key_results_copy", "Copy a key result", CopyKeyResultSerializer)
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)


class ObjectiveCopyView(CopyView):
    given_by = CopyObjectiveSerializer

    def rows(self, request: Request) -> QuerySet[Objective]:
        rows = reach.visible_objectives(request).live()  # type: ignore[attr-defined]
        return rows.select_related("owner", "reviewer", "roadmap__cycle", "roadmap__area")

    def act(self, row: Objective, place: Roadmap, wanted: Wanted, **who: Any) -> Any:
        return copy_objective(row, place, wanted, **who)

    @_schema("objectives_copy", "Copy an objective", CopyObjectiveSerializer)
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)


class RoadmapCopyView(CopyView):
    given_by = CopyObjectiveSerializer

    def rows(self, request: Request) -> QuerySet[Roadmap]:
        rows = reach.visible_roadmaps(request).filter(area__archived_at__isnull=True)
        return rows.select_related("area", "cycle")

    def place_named(self, request: Request, code: str) -> Roadmap | None:
        """Also one that has not been begun; of an area of others it is not told whether it has one."""
        area = named_area(code)
        if area is None or not areas_in_reach(request).filter(pk=area.pk).exists():
            return None
        if not can_edit_plan(request.user, area):
            sentence = _("The leads of %(code)s and the managers fill this plan.") % {"code": area.key}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        unmade = unmade_roadmap(request.user, code)
        found: Roadmap | None = super().place_named(request, code)
        return unmade or found

    def act(self, row: Roadmap, place: Roadmap, wanted: Wanted, **who: Any) -> Any:
        return copy_roadmap(row, place, wanted, **who)

    @_schema("roadmaps_copy", "Copy a roadmap", CopyObjectiveSerializer)
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)

"""Moving key results and objectives, by programs."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched
from accounts.api.fields import TextField
from accounts.api.json import dumps
from accounts.api.problems import FieldError, Problem, invalid
from goals.actions.moving import move_key_result, move_objective
from goals.api import reach
from goals.api.fields import StrictSerializer
from goals.api.figures import key_result_now
from goals.api.idempotency import key_parameters, once
from goals.api.objective_rows import told_objectives
from goals.api.refusals import refusals_as_problems
from goals.api.serializers import KeyResultSerializer, ObjectiveSerializer
from goals.models import KeyResult, MovedCode, Objective, Roadmap

WHY = "Needed in a cycle that has begun; the history keeps it."
PARAMETERS = [
    *key_parameters(200),
    OpenApiParameter(
        "If-Match", str, OpenApiParameter.HEADER, description="The ETag as it was read; may be left out."
    ),
]


class MoveKeyResultSerializer(StrictSerializer):
    objective = TextField(max_length=40, help_text="The code of another objective of the cycle.")
    reason = TextField(required=False, allow_blank=True, max_length=2000, help_text=WHY)


class MoveObjectiveSerializer(StrictSerializer):
    roadmap = TextField(max_length=30, help_text="The code of another roadmap of the cycle: EDGE-24H2.")
    reason = TextField(required=False, allow_blank=True, max_length=2000, help_text=WHY)


def objective_now(request: Request, objective_id: int) -> Any:
    """The figures of an objective after a write, as a GET of it tells them."""
    rows = reach.with_kin(Objective.objects.all(), reach.visible_objectives(request)).select_related(
        "owner", "reviewer", "roadmap__area", "roadmap__cycle"
    )
    return told_objectives([rows.get(pk=objective_id)], request)[0]


class MoveView(Endpoint):
    """A step of whoever edits both plans: answers with the row under its new code."""

    given_by: type[serializers.Serializer]
    told_by: type[serializers.Serializer]
    place_name = ""
    kind = ""

    def rows(self, request: Request) -> QuerySet[Any]:
        raise NotImplementedError

    def roadmap_of(self, row: Any) -> Roadmap:
        raise NotImplementedError

    def place_named(self, request: Request, code: str) -> Any:
        """Of plans that the person edits; anything else is as absent as what there is not."""
        raise NotImplementedError

    def now(self, request: Request, row: Any) -> Any:
        raise NotImplementedError

    def act(self, row: Any, place: Any, **options: Any) -> Any:
        raise NotImplementedError

    def step(self, request: Request, code: str) -> Response:
        row = self.rows(request).filter(code=code).first()
        if row is None:
            seen = self.rows(request).order_by().values("pk")
            if not MovedCode.objects.filter(code=code, **{f"{self.kind}__in": seen}).exists():
                raise Http404
            # Sent again because no answer arrived, it finds its answer where it was sent to first.
            return once(request, self._moved_on)
        if not reach.editable_roadmaps(request).filter(pk=self.roadmap_of(row).pk).exists():
            sentence = _("%(code)s is moved by who edits its plan.") % {"code": code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return once(request, partial(self._step, request, row))

    def _moved_on(self) -> Response:
        raise Http404

    def _step(self, request: Request, row: Any) -> Response:
        version = None
        if "If-Match" in request.headers:
            refuse_unless_matched(request, self.told_by(self.now(request, row)).data)
            version = row.version
        given = self.given_by(data=request.data)
        given.is_valid(raise_exception=True)
        place = self.place_named(request, given.validated_data[self.place_name])
        if place is None:
            sentence = _("There is none with this code whose plan you edit.")
            raise invalid([FieldError(self.place_name, "invalid", sentence)])
        with refusals_as_problems():
            self.act(
                row,
                place,
                by=request.user,
                now=timezone.now(),
                version=version,
                reason=given.validated_data.get("reason", ""),
            )
        told = self.told_by(self.now(request, row)).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})


class KeyResultMoveView(MoveView):
    given_by, told_by = MoveKeyResultSerializer, KeyResultSerializer
    place_name, kind = "objective", "key_result"

    def rows(self, request: Request) -> QuerySet[KeyResult]:
        return reach.visible_key_results(request).live().select_related("objective__roadmap")

    def roadmap_of(self, row: KeyResult) -> Roadmap:
        return row.objective.roadmap

    def place_named(self, request: Request, code: str) -> Objective | None:
        roadmaps = reach.editable_roadmaps(request)
        rows = Objective.objects.live().filter(roadmap__in=roadmaps.order_by().values("pk"), code=code)
        return rows.select_related("roadmap").first()

    def now(self, request: Request, row: KeyResult) -> Any:
        return key_result_now(request, row.pk)

    def act(self, row: KeyResult, place: Objective, **options: Any) -> Any:
        return move_key_result(row, place, **options)

    @extend_schema(
        operation_id="key_results_move",
        summary="Move a key result",
        description="To another objective of its cycle; you edit both plans. Its old code leads to it.",
        request=MoveKeyResultSerializer,
        responses={200: OpenApiResponse(KeyResultSerializer, description="Under its new code.")},
        parameters=PARAMETERS,
    )
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)


class ObjectiveMoveView(MoveView):
    given_by, told_by = MoveObjectiveSerializer, ObjectiveSerializer
    place_name, kind = "roadmap", "objective"

    def rows(self, request: Request) -> QuerySet[Objective]:
        return reach.visible_objectives(request).live().select_related("roadmap")  # type: ignore[attr-defined]

    def roadmap_of(self, row: Objective) -> Roadmap:
        return row.roadmap

    def place_named(self, request: Request, code: str) -> Roadmap | None:
        return reach.editable_roadmaps(request).filter(code=code).first()

    def now(self, request: Request, row: Objective) -> Any:
        return objective_now(request, row.pk)

    def act(self, row: Objective, place: Roadmap, **options: Any) -> Any:
        return move_objective(row, place, **options)

    @extend_schema(
        operation_id="objectives_move",
        summary="Move an objective",
        description="To another roadmap of its cycle, with all below it; you edit both plans. Its old code "
        "and those of its key results and risks lead to them.",
        request=MoveObjectiveSerializer,
        responses={200: OpenApiResponse(ObjectiveSerializer, description="Under its new code.")},
        parameters=PARAMETERS,
    )
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)

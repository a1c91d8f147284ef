"""Pausing a key result and ending the pause, by programs."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched, today_of
from accounts.api.fields import TextField
from accounts.api.json import dumps
from accounts.api.problems import Problem
from goals.actions.pauses import pause_key_result, resume_key_result
from goals.api import reach
from goals.api.fields import PlainDateField, StrictSerializer
from goals.api.figures import key_result_now
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.serializers import KeyResultSerializer
from goals.api.writes import NothingSerializer
from goals.models import KeyResult
from goals.models.pausing import PAUSE_REASON_LENGTH

PARAMETERS = [
    *key_parameters(200),
    OpenApiParameter(
        "If-Match",
        str,
        OpenApiParameter.HEADER,
        description="The ETag of the key result as it was read; may be left out.",
    ),
]
STANDS = {200: OpenApiResponse(KeyResultSerializer, description="The key result as it now stands.")}


class PauseSerializer(StrictSerializer):
    until = PlainDateField(help_text="The day that asks again; after today, in the cycle.")
    reason = TextField(max_length=PAUSE_REASON_LENGTH, help_text="Why, for everybody who reads it.")


class PausingView(Endpoint):
    """A step of whoever may check in: answers with the key result as it now stands."""

    given_by: type[serializers.Serializer]

    def act(self, row: KeyResult, **options: Any) -> KeyResult:
        raise NotImplementedError

    def step(self, request: Request, code: str) -> Response:
        row = (
            reach.visible_key_results(request).select_related("objective__roadmap").filter(code=code).first()
        )
        if row is None:
            raise Http404
        if not KeyResult.objects.checkable_by(request.user, today_of(request)).filter(pk=row.pk).exists():
            sentence = _("You may not pause %(code)s: that is for those who check in on it.") % {"code": code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return once(request, partial(self._step, request, row))

    def _step(self, request: Request, row: KeyResult) -> Response:
        version = None
        if "If-Match" in request.headers:
            read = key_result_now(request, row.pk)
            refuse_unless_matched(request, KeyResultSerializer(read).data)
            version = read.key_result.version
        given = self.given_by(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            self.act(
                row,
                by=request.user,
                now=timezone.now(),
                today=today_of(request),
                version=version,
                **given.validated_data,
            )
        told = KeyResultSerializer(key_result_now(request, row.pk)).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})


class KeyResultPauseView(PausingView):
    given_by = PauseSerializer

    def act(self, row: KeyResult, **options: Any) -> KeyResult:
        return pause_key_result(row, **options)

    @extend_schema(
        operation_id="key_results_pause",
        summary="Pause a key result",
        description="Nothing is asked about it until a day. One that is paused goes on under the new reason.",
        request=PauseSerializer,
        responses=STANDS,
        parameters=PARAMETERS,
    )
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)


class KeyResultResumeView(PausingView):
    given_by = NothingSerializer

    def act(self, row: KeyResult, **options: Any) -> KeyResult:
        return resume_key_result(row, **options)

    @extend_schema(
        operation_id="key_results_resume",
        summary="End the pause of a key result",
        description="It is asked about again from today on.",
        request=NothingSerializer,
        responses=STANDS,
        parameters=PARAMETERS,
    )
    def post(self, request: Request, code: str) -> Response:
        return self.step(request, code)

"""The draft of a key result's next check-in, by its author's programs; nobody else finds it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched, today_of
from accounts.api.json import dumps
from accounts.api.problems import Problem
from accounts.models import Scope
from areas.api.reach import in_reach
from goals.actions.drafts import as_typed, discard_draft, keep_draft, may_check_in, refuse_nothing, send_draft
from goals.api import reach
from goals.api.check_in_serializers import KeptCheckInSerializer
from goals.api.draft_serializers import CheckInDraftSerializer, WrittenDraftSerializer
from goals.api.figures import key_result_now
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.writes import NothingSerializer
from goals.models import CheckIn, CheckInDraft, KeyResult

AREA = "key_result__objective__roadmap__area"


def own_drafts(request: Request) -> QuerySet[CheckInDraft]:
    """Those of the person, of what the token reaches."""
    return CheckInDraft.objects.of(request.user).filter(in_reach(request, AREA)).with_context()


def refuse_who_may_not(request: Request, key_result: KeyResult) -> None:
    if not may_check_in(request.user, key_result, today_of(request)):
        sentence = _("You may not check in on %(code)s.") % {"code": key_result.code}
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)


@extend_schema_view(
    list=extend_schema(
        operation_id="drafts_list",
        summary="List your drafts",
        description="Your own alone, in the order they were begun.",
    )
)
class CheckInDraftViewSet(Endpoint, ListModelMixin, GenericViewSet):
    serializer_class = CheckInDraftSerializer
    queryset = CheckInDraft.objects.all()
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[CheckInDraft]:
        return own_drafts(self.request)


class KeyResultDraftView(Endpoint):
    """One draft per person and key result."""

    write_scope = Scope.CHECK_IN
    # A DELETE names in If-Match what was read, as a PUT over what is there does.
    matches_deletes = True

    def draft(self, code: str) -> CheckInDraft | None:
        return own_drafts(self.request).filter(key_result__code=code).first()

    def draft_or_404(self, code: str) -> CheckInDraft:
        draft = self.draft(code)
        if draft is None:
            raise Http404
        return draft

    @extend_schema(
        operation_id="key_results_draft_retrieve",
        summary="Your draft of a check-in",
        description="404 where you have none; those of others are nowhere.",
        responses=CheckInDraftSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        return Response(CheckInDraftSerializer(self.draft_or_404(code)).data)

    @extend_schema(
        operation_id="key_results_draft_update",
        summary="Keep a draft",
        description=(
            "In place of the one there is, which `If-Match` names as it was read; 201 where there was none. "
            "What is left out is empty afterwards. With `send_at` it is sent then."
        ),
        request=WrittenDraftSerializer,
        responses={
            200: OpenApiResponse(CheckInDraftSerializer, description="Kept."),
            201: OpenApiResponse(CheckInDraftSerializer, description="Begun."),
        },
    )
    def put(self, request: Request, code: str) -> Response:
        rows = reach.visible_key_results(request).select_related(
            "objective__roadmap__cycle", "objective__roadmap__area"
        )
        key_result = rows.filter(code=code).first()
        if key_result is None:
            raise Http404
        refuse_who_may_not(request, key_result)
        given = WrittenDraftSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        send_at, written = _written(dict(given.validated_data), key_result)
        with refusals_as_problems():
            refuse_nothing(CheckInDraft(**written))
        before = self.draft(code)
        if before is not None:
            refuse_unless_matched(request, CheckInDraftSerializer(before).data)
        elif request.headers.get("If-Match"):
            sentence = _("There is no draft any more.")
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "stale_version", sentence)
        with refusals_as_problems():
            keep_draft(
                key_result,
                author=request.user,
                now=timezone.now(),
                version=before.version if before else None,
                send_at=send_at,
                **written,
            )
        told = CheckInDraftSerializer(self.draft_or_404(code)).data
        status = HTTPStatus.OK if before else HTTPStatus.CREATED
        return Response(told, status=status, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        operation_id="key_results_draft_destroy",
        summary="Throw a draft away",
        description="For good: there is no history of drafts.",
        responses={204: OpenApiResponse(description="It is gone.")},
    )
    def delete(self, request: Request, code: str) -> Response:
        draft = self.draft_or_404(code)
        refuse_unless_matched(request, CheckInDraftSerializer(draft).data)
        with refusals_as_problems():
            discard_draft(draft, version=draft.version)
        return Response(status=HTTPStatus.NO_CONTENT)


class KeyResultDraftSendView(KeyResultDraftView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="key_results_draft_send",
        summary="Send a draft now",
        description="Answers with the check-in that it becomes. What is refused stays a draft.",
        request=NothingSerializer,
        responses={201: OpenApiResponse(KeptCheckInSerializer, description="Sent.")},
        parameters=key_parameters(201),
    )
    def post(self, request: Request, code: str) -> Response:
        return once(request, partial(self._send, request, code))

    def _send(self, request: Request, code: str) -> Response:
        draft = self.draft_or_404(code)
        NothingSerializer(data=request.data).is_valid(raise_exception=True)
        refuse_who_may_not(request, draft.key_result)
        with refusals_as_problems():
            kept: Any = send_draft(
                draft, now=timezone.now(), today=today_of(request), source=CheckIn.Source.API
            )
        kept.figures = key_result_now(request, kept.key_result_id)
        return Response(KeptCheckInSerializer(kept).data, status=HTTPStatus.CREATED)


def _written(given: dict[str, Any], key_result: KeyResult) -> tuple[datetime | None, dict[str, Any]]:
    """When it is to be sent, and the fields of the draft."""
    value = given.get("value")
    given["value_text"] = "" if value is None else as_typed(value, key_result)
    given["is_no_change"] = given.pop("no_change", False)
    return given.pop("send_at", None), given

"""What happened, newest first, for programs: as far as the person may see it and the token reaches."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.lists import Lists, asks_for_csv
from accounts.api.pagination import CursorPages
from accounts.api.problems import FieldError, invalid
from accounts.models import User
from areas.api.reach import areas_in_reach, bound_area
from areas.models import Area
from goals.actions.activity_marks import mark_seen
from goals.api.absence_views import refuse_bound_tokens
from goals.api.activity_serializers import HappeningSerializer, SeenSerializer
from goals.api.draft_serializers import MomentField
from goals.api.follow_views import thing_named
from goals.api.idempotency import key_parameters, once
from goals.figures.activity import Happening, Place, activity, whole_activity
from goals.figures.activity_scope import Scope
from goals.figures.changed_line import PLAN, RISKS, TALK, VALUES
from goals.models import ActivityMark, CheckIn
from goals.models.subscription import KINDS as THINGS

KINDS = (VALUES, PLAN, RISKS, TALK)
FILTERS = [
    OpenApiParameter("area", str, description="An area's key: it and all below it."),
    OpenApiParameter("objective", str, description="An objective's code: it and all in it."),
    OpenApiParameter("key_result", str, description="A key result's code."),
    OpenApiParameter("person", str, description="Whoever did it: an e-mail address."),
    OpenApiParameter("following", bool, description="What you follow, and comments that mention you."),
    OpenApiParameter("kind", str, enum=KINDS, description="Of one kind."),
    OpenApiParameter("since", datetime, description="From this moment on, with its offset."),
]


class ActivityPages(CursorPages):
    """Pages to older things alone: for what came since, ask again without a cursor."""

    seen_until: datetime | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        written = request.query_params.get("cursor")
        after = None if written is None else Place.read(_unpacked(written))
        if written is not None and after is None:
            sentence = _("This is no cursor; take it from next or previous.")
            raise invalid([FieldError("cursor", "invalid", sentence)])
        scope: Scope = queryset
        seen_until = None
        if scope.is_followed:
            marks = ActivityMark.objects.filter(person=scope.user.pk)
            seen_until = marks.values_list("seen_until", flat=True).first()
        page = activity(scope, after=after, limit=self.limit_of(request), seen_until=seen_until)
        self.previous = None
        self.next = self._link(str(page.older)) if page.older else None
        return page.rows


class _Whole:
    """All of an activity, as a list streams its rows."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def iterator(self, *, chunk_size: int) -> Iterator[Happening]:
        return whole_activity(self.scope, at_once=chunk_size)


class ActivityViewSet(Lists, GenericViewSet):
    serializer_class = HappeningSerializer
    queryset = CheckIn.objects.none()
    filter_backends: list[Any] = []
    pagination_class = ActivityPages
    query_parameters = (*THINGS, "person", "following", "kind", "since")

    @extend_schema(
        summary="List what happened",
        description="Check-ins, comments and changes of the plan, newest first, as far as you may see them.",
        parameters=FILTERS,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        scope = self._scope(request)
        if asks_for_csv(request):
            return self._csv(_Whole(scope))
        page = self.paginate_queryset(scope)  # type: ignore[arg-type]
        answer: Response = self.get_paginated_response(self.told_rows(page or []))
        return answer

    @extend_schema(
        operation_id="activity_mark",
        summary="Mark as seen",
        description=(
            "What is newer is unread, for you and in `me/`; the mark goes forward alone, never ahead of now. "
            "The answer tells where it stands."
        ),
        request=SeenSerializer,
        responses={200: SeenSerializer},
        parameters=key_parameters(200),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return once(request, partial(self._mark, request))

    def _mark(self, request: Request) -> Response:
        refuse_bound_tokens(request)
        given = SeenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        mark_seen(request.user, until=given.validated_data["seen_until"], now=timezone.now())
        return Response(SeenSerializer(ActivityMark.objects.get(person=request.user.pk)).data)

    def told_rows(self, rows: Sequence[Any]) -> Sequence[Any]:
        areas = Area.objects.without_tree_fields().filter(pk__in={row.area_id for row in rows})
        keys = dict(areas.values_list("pk", "key"))
        return list(HappeningSerializer(rows, many=True, context={"keys": keys}).data)

    def _scope(self, request: Request) -> Scope:
        asked = request.query_params
        found: dict[str, Any] = {
            kind: thing_named(request, kind, asked[kind]) for kind in THINGS if kind in asked
        }
        if "person" in asked:
            found["person"] = _person(asked["person"])
        return Scope(
            request.user,
            is_followed=chosen_word(request, "following", ("true", "false")) == "true",
            section=chosen_word(request, "kind", KINDS),
            since=_since(asked["since"]) if "since" in asked else None,
            reach=None if bound_area(request) is None else areas_in_reach(request),
            **found,
        )


def _unpacked(cursor: str) -> str:
    """A cursor as `_link` packs it; nothing readable otherwise."""

    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        return ""


def chosen_word(request: Request, name: str, words: Sequence[str]) -> str:
    """What a parameter of the address says, one of these words; empty without it. Raises Problem."""
    written = request.query_params.get(name)
    if written is not None and written not in words:
        sentence = _("Choose one of: %(words)s.") % {"words": ", ".join(words)}
        raise invalid([FieldError(name, "invalid_choice", sentence)])
    return written or ""


def _person(email: str) -> User:
    """Who is not here did nothing: the same is answered as for who did nothing that may be seen."""
    found = User.objects.filter(email__iexact=email).first() if "\0" not in email else None
    return found or User(pk=0)


def _since(written: str) -> datetime:
    try:
        moment: datetime = MomentField().run_validation(written)
    except serializers.ValidationError as error:
        sentence = _("Write a moment with its offset, like 2024-10-14T00:00:00Z.")
        raise invalid([FieldError("since", "invalid", sentence)]) from error
    return moment

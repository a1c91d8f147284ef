"""What changed since, for programs that follow: each thing once, where it changed last, the oldest first."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.pagination import CursorPages
from accounts.api.problems import FieldError, Problem, invalid
from areas.api.filters import MomentField
from goals.actions.changes import number_changes
from goals.api.changes import ARCHIVED, CHANGED, MOVED, Told, told_changes
from goals.models import Change, ChangeCount

CURSOR = re.compile(r"change-([0-9]{1,18})")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# How many changes are looked at for a page; what is hidden from the reader counts too.
MOST_LOOKED_AT = 5_000

EXAMPLE = {
    "next": None,
    "previous": None,
    "cursor": "Y2hhbmdlLTQy",
    "results": [
        {
            "kind": "key-result",
            "code": "EDGE-24H2-O1-KR1",
            "change": "changed",
            "area": "EDGE",
            "changed_at": "2024-10-14T10:00:00Z",
            "url": "https://okr.example.org/api/v1/key-results/EDGE-24H2-O1-KR1/",
            "sequence": None,
            "moved_to": None,
        },
        {
            "kind": "objective",
            "code": "EDGE-24H2-O3",
            "change": "moved",
            "area": "EDGE",
            "changed_at": "2024-10-14T10:02:00Z",
            "url": "https://okr.example.org/api/v1/objectives/CORE-24H2-O2/",
            "sequence": None,
            "moved_to": "CORE-24H2-O2",
        },
    ],
}


class ChangedThingSerializer(serializers.Serializer):
    """One thing that changed; `archived` and `moved` are tombstones: its code left the lists."""

    kind = serializers.ChoiceField([kind for kind in Change.Kind.values if kind != Change.Kind.OLD_CODE])
    code = serializers.CharField(help_text="Its code, key or number; of a check-in that of its key result.")
    change = serializers.ChoiceField([CHANGED, ARCHIVED, MOVED], help_text="`changed` may be: it is new.")
    area = serializers.CharField(allow_null=True, help_text="The key of its area; a cycle has none.")
    changed_at = serializers.DateTimeField()
    url = serializers.URLField(help_text="Where it is read; of what was moved, its new address.")
    sequence = serializers.IntegerField(allow_null=True, help_text="Of a check-in its number.")
    moved_to = serializers.CharField(
        allow_null=True, help_text="The code it has now; null where that is beyond the token."
    )


@extend_schema_serializer(examples=[OpenApiExample("A value and a move", value=EXAMPLE, response_only=True)])
class ChangesSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="Where there is more already.")
    previous = serializers.URLField(allow_null=True, help_text="Always null: it goes forwards.")
    cursor = serializers.CharField(help_text="What to send as `since` the next time.")
    results = ChangedThingSerializer(many=True)


class ChangesView(Endpoint):
    query_parameters = ("since", "limit")

    @extend_schema(
        operation_id="changes_list",
        summary="What changed since",
        description="Each thing once, where it changed last, in the order in which changes came to be "
        "seen. Ask again with the `cursor` of the answer before: nothing is missed, however many write. "
        "What is hidden from you is not told, nor that it was hidden.",
        parameters=[
            OpenApiParameter(
                "since",
                str,
                description="A cursor of an earlier answer, a moment with its time zone, or a day, which "
                "begins in your time zone. Without it, everything.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": CursorPages.most, "default": 50},
                description="How many results there are at most.",
            ),
        ],
        responses=ChangesSerializer,
    )
    def get(self, request: Request) -> Response:
        limit = CursorPages().limit_of(request)
        since = request.query_params.get("since")
        number_changes()
        position = 0 if since is None else position_of(since, request)
        told, position, is_more = page_after(position, request, limit=limit)
        cursor = cursor_of(position)
        query = {"since": cursor} | ({"limit": limit} if "limit" in request.query_params else {})
        further = f"{settings.SITE_URL}{reverse('api:changes')}?{urlencode(query)}"
        body = {
            "next": further if is_more else None,
            "previous": None,
            "cursor": cursor,
            "results": [asdict(one) for one in told],
        }
        return Response(ChangesSerializer(body).data)


def page_after(position: int, request: Request, *, limit: int) -> tuple[list[Told], int, bool]:
    """(what is told, the position up to which that was, whether there is more)."""
    told: list[Told] = []
    looked_at = 0
    while looked_at < MOST_LOOKED_AT:
        wanted = limit - len(told)
        rows = list(Change.objects.filter(position__gt=position).order_by("position")[: wanted + 1])
        is_more, rows = len(rows) > wanted, rows[:wanted]
        told += told_changes(request, rows)
        if rows:
            position = rows[-1].position or position
        looked_at += len(rows)
        if not is_more or len(told) == limit:
            return told, position, is_more
    return told, position, True


def position_of(since: str, request: Request) -> int:
    """After which position it goes on. Raises Problem 400, also where the cursor is of another database."""
    if (moment := _moment(since, request)) is not None:
        rows = Change.objects.filter(changed_at__gte=moment, position__isnull=False).order_by("position")
        first = rows.values_list("position", flat=True).first()
        return _last_position() if first is None else first - 1
    position = _position(since)
    if position > _last_position():
        sentence = _("This cursor is of another database, or of a time before it was restored; begin anew.")
        raise Problem(400, "cursor_gone", sentence)
    return position


def _last_position() -> int:
    return ChangeCount.objects.order_by("pk").values_list("last_position", flat=True).first() or 0


def _moment(since: str, request: Request) -> dt.datetime | None:
    """None for what is neither a day nor a moment."""
    person: Any = request.user
    try:
        if DAY.fullmatch(since):
            day = dt.date.fromisoformat(since)
            return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(person.time_zone)).astimezone(dt.UTC)
        moment: dt.datetime | None = MomentField().clean(since)
    except (ValueError, OverflowError, ValidationError):
        return None
    return moment


def _position(since: str) -> int:
    try:
        padded = since.encode("ascii") + b"=" * (-len(since) % 4)
        match = CURSOR.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (ValueError, binascii.Error):
        match = None
    if match is None:
        sentence = _(
            "This is no cursor of an answer before, no moment with its time zone and no day: 2024-10-14."
        )
        raise invalid([FieldError("since", "invalid", sentence)])
    return int(match[1])


def cursor_of(position: int) -> str:
    return base64.urlsafe_b64encode(f"change-{position}".encode()).decode().rstrip("=")

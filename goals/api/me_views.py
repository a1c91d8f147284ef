"""Whoever is asking: how much is unread of what they follow, and what they owe."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, today_of
from accounts.models import ApiToken
from areas.api.reach import areas_in_reach, bound_area
from goals.api import reach
from goals.api.activity_serializers import ReaderSerializer
from goals.api.examples import KEY_RESULT_VALUE
from goals.api.figures import told_key_results
from goals.api.serializers import KeyResultSerializer
from goals.figures.unread import unread_count
from goals.models import ActivityMark
from goals.reminders.asked import owed_by

DUE = OpenApiExample("What is due", response_only=True, value={"results": [KEY_RESULT_VALUE]})


@extend_schema_serializer(examples=[DUE])
class DueSerializer(serializers.Serializer):
    """What waits for a check-in of whoever is asking."""

    results = KeyResultSerializer(many=True, help_text="What is due the longest first.")


class MeView(Endpoint):
    @extend_schema(operation_id="me", summary="Whoever is asking", responses=ReaderSerializer)
    def get(self, request: Request) -> Response:
        token = request.auth if isinstance(request.auth, ApiToken) else None
        marks = ActivityMark.objects.filter(person=request.user.pk)
        reached = None if bound_area(request) is None else areas_in_reach(request)
        seen_until = marks.values_list("seen_until", flat=True).first()
        context = {"token": token, "unread": unread_count(request.user, seen_until, reach=reached)}
        return Response(ReaderSerializer(request.user, context=context).data)


class DueView(Endpoint):
    @extend_schema(
        operation_id="me_due",
        summary="What you owe a check-in on",
        description="As the mail of the week asks: what you own, not while you are away, and what those own "
        "whom you stand in for. Of today in your time zone; without pages.",
        responses=DueSerializer,
    )
    def get(self, request: Request) -> Response:
        person: Any = request.user
        today = today_of(request)
        owed = [row.pk for row in owed_by(person, today=today)]
        found = reach.key_results_to_tell(request).in_bulk(owed)
        rows = [found[pk] for pk in owed if pk in found]
        return Response(DueSerializer({"results": told_key_results(rows, today=today)}).data)

"""Whoever is asking, with how much is unread of what they follow."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.models import ApiToken
from areas.api.reach import areas_in_reach, bound_area
from goals.api.activity_serializers import ReaderSerializer
from goals.figures.unread import unread_count
from goals.models import ActivityMark


class MeView(Endpoint):
    @extend_schema(operation_id="me", summary="Whoever is asking", responses=ReaderSerializer)
    def get(self, request: Request) -> Response:
        token = request.auth if isinstance(request.auth, ApiToken) else None
        marks = ActivityMark.objects.filter(person=request.user.pk)
        reach = None if bound_area(request) is None else areas_in_reach(request)
        seen_until = marks.values_list("seen_until", flat=True).first()
        context = {"token": token, "unread": unread_count(request.user, seen_until, reach=reach)}
        return Response(ReaderSerializer(request.user, context=context).data)

"""What waits for the review of whoever asks, by programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.viewsets import GenericViewSet

from accounts.api.lists import Lists
from areas.api.reach import in_reach
from goals.api import expansions
from goals.api.activity_views import chosen_word
from goals.api.check_in_serializers import CheckInSerializer
from goals.figures.reviews import asked_by, waiting_for
from goals.models import CheckIn


@extend_schema_view(
    list=extend_schema(
        operation_id="reviews_list",
        summary="List what waits for your review",
        description=(
            "Check-ins of others on objectives whose reviewer you are, the oldest first. Taking note of one, "
            "or asking back by a comment with `asks_back`, takes it off the list; an answer puts it back. "
            "With `asked_back=true` those you asked back about that wait for an answer."
        ),
        parameters=[OpenApiParameter("asked_back", bool, description="What waits for an answer to you.")],
    )
)
class ReviewViewSet(Lists, GenericViewSet):
    serializer_class = CheckInSerializer
    queryset = CheckIn.objects.all()
    filter_backends: list[Any] = []
    expansions = expansions.OF_PARTS
    query_parameters = ("asked_back",)
    orderings = {name: name for name in ("effective_on", "created_at", "status")}

    def get_queryset(self) -> QuerySet[CheckIn]:
        user = self.request.user
        rows = waiting_for(user)
        if chosen_word(self.request, "asked_back", ("true", "false")) == "true":
            rows = CheckIn.objects.filter(pk__in=asked_by(user).order_by().values("check_in"))
            rows = rows.order_by("created_at", "pk")
        rows = rows.filter(in_reach(self.request, "key_result__objective__roadmap__area"))
        return rows.select_related("author", "corrects", "key_result")

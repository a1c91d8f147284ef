"""What waits for the review of whoever asks, by programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.viewsets import GenericViewSet

from accounts.api.lists import Lists
from areas.api.reach import in_reach
from goals.api import expansions
from goals.api.check_in_serializers import CheckInSerializer
from goals.figures.reviews import waiting_for
from goals.models import CheckIn


@extend_schema_view(
    list=extend_schema(
        operation_id="reviews_list",
        summary="List what waits for your review",
        description=(
            "Check-ins of others on objectives whose reviewer you are, the oldest first. Taking note of one, "
            "or asking back by a comment with `asks_back`, takes it off the list; an answer puts it back."
        ),
    )
)
class ReviewViewSet(Lists, GenericViewSet):
    serializer_class = CheckInSerializer
    queryset = CheckIn.objects.all()
    filter_backends: list[Any] = []
    expansions = expansions.OF_PARTS
    orderings = {name: name for name in ("effective_on", "created_at", "status")}

    def get_queryset(self) -> QuerySet[CheckIn]:
        rows = waiting_for(self.request.user).filter(
            in_reach(self.request, "key_result__objective__roadmap__area")
        )
        return rows.select_related("author", "corrects", "key_result")

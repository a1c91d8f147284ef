"""The organisation."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from accounts.api.lists import Lists
from areas.api.filters import AskedFilters, BelowFilter, MomentFilter, WordsFilter
from areas.api.reach import areas_in_reach, bound_area
from areas.api.serializers import AreaSerializer
from areas.models import Area


class AreaFilters(AskedFilters):
    area = BelowFilter(field_name="pk")
    q = WordsFilter(fields=("key", "name", "description"))
    updated_since = MomentFilter(
        field_name="updated_at", lookup_expr="gte", label="Changed at this moment or later."
    )


@extend_schema_view(
    list=extend_schema(summary="List areas", description="What is archived is left out."),
    retrieve=extend_schema(summary="One area"),
)
class AreaViewSet(Lists, RetrieveModelMixin, GenericViewSet):
    orderings = {name: name for name in ("key", "name", "position", "created_at", "updated_at")}
    serializer_class = AreaSerializer
    filterset_class = AreaFilters
    queryset = Area.objects.without_tree_fields()
    lookup_field = "key"
    lookup_value_regex = "[A-Z0-9]+"

    def get_queryset(self) -> QuerySet[Area]:
        areas = areas_in_reach(self.request).select_related("parent")
        return areas if self.detail else areas.live()

    def get_serializer_context(self) -> dict[str, Any]:
        bound = bound_area(self.request)
        return {**super().get_serializer_context(), "topmost": bound.pk if bound else None}

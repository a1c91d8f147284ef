"""Areas as programs read them."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from areas.models import Area

EXAMPLE = OpenApiExample(
    "A team",
    response_only=True,
    value={
        "key": "EDGE",
        "name": "Edge",
        "description": "Models that run on the device",
        "parent": "LIB",
        "position": 2,
        "version": 1,
        "created_at": "2024-06-03T08:00:00Z",
        "updated_at": "2024-06-03T08:00:00Z",
        "archived_at": None,
        "url": "https://okr.example.org/api/v1/areas/EDGE/",
    },
)


@extend_schema_serializer(examples=[EXAMPLE])
class AreaSerializer(serializers.ModelSerializer):
    """A part of the organisation: an area, or a team in it."""

    parent = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The key of the area above."
    )
    url = serializers.SerializerMethodField()

    class Meta:
        model = Area
        fields = [
            "key",
            "name",
            "description",
            "parent",
            "position",
            "version",
            "created_at",
            "updated_at",
            "archived_at",
            "url",
        ]
        read_only_fields = fields

    def get_parent(self, area: Area) -> str | None:
        # Who is bound to an area does not learn what is above it.
        if area.parent is None or area.pk == self.context.get("topmost"):
            return None
        return area.parent.key

    def get_url(self, area: Area) -> str:
        return settings.SITE_URL + reverse("api:area-detail", args=[area.key])

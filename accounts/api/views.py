"""Whoever is asking, as far as accounts know."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import OrgRole, Scope, User


class RoleInAreaSerializer(serializers.Serializer):
    area = serializers.CharField(
        source="area.key", help_text="The key of an area; the role holds below it too."
    )
    role = serializers.ChoiceField(["lead", "contributor", "viewer"])


class TokenSerializer(serializers.Serializer):
    prefix = serializers.CharField(help_text="How the token begins.")
    scope = serializers.ChoiceField(Scope.choices)
    area = serializers.CharField(
        source="area.key", default=None, allow_null=True, help_text="Only in this area."
    )
    expires_at = serializers.DateTimeField(allow_null=True)


EXAMPLE = OpenApiExample(
    "A lead's token",
    response_only=True,
    value={
        "email": "lea.lead@example.org",
        "name": "Lea Lead",
        "org_role": "",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "areas": [{"area": "EDGE", "role": "lead"}],
        "token": {"prefix": "okr_Zx81pQ", "scope": "check-in", "area": "EDGE", "expires_at": None},
    },
)


@extend_schema_serializer(examples=[EXAMPLE])
class MeSerializer(serializers.ModelSerializer):
    """Whoever is asking."""

    org_role = serializers.ChoiceField(OrgRole.choices, allow_blank=True, help_text="Empty for most people.")
    areas = serializers.SerializerMethodField()
    token = serializers.SerializerMethodField(help_text="Null when signed in with a session.")

    class Meta:
        model = User
        fields = ["email", "name", "org_role", "time_zone", "language", "areas", "token"]
        read_only_fields = fields

    def get_areas(self, user: User) -> RoleInAreaSerializer(many=True):  # type: ignore[valid-type]
        return RoleInAreaSerializer(user.memberships.select_related("area"), many=True).data

    def get_token(self, user: User) -> TokenSerializer(allow_null=True):  # type: ignore[valid-type]
        token = self.context["token"]
        return TokenSerializer(token).data if token else None

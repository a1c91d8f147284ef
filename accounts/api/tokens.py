"""One's own tokens. A token never makes, sees or revokes one that may do more than itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint
from accounts.api.fields import TextField, WholeNumberField
from accounts.api.problems import Problem
from accounts.models import ApiToken, Scope
from accounts.tokens import revoke_token

MOST_DAYS = 365
EXAMPLE = {
    "id": 12,
    "prefix": "okr_Zx81pQ",
    "name": "Nightly benchmark",
    "scope": "check-in",
    "area": "EDGE",
    "created_at": "2024-10-14T10:00:00Z",
    "expires_at": "2025-01-12T10:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}


def _areas() -> QuerySet[Any]:
    # Asked of the field: what areas are is known in a higher room.
    areas: QuerySet[Any] = ApiToken._meta.get_field("area").related_model._default_manager.filter(
        archived_at__isnull=True
    )
    return areas


@extend_schema_serializer(examples=[OpenApiExample("A token", response_only=True, value=EXAMPLE)])
class OwnTokenSerializer(serializers.ModelSerializer):
    """A token without its secret, which only the answer that made it holds."""

    area = serializers.CharField(
        source="area.key", default=None, allow_null=True, help_text="Only in this area."
    )

    class Meta:
        model = ApiToken
        fields = list(EXAMPLE)
        read_only_fields = fields


class KeyField(serializers.SlugRelatedField):
    """A row by its key. The empty text is no key; elsewhere REST framework takes it for null."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data == "":
            self.fail("does_not_exist", slug_name=self.slug_field, value="")
        return super().run_validation(data)


class NewTokenSerializer(serializers.Serializer):
    """What a new token may do, and for how long."""

    name = TextField(max_length=120, help_text="What it is for.")
    scope = serializers.ChoiceField(Scope.choices)
    area = KeyField(
        slug_field="key",
        queryset=ApiToken.objects.none(),
        default=None,
        allow_null=True,
        help_text="An area's key.",
    )
    days = WholeNumberField(min_value=1, max_value=MOST_DAYS, help_text="It expires after so many days.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        fields["area"].queryset = _areas()
        return fields

    def validate_name(self, name: str) -> str:
        if not name.isprintable():
            raise serializers.ValidationError(_("A name is one line of text."), code="invalid")
        return name

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            sentence = _("This field is not known here.")
            raise serializers.ValidationError({str(name)[:100]: sentence for name in unknown}, code="unknown")
        return super().to_internal_value(data)


MADE = {**EXAMPLE, "token": "okr_Zx81pQ..."}


@extend_schema_serializer(examples=[OpenApiExample("The new token", response_only=True, value=MADE)])
class MadeTokenSerializer(OwnTokenSerializer):
    token = serializers.CharField(help_text="Shown this once; only a hash is kept.")

    class Meta(OwnTokenSerializer.Meta):
        fields = [*EXAMPLE, "token"]


class TokenViewSet(Endpoint, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    serializer_class = OwnTokenSerializer
    queryset = ApiToken.objects.all()
    newest_first = True
    filter_backends: list[Any] = []
    lookup_url_kwarg = "token_id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[ApiToken]:
        """One's own; with a token those that may do no more than it."""
        user: Any = self.request.user
        return within(user.api_tokens.select_related("area"), self.request.auth)

    @extend_schema(summary="List your tokens", description="With a token: those that may do no more than it.")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="One of your tokens")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Make a token",
        description="With a token: none that has more than its own scope, area and lifetime.",
        request=NewTokenSerializer,
        responses={201: MadeTokenSerializer},
    )
    def create(self, request: Request) -> Response:
        form = NewTokenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = form.validated_data
        expires_at = timezone.now() + timedelta(days=chosen["days"])
        if isinstance(request.auth, ApiToken):
            refuse_more(request.auth, scope=chosen["scope"], area=chosen["area"], expires_at=expires_at)
        row, token = ApiToken.issue(
            owner=request.user,
            scope=chosen["scope"],
            name=chosen["name"],
            area=chosen["area"],
            expires_at=expires_at,
        )
        answer = {**OwnTokenSerializer(row).data, "token": token}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(
        summary="Revoke a token",
        description="At once and for good; twice is as once.",
        responses={204: OpenApiResponse(description="It is revoked.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        revoke_token(self.get_object(), by=request.user, now=timezone.now())
        return Response(status=204)


def within(tokens: QuerySet[ApiToken], held: Any) -> QuerySet[ApiToken]:
    """Those that may do no more than the token held; somebody with a session holds none."""
    if not isinstance(held, ApiToken):
        return tokens
    tokens = tokens.filter(scope__in=[scope for scope in Scope if held.allows(scope)])
    return tokens.filter(area__in=_areas_of(held)) if held.area_id else tokens


def refuse_more(held: ApiToken, *, scope: str, area: Any, expires_at: Any) -> None:
    """Raises Problem 403 where the new token would have more than the one held."""
    more = None
    if not held.allows(scope):
        more = _("the scope %(scope)s") % {"scope": scope}
    elif held.area_id and (area is None or not _areas_of(held).filter(pk=area.pk).exists()):
        more = _("more than its area")
    elif held.expires_at is not None and expires_at > held.expires_at:
        more = _("a longer life")
    if more:
        sentence = _("This token makes none with %(more)s: never more than it has itself.") % {"more": more}
        raise Problem(403, "exceeds_token", sentence)


def _areas_of(held: ApiToken) -> QuerySet[Any]:
    """The area a token is bound to, and what is below."""
    area: Any = held.area
    below: QuerySet[Any] = type(area)._default_manager.at_or_below([area])
    return below

"""What a person follows, read and changed by their own programs; nobody else's read any of it."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint
from accounts.api.fields import TextField
from accounts.api.problems import FieldError, invalid
from areas.api.reach import areas_in_reach, in_reach
from goals.actions.subscriptions import Thing, subscribe, unsubscribe
from goals.api import examples, reach
from goals.api.fields import AddressField, StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.models import Subscription
from goals.models.subscription import KINDS, SubscriptionQuerySet


@extend_schema_serializer(examples=[examples.FOLLOW])
class FollowSerializer(serializers.ModelSerializer):
    """One thing that the person follows: one of `area`, `objective` and `key_result`, the others are null."""

    area = serializers.CharField(source="area.key", default=None, allow_null=True, help_text="Its key.")
    objective = serializers.CharField(source="objective.code", default=None, allow_null=True)
    key_result = serializers.CharField(source="key_result.code", default=None, allow_null=True)
    title = serializers.CharField()
    followed_since = serializers.DateTimeField(source="made_at")
    url = AddressField("api:follow-detail", source="pk")

    class Meta:
        model = Subscription
        fields = ["id", *KINDS, "title", "followed_since", "url"]
        read_only_fields = fields


class GivenFollowSerializer(StrictSerializer):
    """One of the three."""

    area = TextField(required=False, max_length=12, help_text="The key of an area.")
    objective = TextField(required=False, max_length=40, help_text="The code of an objective.")
    key_result = TextField(required=False, max_length=50, help_text="The code of a key result.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Name an area, an objective or a key result: one of them."))
        return attrs


def follows_of(request: Request) -> SubscriptionQuerySet:
    """The person's own, of what the request sees."""
    reached = Q(area__isnull=False) & in_reach(request, "area")
    reached |= Q(objective__isnull=False) & in_reach(request, "objective__roadmap__area")
    reached |= Q(key_result__isnull=False) & in_reach(request, "key_result__objective__roadmap__area")
    return Subscription.objects.shown_to(request.user).filter(reached).with_things()


@extend_schema_view(
    list=extend_schema(summary="List what you follow", description="Your own alone, the first one first."),
    retrieve=extend_schema(summary="One thing you follow"),
)
class FollowViewSet(Endpoint, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    serializer_class = FollowSerializer
    queryset = Subscription.objects.all()
    filter_backends: list[Any] = []
    lookup_url_kwarg = "follow_id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> SubscriptionQuerySet:
        return follows_of(self.request)

    @extend_schema(
        summary="Follow a thing",
        description="Twice is as once.",
        request=GivenFollowSerializer,
        responses={
            201: OpenApiResponse(FollowSerializer, description="Followed from now on."),
            200: OpenApiResponse(FollowSerializer, description="You followed it before."),
        },
        parameters=key_parameters(200, 201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return once(request, partial(self._follow, request))

    @extend_schema(
        summary="Stop following",
        description="It takes no If-Match, as it is yours alone.",
        responses={204: OpenApiResponse(description="You follow it no more.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        unsubscribe(self.get_object().thing, by=request.user)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _follow(self, request: Request) -> Response:
        given = GivenFollowSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        ((kind, name),) = given.validated_data.items()
        thing = thing_named(request, kind, name)
        with refusals_as_problems():
            is_new = subscribe(thing, by=request.user, now=timezone.now())
        row = self.get_queryset().get(**{kind: thing})
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Response(self.get_serializer(row).data, status=status)


def thing_named(request: Request, kind: str, name: str) -> Thing:
    """What the request sees under this key or code, in the lists. Raises Problem 400 at the field."""
    rows: Any = {
        "area": lambda: areas_in_reach(request).live(),
        "objective": lambda: reach.visible_objectives(request).live(),  # type: ignore[attr-defined]
        "key_result": lambda: reach.visible_key_results(request).live(),
    }[kind]()
    found = rows.filter(**{"key" if kind == "area" else "code": name}).first() if "\0" not in name else None
    if found is None:
        raise invalid([FieldError(kind, "invalid", _("There is nothing with this name that you may see."))])
    thing: Thing = found
    return thing

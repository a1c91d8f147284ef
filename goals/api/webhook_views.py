"""Webhooks by programs: set up, changed, stopped, tried; what was sent, and sending it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from areas.api.reach import area_to_write_in
from areas.models import Area
from areas.permissions import can_edit_plan
from goals.actions.webhooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    ping_webhook,
    renew_secret,
    replay_delivery,
    start_webhook,
    stop_webhook,
)
from goals.api import reach
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.webhook_serializers import (
    ChangedWebhookSerializer,
    MadeWebhookSerializer,
    NewWebhookSerializer,
    WebhookDeliverySerializer,
    WebhookSerializer,
)
from goals.api.writes import NothingSerializer, Writes, adds, removes, verb
from goals.models import Webhook, WebhookDelivery


@extend_schema_view(
    list=extend_schema(
        operation_id="webhooks_list",
        summary="List webhooks",
        description="Of the areas whose plans you edit; others are told to nobody.",
    ),
    retrieve=extend_schema(operation_id="webhooks_retrieve", summary="One webhook"),
)
class WebhookViewSet(Lists, RetrieveModelMixin, Writes):
    serializer_class = WebhookSerializer
    queryset = Webhook.objects.all()
    filter_backends: list[Any] = []
    lookup_url_kwarg = "webhook_id"
    lookup_value_regex = "[0-9]{1,18}"
    places = {"url": "address"}

    def get_queryset(self) -> QuerySet[Webhook]:
        rows = reach.editable_webhooks(self.request).select_related("area", "owner")
        return rows.order_by("area__key", "pk")

    def refuse_strangers(self, row: Webhook) -> None:
        """Nobody: who does not edit the plan of its area does not find it either."""

    @adds(
        "webhooks_create",
        "Add a webhook",
        "By whoever edits the plan of the area: it sends with their rights.",
        NewWebhookSerializer,
        MadeWebhookSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        def act(*, by: Any, now: Any, **given: Any) -> Webhook:
            return create_webhook(self._area(request, given.pop("area")), by=by, now=now, **given)

        return self._with_secret(self.add(request, NewWebhookSerializer, act))

    def _area(self, request: Request, key: str) -> Area:
        found = area_to_write_in(request, key)
        if not can_edit_plan(request.user, found):
            sentence = _("The plan of %(area)s is edited by its leads and by managers.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % {"area": found.name})
        return found

    def _with_secret(self, response: Response) -> Response:
        """Added to the answer and kept with no key: a request that is sent again is told it again, as long as
        it is the one that was made then."""
        hook = self.get_queryset().filter(pk=response.data["id"]).first()
        if hook is not None and dumps(response.data["renewed_at"]) == dumps(hook.renewed_at):
            response.data = {**response.data, "secret": hook.secret}
        response.headers["Cache-Control"] = "no-store"
        return response

    @extend_schema(
        operation_id="webhooks_change",
        summary="Change a webhook",
        description="What is left out stays. It sends with your rights from then on.",
        request=ChangedWebhookSerializer,
        responses=WebhookSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedWebhookSerializer, change_webhook)

    @removes("Delete a webhook", "With its log; what waits is not sent.", "It is gone.")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, delete_webhook)

    @verb(
        "webhooks_secret", "Make a new secret", "The old one ends.", NothingSerializer, MadeWebhookSerializer
    )
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, webhook_id: str) -> Response:
        return self._with_secret(self.step(request, NothingSerializer, _unversioned(renew_secret)))

    @verb("webhooks_stop", "Stop a webhook", "What waits is not sent.", NothingSerializer, WebhookSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, webhook_id: str) -> Response:
        stop = partial(stop_webhook, because=gettext_noop("stopped by a program"))
        return self.step(request, NothingSerializer, _unversioned(stop))

    @verb("webhooks_start", "Start a webhook", "With your rights.", NothingSerializer, WebhookSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, webhook_id: str) -> Response:
        return self.step(request, NothingSerializer, _unversioned(start_webhook))

    @verb("webhooks_ping", "Send a test", "It is on its way then.", NothingSerializer, WebhookSerializer)
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, webhook_id: str) -> Response:
        return self.step(request, NothingSerializer, _unversioned(ping_webhook))


def _unversioned(act: Callable[..., Any]) -> Callable[..., Any]:
    """These steps ask for no version: the state they begin from says enough."""

    def do(row: Webhook, *, by: Any, now: Any, version: int | None) -> Any:
        return act(row, by=by, now=now)

    return do


@extend_schema_view(
    list=extend_schema(
        operation_id="webhooks_deliveries_list",
        summary="List what a webhook was sent",
        description="The newest first; it reaches back thirty days.",
    )
)
class WebhookDeliveryViewSet(Lists, GenericViewSet):
    """The log of one webhook, and sending a message of it again."""

    serializer_class = WebhookDeliverySerializer
    queryset = WebhookDelivery.objects.all()
    filter_backends: list[Any] = []
    newest_first = True

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        hook = reach.editable_webhooks(self.request).filter(pk=self.kwargs["webhook_id"]).first()
        if hook is None:
            raise Http404
        return WebhookDelivery.objects.filter(webhook=hook).select_related("webhook").order_by("-pk")

    @extend_schema(
        operation_id="webhooks_deliveries_replay",
        summary="Send a message again",
        description="Under the same message id: who took it before knows it again.",
        request=NothingSerializer,
        responses={200: OpenApiResponse(WebhookDeliverySerializer, description="It waits to be sent.")},
        parameters=key_parameters(200),
    )
    def replay(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        row = self.get_queryset().filter(pk=delivery_id).first()
        if row is None:
            raise Http404
        return once(request, partial(self._replay, request, row))

    def _replay(self, request: Request, row: WebhookDelivery) -> Response:
        given = NothingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            replay_delivery(row, by=request.user, now=timezone.now())
        return Response(WebhookDeliverySerializer(self.get_queryset().get(pk=row.pk)).data)

"""Webhooks as programs read and set them up; the actions judge, as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField
from goals.api.examples import MOMENT, SITE
from goals.api.fields import AddressField, PageField, StrictSerializer
from goals.models import Webhook, WebhookDelivery
from goals.models.webhook import CHOOSABLE, LONGEST_URL, Event

EVENTS = [(event.value, event.label) for event in CHOOSABLE]
EXAMPLE: dict[str, Any] = {
    "id": 12,
    "area": "EDGE",
    "title": "Chat of the team",
    "address": "https://chat.example.org/hooks/edge",
    "events": ["check_in.recorded", "pace.changed"],
    "owner": "lea.lead@example.org",
    "is_active": True,
    "stopped_at": None,
    "stopped_because": "",
    "failing_since": None,
    "renewed_at": MOMENT,
    "version": 1,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "url": f"{SITE}/api/v1/webhooks/12/",
    "page_url": f"{SITE}/webhooks/12/",
}
DELIVERY = OpenApiExample(
    "One that was taken",
    response_only=True,
    value={
        "id": 345,
        "message_id": "msg_0123",
        "event": "check_in.recorded",
        "state": "sent",
        "attempts": 1,
        "next_attempt_at": None,
        "status": 200,
        "error": "",
        "answer": "ok",
        "tried": [{"at": MOMENT, "status": 200, "error": ""}],
        "body": "{}",
        "occurred_at": MOMENT,
        "sent_at": MOMENT,
    },
)
NEW = OpenApiExample(
    "For a chat",
    request_only=True,
    value={name: EXAMPLE[name] for name in ("area", "title", "address", "events")},
)
CHANGED = OpenApiExample("Another address", request_only=True, value={"address": EXAMPLE["address"]})


@extend_schema_field(serializers.ListField(child=serializers.ChoiceField(EVENTS)))
class EventsField(serializers.Field):
    """The events that were chosen, in one order."""

    def to_representation(self, value: str) -> list[str]:
        return value.split()


@extend_schema_serializer(examples=[OpenApiExample("Of a team", value=EXAMPLE, response_only=True)])
class WebhookSerializer(serializers.ModelSerializer):
    """An address that is told of events in an area and below; read by those who edit the plan there."""

    area = serializers.CharField(source="area.key")
    address = serializers.CharField(source="url", help_text="Where messages are posted to.")
    events = EventsField()
    owner = serializers.EmailField(source="owner.email", help_text="With whose rights it sends.")
    is_active = serializers.BooleanField()
    stopped_because = serializers.CharField(help_text="Empty while it runs.")
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Since when nothing was taken.")
    url = AddressField("api:webhook-detail", source="pk")
    page_url = PageField(source="*")

    class Meta:
        model = Webhook
        fields: Any = (
            *("id", "area", "title", "address", "events", "owner", "is_active", "stopped_at"),
            *("stopped_because", "failing_since", "renewed_at", "version", "created_at", "updated_at"),
            *("url", "page_url"),
        )
        read_only_fields: Any = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "With its secret", value=EXAMPLE | {"secret": "whsec_of_the_example"}, response_only=True
        )
    ]
)
class MadeWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="What signs its messages; told this once.")

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")
        read_only_fields = fields


def _events(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(EVENTS), min_length=1, max_length=5, **options)


@extend_schema_serializer(examples=[CHANGED])
class ChangedWebhookSerializer(StrictSerializer):
    title = TextField(required=False, allow_blank=True, max_length=100, help_text="So that others know it.")
    address = TextField(source="url", max_length=LONGEST_URL, help_text="An https:// address.")
    events = _events()


@extend_schema_serializer(examples=[NEW])
class NewWebhookSerializer(ChangedWebhookSerializer):
    area = TextField(max_length=12, help_text="The key of the area; all below are told too.")


class AttemptSerializer(serializers.Serializer):
    """One attempt at a delivery."""

    at = serializers.DateTimeField(help_text="When it ended.")
    status = serializers.IntegerField(allow_null=True, help_text="Null where nothing was answered.")
    error = serializers.CharField(help_text="Why it failed; empty where the message was taken.")


@extend_schema_serializer(examples=[DELIVERY])
class WebhookDeliverySerializer(serializers.ModelSerializer):
    """One message to a webhook: waiting, sent, given up (`dead`), or not needed any more (`skipped`)."""

    event = serializers.ChoiceField(Event.choices)
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    next_attempt_at = serializers.SerializerMethodField(help_text="Null where none follows.")
    status = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    error = serializers.CharField(source="last_error", help_text="Why the last attempt failed.")
    answer = serializers.CharField(help_text="The beginning of the last answer.")
    tried = AttemptSerializer(
        many=True, help_text="Each attempt that ended, the oldest first; thirty at most."
    )
    body = serializers.CharField(help_text="The payload, from the first attempt on.")

    class Meta:
        model = WebhookDelivery
        fields = (
            *("id", "message_id", "event", "state", "attempts", "next_attempt_at", "status", "error"),
            *("answer", "tried", "body", "occurred_at", "sent_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, row: WebhookDelivery) -> Any:
        return row.next_attempt_at if row.is_waiting else None

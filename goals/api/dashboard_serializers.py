"""Dashboards as programs read and write them: their cards are a part of them, in order."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from goals.api.examples import MOMENT, SITE
from goals.api.fields import AddressField, PageField, StrictSerializer
from goals.models import Card, Dashboard
from goals.models.dashboard import WIDEST

SETTINGS_HELP = "Texts by name, as docs/api.md lists them for each kind."
CARD = {
    "id": 31,
    "kind": "risks",
    "title": "",
    "width": 2,
    "settings": {"area": "EDGE", "show": "grave"},
    "hidden": False,
}
DASHBOARD = OpenApiExample(
    "One's own",
    response_only=True,
    value={
        "key": "0a0a0a0a0a0a0a0a",
        "title": "Every Monday",
        "owner": "mana.ger@example.org",
        "is_own": True,
        "is_shared": False,
        "is_start": True,
        "cards": [CARD],
        "version": 3,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "url": f"{SITE}/api/v1/dashboards/0a0a0a0a0a0a0a0a/",
        "page_url": f"{SITE}/dashboards/0a0a0a0a0a0a0a0a/",
    },
)
SENT = OpenApiExample(
    "With one card",
    request_only=True,
    value={"title": "Every Monday", "cards": [{"kind": "risks", "settings": {"show": "grave"}}]},
)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class SettingsField(serializers.Field):
    """An object; what may stand in it is judged by the action, as on the pages."""

    default_error_messages = {"invalid": "Write an object of texts."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > 20:
            self.fail("invalid")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        return value


class CardSerializer(serializers.Serializer):
    """A card; of one that shows a thing hidden from you, its kind and place alone are told."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Card.Kind.choices)
    title = serializers.CharField()
    width = serializers.IntegerField()
    settings = SettingsField(help_text=SETTINGS_HELP)
    hidden = serializers.BooleanField(help_text="What it shows is not there any more, or hidden from you.")


@extend_schema_serializer(examples=[DASHBOARD])
class DashboardSerializer(serializers.ModelSerializer):
    """A page of cards: what they show is read at its own address, by whoever reads."""

    owner = serializers.EmailField(source="owner.email")
    is_own = serializers.SerializerMethodField()
    is_start = serializers.SerializerMethodField(help_text="Of one's own alone.")
    cards = serializers.SerializerMethodField()
    url = AddressField("api:dashboard-detail", source="key")
    page_url = PageField(source="*")

    class Meta:
        model = Dashboard
        fields = (
            *("key", "title", "owner", "is_own", "is_shared", "is_start", "cards", "version"),
            *("created_at", "updated_at", "url", "page_url"),
        )
        read_only_fields = fields

    def get_is_own(self, row: Dashboard) -> bool:
        return bool(row.owner_id == self.context["request"].user.pk)

    def get_is_start(self, row: Dashboard) -> bool:
        return self.get_is_own(row) and row.is_start

    def _settings(self, card: Card) -> dict[str, str]:
        """A person by their e-mail address, as everywhere."""
        owner = card.settings.get("owner", "")
        return card.settings | (
            {"owner": self.context["owners"][owner]} if owner in self.context["owners"] else {}
        )

    def get_cards(self, row: Dashboard) -> CardSerializer(many=True):  # type: ignore[valid-type]
        hidden = self.context["hidden"]
        told = [
            {
                "id": card.pk,
                "kind": card.kind,
                "title": "" if card.pk in hidden else card.title,
                "width": card.width,
                "settings": {} if card.pk in hidden else self._settings(card),
                "hidden": card.pk in hidden,
            }
            for card in row.cards.all()
        ]
        return CardSerializer(told, many=True).data


class GivenCardSerializer(StrictSerializer):
    """A card with the `id` it was read with stays that card; without one it is new."""

    id = WholeNumberField(required=False, min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(Card.Kind.choices)
    title = TextField(required=False, allow_blank=True, max_length=100)
    width = WholeNumberField(required=False, min_value=1, max_value=WIDEST, help_text="Columns, of three.")
    settings = SettingsField(required=False, help_text=SETTINGS_HELP)


@extend_schema_serializer(examples=[SENT])
class GivenDashboardSerializer(StrictSerializer):
    title = TextField(max_length=100)
    is_shared = serializers.BooleanField(required=False)
    is_start = serializers.BooleanField(required=False)
    cards = GivenCardSerializer(many=True, required=False, help_text="All there are to be, in their order.")

"""What happened, and who is asking, as programs read them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.api.telling import Telling
from accounts.api.views import EXAMPLE, MeSerializer
from accounts.models import User
from goals.api.draft_serializers import MomentField
from goals.api.examples import MOMENT, SITE
from goals.api.fields import StrictSerializer
from goals.figures.activity import Happening
from goals.figures.changed_line import PLAN, RISKS, TALK, VALUES
from goals.models import CheckIn
from goals.values import plain_number

HAPPENING = OpenApiExample(
    "A check-in",
    response_only=True,
    value={
        "at": MOMENT,
        "kind": "values",
        "by": "lea.lead@example.org",
        "by_name": "Lea Lead",
        "area": "EDGE",
        "code": "EDGE-24H2-O1-KR1",
        "title": "Decode speed on a phone",
        "changes": [{"what": "check-in", "old": "4.9", "new": "5.31"}],
        "text": "Nightly benchmark",
        "status": "on_track",
        "mentions_you": False,
        "is_new": True,
        "page_url": f"{SITE}/key-results/EDGE-24H2-O1-KR1/",
    },
)
SEEN = OpenApiExample("Until the newest that was read", value={"seen_until": MOMENT})
ME = OpenApiExample("A lead's token", response_only=True, value=EXAMPLE.value | {"unread": 3})


@extend_schema_serializer(examples=[SEEN])
class SeenSerializer(StrictSerializer):
    """How far what one follows was seen."""

    seen_until = MomentField(help_text="The `at` of the newest row that was read; it goes forward alone.")


class HappenedLineSerializer(Telling, serializers.Serializer):
    what = serializers.CharField(help_text="The field, or what was done, in words.")
    old = serializers.CharField(help_text="Of a check-in a plain decimal, else words; may be empty.")
    new = serializers.CharField()


@extend_schema_serializer(examples=[HAPPENING])
class HappeningSerializer(Telling, serializers.Serializer):
    """One thing that somebody did."""

    at = serializers.DateTimeField(source="place.at")
    kind = serializers.ChoiceField([VALUES, PLAN, RISKS, TALK], source="section")
    by = serializers.EmailField(source="by.email", default=None, allow_null=True)
    by_name = serializers.CharField(source="by.name", default=None, allow_null=True)
    area = serializers.SerializerMethodField(help_text="The key of its area.")
    code = serializers.CharField(source="first.code", help_text="Empty for steps against risks.")
    title = serializers.CharField(source="first.title")
    changes = serializers.SerializerMethodField()
    text = serializers.CharField(source="first.reason", help_text="Note, comment, or why it was changed.")
    status = serializers.SerializerMethodField(help_text="What a check-in says; null for anything else.")
    mentions_you = serializers.BooleanField(source="mentions_reader")
    is_new = serializers.BooleanField(help_text="Newer than what you have seen; with `following=true` alone.")
    page_url = serializers.SerializerMethodField(help_text="The page for people; null for what has none.")

    def get_area(self, row: Happening) -> str:
        return str(self.context["keys"].get(row.area_id, ""))

    def get_changes(self, row: Happening) -> HappenedLineSerializer(many=True):  # type: ignore[valid-type]
        check_in = row.first.check_in
        if check_in is None:
            return [{"what": line.what, "old": line.old, "new": line.new} for line in row.lines]
        values: list[Any] = [check_in.previous_value, check_in.value]
        old, new = ("" if value is None else plain_number(value) for value in values)
        return [{"what": row.first.what, "old": old, "new": new}]

    def get_status(self, row: Happening) -> serializers.ChoiceField(  # type: ignore[valid-type]
        CheckIn.Status.choices, allow_null=True
    ):
        return row.first.check_in.status if row.first.check_in else None

    def get_page_url(self, row: Happening) -> str | None:
        return settings.SITE_URL + row.first.address if row.first.address else None


@extend_schema_serializer(examples=[ME], component_name="Me")
class ReaderSerializer(MeSerializer):
    """Whoever is asking."""

    unread = serializers.SerializerMethodField(
        help_text="How much is unread of what you follow, 100 at most: then it is 100 or more."
    )

    class Meta(MeSerializer.Meta):
        fields = [*MeSerializer.Meta.fields, "unread"]
        read_only_fields = fields

    def get_unread(self, user: User) -> int:
        count: int = self.context["unread"]
        return count

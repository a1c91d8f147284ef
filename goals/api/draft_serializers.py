"""Drafts of check-ins as their author's programs read and write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from goals.api.fields import PlainDateField, ReportedValueField, StrictSerializer, ValueField
from goals.models import CheckIn, CheckInDraft

STATUSES = [("", "not said yet"), *CheckIn.Status.choices]
EXAMPLE = OpenApiExample(
    "A draft that is sent on Friday",
    response_only=True,
    value={
        "key_result": "EDGE-24H2-O1-KR1",
        "value": "5.31",
        "value_text": "5.31",
        "no_change": False,
        "status": "on_track",
        "confidence": 6,
        "note": "Nightly benchmark",
        "blocker": "",
        "evidence_url": "",
        "effective_on": None,
        "send_at": "2024-10-18T14:00:00Z",
        "refusal": "",
        "refused_at": None,
        "version": 1,
        "created_at": "2024-10-14T10:00:00Z",
        "updated_at": "2024-10-14T10:00:00Z",
    },
)


@extend_schema_serializer(examples=[EXAMPLE])
class CheckInDraftSerializer(serializers.ModelSerializer):
    """What its author has written so far; nobody else reads it."""

    key_result = serializers.CharField(source="key_result.code")
    value = ValueField(
        allow_null=True, help_text="null where none was written, or none that is a number yet."
    )
    value_text = serializers.CharField(help_text="The value as it was typed.")
    no_change = serializers.BooleanField(source="is_no_change")
    status = serializers.ChoiceField(STATUSES)
    refusal = serializers.CharField(help_text="Why it was not sent at its time; in its author's language.")

    class Meta:
        model = CheckInDraft
        fields = [
            "key_result",
            "value",
            "value_text",
            "no_change",
            "status",
            "confidence",
            "note",
            "blocker",
            "evidence_url",
            "effective_on",
            "send_at",
            "refusal",
            "refused_at",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.DateTimeField):
    """A moment with its offset: an hour without one could be any of two dozen."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not value.isascii():
            self.fail("invalid", format="2024-10-18T14:00:00Z")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("invalid", format="2024-10-18T14:00:00Z")
        return super().enforce_timezone(value)


class WrittenDraftSerializer(StrictSerializer):
    """All that is to stand in the draft: what is left out is empty afterwards."""

    value = ReportedValueField(required=False, allow_null=True, help_text="As of a check-in; null: none yet.")
    no_change = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    confidence = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=10, help_text="0 to 10."
    )
    note = TextField(required=False, allow_blank=True, max_length=10_000, help_text="Markdown.")
    blocker = TextField(required=False, allow_blank=True, max_length=2_000)
    evidence_url = TextField(required=False, allow_blank=True, max_length=500)
    effective_on = PlainDateField(
        required=False, allow_null=True, help_text="Null: the day on which it is sent."
    )
    send_at = MomentField(
        required=False, allow_null=True, help_text="A moment ahead at which it is sent by itself."
    )

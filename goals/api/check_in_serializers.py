"""Check-ins as programs read and report them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.schema import ProblemSerializer
from accounts.api.telling import Telling
from goals.api import bulk_examples, examples
from goals.api.fields import PlainDateField, ReportedValueField, ShareField, StrictSerializer, ValueField
from goals.api.serializers import KeyResultSerializer
from goals.models import CheckIn

LARGEST_SEQUENCE = 2_147_483_647
MOST_AT_ONCE = 500


@extend_schema_serializer(examples=[examples.CHECK_IN])
class CheckInSerializer(Telling, serializers.ModelSerializer):
    """What was reported about a key result at a moment; it never changes."""

    key_result = serializers.CharField(source="key_result.code")
    value = ValueField()
    is_no_change = serializers.BooleanField(help_text="The value was said to stay as it was.")
    previous_value = ValueField(allow_null=True, help_text="Of the check-in with the number before.")
    start_value = ValueField(allow_null=True, help_text="In force then, like target and bounds.")
    target_value = ValueField(allow_null=True)
    lower_bound = ValueField(allow_null=True)
    upper_bound = ValueField(allow_null=True)
    completion = ShareField(allow_null=True, help_text="Then; raw.")
    status = serializers.ChoiceField(CheckIn.Status.choices)
    author = serializers.EmailField(source="author.email")
    author_name = serializers.CharField(source="author.name")
    source = serializers.ChoiceField(CheckIn.Source.choices)  # type: ignore[assignment]
    corrects = serializers.IntegerField(
        source="corrects.sequence",
        default=None,
        allow_null=True,
        help_text="The number of the one it corrects.",
    )

    class Meta:
        model = CheckIn
        fields = [
            "key_result",
            "sequence",
            "value",
            "is_no_change",
            "previous_value",
            "start_value",
            "target_value",
            "lower_bound",
            "upper_bound",
            "completion",
            "status",
            "confidence",
            "note",
            "blocker",
            "evidence_url",
            "effective_on",
            "author",
            "author_name",
            "source",
            "corrects",
            "reason",
            "created_at",
        ]
        read_only_fields = fields


@extend_schema_serializer(examples=[examples.KEPT_CHECK_IN])
class KeptCheckInSerializer(CheckInSerializer):
    """The check-in that was kept, and its key result as it now stands."""

    key_result = KeyResultSerializer(source="figures")  # type: ignore[assignment]


@extend_schema_serializer(examples=examples.REPORTS)
class ReportSerializer(StrictSerializer):
    """What a program reports. Whether it fits the key result and its cycle is judged by `record_check_in`."""

    value = ReportedValueField(
        allow_null=True, help_text='A decimal as a string; a milestone is "1" or "0"; null is "no change".'
    )
    status = serializers.ChoiceField(CheckIn.Status.choices)
    confidence = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=10, help_text="0 to 10."
    )
    note = TextField(required=False, allow_blank=True, max_length=10_000, help_text="Markdown.")
    blocker = TextField(required=False, allow_blank=True, max_length=2_000)
    evidence_url = TextField(required=False, allow_blank=True, max_length=500)
    effective_on = PlainDateField(
        required=False,
        allow_null=True,
        help_text="Today where it is left out; of a correction, the day it corrects.",
    )
    corrects = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_SEQUENCE,
        help_text="The number of the check-in it corrects.",
    )
    reason = TextField(
        required=False, allow_blank=True, max_length=2_000, help_text="Why; needed for a correction."
    )

    def validate_corrects(self, sequence: int | None) -> CheckIn | None:
        if sequence is None:
            return None
        found = CheckIn.objects.filter(key_result=self.context["key_result"], sequence=sequence).first()
        if found is None:
            raise serializers.ValidationError("This key result has no check-in with this number.")
        return found


class BulkReportSerializer(ReportSerializer):
    """A report and the key result it is about; which check-in it corrects is looked up by the action."""

    key_result = TextField(max_length=100, help_text="Its code.")

    def validate_corrects(self, sequence: int | None) -> Any:
        return sequence


@extend_schema_field(BulkReportSerializer(many=True))
class ReportsField(serializers.ListField):
    """Reports as they came: each is judged by itself, so that one of them takes nothing with it."""

    class Anything(serializers.Field):
        def to_internal_value(self, data: Any) -> Any:
            return data

    child = Anything(allow_null=True)


@extend_schema_serializer(examples=bulk_examples.BULK)
class BulkSerializer(StrictSerializer):
    check_ins = ReportsField(max_length=MOST_AT_ONCE, help_text="Up to 500, recorded in this order.")


class BulkResultSerializer(Telling, serializers.Serializer):
    """What became of one report: `check_in` where it was kept, else `problem`."""

    key_result = serializers.CharField(allow_null=True, help_text="As it was sent.")
    status = serializers.IntegerField(help_text="As of a single report: 201, or that of the problem.")
    check_in = KeptCheckInSerializer(required=False)
    problem = ProblemSerializer(required=False)


@extend_schema_serializer(examples=bulk_examples.BULK_RESULTS)
class BulkResultsSerializer(Telling, serializers.Serializer):
    """One for each report, in the order of the request."""

    results = BulkResultSerializer(many=True)

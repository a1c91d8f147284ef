"""KPIs and their values as programs read and write them; the actions judge, as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.telling import Telling
from goals.api import kpi_examples as examples
from goals.api.check_in_serializers import LARGEST_SEQUENCE
from goals.api.fields import (
    AddressField,
    PageField,
    PlainDateField,
    ReportedValueField,
    StrictSerializer,
    ValueField,
)
from goals.api.initiative_serializers import OwnerField
from goals.figures.kpis import STANDINGS, KpiChange, KpiFigures
from goals.models import CheckIn, Kpi, KpiEntry


class KpiChangeSerializer(Telling, serializers.Serializer):
    """From one value to the one in force."""

    days = serializers.IntegerField(help_text="The window: 28 or 90; 0 is against the value before.")
    since = serializers.DateField(help_text="The day of the older value.")
    old = ValueField()
    new = ValueField()
    difference = ValueField()


class LastEntrySerializer(Telling, serializers.ModelSerializer):
    """The value in force: of the latest day, then the one with the highest number."""

    value = ValueField()

    class Meta:
        model = KpiEntry
        fields = ["sequence", "effective_on", "value", "created_at"]
        read_only_fields = fields


@extend_schema_serializer(examples=[examples.KPI])
class KpiSerializer(Telling, serializers.Serializer):
    """A value that an area watches outside of cycles, and where it stands today."""

    code = serializers.CharField(source="kpi.code")
    title = serializers.CharField(source="kpi.title")
    area = serializers.CharField(source="kpi.area.key")
    metric = serializers.CharField(source="kpi.metric")
    unit = serializers.CharField(source="kpi.unit")
    aim = serializers.ChoiceField(Kpi.Aim.choices, source="kpi.aim", help_text="What it should do.")
    lower_bound = ValueField(source="kpi.lower_bound", allow_null=True)
    upper_bound = ValueField(source="kpi.upper_bound", allow_null=True)
    current_value = ValueField(source="kpi.current_value", allow_null=True)
    standing = serializers.ChoiceField(
        STANDINGS, help_text="Against its bounds; where it has a direction, against the value before."
    )
    reason = serializers.CharField(help_text="The sentence beside it.")
    stale = serializers.BooleanField(help_text="A value is missing; it stands over the standing.")
    changes = serializers.SerializerMethodField(
        help_text="Against the value before, 28 and 90 days ago, as far as there was one."
    )
    owner = serializers.EmailField(source="kpi.owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="kpi.owner.name", default=None, allow_null=True)
    rhythm_days = serializers.IntegerField(source="kpi.check_in_every_days", help_text="Days between values.")
    due_on = serializers.DateField(source="kpi.due_on", help_text="The day the next value is asked for.")
    last_entry = LastEntrySerializer(source="kpi.last_entry", allow_null=True)
    entry_count = serializers.IntegerField(source="kpi.entry_count")
    source_note = serializers.CharField(source="kpi.source_note")
    visibility = serializers.ChoiceField(Kpi.Visibility.choices, source="kpi.visibility")
    key_results = serializers.SerializerMethodField(
        help_text="Codes of those that take its value, as far as you see them."
    )
    added_on = serializers.DateField(source="kpi.added_on", help_text="Watched since.")
    version = serializers.IntegerField(source="kpi.version")
    created_at = serializers.DateTimeField(source="kpi.created_at")
    updated_at = serializers.DateTimeField(source="kpi.updated_at")
    archived_at = serializers.DateTimeField(source="kpi.archived_at", allow_null=True)
    url = AddressField("api:kpi-detail", source="kpi.code")
    page_url = PageField(source="kpi")

    def get_changes(self, row: KpiFigures) -> KpiChangeSerializer(many=True):  # type: ignore[valid-type]
        changes: list[KpiChange] = [change for change in (row.since_last, *row.windows) if change]
        return KpiChangeSerializer(changes, many=True).data

    def get_key_results(self, row: KpiFigures) -> list[str]:
        return [key_result.code for key_result in row.kpi.seen_key_results]  # type: ignore[attr-defined]


class ChangedKpiSerializer(StrictSerializer):
    title = TextField(max_length=200, help_text="What is watched.")
    metric = TextField(required=False, allow_blank=True, max_length=200)
    unit = TextField(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text="It stays while key results of an open cycle take the value.",
    )
    aim = serializers.ChoiceField(Kpi.Aim.choices, required=False, help_text="`within` has bounds.")
    lower_bound = ReportedValueField(required=False, allow_null=True)
    upper_bound = ReportedValueField(required=False, allow_null=True)
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    rhythm_days = WholeNumberField(
        source="check_in_every_days", required=False, min_value=1, max_value=366, help_text="7 if left out."
    )
    visibility = serializers.ChoiceField(Kpi.Visibility.choices, required=False)
    source_note = TextField(required=False, allow_blank=True, max_length=300)


@extend_schema_serializer(examples=[examples.NEW_KPI])
class NewKpiSerializer(ChangedKpiSerializer):
    """`area` and `title` are needed."""

    area = TextField(max_length=12, help_text="The key of an area whose plan you edit.")


@extend_schema_serializer(examples=[examples.ENTRY])
class KpiEntrySerializer(Telling, serializers.ModelSerializer):
    """The value of a KPI on a day; it never changes."""

    kpi = serializers.CharField(source="kpi.code")
    value = ValueField()
    is_no_change = serializers.BooleanField(help_text="The value was said to stay as it was.")
    previous_value = ValueField(allow_null=True, help_text="Of the one with the number before.")
    lower_bound = ValueField(allow_null=True, help_text="In force then.")
    upper_bound = ValueField(allow_null=True)
    author = serializers.EmailField(source="author.email")
    author_name = serializers.CharField(source="author.name")
    source = serializers.ChoiceField(KpiEntry.Source.choices)  # type: ignore[assignment]
    corrects = serializers.IntegerField(
        source="corrects.sequence",
        default=None,
        allow_null=True,
        help_text="The number of the one it corrects.",
    )

    class Meta:
        model = KpiEntry
        fields = [
            *("kpi", "sequence", "value", "is_no_change", "previous_value", "lower_bound", "upper_bound"),
            *("note", "evidence_url", "effective_on", "author", "author_name", "source", "corrects"),
            *("reason", "created_at"),
        ]
        read_only_fields = fields


class RecordedSerializer(Telling, serializers.Serializer):
    """A check-in that the value made on a key result."""

    key_result = serializers.CharField(source="key_result.code")
    check_in = serializers.IntegerField(source="sequence")
    status = serializers.ChoiceField(CheckIn.Status.choices, help_text="Its pace, as nobody said one.")


class NotRecordedSerializer(Telling, serializers.Serializer):
    """A key result that refused the value; the value of the KPI is kept all the same."""

    key_result = serializers.CharField(source="key_result.code")
    code = serializers.CharField(source="refusal.code")
    detail = serializers.CharField(source="refusal.sentence")


@extend_schema_serializer(examples=[examples.KEPT_ENTRY])
class KeptKpiEntrySerializer(KpiEntrySerializer):
    """The value that was kept, and the key results that take it, as far as you see them."""

    recorded = RecordedSerializer(source="made.check_ins", many=True)
    not_recorded = NotRecordedSerializer(source="made.not_recorded", many=True)

    class Meta(KpiEntrySerializer.Meta):
        fields = [*KpiEntrySerializer.Meta.fields, "recorded", "not_recorded"]
        read_only_fields = fields


@extend_schema_serializer(examples=[examples.REPORTED])
class KpiReportSerializer(StrictSerializer):
    """What a program enters. Whether it fits is judged by `record_entry`."""

    value = ReportedValueField(allow_null=True, help_text='A decimal as a string; null is "no change".')
    note = TextField(required=False, allow_blank=True, max_length=10_000, help_text="Markdown.")
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
        help_text="The number of the value it corrects.",
    )
    reason = TextField(required=False, allow_blank=True, max_length=2_000, help_text="Of a correction.")

    def validate_corrects(self, sequence: int | None) -> KpiEntry | None:
        if sequence is None:
            return None
        found = KpiEntry.objects.filter(kpi=self.context["kpi"], sequence=sequence).first()
        if found is None:
            raise serializers.ValidationError("There is no value with this number.")
        return found


class KpiDaySerializer(Telling, serializers.Serializer):
    day = serializers.DateField()
    value = ValueField()
    standing = serializers.ChoiceField(STANDINGS, help_text="Against the bounds of today, or the day before.")


@extend_schema_serializer(examples=[examples.SERIES])
class KpiSeriesSerializer(Telling, serializers.Serializer):
    code = serializers.CharField()
    results = KpiDaySerializer(many=True, help_text="One for each day that has a value, oldest first.")


def told_fields(given: dict[str, Any], row: Kpi | None) -> dict[str, Any]:
    """With a direction a KPI has no bounds: whoever changes its aim to one need not clear them."""
    aim = given.get("aim", row.aim if row else Kpi.Aim.UP)
    if aim == Kpi.Aim.WITHIN or "aim" not in given:
        return given
    return {"lower_bound": None, "upper_bound": None} | given

"""Templates as programs read and write them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from goals.api.examples import MOMENT, SITE
from goals.api.fields import (
    AddressField,
    BlockField,
    PageField,
    PlainDateField,
    ReportedValueField,
    StrictSerializer,
)
from goals.models import KeyResult, Objective, ObjectiveTemplate

SHARE = "As a share of the cycle: 0 is its first day, 1 its last; null is its end."
KEY_RESULT = {
    "number": 1,
    "title": "Decode speed on a phone",
    "kind": "reach",
    "metric": "",
    "unit": "tok/s",
    "start_value": "0",
    "commit_value": None,
    "target_value": "10",
    "stretch_value": None,
    "lower_bound": None,
    "upper_bound": None,
    "weight": "1",
    "check_in_every_days": None,
    "source_note": "",
    "tags": [],
    "due_at": "0.5",
    "interim_targets": [{"at": "0.25", "value": "4"}],
    "initiatives": [],
}
TEMPLATE = OpenApiExample(
    "Of an area",
    response_only=True,
    value={
        "id": 7,
        "name": "A faster release",
        "area": "EDGE",
        "title": "Releases that nobody waits for",
        "description": "",
        "kind": "focus",
        "commitment": "committed",
        "priority": None,
        "weight": "1",
        "pillar": "",
        "impact": "",
        "cost": "",
        "tags": ["speed"],
        "key_results": [KEY_RESULT],
        "version": 1,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "archived_at": None,
        "url": f"{SITE}/api/v1/templates/7/",
        "page_url": f"{SITE}/templates/7/",
    },
)
SENT = OpenApiExample("Of its area", request_only=True, value={"objective": "EDGE-24H2-O1"})
BEGUN = OpenApiExample(
    "With one of its key results, and a higher target",
    request_only=True,
    value={"roadmap": "EDGE-25H1", "key_results": [{"number": 1, "target_value": "12"}]},
)


class TemplateInterimTargetSerializer(serializers.Serializer):
    at = serializers.CharField(source="0", help_text=SHARE)
    value = serializers.CharField(source="1")


class TemplateInitiativeSerializer(serializers.Serializer):
    title = serializers.CharField()
    due_at = serializers.CharField(allow_null=True, help_text=SHARE)


class TemplateKeyResultSerializer(serializers.Serializer):
    """What a key result begins with."""

    number = serializers.IntegerField(help_text="Its place in the template, from 1.")
    title = serializers.CharField()
    kind = serializers.ChoiceField(KeyResult.Kind.choices)
    metric = serializers.CharField()
    unit = serializers.CharField()
    start_value = serializers.CharField(allow_null=True)
    commit_value = serializers.CharField(allow_null=True)
    target_value = serializers.CharField(allow_null=True)
    stretch_value = serializers.CharField(allow_null=True)
    lower_bound = serializers.CharField(allow_null=True)
    upper_bound = serializers.CharField(allow_null=True)
    weight = serializers.CharField()
    check_in_every_days = serializers.IntegerField(allow_null=True)
    source_note = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    due_at = serializers.CharField(allow_null=True, help_text=SHARE)
    interim_targets = TemplateInterimTargetSerializer(many=True)
    initiatives = TemplateInitiativeSerializer(many=True)


@extend_schema_serializer(examples=[TEMPLATE])
class TemplateSerializer(serializers.ModelSerializer):
    """An objective with its key results that can be begun again in any roadmap."""

    area = serializers.CharField(
        source="area.key", default=None, allow_null=True, help_text="null: of the organisation."
    )
    kind = serializers.ChoiceField(Objective.Kind.choices, source="plan.objective.kind")
    commitment = serializers.ChoiceField(Objective.Commitment.choices, source="plan.objective.commitment")
    priority = serializers.IntegerField(source="plan.objective.priority", allow_null=True)
    weight = serializers.CharField(source="plan.objective.weight")
    pillar = serializers.CharField(source="plan.objective.pillar")
    impact = serializers.CharField(source="plan.objective.impact")
    cost = serializers.CharField(source="plan.objective.cost")
    tags = serializers.SerializerMethodField()
    key_results = serializers.SerializerMethodField()
    url = AddressField("api:template-detail", source="pk")
    page_url = PageField(source="*")

    class Meta:
        model = ObjectiveTemplate
        fields = (
            *("id", "name", "area", "title", "description", "kind", "commitment", "priority", "weight"),
            *("pillar", "impact", "cost", "tags", "key_results", "version", "created_at", "updated_at"),
            *("archived_at", "url", "page_url"),
        )
        read_only_fields = fields

    def get_tags(self, row: ObjectiveTemplate) -> list[str]:
        return list(row.plan["objective"]["tags"].split())

    def get_key_results(self, row: ObjectiveTemplate) -> TemplateKeyResultSerializer(many=True):  # type: ignore[valid-type]
        told: list[dict[str, Any]] = [
            one | {"number": number, "tags": one["tags"].split()}
            for number, one in enumerate(row.plan["key_results"], start=1)
        ]
        for one in told:
            one["interim_targets"] = [dict(zip("01", pair, strict=True)) for pair in one["interim_targets"]]
        return TemplateKeyResultSerializer(told, many=True).data


@extend_schema_serializer(examples=[SENT])
class NewTemplateSerializer(StrictSerializer):
    objective = TextField(max_length=40, help_text="The code of the objective that is saved.")
    area = TextField(
        required=False,
        allow_null=True,
        max_length=12,
        help_text="The key of the area it is of; left out that of the objective; null the organisation.",
    )
    name = TextField(required=False, max_length=200, help_text="The title of the objective when left out.")
    initiatives = serializers.BooleanField(required=False, help_text="Whether they come along.")


class ChangedTemplateSerializer(StrictSerializer):
    name = TextField(max_length=200)
    title = TextField(max_length=200, help_text="Of the objective.")
    description = BlockField(help_text="Markdown.")


class BegunKeyResultSerializer(StrictSerializer):
    """A key result of the template, and what is otherwise than in it."""

    number = WholeNumberField(min_value=1, max_value=10_000)
    title = TextField(required=False, max_length=200)
    start_value = ReportedValueField(required=False, allow_null=True)
    target_value = ReportedValueField(required=False, allow_null=True)
    lower_bound = ReportedValueField(required=False, allow_null=True)
    upper_bound = ReportedValueField(required=False, allow_null=True)
    due_on = PlainDateField(required=False, allow_null=True)


@extend_schema_serializer(examples=[BEGUN])
class BegunSerializer(StrictSerializer):
    roadmap = TextField(max_length=30, help_text="The code of the roadmap it begins in: EDGE-25H1.")
    title = TextField(required=False, max_length=200)
    description = BlockField()
    key_results = BegunKeyResultSerializer(
        many=True, required=False, help_text="Those to make; all of them when left out."
    )

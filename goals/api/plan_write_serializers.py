"""What programs write into a plan; the actions judge it, as on the pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from goals.api.fields import BlockField, PlainDateField, ReportedValueField, StrictSerializer, TagsGivenField
from goals.api.initiative_serializers import OwnerField
from goals.api.reach import visible_kpis
from goals.api.writes import LONGEST_REASON
from goals.models import KeyResult, Kpi, Level, Objective, Visibility

WHY = "Needed in a cycle that has begun where weight or what counts changes; it is kept and shown."
WHY_DEFINED = (
    "Needed in a cycle that has begun where kind, start, commit, target, stretch, bounds, weight, due day or "
    "interim targets change; it is kept and shown."
)
PLACE = "Its place in the list above it; the lower, the earlier."
FARTHEST = 1_000_000


def _reason(words: str) -> TextField:
    return TextField(required=False, allow_blank=True, max_length=LONGEST_REASON, help_text=words)


class ChangedRoadmapSerializer(StrictSerializer):
    title = TextField(
        required=False, allow_blank=True, max_length=200, help_text="Empty: the name of the area."
    )
    background = BlockField(help_text="Markdown.")
    visibility = serializers.ChoiceField(Visibility.choices, required=False)


class NewRoadmapSerializer(ChangedRoadmapSerializer):
    """A draft; `publish/` publishes it."""

    area = TextField(max_length=12, help_text="The key of the area whose plan it is.")
    cycle = TextField(max_length=12, help_text="The key of the cycle.")


class _ObjectiveSerializer(StrictSerializer):
    title = TextField(max_length=200)
    description = BlockField(help_text="Markdown.")
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    reviewer = OwnerField(
        required=False, allow_null=True, help_text="For whom check-ins of others wait; sees the objective."
    )
    commitment = serializers.ChoiceField(Objective.Commitment.choices, required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    priority = WholeNumberField(required=False, allow_null=True, min_value=1, max_value=5)
    confidence = WholeNumberField(required=False, allow_null=True, min_value=0, max_value=10)
    weight = ReportedValueField(
        required=False, help_text="How much it counts in the roadmap; 0 counts nowhere."
    )
    counts_supporters = serializers.BooleanField(
        required=False, help_text="Whether its mean is of its key results and of what supports it."
    )
    pillar = serializers.ChoiceField(
        Objective.Pillar.choices, required=False, allow_blank=True, help_text="Of an item of excellence."
    )
    tags = TagsGivenField(help_text="All there are to be; an empty list for none.")
    impact = serializers.ChoiceField(Level.choices, required=False, allow_blank=True)
    cost = serializers.ChoiceField(Level.choices, required=False, allow_blank=True)


class NewObjectiveSerializer(_ObjectiveSerializer):
    """`title` is needed. Its kind is chosen once, as it is part of the code."""

    kind = serializers.ChoiceField(Objective.Kind.choices, required=False, help_text="Left out: focus.")


class ChangedObjectiveSerializer(_ObjectiveSerializer):
    position = WholeNumberField(required=False, min_value=0, max_value=FARTHEST, help_text=PLACE)
    reason = _reason(WHY)


@extend_schema_field(OpenApiTypes.STR)
class KpiField(serializers.Field):
    """One that the request sees, by its code; whether it fits is judged by the action."""

    default_error_messages = {"invalid": _("There is no KPI with this code.")}

    def to_internal_value(self, data: Any) -> Kpi:
        is_code = isinstance(data, str) and len(data) <= 40 and "\0" not in data
        seen = visible_kpis(self.context["request"])
        found = seen.filter(code=data).first() if is_code else None
        if found is None:
            self.fail("invalid")
            raise AssertionError
        return found


class InterimTargetToSetSerializer(StrictSerializer):
    on = PlainDateField()
    value = ReportedValueField()


class _KeyResultSerializer(StrictSerializer):
    title = TextField(max_length=200)
    kind = serializers.ChoiceField(KeyResult.Kind.choices, required=False)
    metric = TextField(required=False, allow_blank=True, max_length=200)
    unit = TextField(required=False, allow_blank=True, max_length=40)
    start_value = ReportedValueField(required=False, allow_null=True)
    commit_value = ReportedValueField(required=False, allow_null=True)
    target_value = ReportedValueField(required=False, allow_null=True)
    stretch_value = ReportedValueField(required=False, allow_null=True)
    lower_bound = ReportedValueField(required=False, allow_null=True, help_text="Of a guardrail: at least.")
    upper_bound = ReportedValueField(required=False, allow_null=True, help_text="Of a guardrail: at most.")
    interim_targets = InterimTargetToSetSerializer(
        many=True, required=False, help_text="All there are to be, of a reach; an empty list for none."
    )
    weight = ReportedValueField(
        required=False, help_text="How much it counts in the objective; 0 counts nowhere."
    )
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    due_on = PlainDateField(required=False, allow_null=True, help_text="Null: the last day of the cycle.")
    check_in_every_days = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=366,
        help_text="Days between check-ins; null: as its area says, or the cycle.",
    )
    visibility = serializers.ChoiceField(KeyResult.Visibility.choices, required=False)
    source_note = TextField(
        required=False, allow_blank=True, max_length=300, help_text="Where the value is read."
    )

    tags = TagsGivenField(help_text="All there are to be; an empty list for none.")
    kpi = KpiField(
        required=False,
        allow_null=True,
        help_text="The code of the KPI whose values are to be its own, of the same unit; null for none.",
    )

    def validate_interim_targets(self, given: list[dict[str, Any]]) -> list[tuple[date, Decimal]]:
        return [(target["on"], target["value"]) for target in given]


class NewKeyResultSerializer(_KeyResultSerializer):
    """`title` is needed. Left out, the kind is reach; a milestone goes from 0 to 1."""


class ChangedKeyResultSerializer(_KeyResultSerializer):
    position = WholeNumberField(required=False, min_value=0, max_value=FARTHEST, help_text=PLACE)
    reason = _reason(WHY_DEFINED)

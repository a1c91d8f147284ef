"""Figures day by day, and the parts of a mean."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.api.telling import Telling
from goals.api import examples
from goals.api.fields import AddressField, ShareField, ValueField
from goals.api.serializers import PACES, WithMeanSerializer
from goals.figures import Contribution
from goals.progress import FORMULA_VERSION


class MeanDaySerializer(Telling, serializers.Serializer):
    """The figures as they were known at the end of a day."""

    day = serializers.DateField()
    completion = ShareField(allow_null=True, help_text="Null when nothing counted.")
    expected = ShareField(allow_null=True)
    pace = serializers.ChoiceField(PACES)


class KeyResultDaySerializer(MeanDaySerializer):
    value = ValueField(allow_null=True, help_text="The value in force; null before the first check-in.")
    completion = ShareField(allow_null=True, help_text="Raw: may lie below 0 or above 1.")


class SeriesSerializer(Telling, serializers.Serializer):
    formula_version = serializers.SerializerMethodField()

    def get_formula_version(self, series: Any) -> int:
        return FORMULA_VERSION


@extend_schema_serializer(examples=[examples.MEAN_SERIES])
class MeanSeriesSerializer(SeriesSerializer):
    of = serializers.CharField(help_text="The code of the objective, or the key of the area.")
    results = MeanDaySerializer(many=True, help_text="Oldest first.")


@extend_schema_serializer(examples=[examples.KEY_RESULT_SERIES])
class KeyResultSeriesSerializer(SeriesSerializer):
    code = serializers.CharField()
    results = KeyResultDaySerializer(many=True, help_text="Oldest first.")


class PartSerializer(Telling, serializers.Serializer):
    """A part of a mean: `weight_share` times `progress` is what it adds; what all add is the mean."""

    weight = ValueField()
    weight_share = ShareField(allow_null=True, help_text="Of the weights that count; null when left out.")
    completion = ShareField(source="part.completion", allow_null=True, help_text="Raw for a key result.")
    progress = ShareField(source="part.progress", allow_null=True, help_text="0 to 1.")
    adds = ShareField(allow_null=True, help_text="To the mean: 0.1 is 10 points.")
    left_out_because = serializers.CharField(allow_blank=True, help_text="Empty when it counts.")


class ReachedPartSerializer(PartSerializer):
    """What a token does not reach is told by what it adds alone."""

    code = serializers.SerializerMethodField(help_text="Empty where your token does not reach it.")
    title = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def _is_reached(self, line: Contribution) -> bool:
        hidden = self.context.get("out_of_reach", frozenset())
        return line.is_key_result or line.row.pk not in hidden

    def get_code(self, line: Contribution) -> str:
        return line.row.code if self._is_reached(line) else ""

    def get_title(self, line: Contribution) -> str:
        return line.row.title if self._is_reached(line) else ""

    def get_url(self, line: Contribution) -> serializers.URLField(allow_null=True):  # type: ignore[valid-type]
        if not self._is_reached(line):
            return None
        name = "api:key-result-detail" if line.is_key_result else "api:objective-detail"
        return AddressField(name).to_representation(line.row.code)


class AnyPartSerializer(ReachedPartSerializer):
    """A key result, or an objective that supports and is counted."""

    kind = serializers.SerializerMethodField(help_text="`key_result`, or `objective` for a supporter.")

    def get_kind(self, line: Contribution) -> serializers.ChoiceField(["key_result", "objective"]):  # type: ignore[valid-type]
        return "key_result" if line.is_key_result else "objective"


class ObjectivePartSerializer(ReachedPartSerializer):
    shared_from = serializers.SerializerMethodField(
        help_text="The area that plans it, where it counts here by a share; null for what is planned here."
    )
    why = serializers.SerializerMethodField(help_text="How it counts here; empty for what is planned here.")

    def get_shared_from(self, line: Contribution) -> serializers.CharField(allow_null=True):  # type: ignore[valid-type]
        return (line.shared_from or None) if self._is_reached(line) else None

    def get_why(self, line: Contribution) -> str:
        return line.shared_sentence if self._is_reached(line) else ""


class ExplainedSerializer(WithMeanSerializer):
    as_of = serializers.DateField()
    formula_version = serializers.SerializerMethodField()

    def get_formula_version(self, explained: Any) -> int:
        return FORMULA_VERSION


@extend_schema_serializer(examples=[examples.EXPLAINED_OBJECTIVE])
class ExplainedObjectiveSerializer(ExplainedSerializer):
    code = serializers.CharField(source="of")
    parts = AnyPartSerializer(
        many=True, help_text="Every key result in the plan, and every supporter if these count."
    )


@extend_schema_serializer(examples=[examples.EXPLAINED_ROADMAP])
class ExplainedRoadmapSerializer(ExplainedSerializer):
    code = serializers.CharField(source="of")
    parts = ObjectivePartSerializer(many=True, help_text="Every focus objective in the plan.")


@extend_schema_serializer(examples=[examples.EXPLAINED_AREA])
class ExplainedAreaSerializer(ExplainedSerializer):
    area = serializers.CharField(source="of", help_text="Its key; empty for the organisation.")
    parts = ObjectivePartSerializer(many=True, help_text="Every focus objective in the plan.")

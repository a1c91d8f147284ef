"""Figures day by day, and the parts of a mean."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from goals.api import examples
from goals.api.fields import AddressField, ShareField, ValueField
from goals.api.serializers import PACES, WithMeanSerializer
from goals.progress import FORMULA_VERSION


class MeanDaySerializer(serializers.Serializer):
    """The figures as they were known at the end of a day."""

    day = serializers.DateField()
    completion = ShareField(allow_null=True, help_text="Null when nothing counted.")
    expected = ShareField(allow_null=True)
    pace = serializers.ChoiceField(PACES)


class KeyResultDaySerializer(MeanDaySerializer):
    value = ValueField(allow_null=True, help_text="The value in force; null before the first check-in.")
    completion = ShareField(allow_null=True, help_text="Raw: may lie below 0 or above 1.")


class SeriesSerializer(serializers.Serializer):
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


class PartSerializer(serializers.Serializer):
    """A part of a mean: `weight_share` times `progress` is what it adds; what all add is the mean."""

    code = serializers.CharField(source="row.code")
    title = serializers.CharField(source="row.title")
    weight = ValueField()
    weight_share = ShareField(allow_null=True, help_text="Of the weights that count; null when left out.")
    completion = ShareField(source="part.completion", allow_null=True, help_text="Raw for a key result.")
    progress = ShareField(source="part.progress", allow_null=True, help_text="0 to 1.")
    adds = ShareField(allow_null=True, help_text="To the mean: 0.1 is 10 points.")
    left_out_because = serializers.CharField(allow_blank=True, help_text="Empty when it counts.")


class KeyResultPartSerializer(PartSerializer):
    url = AddressField("api:key-result-detail", source="row.code")


class ObjectivePartSerializer(PartSerializer):
    url = AddressField("api:objective-detail", source="row.code")


class ExplainedSerializer(WithMeanSerializer):
    as_of = serializers.DateField()
    formula_version = serializers.SerializerMethodField()

    def get_formula_version(self, explained: Any) -> int:
        return FORMULA_VERSION


@extend_schema_serializer(examples=[examples.EXPLAINED_OBJECTIVE])
class ExplainedObjectiveSerializer(ExplainedSerializer):
    code = serializers.CharField(source="of")
    parts = KeyResultPartSerializer(many=True, help_text="Every key result in the plan.")


@extend_schema_serializer(examples=[examples.EXPLAINED_ROADMAP])
class ExplainedRoadmapSerializer(ExplainedSerializer):
    code = serializers.CharField(source="of")
    parts = ObjectivePartSerializer(many=True, help_text="Every focus objective in the plan.")


@extend_schema_serializer(examples=[examples.EXPLAINED_AREA])
class ExplainedAreaSerializer(ExplainedSerializer):
    area = serializers.CharField(source="of", help_text="Its key; empty for the organisation.")
    parts = ObjectivePartSerializer(many=True, help_text="Every focus objective in the plan.")

"""The roll-up of a cycle as a tree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from goals.api import examples
from goals.api.fields import AddressField, SaidStatusField, ShareField, ValueField
from goals.api.serializers import PACES, MeanSerializer, WithMeanSerializer
from goals.figures import AreaFigures, MeanFigures
from goals.figures.tree import Part
from goals.models import Cycle, KeyResult, Objective
from goals.progress import FORMULA_VERSION


@dataclass(frozen=True)
class Progress:
    """What was asked for: a whole cycle, or one of its areas and what is below."""

    cycle: Cycle
    today: date
    area: str | None
    areas: tuple[AreaFigures, ...]
    mean: MeanFigures


class KeyResultNodeSerializer(serializers.Serializer):
    code = serializers.CharField(source="key_result.code")
    title = serializers.CharField(source="key_result.title")
    kind = serializers.ChoiceField(KeyResult.Kind.choices, source="key_result.kind")
    unit = serializers.CharField(source="key_result.unit")
    weight = ValueField(source="key_result.weight")
    current_value = ValueField(source="key_result.current_value", allow_null=True)
    completion = ShareField(allow_null=True, help_text="Raw: may lie below 0 or above 1.")
    progress = ShareField(allow_null=True)
    expected = ShareField(allow_null=True)
    pace = serializers.ChoiceField(PACES)
    reason = serializers.CharField()
    stale = serializers.BooleanField()
    violated = serializers.BooleanField(allow_null=True)
    said_status = SaidStatusField()
    url = AddressField("api:key-result-detail", source="key_result.code")


class ObjectiveNodeSerializer(WithMeanSerializer):
    code = serializers.CharField(source="objective.code")
    title = serializers.CharField(source="objective.title")
    kind = serializers.ChoiceField(Objective.Kind.choices, source="objective.kind")
    weight = ValueField(help_text="Its own; of what is shared that which it has in this area's own mean.")
    shared_from = serializers.CharField(
        source="home",
        default=None,
        allow_null=True,
        help_text="The area that plans it, where this one owns it too; counted once above both.",
    )
    url = AddressField("api:objective-detail", source="objective.code")
    key_results = KeyResultNodeSerializer(many=True)


class AreaNodeSerializer(WithMeanSerializer):
    """An area with its own objectives and its teams; its mean is over the focus objectives of both."""

    key = serializers.CharField(source="area.key")
    name = serializers.CharField(source="area.name")
    roadmap = serializers.CharField(source="roadmap.roadmap.code", default=None, allow_null=True)
    excellence = MeanSerializer(
        source="excellence_mean",
        default=None,
        allow_null=True,
        help_text="The mean of the engineering excellence it plans or shares, which counts in no other mean.",
    )
    url = AddressField("api:area-detail", source="area.key")
    objectives = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, serializers.Field]:
        # Teams have teams: named here, when asked for, as a class cannot name itself.
        return super().get_fields() | {"teams": AreaNodeSerializer(many=True)}

    def get_objectives(self, figures: AreaFigures) -> ObjectiveNodeSerializer(many=True):  # type: ignore[valid-type]
        """Its own, then those that it owns of the plans of others, as far as a bound token reaches these."""
        reached: Collection[int] | None = self.context.get("reached")
        own: tuple[Part, ...] = figures.roadmap.objectives if figures.roadmap else ()
        shared = (row for row in figures.shared if reached is None or row.home_id in reached)
        return ObjectiveNodeSerializer([*own, *shared], many=True).data


@extend_schema_serializer(examples=[examples.PROGRESS])
class ProgressSerializer(WithMeanSerializer):
    """A cycle from the organisation down to key results, on a day and as far as one may see."""

    cycle = serializers.CharField(source="cycle.key")
    as_of = serializers.DateField(source="today")
    formula_version = serializers.SerializerMethodField()
    area = serializers.CharField(allow_null=True, help_text="The one asked for; null for the organisation.")
    areas = AreaNodeSerializer(many=True)

    def get_formula_version(self, progress: Progress) -> int:
        return FORMULA_VERSION

"""A risk as programs read it, and what they say of it; the actions judge that, as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from goals.api import examples
from goals.api.fields import AddressField, PageField, PlainDateField, StrictSerializer, TextField
from goals.exchange.document import MAX_BLOCK
from goals.forms.risk_life import OUTCOMES
from goals.models import Mitigation, Risk, Visibility

LONGEST_REASON = 2000


class MitigationSerializer(serializers.ModelSerializer):
    """One step against a risk."""

    owner = serializers.EmailField(source="owner.email", default=None, allow_null=True)
    state = serializers.ChoiceField(Mitigation.State.choices)
    overdue = serializers.SerializerMethodField(help_text="Due before today, and neither done nor dropped.")

    class Meta:
        model = Mitigation
        fields = ("id", "text", "owner", "due_on", "state", "overdue")

    def get_overdue(self, row: Mitigation) -> bool:
        return row.is_overdue(self.context["today"])


@extend_schema_serializer(examples=[examples.RISK])
class RiskSerializer(serializers.ModelSerializer):
    """What may keep an objective, or one of its key results, from being met."""

    objective = serializers.CharField(source="objective.code")
    concerns = serializers.SerializerMethodField(
        help_text="Codes of other objectives that it concerns, as far as you see them."
    )
    key_result = serializers.CharField(
        source="key_result_code", allow_null=True, help_text="Null: it is to the whole objective."
    )
    area = serializers.CharField(source="objective.roadmap.area.key")
    cycle = serializers.CharField(source="objective.roadmap.cycle.key")
    kind = serializers.ChoiceField(Risk.Kind.choices)
    description = serializers.CharField(help_text="Cause and effect, in Markdown.")
    score = serializers.IntegerField(
        allow_null=True, help_text="Likelihood times impact; null without a likelihood."
    )
    residual_score = serializers.IntegerField(allow_null=True)
    high = serializers.BooleanField(source="is_high", help_text="The score is 12 or more.")
    response = serializers.ChoiceField(Risk.Response.choices)
    state = serializers.ChoiceField(Risk.State.choices)
    owner = serializers.EmailField(source="owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="owner.name", default=None, allow_null=True)
    reviewed_by = serializers.EmailField(source="reviewed_by.email", default=None, allow_null=True)
    stale = serializers.SerializerMethodField(
        help_text="Its day of review has passed; or it has none, and for 30 days nothing changed."
    )
    outcome = serializers.SerializerMethodField(help_text="How it ended; null while it is not closed.")
    mitigations = MitigationSerializer(many=True)
    predecessor = serializers.CharField(
        source="predecessor_code", allow_null=True, help_text="Carried over from."
    )
    successor = serializers.CharField(source="successor_code", allow_null=True, help_text="Goes on as.")
    visibility = serializers.ChoiceField(Visibility.choices)
    url = AddressField("api:risk-detail", source="code")
    page_url = PageField(source="*")

    class Meta:
        model = Risk
        fields = (
            *("code", "title", "objective", "concerns", "key_result", "area", "cycle", "kind", "description"),
            *("likelihood", "impact", "score", "high"),
            *("residual_likelihood", "residual_impact", "residual_score"),
            *("response", "trigger", "state", "owner", "owner_name"),
            *("review_on", "reviewed_on", "reviewed_by", "stale"),
            *("occurred_on", "consequence", "outcome", "outcome_note", "closed_on"),
            *("mitigations", "predecessor", "successor", "visibility"),
            *("version", "created_at", "updated_at", "archived_at", "url", "page_url"),
        )
        read_only_fields = fields

    def get_concerns(self, row: Any) -> list[str]:
        return [concern.objective.code for concern in row.seen_concerns]

    def get_stale(self, row: Risk) -> bool:
        return row.pk in self.context["stale"]

    def get_outcome(self, row: Risk) -> serializers.ChoiceField(Risk.Outcome.choices, allow_null=True):  # type: ignore[valid-type]
        return row.outcome or None


class ReviewSerializer(StrictSerializer):
    review_on = PlainDateField(
        required=False, help_text="The next review; in 30 days when left out, within the cycle."
    )


class CloseSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(OUTCOMES)
    closed_on = PlainDateField(required=False, help_text="Today when left out.")
    outcome_note = TextField(required=False, allow_blank=True, max_length=MAX_BLOCK)
    occurred_on = PlainDateField(required=False, help_text="Of what occurred and was handled.")
    consequence = TextField(required=False, allow_blank=True, max_length=MAX_BLOCK)


class ReopenRiskSerializer(StrictSerializer):
    reason = TextField(max_length=LONGEST_REASON, help_text="Why; the history keeps it.")


class RiskDaySerializer(serializers.Serializer):
    """Of the open risks, as they were known at the end of a day."""

    day = serializers.DateField()
    open = serializers.IntegerField(source="levels.open")
    high = serializers.IntegerField(source="levels.high")
    occurred = serializers.IntegerField(source="levels.occurred")
    mitigated = serializers.IntegerField(
        source="levels.mitigated", help_text="With a step that is planned, under way or done."
    )
    score_sum = serializers.IntegerField(source="levels.score_sum")


@extend_schema_serializer(examples=[examples.RISK_TREND])
class RiskTrendSerializer(serializers.Serializer):
    cycle = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    results = RiskDaySerializer(many=True, help_text="Oldest first.")

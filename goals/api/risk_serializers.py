"""A risk as programs read it, and what they say of it; the actions judge that, as on the pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.telling import Telling
from goals.api import examples
from goals.api.fields import AddressField, BlockField, PageField, PlainDateField, StrictSerializer
from goals.api.initiative_serializers import OwnerField
from goals.api.reach import visible_key_results
from goals.api.writes import LONGEST_REASON
from goals.exchange.document import MAX_BLOCK
from goals.forms.risk_life import OUTCOMES
from goals.models import Concern, KeyResult, Mitigation, Risk, Visibility


@extend_schema_serializer(examples=[examples.MITIGATION])
class MitigationSerializer(Telling, serializers.ModelSerializer):
    """One step against a risk."""

    risk = serializers.CharField(source="risk.code")
    owner = serializers.EmailField(source="owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="owner.name", default=None, allow_null=True)
    state = serializers.ChoiceField(Mitigation.State.choices)
    overdue = serializers.SerializerMethodField(help_text="Due before today, and neither done nor dropped.")
    url = AddressField("api:mitigation-detail", source="pk")

    class Meta:
        model = Mitigation
        fields = (
            *("id", "text", "risk", "owner", "owner_name", "due_on", "state", "overdue"),
            *("version", "created_at", "updated_at", "url"),
        )
        read_only_fields = fields

    def get_overdue(self, row: Mitigation) -> bool:
        return row.is_overdue(self.context["today"])


@extend_schema_serializer(examples=[examples.RISK])
class RiskSerializer(Telling, serializers.ModelSerializer):
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


@extend_schema_field({"type": "string", "examples": ["EDGE-24H2-O1-KR1"]})
class KeyResultOfRiskField(serializers.Field):
    """A key result of the risk's objective, by code, of those that one sees; the one it has may stay."""

    default_error_messages = {"invalid": _("The objective has no key result with this code.")}

    def to_internal_value(self, data: Any) -> KeyResult:
        context = self.parent.context
        stays = Q(pk=getattr(self.parent.instance, "key_result_id", None))
        counting = Q(pk__in=KeyResult.objects.counting().order_by().values("pk"))
        rows = visible_key_results(context["request"]).filter(
            counting | stays, objective=context["objective"]
        )
        found = rows.filter(code=data).first() if isinstance(data, str) and "\0" not in data else None
        if found is None:
            self.fail("invalid")
        return found


class LevelField(WholeNumberField):
    """1 to 5."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=5, **kwargs)


class ChangedRiskSerializer(StrictSerializer):
    """Closing it and opening it again are verbs: one asks how it ended, the other why."""

    title = TextField(max_length=200)
    kind = serializers.ChoiceField(Risk.Kind.choices, required=False)
    description = BlockField(help_text="Cause and effect, in Markdown.")
    key_result = KeyResultOfRiskField(
        required=False, allow_null=True, help_text="Null: it is to the whole objective."
    )
    likelihood = LevelField(
        required=False, allow_null=True, help_text="An unknown risk may leave it out, and then has a review."
    )
    impact = LevelField(required=False)
    residual_likelihood = LevelField(required=False, allow_null=True)
    residual_impact = LevelField(required=False, allow_null=True)
    response = serializers.ChoiceField(Risk.Response.choices, required=False)
    trigger = TextField(required=False, allow_blank=True, max_length=300)
    state = serializers.ChoiceField(Risk.State.choices, required=False)
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    review_on = PlainDateField(required=False, allow_null=True)
    occurred_on = PlainDateField(required=False, allow_null=True)
    consequence = BlockField(help_text="What occurred has a day and a consequence.")
    visibility = serializers.ChoiceField(Visibility.choices, required=False)

    def validate_state(self, state: str) -> str:
        row: Any = self.instance
        was = Risk.State.OPEN if row is None else row.state
        if state != was and Risk.State.CLOSED in (state, was):
            verb = "close" if state == Risk.State.CLOSED else "reopen"
            sentence = _("This is said by POST to %(address)s.") % {"address": f"risks/{{CODE}}/{verb}/"}
            raise serializers.ValidationError(sentence, code="invalid_choice")
        return state


class NewRiskSerializer(ChangedRiskSerializer):
    """`title` is needed, and a `likelihood` of what is known."""


class ChangedMitigationSerializer(StrictSerializer):
    text = TextField(max_length=500, help_text="What is done.")
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    due_on = PlainDateField(required=False, allow_null=True)
    state = serializers.ChoiceField(Mitigation.State.choices, required=False)


class NewMitigationSerializer(ChangedMitigationSerializer):
    """`text` is needed; it is the last of its risk."""


@extend_schema_serializer(examples=[examples.CONCERN])
class ConcernSerializer(Telling, serializers.ModelSerializer):
    """A risk concerns another objective of its cycle too."""

    risk = serializers.CharField(source="risk.code")
    objective = serializers.CharField(source="objective.code")
    objective_title = serializers.CharField(source="objective.title")
    area = serializers.CharField(source="objective.roadmap.area.key", help_text="Of the objective.")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Concern
        fields = ("risk", "objective", "objective_title", "area", "created_at", "url")
        read_only_fields = fields

    def get_url(self, row: Concern) -> str:
        return settings.SITE_URL + reverse("api:risk-concern", args=[row.risk.code, row.objective.code])


class NewConcernSerializer(StrictSerializer):
    objective = TextField(max_length=40, help_text="The code of another objective of its cycle.")


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


class RiskDaySerializer(Telling, serializers.Serializer):
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
class RiskTrendSerializer(Telling, serializers.Serializer):
    cycle = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    results = RiskDaySerializer(many=True, help_text="Oldest first.")

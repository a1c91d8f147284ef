"""What programs read: rows of the plan with their figures (goals.figures), never a formula of its own."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.api.telling import Telling
from goals.api import examples
from goals.api.fields import AddressField, PageField, SaidStatusField, ScoreField, ShareField, ValueField
from goals.figures import KeyResultFigures, ObjectiveFigures, RoadmapFigures
from goals.figures.scores import score_of, told_proposal
from goals.models import CheckIn, Cycle, KeyResult, Level, Objective, Roadmap, Visibility
from goals.progress import FORMULA_VERSION, Mark, score_band
from goals.sentences import PACE_WORDS

PACES = list(PACE_WORDS)
BANDS = ["red", "amber", "green"]
POSITION = "Its place in the list above it; the lower, the earlier."
GIVEN_UP = "Why it was dropped or archived; empty for what is in the plan, and where no reason was said."


class CoverageSerializer(Telling, serializers.Serializer):
    counted = serializers.IntegerField(help_text="Key results that count in the mean.")
    reported = serializers.IntegerField(help_text="Of these, with a check-in.")
    older_than_14_days = serializers.IntegerField(help_text="Of these, reported more than 14 days ago.")


class HealthSerializer(Telling, serializers.Serializer):
    """How many key results have which health."""

    done = serializers.IntegerField()
    on_track = serializers.IntegerField()
    behind = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    no_data = serializers.IntegerField()


class MeanSerializer(Telling, serializers.Serializer):
    """A mean as of today."""

    completion = ShareField(allow_null=True, help_text="Null when nothing counts.")
    progress = ShareField(allow_null=True, help_text="0 to 1.")
    expected = ShareField(allow_null=True)
    pace = serializers.ChoiceField(PACES)
    reason = serializers.CharField(help_text="The sentence beside the pace.")
    coverage = CoverageSerializer()
    is_partial = serializers.BooleanField(
        help_text="Parts are hidden from you; these figures are of the others."
    )
    health = HealthSerializer()


class WithMeanSerializer(Telling, serializers.Serializer):
    """Something above key results; its mean lies in `mean`."""

    completion = ShareField(source="mean.completion", allow_null=True, help_text="Null when nothing counts.")
    progress = ShareField(source="mean.progress", allow_null=True, help_text="0 to 1.")
    expected = ShareField(source="mean.expected", allow_null=True)
    pace = serializers.ChoiceField(PACES, source="mean.pace")
    reason = serializers.CharField(source="mean.reason", help_text="The sentence beside the pace.")
    coverage = CoverageSerializer(source="mean.coverage")
    is_partial = serializers.BooleanField(
        source="mean.is_partial", help_text="Parts are hidden from you; these figures are of the others."
    )
    health = HealthSerializer(source="mean.health")


@extend_schema_serializer(examples=[examples.CYCLE])
class CycleSerializer(Telling, serializers.ModelSerializer):
    """A planning period, usually a half-year."""

    state = serializers.ChoiceField(Cycle.State.choices)
    on_track_gap = ShareField()
    on_track_ratio = ShareField()
    at_risk_gap = ShareField()
    at_risk_ratio = ShareField()
    url = AddressField("api:cycle-detail", source="key")

    class Meta:
        model = Cycle
        fields = [
            "key",
            "name",
            "starts_on",
            "ends_on",
            "state",
            "check_in_every_days",
            "check_in_weekday",
            "on_track_gap",
            "on_track_ratio",
            "at_risk_gap",
            "at_risk_ratio",
            "version",
            "created_at",
            "updated_at",
            "url",
        ]
        read_only_fields = fields


@extend_schema_serializer(examples=[examples.ROADMAP])
class RoadmapSerializer(WithMeanSerializer):
    """One area's plan for one cycle; its mean is that of its focus objectives."""

    code = serializers.CharField(source="roadmap.code")
    title = serializers.CharField(source="roadmap.title")
    area = serializers.CharField(source="roadmap.area.key")
    cycle = serializers.CharField(source="roadmap.cycle.key")
    background = serializers.CharField(source="roadmap.background", help_text="Markdown.")
    state = serializers.ChoiceField(Roadmap.State.choices, source="roadmap.state")
    visibility = serializers.ChoiceField(Visibility.choices, source="roadmap.visibility")
    objectives = serializers.SerializerMethodField(help_text="Codes of what counts, focus objectives first.")
    excellence = MeanSerializer(source="excellence_mean", help_text="The mean of engineering excellence.")
    version = serializers.IntegerField(source="roadmap.version")
    formula_version = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="roadmap.created_at")
    updated_at = serializers.DateTimeField(source="roadmap.updated_at")
    url = AddressField("api:roadmap-detail", source="roadmap.code")
    page_url = PageField(source="roadmap")

    def get_objectives(self, figures: RoadmapFigures) -> list[str]:
        return [row.objective.code for row in figures.objectives]

    def get_formula_version(self, figures: RoadmapFigures) -> int:
        return FORMULA_VERSION


@extend_schema_serializer(examples=[examples.OBJECTIVE])
class ObjectiveSerializer(WithMeanSerializer):
    """One goal of a roadmap; its mean is over its reaches and milestones, and supporters if these count."""

    code = serializers.CharField(source="objective.code")
    title = serializers.CharField(source="objective.title")
    roadmap = serializers.CharField(source="objective.roadmap.code")
    area = serializers.CharField(source="objective.roadmap.area.key")
    cycle = serializers.CharField(source="objective.roadmap.cycle.key")
    kind = serializers.ChoiceField(Objective.Kind.choices, source="objective.kind")
    description = serializers.CharField(source="objective.description", help_text="Markdown.")
    owner = serializers.EmailField(source="objective.owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="objective.owner.name", default=None, allow_null=True)
    reviewer = serializers.EmailField(
        source="objective.reviewer.email",
        default=None,
        allow_null=True,
        help_text="For whom check-ins of others wait; see reviews/.",
    )
    reviewer_name = serializers.CharField(source="objective.reviewer.name", default=None, allow_null=True)
    commitment = serializers.ChoiceField(Objective.Commitment.choices, source="objective.commitment")
    priority = serializers.IntegerField(source="objective.priority", allow_null=True, help_text="1 to 5.")
    confidence = serializers.IntegerField(
        source="objective.confidence", allow_null=True, help_text="0 to 10."
    )
    weight = ValueField(source="objective.weight")
    counts_supporters = serializers.BooleanField(
        source="objective.counts_supporters",
        help_text="Whether its mean is of its key results and of what supports it.",
    )
    supports = serializers.ListField(
        child=serializers.CharField(),
        source="objective.kin.supports",
        help_text="Codes of the objectives it supports, as far as you see them.",
    )
    supporters = serializers.ListField(
        child=serializers.CharField(),
        source="objective.kin.supporters",
        help_text="Codes of the objectives that support it, as far as you see them.",
    )
    position = serializers.IntegerField(source="objective.position", help_text=POSITION)
    tags = serializers.ListField(child=serializers.CharField(), source="objective.tag_list")
    shared_with = serializers.ListField(
        child=serializers.CharField(),
        source="objective.owner_keys",
        help_text="Keys of the areas that own it beside the one that plans it.",
    )
    pillar = serializers.ChoiceField(Objective.Pillar.choices, allow_blank=True, source="objective.pillar")
    impact = serializers.ChoiceField(Level.choices, allow_blank=True, source="objective.impact")
    cost = serializers.ChoiceField(Level.choices, allow_blank=True, source="objective.cost")
    key_results = serializers.SerializerMethodField(
        help_text="Codes of what is neither dropped nor archived."
    )
    score = serializers.SerializerMethodField(
        help_text="The weighted mean of the scores of its key results, 0.00 to 1.00; null before the first."
    )
    score_band = serializers.SerializerMethodField(help_text="Judged after rounding to one decimal.")
    post_mortem = serializers.CharField(source="objective.post_mortem", help_text="Markdown.")
    predecessor = serializers.CharField(
        source="objective.predecessor_code", allow_null=True, help_text="Carried over from."
    )
    successor = serializers.CharField(
        source="objective.successor_code", allow_null=True, help_text="Goes on as."
    )
    version = serializers.IntegerField(source="objective.version")
    formula_version = serializers.SerializerMethodField()
    visibility = serializers.ChoiceField(Visibility.choices, source="objective.visibility")
    created_at = serializers.DateTimeField(source="objective.created_at")
    updated_at = serializers.DateTimeField(source="objective.updated_at")
    dropped_at = serializers.DateTimeField(source="objective.dropped_at", allow_null=True)
    archived_at = serializers.DateTimeField(source="objective.archived_at", allow_null=True)
    given_up_reason = serializers.CharField(source="objective.given_up_reason", help_text=GIVEN_UP)
    url = AddressField("api:objective-detail", source="objective.code")
    page_url = PageField(source="objective")

    def get_key_results(self, figures: ObjectiveFigures) -> list[str]:
        return [row.key_result.code for row in figures.key_results]

    def get_score(self, figures: ObjectiveFigures) -> ScoreField(allow_null=True):  # type: ignore[valid-type]
        score = score_of(row.key_result for row in figures.key_results)
        return None if score is None else str(score)

    def get_score_band(self, figures: ObjectiveFigures) -> serializers.ChoiceField(BANDS, allow_null=True):  # type: ignore[valid-type]
        score = score_of(row.key_result for row in figures.key_results)
        return None if score is None else score_band(score)

    def get_formula_version(self, figures: ObjectiveFigures) -> int:
        return FORMULA_VERSION


class LastCheckInSerializer(Telling, serializers.ModelSerializer):
    """The check-in that counts: the latest effective one, then the one with the highest number."""

    value = ValueField()

    class Meta:
        model = CheckIn
        fields = ["sequence", "effective_on", "value", "created_at"]
        read_only_fields = fields


class InterimTargetSerializer(Telling, serializers.Serializer):
    """A value that is expected on a day between the first and the due day."""

    on = serializers.DateField()
    value = ValueField()


@extend_schema_serializer(examples=[examples.KEY_RESULT])
class KeyResultSerializer(Telling, serializers.Serializer):
    """How one sees that an objective is met, and where it stands today."""

    code = serializers.CharField(source="key_result.code")
    title = serializers.CharField(source="key_result.title")
    objective = serializers.CharField(source="key_result.objective.code")
    area = serializers.CharField(source="key_result.area.key")
    cycle = serializers.CharField(source="key_result.cycle.key")
    kind = serializers.ChoiceField(KeyResult.Kind.choices, source="key_result.kind")
    metric = serializers.CharField(source="key_result.metric")
    unit = serializers.CharField(source="key_result.unit")
    kpi = serializers.CharField(
        source="key_result.kpi_code",
        allow_null=True,
        help_text="The KPI whose values are its own; null for none, and where you do not see it.",
    )
    start_value = ValueField(source="key_result.start_value", allow_null=True)
    commit_value = ValueField(
        source="key_result.commit_value",
        allow_null=True,
        help_text="Of a reach: what is promised, between start and target.",
    )
    target_value = ValueField(source="key_result.target_value", allow_null=True)
    stretch_value = ValueField(source="key_result.stretch_value", allow_null=True)
    interim_targets = InterimTargetSerializer(
        source="key_result.known_interim_targets",
        many=True,
        help_text="Where progress is not meant to be even: the expected value runs straight between them.",
    )
    lower_bound = ValueField(source="key_result.lower_bound", allow_null=True)
    upper_bound = ValueField(source="key_result.upper_bound", allow_null=True)
    current_value = ValueField(source="key_result.current_value", allow_null=True)
    reached_mark = serializers.ChoiceField(
        [mark.value for mark in Mark],
        source="mark",
        allow_null=True,
        help_text="The furthest of commit, target and stretch that was reached; null where none leads there.",
    )
    completion = ShareField(allow_null=True, help_text="Raw: may lie below 0 or above 1.")
    progress = ShareField(allow_null=True, help_text="The completion, kept within 0 and 1.")
    expected = ShareField(allow_null=True, help_text="The share that should be reached today.")
    expected_value = ShareField(allow_null=True, help_text="The value that belongs to it.")
    forecast_value = ShareField(
        source="forecast.value",
        default=None,
        allow_null=True,
        help_text="Where it ends on the due day at the rate of the last 28 days; null before 3 check-ins.",
    )
    pace = serializers.ChoiceField(PACES)
    reason = serializers.CharField(help_text="The sentence beside the pace.")
    stale = serializers.BooleanField(help_text="A check-in is missing; it stands over the pace.")
    violated = serializers.BooleanField(allow_null=True, help_text="Of a guardrail with a value.")
    mismatch = serializers.BooleanField(help_text="The status said and the pace differ.")
    said_status = SaidStatusField(help_text="In the check-in that counts.")
    confidence = serializers.IntegerField(
        source="key_result.last_check_in.confidence", default=None, allow_null=True, help_text="0 to 10."
    )
    weight = ValueField(source="key_result.weight")
    owner = serializers.EmailField(source="key_result.owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="key_result.owner.name", default=None, allow_null=True)
    due_on = serializers.DateField(
        source="key_result.due_date", help_text="The cycle's end where none is set."
    )
    check_in_due_on = serializers.DateField(source="key_result.check_in_due_on", allow_null=True)
    rhythm_days = serializers.IntegerField(
        source="key_result.rhythm_days",
        help_text="Days between check-ins: its own, its area's or the cycle's.",
    )
    paused = serializers.BooleanField(source="is_paused", help_text="Nothing is asked about it today.")
    paused_on = serializers.DateField(
        source="key_result.paused_on", allow_null=True, help_text="The day on which the last pause began."
    )
    paused_until = serializers.DateField(
        source="key_result.paused_until",
        allow_null=True,
        help_text="The day that asks again after the last pause.",
    )
    pause_reason = serializers.CharField(
        source="key_result.pause_reason", help_text="Why, of the last pause."
    )
    last_check_in = LastCheckInSerializer(source="key_result.last_check_in", allow_null=True)
    check_in_count = serializers.IntegerField(source="key_result.check_in_count")
    source_note = serializers.CharField(source="key_result.source_note")
    position = serializers.IntegerField(source="key_result.position", help_text=POSITION)
    tags = serializers.ListField(child=serializers.CharField(), source="key_result.tag_list")
    proposed_score = serializers.SerializerMethodField(
        help_text="While the cycle closes, what its value proposes; frozen when it is closed; else null."
    )
    final_score = ScoreField(source="key_result.final_score", allow_null=True, help_text="0.0 to 1.0.")
    score_reason = serializers.CharField(
        source="key_result.score_reason", help_text="Why it differs from the proposed one."
    )
    closing_note = serializers.CharField(source="key_result.closing_note")
    predecessor = serializers.CharField(
        source="key_result.predecessor_code", allow_null=True, help_text="Carried over from."
    )
    successor = serializers.CharField(
        source="key_result.successor_code", allow_null=True, help_text="Goes on as."
    )
    version = serializers.IntegerField(source="key_result.version")
    formula_version = serializers.SerializerMethodField()
    visibility = serializers.ChoiceField(KeyResult.Visibility.choices, source="key_result.visibility")
    created_at = serializers.DateTimeField(source="key_result.created_at")
    updated_at = serializers.DateTimeField(source="key_result.updated_at")
    dropped_at = serializers.DateTimeField(source="key_result.dropped_at", allow_null=True)
    archived_at = serializers.DateTimeField(source="key_result.archived_at", allow_null=True)
    given_up_reason = serializers.CharField(source="key_result.given_up_reason", help_text=GIVEN_UP)
    url = AddressField("api:key-result-detail", source="key_result.code")
    page_url = PageField(source="key_result")

    def get_proposed_score(self, figures: KeyResultFigures) -> ScoreField(allow_null=True):  # type: ignore[valid-type]
        score = told_proposal(figures.key_result, figures.key_result.cycle)
        return None if score is None else str(score)

    def get_formula_version(self, figures: KeyResultFigures) -> int:
        return FORMULA_VERSION

"""What is said while a cycle closes, by programs: scores with their notes, and post-mortems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import TextField
from accounts.api.problems import Problem
from goals.actions.scores import score_key_result, write_post_mortem
from goals.api import examples, reach
from goals.api.fields import ReportedValueField, ScoreField, StrictSerializer
from goals.api.parts import PartView
from goals.figures.scores import told_proposal
from goals.forms.scores import LONGEST
from goals.models import KeyResult, Objective, Roadmap

WHEN = "While the cycle closes, by whoever edits the plan. What is left out stays as it is."


@extend_schema_serializer(examples=[examples.SCORE])
class ScoreSerializer(serializers.Serializer):
    """The score of a key result beside the proposed one, why they differ, and the closing note."""

    key_result = serializers.CharField(source="code")
    proposed_score = serializers.SerializerMethodField(
        help_text="While the cycle closes, what its value proposes; frozen when it is closed; else null."
    )
    final_score = ScoreField(allow_null=True, help_text="0.0 to 1.0.")
    score_reason = serializers.CharField(help_text="Why it differs from the proposed one.")
    closing_note = serializers.CharField()
    version = serializers.IntegerField()

    def get_proposed_score(self, row: KeyResult) -> ScoreField(allow_null=True):  # type: ignore[valid-type]
        score = told_proposal(row, row.cycle)
        return None if score is None else str(score)


class GivenScoreSerializer(StrictSerializer):
    """What is given; `score_key_result` judges it, as on the page."""

    final_score = ReportedValueField(
        required=False, allow_null=True, help_text='0.0 to 1.0, like "0.7"; null takes it back.'
    )
    score_reason = TextField(required=False, allow_blank=True, max_length=LONGEST)
    closing_note = TextField(required=False, allow_blank=True, max_length=LONGEST)


@extend_schema_serializer(examples=[examples.POST_MORTEM])
class PostMortemSerializer(serializers.Serializer):
    """What a committed objective that fell short leaves behind."""

    objective = serializers.CharField(source="code")
    post_mortem = serializers.CharField(help_text="Markdown.")
    version = serializers.IntegerField()


class GivenPostMortemSerializer(StrictSerializer):
    post_mortem = TextField(allow_blank=True, max_length=LONGEST, help_text="Markdown.")


class ClosingWordsView(PartView):
    """What is said while a cycle closes, by whoever edits the plan."""

    def roadmap_of(self, row: Any) -> Roadmap:
        raise NotImplementedError

    def refuse_strangers(self, row: Any) -> None:
        editable = Roadmap.objects.editable_by(self.request.user).filter(area__archived_at__isnull=True)
        if not editable.filter(pk=self.roadmap_of(row).pk).exists():
            sentence = _("Its leads and the managers score this roadmap.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)


class KeyResultScoreView(ClosingWordsView):
    told_by, given_by = ScoreSerializer, GivenScoreSerializer

    def rows(self) -> QuerySet[KeyResult]:
        return reach.visible_key_results(self.request).with_context()

    def roadmap_of(self, row: KeyResult) -> Roadmap:
        return row.objective.roadmap

    def act(self, row: KeyResult, given: dict[str, Any]) -> None:
        score_key_result(
            row,
            by=self.request.user,
            now=timezone.now(),
            version=row.version,
            score=given.get("final_score", row.final_score),
            reason=given.get("score_reason", row.score_reason),
            closing_note=given.get("closing_note", row.closing_note),
        )

    @extend_schema(
        operation_id="key_results_score_read", summary="The score of a key result", responses=ScoreSerializer
    )
    def get(self, request: Request, code: str) -> Response:
        return self.read()

    @extend_schema(
        operation_id="key_results_score_change",
        summary="Score a key result",
        description=f"{WHEN} A score other than the proposed one asks for a reason.",
        request=GivenScoreSerializer,
        responses=ScoreSerializer,
    )
    def patch(self, request: Request, code: str) -> Response:
        return self.change(request)


class ObjectivePostMortemView(ClosingWordsView):
    told_by, given_by = PostMortemSerializer, GivenPostMortemSerializer

    def rows(self) -> QuerySet[Objective]:
        return reach.visible_objectives(self.request).select_related("roadmap")

    def roadmap_of(self, row: Objective) -> Roadmap:
        return row.roadmap

    def act(self, row: Objective, given: dict[str, Any]) -> None:
        write_post_mortem(
            row,
            by=self.request.user,
            now=timezone.now(),
            version=row.version,
            text=given["post_mortem"],
        )

    @extend_schema(
        operation_id="objectives_post_mortem_read",
        summary="The post-mortem of an objective",
        responses=PostMortemSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        return self.read()

    @extend_schema(
        operation_id="objectives_post_mortem_change",
        summary="Write the post-mortem of an objective",
        description=WHEN,
        request=GivenPostMortemSerializer,
        responses=PostMortemSerializer,
    )
    def patch(self, request: Request, code: str) -> Response:
        return self.change(request)

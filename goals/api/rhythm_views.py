"""How often is asked: the rhythm of an area, of a cycle and of a key result, by programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.problems import Problem
from areas.api.reach import areas_in_reach, bound_area
from areas.models import Area
from areas.permissions import can_edit_plan, can_manage_cycles
from goals.actions.cycles import change_cycle
from goals.actions.key_results import change_key_result
from goals.actions.pauses import set_area_rhythm
from goals.api import reach
from goals.api.fields import StrictSerializer
from goals.api.parts import PartView
from goals.models import Cycle, KeyResult
from goals.models.pausing import SAID_BY_AREA, SAID_BY_CYCLE, SAID_BY_KEY_RESULT

DAYS = "Days between check-ins that it says itself; null leaves it to "
SAYS = [SAID_BY_KEY_RESULT, SAID_BY_AREA, SAID_BY_CYCLE]


def _answer(**value: Any) -> OpenApiExample:
    return OpenApiExample("A rhythm", value=value, response_only=True)


def _days(help_text: str, **options: Any) -> WholeNumberField:
    return WholeNumberField(min_value=1, max_value=366, help_text=help_text, **options)


@extend_schema_serializer(examples=[_answer(area="EDGE", check_in_every_days=None, rhythm_days=7, version=3)])
class AreaRhythmSerializer(serializers.Serializer):
    """How often the key results of an area, and of all areas below, are asked about."""

    area = serializers.CharField(source="key")
    check_in_every_days = serializers.IntegerField(
        allow_null=True, help_text=DAYS + "the area above, or the cycle."
    )
    rhythm_days = serializers.IntegerField(
        allow_null=True, help_text="In force: its own, or that of the nearest area above; null: the cycle's."
    )
    version = serializers.IntegerField()


class OwnRhythmSerializer(StrictSerializer):
    check_in_every_days = _days("1 to 366; null leaves it to whoever says it next.", allow_null=True)


@extend_schema_serializer(
    examples=[
        _answer(
            key_result="EDGE-24H2-O1-KR1",
            check_in_every_days=None,
            rhythm_days=7,
            said_by=SAID_BY_AREA,
            version=3,
        )
    ]
)
class KeyResultRhythmSerializer(serializers.Serializer):
    """How often a key result is asked about, and who says so."""

    key_result = serializers.CharField(source="code")
    check_in_every_days = serializers.IntegerField(
        allow_null=True, help_text=DAYS + "its area, or the cycle."
    )
    rhythm_days = serializers.IntegerField(help_text="In force.")
    said_by = serializers.ChoiceField(SAYS, source="rhythm.said_by")
    version = serializers.IntegerField()


@extend_schema_serializer(
    examples=[_answer(cycle="24H2", check_in_every_days=14, check_in_weekday=0, version=3)]
)
class CycleRhythmSerializer(serializers.Serializer):
    """How often is asked in a cycle where neither a key result nor an area says otherwise."""

    cycle = serializers.CharField(source="key")
    check_in_every_days = serializers.IntegerField()
    check_in_weekday = serializers.IntegerField(
        allow_null=True, help_text="The weekday check-ins are due on, 0 is Monday; null: any."
    )
    version = serializers.IntegerField()


class GivenCycleRhythmSerializer(StrictSerializer):
    check_in_every_days = _days("1 to 366.", required=False)
    check_in_weekday = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=6, help_text="0 is Monday; null: any."
    )
    reason = TextField(required=False, allow_blank=True, max_length=2000, help_text="The history keeps it.")


def _reads(name: str, summary: str, told_by: Any) -> Any:
    return extend_schema(operation_id=f"{name}_rhythm_read", summary=summary, responses=told_by)


def _changes(name: str, summary: str, description: str, given_by: Any, told_by: Any) -> Any:
    return extend_schema(
        operation_id=f"{name}_rhythm_change",
        summary=summary,
        description=description,
        request=given_by,
        responses=told_by,
    )


class AreaRhythmView(PartView):
    told_by, given_by = AreaRhythmSerializer, OwnRhythmSerializer
    key = "key"

    def rows(self) -> QuerySet[Area]:
        return areas_in_reach(self.request).live()

    def refuse_strangers(self, row: Area) -> None:
        if not can_edit_plan(self.request.user, row):
            sentence = _("The rhythm of %(name)s is set by its leads.") % {"name": row.name}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)

    def act(self, row: Area, given: dict[str, Any]) -> None:
        set_area_rhythm(
            row,
            by=self.request.user,
            now=timezone.now(),
            days=given["check_in_every_days"],
            version=row.version,
        )

    @_reads("areas", "The rhythm of an area", AreaRhythmSerializer)
    def get(self, request: Request, key: str) -> Response:
        return self.read()

    @_changes(
        "areas",
        "Set the rhythm of an area",
        "By its leads. Key results that say nothing of their own follow at once, in the areas below too.",
        OwnRhythmSerializer,
        AreaRhythmSerializer,
    )
    def patch(self, request: Request, key: str) -> Response:
        return self.change(request)


class KeyResultRhythmView(PartView):
    told_by, given_by = KeyResultRhythmSerializer, OwnRhythmSerializer

    def rows(self) -> QuerySet[KeyResult]:
        return reach.visible_key_results(self.request).with_context()

    def refuse_strangers(self, row: KeyResult) -> None:
        if not can_edit_plan(self.request.user, row.area):
            sentence = _("The rhythm of %(code)s is set by the leads of its area.") % {"code": row.code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)

    def act(self, row: KeyResult, given: dict[str, Any]) -> None:
        change_key_result(row, by=self.request.user, now=timezone.now(), version=row.version, **given)

    @_reads("key_results", "The rhythm of a key result", KeyResultRhythmSerializer)
    def get(self, request: Request, code: str) -> Response:
        return self.read()

    @_changes(
        "key_results",
        "Set the rhythm of a key result",
        "By the leads of its area.",
        OwnRhythmSerializer,
        KeyResultRhythmSerializer,
    )
    def patch(self, request: Request, code: str) -> Response:
        return self.change(request)


class CycleRhythmView(PartView):
    told_by, given_by = CycleRhythmSerializer, GivenCycleRhythmSerializer
    key = "key"

    def rows(self) -> QuerySet[Cycle]:
        return Cycle.objects.all()

    def refuse_strangers(self, row: Cycle) -> None:
        if not can_manage_cycles(self.request.user):
            raise Problem(
                HTTPStatus.FORBIDDEN, "forbidden", _("Managers and administrators alone run the cycles.")
            )
        if bound_area(self.request) is not None:
            sentence = _("A cycle is everybody's; a token bound to an area does not run it.")
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)

    def act(self, row: Cycle, given: dict[str, Any]) -> None:
        change_cycle(row, by=self.request.user, now=timezone.now(), version=row.version, **given)

    @_reads("cycles", "The rhythm of a cycle", CycleRhythmSerializer)
    def get(self, request: Request, key: str) -> Response:
        return self.read()

    @_changes(
        "cycles",
        "Set the rhythm of a cycle",
        "By managers. What is left out stays as it is.",
        GivenCycleRhythmSerializer,
        CycleRhythmSerializer,
    )
    def patch(self, request: Request, key: str) -> Response:
        return self.change(request)

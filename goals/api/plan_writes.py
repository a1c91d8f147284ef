"""What is written of roadmaps, objectives and key results at their own address."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import FieldError, Problem, invalid
from areas.api.reach import area_to_write_in
from goals.actions.key_results import (
    archive_key_result,
    change_key_result,
    drop_key_result,
    restore_key_result,
)
from goals.actions.roadmaps import (
    archive_objective,
    change_objective,
    change_roadmap,
    create_roadmap,
    drop_objective,
    restore_objective,
)
from goals.api.plan_write_serializers import (
    ChangedKeyResultSerializer,
    ChangedObjectiveSerializer,
    ChangedRoadmapSerializer,
    NewRoadmapSerializer,
)
from goals.api.serializers import KeyResultSerializer, ObjectiveSerializer, RoadmapSerializer
from goals.api.writes import (
    NothingSerializer,
    ReasonSerializer,
    Writes,
    adds,
    refuse_non_editors,
    removes,
    verb,
)
from goals.forms.key_results import KeyResultForm
from goals.forms.plan import ObjectiveForm
from goals.models import Cycle, KeyResult, Objective, Roadmap

ARCHIVES = "As if it had been a mistake: it leaves lists and means, and is still read by its code."
DROPS = "It stays to be seen, with the reason, and counts in no mean."
RESTORES = "Back into the plan, from archived or dropped."


class RoadmapWrites(Writes):
    def refuse_strangers(self, row: Roadmap) -> None:
        refuse_non_editors(self.request, row.area)

    @adds(
        "roadmaps_create",
        "Begin a roadmap",
        "An area's plan for a cycle, as a draft; by the leads of the area and by managers.",
        NewRoadmapSerializer,
        RoadmapSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # Asked before anything is made, and of what was sent alone: one address makes those of all areas.
        given = self.given(request, NewRoadmapSerializer)
        area, cycle = area_to_write_in(request, given["area"]), self._cycle(given["cycle"])
        refuse_non_editors(request, area)

        def begin(*, area: str, cycle: str, made: Any = (area, cycle), **fields: Any) -> Roadmap:
            return create_roadmap(*made, **fields)

        return self.add(request, NewRoadmapSerializer, begin)

    def _cycle(self, key: str) -> Cycle:
        found = Cycle.objects.filter(key=key).first() if "\0" not in key else None
        if found is None:
            raise invalid([FieldError("cycle", "invalid", _("There is no cycle with this key."))])
        return found

    @extend_schema(
        summary="Change a roadmap",
        description="What is left out stays as it is. Publishing is a verb.",
        request=ChangedRoadmapSerializer,
        responses=RoadmapSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedRoadmapSerializer, change_roadmap)

    @verb(
        "roadmaps_publish",
        "Publish a roadmap",
        "It is no draft any more.",
        NothingSerializer,
        RoadmapSerializer,
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, code: str) -> Response:
        return self.step(request, NothingSerializer, partial(change_roadmap, state=Roadmap.State.PUBLISHED))

    @verb(
        "roadmaps_unpublish",
        "Take a roadmap back",
        "It is a draft again.",
        NothingSerializer,
        RoadmapSerializer,
    )
    @action(detail=True, methods=["post"])
    def unpublish(self, request: Request, code: str) -> Response:
        return self.step(request, NothingSerializer, partial(change_roadmap, state=Roadmap.State.DRAFT))


class ObjectiveWrites(Writes):
    takes_reason = True
    places = ObjectiveForm.places()

    def refuse_strangers(self, row: Objective) -> None:
        refuse_non_editors(self.request, row.roadmap.area)

    @extend_schema(
        summary="Change an objective",
        description="What is left out stays as it is; its kind is part of its code and stays too.",
        request=ChangedObjectiveSerializer,
        responses=ObjectiveSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedObjectiveSerializer, change_objective)

    @removes("Archive an objective", ARCHIVES, "It is archived.", with_reason=True)
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, archive_objective)

    @verb("objectives_drop", "Drop an objective", DROPS, ReasonSerializer, ObjectiveSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, code: str) -> Response:
        return self.step(request, ReasonSerializer, with_its_reason(drop_objective))

    @verb("objectives_restore", "Restore an objective", RESTORES, ReasonSerializer, ObjectiveSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, code: str) -> Response:
        return self.step(request, ReasonSerializer, restore_objective)


class KeyResultWrites(Writes):
    takes_reason = True
    places = KeyResultForm.places()

    def refuse_strangers(self, row: KeyResult) -> None:
        refuse_non_editors(self.request, row.area)

    @extend_schema(
        summary="Change a key result",
        description=(
            "What is left out stays as it is. One that becomes another kind gives up what that kind has not: "
            "send `null` for it."
        ),
        request=ChangedKeyResultSerializer,
        responses=KeyResultSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedKeyResultSerializer, change_key_result)

    @removes("Archive a key result", ARCHIVES, "It is archived.", with_reason=True)
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, archive_key_result)

    @verb("key_results_drop", "Drop a key result", DROPS, ReasonSerializer, KeyResultSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, code: str) -> Response:
        return self.step(request, ReasonSerializer, with_its_reason(drop_key_result))

    @verb("key_results_restore", "Restore a key result", RESTORES, ReasonSerializer, KeyResultSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, code: str) -> Response:
        return self.step(request, ReasonSerializer, self._restore)

    @staticmethod
    def _restore(row: KeyResult, **who: Any) -> None:
        """What it belongs to comes first, as on the page."""
        if row.objective.archived_at is not None:
            sentence = _("%(code)s is archived or dropped; restore it first.") % {"code": row.objective.code}
            raise Problem(HTTPStatus.CONFLICT, "archived", sentence)
        restore_key_result(row, **who)


def with_its_reason(drop: Any) -> Any:
    """The action itself says that a reason is needed, where none was sent."""
    return lambda row, *, reason="", **who: drop(row, reason=reason, **who)

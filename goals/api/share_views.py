"""Which areas own an objective beside the one that plans it, read and changed by programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched
from accounts.api.fields import TextField
from accounts.api.json import dumps
from accounts.api.problems import FieldError, Problem, invalid
from areas.models import Area
from areas.permissions import can_edit_plan
from goals.actions.shares import FULL, end_share, share, weigh_share
from goals.api import examples, reach
from goals.api.alignment_views import LONGEST, RETRIED
from goals.api.fields import AddressField, ReportedValueField, StrictSerializer, ValueField
from goals.api.idempotency import once
from goals.api.refusals import refusals_as_problems
from goals.models import Objective, Share

WHY = "Needed in a cycle that has begun."


@extend_schema_serializer(examples=[examples.SHARE])
class ShareSerializer(serializers.ModelSerializer):
    """An area owns an objective that another one plans."""

    objective = serializers.CharField(source="objective.code")
    objective_title = serializers.CharField(source="objective.title")
    shared_from = serializers.CharField(
        source="objective.roadmap.area.key", help_text="The area that plans it."
    )
    area = serializers.CharField(source="area.key", help_text="The area that owns it too.")
    cycle = serializers.CharField(source="objective.roadmap.cycle.key")
    weight = ValueField(help_text="In the mean of that area; 0 shows it there and does not count it.")
    url = AddressField("api:share-detail", source="pk")

    class Meta:
        model = Share
        fields = (
            *("id", "objective", "objective_title", "shared_from", "area", "cycle"),
            *("weight", "version", "created_at", "updated_at", "url"),
        )


class GivenShareSerializer(StrictSerializer):
    area = TextField(max_length=12, help_text="The key of the area that is to own it too.")
    weight = ReportedValueField(required=False, help_text='0 or more, like "2"; 1 when left out.')
    reason = TextField(required=False, allow_blank=True, max_length=LONGEST, help_text=WHY)


class GivenShareWeightSerializer(StrictSerializer):
    weight = ReportedValueField(help_text='0 or more, like "2"; 0 shows it there and does not count it.')
    reason = TextField(required=False, allow_blank=True, max_length=LONGEST, help_text=WHY)


def visible_shares(request: Request) -> QuerySet[Share]:
    """Those of objectives that the request may see."""
    reached = reach.visible_objectives(request).order_by().values("pk")
    rows = Share.objects.live().filter(objective__in=reached)
    return rows.select_related("area", "objective__roadmap__cycle", "objective__roadmap__area").order_by("pk")


def owner_keys_of(objectives: Iterable[Objective]) -> dict[int, list[str]]:
    """The keys of the areas that own each beside its home, by primary key. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Share.objects.live().filter(objective__in=[row.pk for row in objectives])
    for pk, key in rows.order_by("area__key").values_list("objective", "area__key"):
        found[pk].append(key)
    return found


@extend_schema_view(retrieve=extend_schema(summary="One share"))
class ShareViewSet(Endpoint, RetrieveModelMixin, GenericViewSet):
    matches_deletes = True
    serializer_class = ShareSerializer
    queryset = Share.objects.all()
    lookup_url_kwarg = "share_id"
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def query_parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("reason",) if self.request.method == "DELETE" else ()

    def get_queryset(self) -> QuerySet[Share]:
        return visible_shares(self.request)

    @extend_schema(
        operation_id="shares_change",
        summary="Weigh a share",
        description="By whoever edits the plan at home, or that of the area that owns it too.",
        request=GivenShareWeightSerializer,
        responses=ShareSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._mine(request)
        given = GivenShareWeightSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            weigh_share(row, by=request.user, now=timezone.now(), version=row.version, **given.validated_data)
        told = self.get_serializer(self.get_object()).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        operation_id="shares_end",
        summary="End a share",
        description="By whoever edits the plan at home, or that of the area that owns it too.",
        parameters=[OpenApiParameter("reason", str, description=WHY)],
        responses={204: None},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._mine(request)
        reason = request.query_params.get("reason", "")
        if len(reason) > LONGEST:
            sentence = _("A reason has at most %(most)d characters.") % {"most": LONGEST}
            raise invalid([FieldError("reason", "max_length", sentence)])
        with refusals_as_problems():
            end_share(row, by=request.user, now=timezone.now(), version=row.version, reason=reason)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _mine(self, request: Request) -> Share:
        """Raises Problem 403 for who edits neither plan, and what an unmatched ETag does."""
        row: Share = self.get_object()
        if not Share.objects.changeable_by(request.user).filter(pk=row.pk).exists():
            sentence = _("The leads of %(home)s and %(area)s and the managers say this.")
            names = {"home": row.objective.roadmap.area.key, "area": row.area.key}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % names)
        refuse_unless_matched(request, self.get_serializer(row).data)
        return row


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_shares_list",
        summary="List the areas that own an objective too",
        description="The area that plans it is not among them.",
    )
)
class ObjectiveSharesViewSet(Endpoint, ListModelMixin, GenericViewSet):
    serializer_class = ShareSerializer
    queryset = Share.objects.all()

    def get_queryset(self) -> QuerySet[Share]:
        return visible_shares(self.request).filter(objective=self.objective())

    def objective(self) -> Objective:
        """The objective of the address. Raises Http404, also where the person may not see it."""
        return reach.objective_named(self.request, self.kwargs["code"])

    @extend_schema(
        operation_id="objectives_shares_create",
        summary="Share an objective with an area",
        description="By whoever edits its plan. The area then counts it in its mean of the cycle.",
        request=GivenShareSerializer,
        responses={201: ShareSerializer},
        parameters=[RETRIED],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        objective = self.objective()
        area = objective.roadmap.area
        if area.archived_at is not None or not can_edit_plan(request.user, area):
            sentence = _("The leads of %(code)s and the managers say this.") % {"code": objective.code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return once(request, partial(self._share, request, objective))

    def _share(self, request: Request, objective: Objective) -> Response:
        given = GivenShareSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        with refusals_as_problems():
            kept = share(
                objective,
                _area(wanted["area"]),
                by=request.user,
                now=timezone.now(),
                weight=wanted.get("weight", FULL),
                reason=wanted.get("reason", ""),
            )
        row = visible_shares(request).get(pk=kept.pk)
        return Response(self.get_serializer(row).data, status=HTTPStatus.CREATED)


def _area(key: str) -> Area:
    areas = Area.objects.live().without_tree_fields()
    found = areas.filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise invalid([FieldError("area", "invalid", _("There is no area with this key."))])
    return found

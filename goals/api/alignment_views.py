"""Which objective supports which, read and changed by programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import etag_of, refuse_unless_matched
from accounts.api.fields import TextField
from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import FieldError, Problem, invalid
from goals.actions.alignments import align, may_weigh, unalign, weigh
from goals.api import examples, filters, reach
from goals.api.fields import AddressField, ReportedValueField, StrictSerializer, ValueField
from goals.api.idempotency import HEADER, once
from goals.api.refusals import refusals_as_problems
from goals.models import Alignment, Objective, Roadmap

LONGEST = 500
WHY = "Needed where a mean changes in a cycle that has begun."
RETRIED = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the request takes effect once.",
)


@extend_schema_serializer(examples=[examples.ALIGNMENT])
class AlignmentSerializer(serializers.ModelSerializer):
    """One objective supports another."""

    supporter = serializers.CharField(source="supporter.code")
    supporter_title = serializers.CharField(source="supporter.title")
    supported = serializers.CharField(source="supported.code")
    supported_title = serializers.CharField(source="supported.title")
    cycle = serializers.CharField(source="supporter.roadmap.cycle.key")
    weight = ValueField(help_text="In the mean of what is supported, where that counts its supporters.")
    counts = serializers.SerializerMethodField(
        help_text="Whether it is a part of that mean: it is counted, neither given up nor without weight."
    )
    url = AddressField("api:alignment-detail", source="pk")

    class Meta:
        model = Alignment
        fields = (
            *("id", "supporter", "supporter_title", "supported", "supported_title", "cycle"),
            *("weight", "counts", "version", "created_at", "updated_at", "url"),
        )

    def get_counts(self, row: Alignment) -> bool:
        return row.supported.counts_supporters and row.weight > 0 and row.supporter.is_counting


class GivenAlignmentSerializer(StrictSerializer):
    """What an objective is to support; `align` judges it, as on the page."""

    objective = TextField(max_length=40, help_text="The code of what it supports.")
    weight = ReportedValueField(
        required=False, help_text='Like "2"; by whoever edits the plan of what is supported.'
    )
    reason = TextField(required=False, allow_blank=True, max_length=LONGEST, help_text=WHY)


class GivenWeightSerializer(StrictSerializer):
    weight = ReportedValueField(help_text='0 or more, like "2"; 0 takes it out of the mean.')
    reason = TextField(required=False, allow_blank=True, max_length=LONGEST, help_text=WHY)


# No weight: SQLite has decimals as text.
ORDERINGS = {
    "supporter": "supporter__code",
    "supported": "supported__code",
    "created_at": "created_at",
    "updated_at": "updated_at",
}


def visible_alignments(request: Request) -> QuerySet[Alignment]:
    """Those both ends of which the request may see."""
    reached = reach.visible_objectives(request).order_by().values("pk")
    rows = Alignment.objects.visible_to(request.user).filter(supporter__in=reached, supported__in=reached)
    return rows.select_related(
        "supporter__roadmap__cycle", "supporter__roadmap__area", "supported__roadmap__area"
    )


@dataclass(frozen=True)
class Kin:
    """The codes of what an objective supports, and of what supports it."""

    supports: list[str]
    supporters: list[str]


def kin_of(objectives: Iterable[Objective], request: Request) -> dict[int, Kin]:
    """Of each, as far as the request may see. Two queries."""
    ids = [row.pk for row in objectives]
    found = {pk: Kin([], []) for pk in ids}
    rows = visible_alignments(request)
    for pk, code in rows.filter(supporter__in=ids).values_list("supporter", "supported__code"):
        found[pk].supports.append(code)
    for pk, code in rows.filter(supported__in=ids).values_list("supported", "supporter__code"):
        found[pk].supporters.append(code)
    return found


def _refuse_strangers(request: Request, *objectives: Objective) -> None:
    """Raises Problem 403 for who edits the plan of none of them."""
    editable = Roadmap.objects.editable_by(request.user).filter(area__archived_at__isnull=True)
    if not editable.filter(pk__in=[row.roadmap_id for row in objectives]).exists():
        codes = " / ".join(row.code for row in objectives)
        sentence = _("The leads of %(code)s and the managers say this.") % {"code": codes}
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)


@extend_schema_view(
    list=extend_schema(summary="List alignments", description="Of objectives that you see, at both ends."),
    retrieve=extend_schema(summary="One alignment"),
)
class AlignmentViewSet(Lists, RetrieveModelMixin, GenericViewSet):
    matches_deletes = True
    orderings = ORDERINGS
    serializer_class = AlignmentSerializer
    filterset_class: Any = filters.AlignmentFilters
    queryset = Alignment.objects.all()
    lookup_url_kwarg = "alignment_id"
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def query_parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("reason",) if self.request.method == "DELETE" else ()

    def get_queryset(self) -> QuerySet[Alignment]:
        return visible_alignments(self.request)

    @extend_schema(
        operation_id="alignments_change",
        summary="Weigh a supporter",
        description="By whoever edits the plan of what is supported.",
        request=GivenWeightSerializer,
        responses=AlignmentSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        _refuse_strangers(request, row.supported)
        refuse_unless_matched(request, self.get_serializer(row).data)
        given = GivenWeightSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            weigh(row, by=request.user, now=timezone.now(), version=row.version, **given.validated_data)
        told = self.get_serializer(self.get_object()).data
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        operation_id="alignments_end",
        summary="End an alignment",
        description="By whoever edits the plan of either end.",
        parameters=[OpenApiParameter("reason", str, description=WHY)],
        responses={204: None},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        _refuse_strangers(request, row.supporter, row.supported)
        refuse_unless_matched(request, self.get_serializer(row).data)
        reason = request.query_params.get("reason", "")
        if len(reason) > LONGEST:
            sentence = _("A reason has at most %(most)d characters.") % {"most": LONGEST}
            raise invalid([FieldError("reason", "max_length", sentence)])
        with refusals_as_problems():
            unalign(row, by=request.user, now=timezone.now(), version=row.version, reason=reason)
        return Response(status=HTTPStatus.NO_CONTENT)


class AlignmentsOfOne(Lists, GenericViewSet):
    """Those of one objective."""

    orderings = ORDERINGS

    serializer_class = AlignmentSerializer
    queryset = Alignment.objects.all()
    end: str

    def get_queryset(self) -> QuerySet[Alignment]:
        return visible_alignments(self.request).filter(**{self.end: self.objective()})

    def objective(self) -> Objective:
        """The objective of the address. Raises Http404, also where the person may not see it."""
        return reach.objective_named(self.request, self.kwargs["code"])


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_supporters_list",
        summary="List what supports an objective",
        description="What you do not see is not there.",
    )
)
class SupportersViewSet(AlignmentsOfOne):
    end = "supported"


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_supports_list",
        summary="List what an objective supports",
        description="What you do not see is not there.",
    )
)
class SupportsViewSet(AlignmentsOfOne):
    end = "supporter"

    @extend_schema(
        operation_id="objectives_supports_create",
        summary="Support an objective",
        description="By whoever edits the plan of the supporter; what would close a loop is refused.",
        request=GivenAlignmentSerializer,
        responses={201: AlignmentSerializer},
        parameters=[RETRIED],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        objective = self.objective()
        _refuse_strangers(request, objective)
        return once(request, partial(self._align, request, objective))

    def _align(self, request: Request, objective: Objective) -> Response:
        given = GivenAlignmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        supported = self._supported(request, wanted["objective"])
        if "weight" in wanted and not may_weigh(request.user, supported):
            sentence = _("What it weighs is said by the leads of %(code)s.") % {"code": supported.code}
            raise invalid([FieldError("weight", "forbidden", sentence)])
        with refusals_as_problems():
            kept = align(
                objective,
                supported,
                by=request.user,
                now=timezone.now(),
                weight=wanted.get("weight"),
                reason=wanted.get("reason", ""),
            )
        row = visible_alignments(request).get(pk=kept.pk)
        return Response(self.get_serializer(row).data, status=HTTPStatus.CREATED)

    def _supported(self, request: Request, code: str) -> Objective:
        """What one may not see is as absent as what there is not."""
        seen = reach.visible_objectives(request).filter(roadmap__in=reach.visible_roadmaps(request))
        rows = seen.live().select_related("roadmap__area")  # type: ignore[attr-defined]
        found = rows.named(code).first() if "\0" not in code else None
        if found is None:
            raise invalid([FieldError("objective", "invalid", _("There is no objective with this code."))])
        return found

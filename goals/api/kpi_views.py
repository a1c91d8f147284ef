"""KPIs for programs: what an area watches, its values, and the way to enter another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, etag_of, refuse_unless_matched, today_of
from accounts.api.json import dumps
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from accounts.models import Scope
from areas.api.reach import area_to_write_in
from areas.models import Area
from areas.permissions import can_edit_plan
from goals.actions.kpi_entries import Entered, record_entry
from goals.actions.kpis import archive_kpi, change_kpi, create_kpi
from goals.api import reach
from goals.api.idempotency import key_parameters, once
from goals.api.kpi_filters import KpiEntryFilters, KpiFilters
from goals.api.kpi_serializers import (
    ChangedKpiSerializer,
    KeptKpiEntrySerializer,
    KpiEntrySerializer,
    KpiReportSerializer,
    KpiSerializer,
    KpiSeriesSerializer,
    NewKpiSerializer,
    told_fields,
)
from goals.api.refusals import refusals_as_problems
from goals.figures.kpis import entry_points, kpis_figures, series_of
from goals.models import KeyResult, Kpi, KpiEntry


def with_key_results(rows: QuerySet[Kpi], request: Request) -> QuerySet[Kpi]:
    """With the key results that take their values, as far as the request sees them. One query for all."""
    seen = KeyResult.objects.counting().filter(
        pk__in=reach.visible_key_results(request).order_by().values("pk")
    )
    return rows.prefetch_related(
        Prefetch("key_results", seen.only("code", "kpi").order_by("code"), to_attr="seen_key_results")
    )


@extend_schema_view(
    list=extend_schema(summary="List KPIs", description="What is archived is left out."),
    retrieve=extend_schema(summary="One KPI"),
)
class KpiViewSet(Lists, RetrieveModelMixin, GenericViewSet):
    """Read by whoever sees it; made, changed and archived by those who edit the plan of its area."""

    serializer_class = KpiSerializer
    filterset_class = KpiFilters
    queryset = Kpi.objects.all()
    lookup_field = "code"
    lookup_value_regex = "[A-Z0-9-]+"
    # A DELETE names in If-Match what was read, as a PATCH does.
    matches_deletes = True
    orderings = {name: name for name in ("code", "title", "created_at", "updated_at")}

    def get_queryset(self) -> QuerySet[Kpi]:
        rows = reach.visible_kpis(self.request).with_context()
        return with_key_results(rows if self.detail else rows.live(), self.request)

    def told(self, rows: Sequence[Kpi]) -> Any:
        return KpiSerializer(kpis_figures(rows, today=today_of(self.request)), many=True).data

    def told_rows(self, rows: Sequence[Kpi]) -> Any:
        return self.told(rows)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.told([self.get_object()])[0])

    @extend_schema(
        summary="Add a KPI",
        description="The next number of its area is its own for ever.",
        request=NewKpiSerializer,
        responses={201: OpenApiResponse(KpiSerializer, description="Added.")},
        parameters=key_parameters(201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return once(request, partial(self._add, request))

    def _add(self, request: Request) -> Response:
        given = NewKpiSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = told_fields(dict(given.validated_data), None)
        area = self._area(request, values.pop("area"))
        now, today = timezone.now(), today_of(request)
        with refusals_as_problems():
            row = create_kpi(area, by=request.user, now=now, today=today, **values)
        return Response(self._now(row), status=HTTPStatus.CREATED)

    def _area(self, request: Request, key: str) -> Area:
        found = area_to_write_in(request, key)
        _refuse_non_editors(request, found)
        return found

    @extend_schema(
        summary="Change a KPI",
        description="What is left out stays as it is; its values keep the bounds they were entered under.",
        request=ChangedKpiSerializer,
        responses=KpiSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        given = ChangedKpiSerializer(row, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = told_fields(dict(given.validated_data), row)
        with refusals_as_problems():
            change_kpi(row, by=request.user, now=timezone.now(), version=row.version, **changes)
        told = self._now(row)
        return Response(told, headers={"ETag": etag_of(dumps(told))})

    @extend_schema(
        summary="Archive a KPI",
        description="It leaves the lists; its values stay. It is restored on its page.",
        responses={204: OpenApiResponse(description="It is archived.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self._matched(request)
        with refusals_as_problems():
            archive_kpi(row, by=request.user, now=timezone.now(), version=row.version)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _matched(self, request: Request) -> Kpi:
        """The row of the address, where the request may change it and knows what it reads."""
        row: Kpi = self.get_object()
        _refuse_non_editors(request, row.area)
        refuse_unless_matched(request, self.told([row])[0])
        return row

    def _now(self, row: Kpi) -> Any:
        rows = with_key_results(Kpi.objects.with_context(), self.request)
        return self.told([rows.get(pk=row.pk)])[0]


def _refuse_non_editors(request: Request, area: Area) -> None:
    if not can_edit_plan(request.user, area):
        sentence = _("The plan of %(area)s is edited by its leads and by managers.")
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % {"area": area.name})


def kpi_named(request: Request, code: str) -> Kpi:
    """The KPI of an address. Raises Http404, also where the person may not see it."""
    found = reach.visible_kpis(request).with_context().filter(code=code).first()
    if found is None:
        raise Http404
    return found


@extend_schema_view(
    list=extend_schema(
        operation_id="kpis_entries_list", summary="List the values of a KPI", description="The newest first."
    )
)
class KpiEntryViewSet(Lists, GenericViewSet):
    """The values of one KPI, and the way to enter another."""

    serializer_class = KpiEntrySerializer
    filterset_class = KpiEntryFilters
    queryset = KpiEntry.objects.all()
    newest_first = True
    orderings = {name: name for name in ("effective_on", "created_at", "sequence")}
    write_scope = Scope.CHECK_IN

    def get_queryset(self) -> QuerySet[KpiEntry]:
        kpi = kpi_named(self.request, self.kwargs["code"])
        return KpiEntry.objects.filter(kpi=kpi).select_related("kpi", "author", "corrects")

    @extend_schema(
        operation_id="kpis_entries_create",
        summary="Enter a value",
        description="It checks in on each key result of an open cycle that takes the value. What one of them "
        "refuses is told in `not_recorded`; the value is kept all the same.",
        request=KpiReportSerializer,
        responses={201: OpenApiResponse(KeptKpiEntrySerializer, description="Kept.")},
        parameters=key_parameters(201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        kpi = kpi_named(request, self.kwargs["code"])
        if not Kpi.objects.checkable_by(request.user, today_of(request)).filter(pk=kpi.pk).exists():
            sentence = _("You may not enter values of %(code)s.") % {"code": kpi.code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        return once(request, partial(self._enter, request, kpi))

    def _enter(self, request: Request, kpi: Kpi) -> Response:
        report = KpiReportSerializer(data=request.data, context={"kpi": kpi})
        report.is_valid(raise_exception=True)
        with refusals_as_problems():
            entered = record_entry(
                kpi,
                author=request.user,
                now=timezone.now(),
                today=today_of(request),
                source=KpiEntry.Source.API,
                **report.validated_data,
            )
        kept = entered.entry
        kept.made = self._seen(request, entered)  # type: ignore[attr-defined]
        return Response(KeptKpiEntrySerializer(kept).data, status=HTTPStatus.CREATED)

    def _seen(self, request: Request, entered: Entered) -> Entered:
        """Without the key results that the request does not see; a bound token reaches fewer of them."""
        return entered.among(reach.visible_key_results(request))


class KpiSeriesView(Endpoint):
    @extend_schema(
        operation_id="kpis_series",
        summary="The course of a KPI",
        description="One row for each day that has a value.",
        responses=KpiSeriesSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        kpi = kpi_named(request, code)
        days = series_of(kpi, entry_points([kpi.pk]).get(kpi.pk, ()))
        return Response(KpiSeriesSerializer({"code": kpi.code, "results": days}).data)

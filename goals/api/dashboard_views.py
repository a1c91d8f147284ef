"""Dashboards by programs: one's own, and to read those whose key one was given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import Problem
from accounts.models import User
from goals.actions.dashboards import change_dashboard, create_dashboard, delete_dashboard
from goals.api import reach
from goals.api.dashboard_serializers import DashboardSerializer, GivenDashboardSerializer
from goals.api.writes import Writes, adds, removes
from goals.models import Card, Dashboard

COURSES: dict[str, Any] = {
    Card.Kind.KEY_RESULT_COURSE: reach.visible_key_results,
    Card.Kind.KPI_COURSE: reach.visible_kpis,
}


def hidden_cards(request: Request, dashboards: Iterable[Dashboard]) -> set[int]:
    """Cards about one thing that the request does not see; two queries at most."""
    hidden = set()
    cards = [card for row in dashboards for card in row.cards.all()]
    for kind, visible in COURSES.items():
        told = {card.pk: card.settings.get("code", "") for card in cards if card.kind == kind}
        if told:
            seen = set(visible(request).live().filter(code__in=told.values()).values_list("code", flat=True))
            hidden |= {pk for pk, code in told.items() if code not in seen}
    return hidden


def owners_of(dashboards: Iterable[Dashboard]) -> dict[str, str]:
    """The e-mail addresses of those whose rows cards show, by key as cards keep it; one query at most."""
    keys = {card.settings.get("owner", "") for row in dashboards for card in row.cards.all()}
    wanted = [int(key) for key in keys if key.isdecimal()]
    people = User.objects.filter(pk__in=wanted) if wanted else ()
    return {str(person.pk): person.email for person in people}


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="dashboards_retrieve",
        summary="One dashboard",
        description="Your own, or one that its owner shows to whoever has its key.",
    )
)
class DashboardViewSet(ListModelMixin, RetrieveModelMixin, Writes):
    serializer_class = DashboardSerializer
    queryset = Dashboard.objects.all()
    filter_backends: list[Any] = []
    lookup_field, lookup_url_kwarg = "key", "dashboard_key"
    lookup_value_regex = "[0-9a-f]{16}"

    def get_queryset(self) -> QuerySet[Dashboard]:
        rows = Dashboard.objects.visible_to(self.request.user)
        rows = rows if self.detail else Dashboard.objects.of(self.request.user)
        return rows.select_related("owner").prefetch_related("cards").order_by("title", "pk")

    def told(self, row: Dashboard) -> Any:
        return self._told([row])[0]

    def _told(self, rows: list[Dashboard]) -> list[Any]:
        context = {**self.get_serializer_context(), "hidden": hidden_cards(self.request, rows)}
        context["owners"] = owners_of(rows)
        return list(DashboardSerializer(rows, many=True, context=context).data)

    @extend_schema(
        operation_id="dashboards_list", summary="List your dashboards", description="Your own alone."
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self._told(list(page or [])))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.told(self.get_object()))

    @adds(
        "dashboards_create",
        "Make a dashboard",
        "Of your own, with its cards.",
        GivenDashboardSerializer,
        DashboardSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        def act(*, by: Any, now: Any, **given: Any) -> Dashboard:
            return create_dashboard(by, **given)

        return self.add(request, GivenDashboardSerializer, act)

    @extend_schema(
        operation_id="dashboards_change",
        summary="Change a dashboard",
        description="What is left out stays; `cards` are all there are to be, in their order.",
        request=GivenDashboardSerializer,
        responses=DashboardSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, GivenDashboardSerializer, _without(change_dashboard))

    @removes("Delete a dashboard", "With its cards; what they show stays where it is.", "It is gone.")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, _without(delete_dashboard))

    def refuse_strangers(self, row: Dashboard) -> None:
        if row.owner_id != self.request.user.pk:
            sentence = _("A dashboard is arranged by its owner alone.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)


def _without(act: Any) -> Any:
    """An arrangement tells neither who nor when: it is its owner's, and changes nothing of the plan."""

    def do(row: Dashboard, *, by: Any, now: Any, **given: Any) -> Any:
        return partial(act, row)(**given)

    return do

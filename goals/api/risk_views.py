"""Risks for programs: the register, one risk, and the steps of its life."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import today_of
from accounts.api.lists import Lists
from accounts.api.problems import Problem
from areas.models import Area
from areas.permissions import can_contribute
from goals.actions.risk_life import close_risk, reopen_risk, review_risk
from goals.actions.risks import archive_risk, change_risk, create_risk, restore_risk
from goals.api import expansions, reach
from goals.api.risk_filters import RiskFilters, RisksOfOneFilters
from goals.api.risk_serializers import (
    ChangedRiskSerializer,
    CloseSerializer,
    NewRiskSerializer,
    ReopenRiskSerializer,
    ReviewSerializer,
    RiskSerializer,
)
from goals.api.writes import Body, ReasonSerializer, Writes, adds, removes, verb
from goals.forms.risks import RiskForm
from goals.models import Concern, Mitigation, Objective, Risk
from goals.models.risk_queries import RiskQuerySet


def refuse_non_contributors(request: Request, area: Area) -> None:
    """Raises Problem 403."""
    if not can_contribute(request.user, area):
        sentence = _("Risks of %(area)s are edited by its leads and contributors, and by managers.")
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence % {"area": area.name})


class RiskRows(Writes, Lists):
    serializer_class = RiskSerializer
    filterset_class: Any = RiskFilters
    expansions = expansions.OF_RISKS
    queryset = Risk.objects.all()
    places = RiskForm.places()
    orderings = {
        "score": F("likelihood") * F("impact"),
        **{
            name: name
            for name in ("code", "title", "likelihood", "impact", "state", "review_on", "closed_on")
        },
        **{name: name for name in ("created_at", "updated_at")},
    }

    def get_queryset(self) -> RiskQuerySet:
        seen = reach.visible_risks(self.request)
        live = seen.live().order_by().values("code")
        key_results = reach.visible_key_results(self.request).order_by().values("code")
        objectives = reach.visible_objectives(self.request).order_by().values("pk")
        concerns = Concern.objects.live().filter(objective__in=objectives).select_related("objective")
        rows = seen.annotate(
            key_result_code=Subquery(key_results.filter(pk=OuterRef("key_result"))[:1]),
            predecessor_code=Subquery(live.filter(pk=OuterRef("predecessor"))[:1]),
            successor_code=Subquery(live.filter(predecessor=OuterRef("pk"))[:1]),
        )
        rows = rows.select_related(
            "owner", "reviewed_by", "objective__roadmap__area", "objective__roadmap__cycle"
        ).prefetch_related(
            Prefetch("mitigations", Mitigation.objects.select_related("owner")),
            Prefetch("concerns", concerns.order_by("objective__code"), to_attr="seen_concerns"),
        )
        return rows if self.detail else rows.live()

    def told(self, row: Risk) -> Any:
        return self.told_rows([row])[0]

    def told_rows(self, rows: Sequence[Risk]) -> Any:
        """What is read of these rows today. One query for which of them are stale."""
        today = today_of(self.request)
        keys = [row.pk for row in rows]
        stale = Risk.objects.filter(pk__in=keys).stale_keys(today)
        return RiskSerializer(rows, many=True, context={"today": today, "stale": stale}).data

    def refuse_strangers(self, row: Risk) -> None:
        refuse_non_contributors(self.request, row.objective.roadmap.area)


@extend_schema_view(
    list=extend_schema(
        summary="List risks",
        description="Closed ones too, unless `open=true`; what is archived is left out.",
    ),
    retrieve=extend_schema(summary="One risk"),
)
class RiskViewSet(RiskRows, RetrieveModelMixin):
    lookup_field = "code"
    lookup_value_regex = "[A-Z0-9-]+"
    takes_reason = True

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.told(self.get_object()))

    def given(self, request: Request, body: Body, row: Any = None, **context: Any) -> dict[str, Any]:
        objective = {} if row is None else {"objective": row.objective_id}
        return super().given(request, body, row, **objective, **context)

    @extend_schema(
        summary="Change a risk",
        description="What is left out stays as it is. Closing and opening again are verbs.",
        request=ChangedRiskSerializer,
        responses=RiskSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedRiskSerializer, change_risk)

    @removes(
        "Archive a risk",
        "As if it had been a mistake: it leaves lists and figures, and is still read by its code. What has "
        "ended is closed instead.",
        "It is archived.",
        with_reason=True,
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, archive_risk)

    @verb(
        "risks_restore",
        "Restore an archived risk",
        "Back into lists and figures.",
        ReasonSerializer,
        RiskSerializer,
    )
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, code: str) -> Response:
        return self.step(request, ReasonSerializer, restore_risk)

    @verb(
        "risks_review",
        "Review a risk",
        "Somebody looked at it, and nothing changed but the day of the next review.",
        ReviewSerializer,
        RiskSerializer,
    )
    @action(detail=True, methods=["post"])
    def review(self, request: Request, code: str) -> Response:
        return self.step(request, ReviewSerializer, partial(review_risk, today=today_of(request)))

    @verb("risks_close", "Close a risk", "Says how it ended.", CloseSerializer, RiskSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        return self.step(request, CloseSerializer, partial(close_risk, today=today_of(request)))

    @verb(
        "risks_reopen",
        "Open a closed risk again",
        "It is in the state it had before; how it ended stays in its history.",
        ReopenRiskSerializer,
        RiskSerializer,
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, code: str) -> Response:
        return self.step(request, ReopenRiskSerializer, reopen_risk)


@extend_schema_view(
    list=extend_schema(
        operation_id="objectives_risks_list",
        summary="List the risks of an objective",
        description="Its own, closed ones too; what concerns it beside these, `risks/?objective=` finds.",
    )
)
class ObjectiveRiskViewSet(RiskRows):
    """The risks of one objective, and the way to write down another."""

    filterset_class = RisksOfOneFilters

    def get_queryset(self) -> RiskQuerySet:
        return super().get_queryset().filter(objective=self.objective())

    def objective(self) -> Objective:
        """The objective of the address. Raises Http404, also where the person may not see it."""
        return reach.objective_named(self.request, self.kwargs["code"])

    @adds(
        "objectives_risks_create",
        "Write down a risk",
        "By the leads and contributors of the area and by managers. Its number is the next one.",
        NewRiskSerializer,
        RiskSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        objective = self.objective()
        refuse_non_contributors(request, objective.roadmap.area)
        return self.add(request, NewRiskSerializer, partial(create_risk, objective), objective=objective)

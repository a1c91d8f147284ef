"""What belongs to a risk: the steps against it, and the other objectives that it concerns."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import today_of
from accounts.api.lists import Lists
from accounts.api.problems import FieldError, invalid
from goals.actions.concerns import add_concern, end_concern
from goals.actions.risks import change_mitigation, create_mitigation
from goals.api import reach
from goals.api.risk_filters import MitigationFilters, MitigationsOfOneFilters
from goals.api.risk_serializers import (
    ChangedMitigationSerializer,
    ConcernSerializer,
    MitigationSerializer,
    NewConcernSerializer,
    NewMitigationSerializer,
)
from goals.api.risk_views import refuse_non_contributors
from goals.api.writes import Writes, adds, removes
from goals.forms.risk_life import ConcernForm
from goals.models import Concern, Mitigation, Objective, Risk


class OfRisk(Writes):
    """Parts of a risk: who may change the risk may change these."""

    def risk(self) -> Risk:
        """The risk of the address. Raises Http404, also where the person may not see it."""
        rows = reach.visible_risks(self.request).select_related("objective__roadmap__area")
        return get_object_or_404(rows, code=self.kwargs["code"])

    def own_risk(self) -> Risk:
        risk = self.risk()
        refuse_non_contributors(self.request, risk.objective.roadmap.area)
        return risk

    def refuse_strangers(self, row: Any) -> None:
        refuse_non_contributors(self.request, row.risk.objective.roadmap.area)


class MitigationRows(OfRisk, Lists):
    orderings = {name: name for name in ("due_on", "state", "created_at", "updated_at")}
    serializer_class = MitigationSerializer
    filterset_class: Any = MitigationFilters
    queryset = Mitigation.objects.all()

    def get_queryset(self) -> QuerySet[Mitigation]:
        risks = reach.visible_risks(self.request)
        risks = risks if self.detail else risks.live()
        rows = Mitigation.objects.filter(risk__in=risks.order_by().values("pk"))
        return rows.select_related("owner", "risk__objective__roadmap__area")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "today": today_of(self.request)}


@extend_schema_view(
    list=extend_schema(
        summary="List mitigations",
        description="Steps against risks, in the order they were made; those of archived risks are left out.",
    ),
    retrieve=extend_schema(summary="One mitigation"),
)
class MitigationViewSet(MitigationRows, RetrieveModelMixin):
    """One step against a risk."""

    lookup_url_kwarg = "mitigation_id"
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(
        summary="Change a mitigation",
        description="What is left out stays as it is.",
        request=ChangedMitigationSerializer,
        responses=MitigationSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedMitigationSerializer, change_mitigation)

    @removes(
        "Drop a mitigation",
        "Nothing is deleted: its state is `dropped` afterwards, as on the page.",
        "It is dropped.",
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, partial(change_mitigation, state=Mitigation.State.DROPPED))


@extend_schema_view(
    list=extend_schema(operation_id="risks_mitigations_list", summary="List the steps against a risk")
)
class RiskMitigationViewSet(MitigationRows):
    """The steps against one risk, and the way to add another."""

    filterset_class = MitigationsOfOneFilters

    def get_queryset(self) -> QuerySet[Mitigation]:
        return super().get_queryset().filter(risk=self.risk())

    @adds(
        "risks_mitigations_create",
        "Add a step against a risk",
        "By the leads and contributors of the area and by managers; the last of its risk.",
        NewMitigationSerializer,
        MitigationSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.add(request, NewMitigationSerializer, partial(create_mitigation, self.own_risk()))


class ConcernRows(OfRisk):
    serializer_class = ConcernSerializer
    queryset = Concern.objects.all()
    places = ConcernForm.places()

    def get_queryset(self) -> QuerySet[Concern]:
        objectives = reach.visible_objectives(self.request).order_by().values("pk")
        rows = Concern.objects.live().filter(risk=self.risk(), objective__in=objectives)
        return rows.select_related("risk__objective__roadmap__area", "objective__roadmap__area")


@extend_schema_view(
    list=extend_schema(
        operation_id="risks_concerns_list",
        summary="List what else a risk concerns",
        description="Other objectives of its cycle, as far as you see them.",
    )
)
class RiskConcernsViewSet(ConcernRows, Lists):
    filter_backends: list[Any] = []

    @adds(
        "risks_concerns_create",
        "Say what else a risk concerns",
        "By the leads and contributors of the risk's area and by managers; an objective that you see.",
        NewConcernSerializer,
        ConcernSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        risk = self.own_risk()

        def say(*, objective: str, **who: Any) -> Concern:
            return add_concern(risk, self._seen(objective), **who)

        return self.add(request, NewConcernSerializer, say)

    def _seen(self, code: str) -> Objective:
        """What one may not see is as absent as what there is not."""
        seen = reach.visible_objectives(self.request).live()  # type: ignore[attr-defined]
        found = seen.filter(code=code).first() if "\0" not in code else None
        if found is None:
            raise invalid([FieldError("objective", "invalid", _("There is no objective with this code."))])
        return found


@extend_schema_view(retrieve=extend_schema(summary="One objective that a risk concerns"))
class RiskConcernViewSet(ConcernRows, RetrieveModelMixin):
    lookup_field = "objective__code"
    lookup_url_kwarg = "objective"

    @removes("End a concern", "The risk concerns the objective no more.", "It is ended.")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # It never changes, so there is no version to ask for: it is there, or it was ended.
        return self.remove(request, lambda row, *, version, **who: end_concern(row, **who))

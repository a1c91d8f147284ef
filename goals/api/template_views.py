"""Templates by programs: read, saved from an objective, changed, archived; an objective begun from one."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import today_of
from accounts.api.problems import FieldError, Problem, invalid
from areas.api.filters import AskedFilters, BelowFilter, MomentFilter, WordsFilter
from areas.api.reach import area_to_write_in, bound_area, in_reach
from areas.models import Area
from areas.permissions import can_manage_cycles
from goals.actions.templates import archive_template, begin_objective, change_template, save_template
from goals.api import reach
from goals.api.copy_views import CopiedSerializer
from goals.api.filters import CHANGED
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import refusals_as_problems
from goals.api.template_serializers import (
    BegunSerializer,
    ChangedTemplateSerializer,
    NewTemplateSerializer,
    TemplateSerializer,
)
from goals.api.writes import Writes, adds, refuse_non_editors, removes
from goals.models import Objective, ObjectiveTemplate, Roadmap


class TemplateFilters(AskedFilters):
    area = BelowFilter(field_name="area")
    q = WordsFilter(fields=("name", "title"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


@extend_schema_view(
    list=extend_schema(
        summary="List templates",
        description="Of all areas and of the organisation, as far as the token reaches; archived ones are "
        "left out.",
    ),
    retrieve=extend_schema(summary="One template"),
)
class TemplateViewSet(ListModelMixin, RetrieveModelMixin, Writes):
    """Read by everybody; kept by those who edit the plan of its area, the organisation's by managers."""

    serializer_class = TemplateSerializer
    filterset_class = TemplateFilters
    queryset = ObjectiveTemplate.objects.all()
    lookup_url_kwarg = "template_id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[ObjectiveTemplate]:
        rows = ObjectiveTemplate.objects.select_related("area")
        seen = rows.filter(in_reach(self.request, "area")) | rows.filter(area=None)
        return seen if self.detail else seen.live()

    def refuse_strangers(self, row: ObjectiveTemplate) -> None:
        if row.area is not None:
            refuse_non_editors(self.request, row.area)
        else:
            self._refuse_who_runs_nothing()

    def _refuse_who_runs_nothing(self) -> None:
        if not can_manage_cycles(self.request.user):
            sentence = _("Templates of the organisation are kept by managers.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        if bound_area(self.request) is not None:
            sentence = _(
                "What is the organisation's is everybody's; a token bound to an area keeps none of it."
            )
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)

    @adds(
        "templates_create",
        "Save an objective as a template",
        "By those who edit its plan. What is restricted is refused, or stays out.",
        NewTemplateSerializer,
        TemplateSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = self.given(request, NewTemplateSerializer)
        objective = self._objective(request, given["objective"])
        area = self._area(request, given.get("area", objective.roadmap.area.key))
        fields = {
            "name": given.get("name", objective.title),
            "initiatives": given.get("initiatives", False),
        }

        def act(*, by: Any, now: Any, **_given: Any) -> ObjectiveTemplate:
            return save_template(objective, area, by=by, now=now, **fields).template

        return self.add(request, NewTemplateSerializer, act)

    def _objective(self, request: Request, code: str) -> Objective:
        rows = reach.visible_objectives(request).live()  # type: ignore[attr-defined]
        related = rows.select_related("roadmap__area", "roadmap__cycle")
        found: Objective | None = None if "\0" in code else related.filter(code=code).first()
        if found is None and bound_area(request) is not None:
            sentence = _("This token does not reach %(area)s.") % {"area": code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        if found is None:
            sentence = _("There is none with this code.")
            raise invalid([FieldError("objective", "invalid", sentence)])
        refuse_non_editors(request, found.roadmap.area)
        return found

    def _area(self, request: Request, key: str | None) -> Area | None:
        """The area it is of; None is the organisation."""
        if key is None:
            self._refuse_who_runs_nothing()
            return None
        found = area_to_write_in(request, key)
        refuse_non_editors(request, found)
        return found

    @extend_schema(
        operation_id="templates_change",
        summary="Change a template",
        description="Its name, and title and description of the objective; its key results stay.",
        request=ChangedTemplateSerializer,
        responses=TemplateSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedTemplateSerializer, change_template)

    @removes(
        "Archive a template",
        "It leaves the lists; what began from it stays. It is restored on its page.",
        "It is archived.",
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, archive_template)

    @extend_schema(
        operation_id="templates_begin",
        summary="Begin an objective from a template",
        description="In a roadmap whose plan you edit, with all key results or those you name.",
        request=BegunSerializer,
        responses={201: OpenApiResponse(CopiedSerializer, description="Made.")},
        parameters=key_parameters(201),
    )
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        template = self.get_object()
        return once(request, partial(self._begin, request, template))

    def _begin(self, request: Request, template: ObjectiveTemplate) -> Response:
        given = self.given(request, BegunSerializer)
        roadmap = self._roadmap(request, given.pop("roadmap"))
        parts = given.pop("key_results", None)
        if parts is not None:
            if len({part["number"] for part in parts}) < len(parts):
                sentence = _("Name each key result once.")
                raise invalid([FieldError("key_results", "invalid", sentence)])
            given["chosen"] = {part.pop("number"): part for part in map(dict, parts)}
        with refusals_as_problems():
            begun = begin_objective(
                template, roadmap, by=request.user, now=timezone.now(), today=today_of(request), **given
            )
        return Response(CopiedSerializer(begun).data, status=HTTPStatus.CREATED)

    def _roadmap(self, request: Request, code: str) -> Roadmap:
        rows = reach.visible_roadmaps(request).select_related("area", "cycle")
        found: Roadmap | None = None if "\0" in code else rows.filter(code=code).first()
        if found is None:
            raise invalid([FieldError("roadmap", "invalid", _("There is none with this code."))])
        refuse_non_editors(request, found.area)
        return found

"""When a person is away and who stands in, by their own programs: what the page of absences does."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.base import Endpoint, today_of
from accounts.api.fields import TextField
from accounts.api.problems import Problem
from areas.api.reach import bound_area
from goals.actions.absences import add_absence, end_absence, left_out
from goals.api import examples
from goals.api.fields import PlainDateField, StrictSerializer
from goals.api.idempotency import key_parameters, once
from goals.api.initiative_serializers import OwnerField
from goals.api.refusals import refusals_as_problems
from goals.models import Absence
from goals.models.absence import NOTE_LENGTH


def refuse_bound_tokens(request: Request) -> None:
    """Of what is a person's everywhere, who stands in or what was seen: no token bound to an area says it."""
    if bound_area(request) is not None:
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", _("This needs a token that is bound to no area."))


@extend_schema_serializer(examples=[examples.ABSENCE])
class AbsenceSerializer(serializers.ModelSerializer):
    """Days on which `person` is away, both included, and `stand_in` checks in on what is theirs."""

    person = serializers.EmailField(source="person.email")
    person_name = serializers.CharField(source="person.name")
    stand_in = serializers.EmailField(source="stand_in.email")
    stand_in_name = serializers.CharField(source="stand_in.name")

    class Meta:
        model = Absence
        fields = ["id", "person", "person_name", "stand_in", "stand_in_name", "first_on", "last_on", "note"]
        read_only_fields = fields


@extend_schema_serializer(component_name="KeptAbsence", examples=[examples.KEPT_ABSENCE])
class KeptAbsenceSerializer(AbsenceSerializer):
    left_out = serializers.ListField(
        child=serializers.CharField(),
        help_text="Codes of your key results that the stand-in does not see, and so does not check in on.",
    )

    class Meta(AbsenceSerializer.Meta):
        fields = [*AbsenceSerializer.Meta.fields, "left_out"]
        read_only_fields = fields


class GivenAbsenceSerializer(StrictSerializer):
    first_on = PlainDateField()
    last_on = PlainDateField(help_text="The first day or a later one.")
    stand_in = OwnerField(help_text="An e-mail address; somebody else's.")
    note = TextField(
        required=False, allow_blank=True, max_length=NOTE_LENGTH, help_text="For the stand-in alone."
    )


@extend_schema_view(
    list=extend_schema(
        summary="List absences",
        description="Your own, and those in which you stand in for somebody; none that is over.",
    )
)
class AbsenceViewSet(Endpoint, ListModelMixin, GenericViewSet):
    serializer_class = AbsenceSerializer
    queryset = Absence.objects.all()
    filter_backends: list[Any] = []
    lookup_url_kwarg = "absence_id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Absence]:
        refuse_bound_tokens(self.request)
        user = self.request.user
        own = Q(person=user) if self.action == "destroy" else Q(person=user) | Q(stand_in=user)
        return (
            Absence.objects.filter(own).not_over(today_of(self.request)).select_related("person", "stand_in")
        )

    @extend_schema(
        summary="Say that you are away",
        description="The stand-in gets your reminders meanwhile, and checks in on what you own.",
        request=GivenAbsenceSerializer,
        responses={201: OpenApiResponse(KeptAbsenceSerializer, description="Kept.")},
        parameters=key_parameters(201),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_bound_tokens(request)
        return once(request, partial(self._add, request))

    @extend_schema(
        summary="Take an absence back, or end it",
        description=(
            "One that has not begun is taken back; one that has begun ends with yesterday. "
            "It takes no If-Match, as it is yours alone."
        ),
        responses={204: OpenApiResponse(description="You are here from today on.")},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with refusals_as_problems():
            end_absence(self.get_object(), by=request.user, now=timezone.now(), today=today_of(request))
        return Response(status=HTTPStatus.NO_CONTENT)

    def _add(self, request: Request) -> Response:
        given = GivenAbsenceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals_as_problems():
            absence: Any = add_absence(
                request.user, now=timezone.now(), today=today_of(request), **given.validated_data
            )
        absence.left_out = [row.code for row in left_out(request.user, absence.stand_in)]
        return Response(KeptAbsenceSerializer(absence).data, status=HTTPStatus.CREATED)

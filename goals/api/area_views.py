"""The organisation for programs: read by everybody, written by administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import TextField, WholeNumberField
from accounts.api.problems import Problem
from accounts.models import ApiToken, Scope
from areas.api.serializers import AreaSerializer
from areas.api.views import AreaViewSet as ReadAreaViewSet
from areas.models import Area
from goals.actions.areas import archive_area, change_area, create_area, restore_area
from goals.api.fields import BlockField, StrictSerializer
from goals.api.writes import ReasonSerializer, Writes, adds, removes, verb


@extend_schema_field(OpenApiTypes.STR)
class ParentField(serializers.Field):
    """An area by its key."""

    default_error_messages = {"invalid": gettext_lazy("There is no area with this key.")}

    def to_internal_value(self, data: Any) -> Area:
        is_key = isinstance(data, str) and "\0" not in data
        found = Area.objects.without_tree_fields().filter(key=data).first() if is_key else None
        if found is None:
            self.fail("invalid")
        return found


class ChangedAreaSerializer(StrictSerializer):
    """The rhythm has an address of its own."""

    name = TextField(max_length=120)
    description = BlockField()
    parent = ParentField(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="The key of the area above."
    )
    position = WholeNumberField(
        required=False, min_value=0, max_value=1_000_000, help_text="The lower, the earlier among its like."
    )


class NewAreaSerializer(ChangedAreaSerializer):
    key = TextField(max_length=12, help_text="Part of every code below it, so it never changes.")


class AreaViewSet(Writes, ReadAreaViewSet):
    """As in the admin: by administrators, with tokens of the scope `admin` that are bound to no area."""

    takes_reason = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What they may not do, others are told before they are told what there is."""
        super().initial(request, *args, **kwargs)
        if self.action is not None and request.method not in SAFE_METHODS:
            self._refuse_others(request)

    def _refuse_others(self, request: Request) -> None:
        user: Any = request.user
        if not user.is_administrator:
            sentence = _("Administrators alone change the organisation.")
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        token = request.auth
        if isinstance(token, ApiToken) and (token.area_id is not None or not token.allows(Scope.ADMIN)):
            sentence = _("This needs a token of the scope admin that is bound to no area.")
            raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)

    def refuse_strangers(self, row: Area) -> None:
        self._refuse_others(self.request)

    @adds(
        "areas_create",
        "Make an area",
        "By administrators, with a token of the scope `admin` that is bound to no area.",
        NewAreaSerializer,
        AreaSerializer,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.add(request, NewAreaSerializer, create_area)

    @extend_schema(
        summary="Change an area",
        description="What is left out stays as it is; another `parent` moves it with all that is below.",
        request=ChangedAreaSerializer,
        responses=AreaSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(request, ChangedAreaSerializer, change_area)

    @removes(
        "Archive an area",
        "It leaves lists and figures with all of its plans, and is still read by its key.",
        "It is archived.",
        with_reason=True,
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.remove(request, archive_area)

    @verb("areas_restore", "Restore an area", "With all of its plans.", ReasonSerializer, AreaSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, key: str) -> Response:
        return self.step(request, ReasonSerializer, restore_area)

"""An initiative as programs read and write it; the actions judge what is written, as on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.base import today_of
from accounts.api.fields import TextField, WholeNumberField
from accounts.api.telling import Telling
from accounts.models import User
from goals.api import examples
from goals.api.fields import AddressField, PageField, PlainDateField, StrictSerializer
from goals.models import Initiative
from goals.models.initiative import LINK_LENGTH


@extend_schema_serializer(examples=[examples.INITIATIVE])
class InitiativeSerializer(Telling, serializers.ModelSerializer):
    """Something that is done for a key result. It moves none of its figures."""

    key_result = serializers.CharField(source="key_result.code")
    area = serializers.CharField(source="key_result.area.key")
    cycle = serializers.CharField(source="key_result.cycle.key")
    link = serializers.CharField(help_text="An issue, a pull request or a document; empty for none.")
    owner = serializers.EmailField(source="owner.email", default=None, allow_null=True)
    owner_name = serializers.CharField(source="owner.name", default=None, allow_null=True)
    state = serializers.ChoiceField(Initiative.State.choices)
    overdue = serializers.SerializerMethodField(help_text="Due before today, and neither done nor dropped.")
    position = serializers.IntegerField(help_text="Its place in the list of its key result; 1 is the first.")
    url = AddressField("api:initiative-detail", source="pk")
    page_url = PageField(source="*")

    class Meta:
        model = Initiative
        fields = [
            "id",
            "title",
            "key_result",
            "area",
            "cycle",
            "link",
            "owner",
            "owner_name",
            "due_on",
            "state",
            "overdue",
            "position",
            "version",
            "created_at",
            "updated_at",
            "url",
            "page_url",
        ]
        read_only_fields = fields

    def get_overdue(self, row: Initiative) -> bool:
        return row.is_overdue(today_of(self.context["request"]))


@extend_schema_field(OpenApiTypes.EMAIL)
class OwnerField(serializers.Field):
    """Somebody who is active, by e-mail address; whoever it is now may stay."""

    default_error_messages = {"invalid": _("There is nobody with this e-mail address.")}

    def to_internal_value(self, data: Any) -> User:
        stays = Q(pk=getattr(getattr(self.parent, "instance", None), f"{self.field_name}_id", None))
        # PostgreSQL refuses to look for a NUL in any text.
        is_address = isinstance(data, str) and len(data) <= 254 and "\0" not in data
        people = User.objects.filter(Q(is_active=True) | stays)
        found = people.filter(email__iexact=data).first() if is_address else None
        if found is None:
            self.fail("invalid")
        return found


class ChangedInitiativeSerializer(StrictSerializer):
    title = TextField(max_length=200, help_text="What is done.")
    link = TextField(
        required=False, allow_blank=True, max_length=LINK_LENGTH, help_text="Begins with http:// or https://."
    )
    owner = OwnerField(required=False, allow_null=True, help_text="An e-mail address.")
    due_on = PlainDateField(required=False, allow_null=True)
    state = serializers.ChoiceField(Initiative.State.choices, required=False)
    position = WholeNumberField(required=False, min_value=1, help_text="1 is the first.")


class NewInitiativeSerializer(ChangedInitiativeSerializer):
    """`title` is needed; without a position it is the last."""

"""A need as programs read and write it; the actions judge what is written, as on the pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.api.telling import Telling
from goals.api import examples
from goals.api.fields import AddressField, PageField, StrictSerializer
from goals.models import Dependency
from goals.models.dependency import ANSWER_LENGTH, Standing


@extend_schema_serializer(examples=[examples.DEPENDENCY])
class DependencySerializer(Telling, serializers.ModelSerializer):
    """What an objective needs: another objective, or a partner; one of the two is empty."""

    objective = serializers.CharField(source="objective.code")
    objective_title = serializers.CharField(source="objective.title")
    area = serializers.CharField(source="objective.roadmap.area.key", help_text="Of who waits.")
    cycle = serializers.CharField(source="objective.roadmap.cycle.key")
    on_objective = serializers.CharField(
        source="on_objective.code", default=None, allow_null=True, help_text="What is waited for."
    )
    on_objective_title = serializers.CharField(source="on_objective.title", default=None, allow_null=True)
    on_area = serializers.CharField(source="on_objective.roadmap.area.key", default=None, allow_null=True)
    state = serializers.ChoiceField(Dependency.State.choices, help_text="What its own side says.")
    standing = serializers.ChoiceField(
        Standing.choices, help_text="State and answer in one word, as the pages show it."
    )
    answer = serializers.SerializerMethodField(help_text="What the other side said; null while it has not.")
    answered_by = serializers.EmailField(source="answered_by.email", default=None, allow_null=True)
    answered_by_name = serializers.CharField(source="answered_by.name", default=None, allow_null=True)
    asked_at = serializers.DateTimeField(help_text="Since when an answer is waited for.")
    url = AddressField("api:dependency-detail", source="pk")
    page_url = PageField(source="*")

    class Meta:
        model = Dependency
        fields = (
            *("id", "objective", "objective_title", "area", "cycle"),
            *("on_objective", "on_objective_title", "on_area", "partner", "note", "state", "standing"),
            *("answer", "answer_note", "answered_by", "answered_by_name", "answered_at", "asked_at"),
            *("version", "created_at", "updated_at", "url", "page_url"),
        )
        read_only_fields = fields

    def get_answer(self, row: Dependency) -> str | None:
        return row.answer or None


class ChangedDependencySerializer(StrictSerializer):
    """Whom it needs stays; other words take the answer back."""

    note = TextField(required=False, allow_blank=True, max_length=500, help_text="For what.")
    state = serializers.ChoiceField(
        Dependency.State.choices,
        required=False,
        help_text="`agreed` only where the other side has accepted; `asked` takes what was accepted back.",
    )

    def validate_state(self, value: str) -> str:
        row: Any = self.instance or Dependency()
        if value not in row.sayable_states:
            raise serializers.ValidationError(
                _("That it is agreed, the other side says: it accepts or declines."), code="invalid_choice"
            )
        return value


class NewDependencySerializer(ChangedDependencySerializer):
    """`on_objective` or `partner`, one of the two."""

    on_objective = TextField(required=False, max_length=40, help_text="The code of what is needed.")
    partner = TextField(required=False, max_length=120, help_text="Somebody outside, by name.")


class AcceptSerializer(StrictSerializer):
    note = TextField(required=False, allow_blank=True, max_length=ANSWER_LENGTH, help_text="In a word.")


class DeclineSerializer(StrictSerializer):
    note = TextField(max_length=ANSWER_LENGTH, help_text="Why, or what would be possible.")

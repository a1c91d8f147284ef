"""Filters of the lists: what a list can be asked for by its query."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User
from areas.api.filters import BelowFilter, KeyFilter, MomentFilter, WordsFilter
from goals.api.reach import visible_key_results
from goals.models import CheckIn, Cycle, KeyResult, Objective, Roadmap
from goals.pace import PACE_WORDS

CHANGED = "Changed at this moment or later."


class CycleFilter(KeyFilter):
    """Rows of a cycle."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            queryset=Cycle.objects.all(),
            sentence=_("There is no cycle with this key."),
            label="A cycle's key.",
            **kwargs,
        )


class PersonFilter(django_filters.CharFilter):
    """Rows of a person, by e-mail address; `me` is whoever asks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=254, label="An e-mail address, or me.", **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        if value == "me":
            return qs.filter(**{self.field_name: self.parent.request.user})
        person = User.objects.filter(email__iexact=value).first()
        if person is None:
            name = next(name for name, known in self.parent.filters.items() if known is self)
            sentence = _("There is nobody with this e-mail address.")
            raise serializers.ValidationError({name: sentence}, code="invalid")
        return qs.filter(**{self.field_name: person})


class FigureFilter(django_filters.ChoiceFilter):
    """What only the figures of the day tell; the view passes over what it does not keep (`keeps`)."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs


class CycleFilters(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Cycle.State.choices, label="The state of the cycle.")
    q = WordsFilter(fields=("key", "name"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class RoadmapFilters(django_filters.FilterSet):
    cycle = CycleFilter(field_name="cycle")
    area = BelowFilter(field_name="area")
    state = django_filters.ChoiceFilter(choices=Roadmap.State.choices, label="Draft or published.")
    q = WordsFilter(fields=("code", "title", "background"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class ObjectiveFilters(django_filters.FilterSet):
    cycle = CycleFilter(field_name="roadmap__cycle")
    area = BelowFilter(field_name="roadmap__area")
    owner = PersonFilter(field_name="owner")
    kind = django_filters.ChoiceFilter(choices=Objective.Kind.choices, label="Focus or excellence.")
    q = WordsFilter(fields=("code", "title", "description"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class AlignmentFilters(django_filters.FilterSet):
    cycle = CycleFilter(field_name="supporter__roadmap__cycle")
    area = BelowFilter(field_name="supporter__roadmap__area")
    supported_area = BelowFilter(field_name="supported__roadmap__area")
    owner = PersonFilter(field_name="supporter__owner")
    q = WordsFilter(fields=("supporter__code", "supporter__title", "supported__code", "supported__title"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class KeyResultFilters(django_filters.FilterSet):
    cycle = CycleFilter(field_name="objective__roadmap__cycle")
    area = BelowFilter(field_name="objective__roadmap__area")
    owner = PersonFilter(field_name="owner")
    kind = django_filters.ChoiceFilter(choices=KeyResult.Kind.choices, label="The kind of key result.")
    status = django_filters.ChoiceFilter(
        field_name="last_check_in__status",
        choices=CheckIn.Status.choices,
        label="The status said in the check-in that counts.",
    )
    pace = FigureFilter(choices=list(PACE_WORDS.items()), label="The pace as of today.")
    stale = FigureFilter(
        choices=[("true", "true"), ("false", "false")], label="Whether a check-in is missing."
    )
    q = WordsFilter(fields=("code", "title", "metric"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


def _key_results(request: Request | None) -> QuerySet[KeyResult]:
    return KeyResult.objects.none() if request is None else visible_key_results(request)


class CheckInsOfOneFilters(django_filters.FilterSet):
    author = PersonFilter(field_name="author")
    status = django_filters.ChoiceFilter(choices=CheckIn.Status.choices, label="The status said.")
    q = WordsFilter(fields=("note", "blocker"))
    updated_since = MomentFilter(
        field_name="created_at",
        lookup_expr="gte",
        label="Made at this moment or later; check-ins never change.",
    )


class CheckInFilters(CheckInsOfOneFilters):
    cycle = CycleFilter(field_name="key_result__objective__roadmap__cycle")
    area = BelowFilter(field_name="key_result__objective__roadmap__area")
    key_result = KeyFilter(
        field_name="key_result",
        to_field_name="code",
        queryset=_key_results,
        sentence=_("There is no key result with this code."),
        label="A key result's code.",
    )
    owner = PersonFilter(field_name="key_result__owner")
    kind = django_filters.ChoiceFilter(
        field_name="key_result__kind", choices=KeyResult.Kind.choices, label="The kind of key result."
    )

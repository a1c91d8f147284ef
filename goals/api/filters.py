"""Filters of the lists: what a list can be asked for by its query."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.base import today_of
from accounts.models import User
from areas.api.filters import AskedFilters, BelowFilter, KeyFilter, MomentFilter, WordsFilter
from areas.api.reach import below
from goals.api.reach import visible_key_results, visible_objectives
from goals.models import CheckIn, Comment, Cycle, Dependency, Initiative, KeyResult, Objective, Roadmap
from goals.models.tags import TAG_LENGTH, tagged
from goals.sentences import PACE_WORDS

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


class CycleFilters(AskedFilters):
    state = django_filters.ChoiceFilter(choices=Cycle.State.choices, label="The state of the cycle.")
    q = WordsFilter(fields=("key", "name"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class RoadmapFilters(AskedFilters):
    cycle = CycleFilter(field_name="cycle")
    area = BelowFilter(field_name="area")
    state = django_filters.ChoiceFilter(choices=Roadmap.State.choices, label="Draft or published.")
    q = WordsFilter(fields=("code", "title", "background"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class TagFilter(django_filters.CharFilter):
    """Rows that have a tag."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=TAG_LENGTH, label="A tag, in small letters.", **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(tagged(value)) if value else qs


class ObjectivesOfOneFilters(AskedFilters):
    tag = TagFilter()
    owner = PersonFilter(field_name="owner")
    kind = django_filters.ChoiceFilter(choices=Objective.Kind.choices, label="Focus or excellence.")
    q = WordsFilter(fields=("code", "title", "description"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class ObjectiveFilters(ObjectivesOfOneFilters):
    cycle = CycleFilter(field_name="roadmap__cycle")
    area = BelowFilter(field_name="roadmap__area")


class AlignmentFilters(AskedFilters):
    cycle = CycleFilter(field_name="supporter__roadmap__cycle")
    area = BelowFilter(field_name="supporter__roadmap__area")
    supported_area = BelowFilter(field_name="supported__roadmap__area")
    owner = PersonFilter(field_name="supporter__owner")
    q = WordsFilter(fields=("supporter__code", "supporter__title", "supported__code", "supported__title"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class DependencyFilters(AskedFilters):
    cycle = CycleFilter(field_name="objective__roadmap__cycle")
    area = BelowFilter(field_name="objective__roadmap__area")
    on_area = BelowFilter(field_name="on_objective__roadmap__area")
    partner = django_filters.CharFilter(
        lookup_expr="iexact", max_length=120, label="A partner's name, whatever its case."
    )
    state = django_filters.ChoiceFilter(choices=Dependency.State.choices, label="What its own side says.")
    answer = django_filters.ChoiceFilter(
        choices=[*Dependency.Answer.choices, ("none", "none yet")],
        method="answered",
        label="What the other side said; none where it has not.",
    )
    q = WordsFilter(fields=("objective__code", "objective__title", "on_objective__code", "partner", "note"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)

    def answered(self, qs: QuerySet[Dependency], name: str, value: str) -> QuerySet[Dependency]:
        return qs.filter(answer="" if value == "none" else value) if value else qs


class KeyResultsOfOneFilters(AskedFilters):
    tag = TagFilter()
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
    paused = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")],
        method="paused_today",
        label="Whether it is paused today.",
    )
    q = WordsFilter(fields=("code", "title", "metric"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)

    def paused_today(self, qs: QuerySet[KeyResult], name: str, value: str) -> QuerySet[KeyResult]:
        paused = KeyResult.objects.paused(today_of(self.request)).values("pk")
        if not value:
            return qs
        return qs.filter(pk__in=paused) if value == "true" else qs.exclude(pk__in=paused)


class KeyResultFilters(KeyResultsOfOneFilters):
    cycle = CycleFilter(field_name="objective__roadmap__cycle")
    area = BelowFilter(field_name="objective__roadmap__area")


def _key_results(request: Request | None) -> QuerySet[KeyResult]:
    return KeyResult.objects.none() if request is None else visible_key_results(request)


def _objectives(request: Request | None) -> QuerySet[Objective]:
    return Objective.objects.none() if request is None else visible_objectives(request)


class CheckInsOfOneFilters(AskedFilters):
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


class MentionFilter(PersonFilter):
    """Comments that mention a person; those that were taken back mention nobody any more."""

    def filter(self, qs: QuerySet[Comment], value: str) -> QuerySet[Comment]:
        return super().filter(qs, value).filter(deleted_at__isnull=True) if value else qs


class CommentsOfOneFilters(AskedFilters):
    author = PersonFilter(field_name="author")
    mentions = MentionFilter(field_name="mentions__person")
    q = WordsFilter(fields=("text",), method="with_words")
    updated_since = MomentFilter(
        method="touched_since", label="Made, edited or deleted at this moment or later."
    )

    def with_words(self, qs: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        """Words that were taken back are not found any more."""
        return qs.filter(text__icontains=value, deleted_at__isnull=True) if value else qs

    def touched_since(self, qs: QuerySet[Comment], name: str, value: Any) -> QuerySet[Comment]:
        if value is None:
            return qs
        return qs.filter(Q(created_at__gte=value) | Q(edited_at__gte=value) | Q(deleted_at__gte=value))


class CommentFilters(CommentsOfOneFilters):
    cycle = CycleFilter(method="in_cycle")
    area = BelowFilter(method="in_areas")
    objective = KeyFilter(
        field_name="objective",
        to_field_name="code",
        queryset=_objectives,
        sentence=_("There is no objective with this code."),
        label="An objective's code: what is said about it itself.",
    )
    key_result = KeyFilter(
        field_name="check_in__key_result",
        to_field_name="code",
        queryset=_key_results,
        sentence=_("There is no key result with this code."),
        label="A key result's code: what is said about its check-ins.",
    )

    def in_cycle(self, qs: QuerySet[Comment], name: str, value: Cycle | None) -> QuerySet[Comment]:
        return qs if value is None else qs.filter(_on("roadmap__cycle", value))

    def in_areas(self, qs: QuerySet[Comment], name: str, value: Any) -> QuerySet[Comment]:
        return qs if value is None else qs.filter(_on("roadmap__area__in", below(value)))


def _on(path: str, value: Any) -> Q:
    """A condition on the objective that a comment is about, or that its check-in belongs to."""
    return Q(**{f"objective__{path}": value}) | Q(**{f"check_in__key_result__objective__{path}": value})


class OverdueFilter(django_filters.ChoiceFilter):
    """Steps that are overdue today, or those that are not."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        steps: Any = qs.model._default_manager
        overdue = steps.overdue(today_of(self.parent.request)).values("pk")
        return qs.filter(pk__in=overdue) if value == "true" else qs.exclude(pk__in=overdue)


class InitiativesOfOneFilters(AskedFilters):
    owner = PersonFilter(field_name="owner")
    state = django_filters.ChoiceFilter(choices=Initiative.State.choices, label="The state it is in.")
    overdue = OverdueFilter(
        choices=[("true", "true"), ("false", "false")],
        label="Whether it is due before today, and neither done nor dropped.",
    )
    q = WordsFilter(fields=("title", "link"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class InitiativeFilters(InitiativesOfOneFilters):
    cycle = CycleFilter(field_name="key_result__objective__roadmap__cycle")
    area = BelowFilter(field_name="key_result__objective__roadmap__area")
    key_result = KeyFilter(
        field_name="key_result",
        to_field_name="code",
        queryset=_key_results,
        sentence=_("There is no key result with this code."),
        label="A key result's code.",
    )

"""Filters that every list about areas shares."""

from __future__ import annotations

import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from areas.api.reach import areas_in_reach, below
from areas.models import Area

PLAIN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})")


class AskedFilters(django_filters.FilterSet):
    """Filters that are made for a request as far as it asks for them: most of a list's filters it does not.

    django-filter copies every filter and a form field of each for every request, choices and their words
    included, which took a quarter of the time of a list. What is not asked for filters nothing.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            known: Mapping[str, Any] = vars(type(self))["base_filters"]
            self.base_filters = OrderedDict((name, known[name]) for name in known if name in data)
        super().__init__(data, *args, **kwargs)


class MomentField(forms.CharField):
    """A moment with its time zone, ISO 8601: 2024-10-14T09:30:00Z."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = parse_datetime(text) if PLAIN_MOMENT.fullmatch(text) else None
            # Years at the end of the calendar do not exist in every time zone.
            return moment.astimezone(dt.UTC) if moment else self._refuse()
        except (ValueError, OverflowError):
            return self._refuse()

    def _refuse(self) -> None:
        raise ValidationError(
            _("Write a moment with its time zone, like 2024-10-14T09:30:00Z; a plus has to be escaped."),
            code="invalid",
        )


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class KeyFilter(django_filters.ModelChoiceFilter):
    """A row by its key or code; what does not exist, or may not be seen, is refused."""

    def __init__(self, *args: Any, to_field_name: str = "key", sentence: Any, **kwargs: Any) -> None:
        messages = {"invalid_choice": sentence}
        super().__init__(*args, to_field_name=to_field_name, error_messages=messages, **kwargs)


def _areas(request: Request | None) -> QuerySet[Area]:
    return Area.objects.none() if request is None else areas_in_reach(request)


@extend_schema_field(OpenApiTypes.STR)
class BelowFilter(KeyFilter):
    """Rows of an area and of everything below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            queryset=_areas,
            sentence=_("There is no area with this key."),
            label="An area's key: what belongs to it or to an area below.",
            **kwargs,
        )

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": below(value)})


class WordsFilter(django_filters.CharFilter):
    """Rows in which one of some fields holds these words, whatever the case."""

    def __init__(self, *args: Any, fields: tuple[str, ...], **kwargs: Any) -> None:
        self.fields = fields
        names = " or ".join(field.split("__")[-1] for field in fields)
        kwargs.setdefault("label", f"Words that stand in {names}.")
        super().__init__(*args, max_length=200, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        condition = Q()
        for field in self.fields:
            condition |= Q(**{f"{field}__icontains": value})
        return qs.filter(condition) if value else qs

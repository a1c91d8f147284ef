"""How a row is told: the way to each value is found once, where REST framework finds it for each row.

`Telling` stands before a serializer, whose fields go on saying what is told and how. REST framework walks to
each value by steps of Python and asks at each what kind of thing it is: a third of the time of a list. Here
one C function fetches it, and whatever is not a plain value on a plain way (a mapping, a method, None before
the end) goes REST framework's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers
from rest_framework.fields import Field, SkipField


# Without a docstring: the schema would show it as what is said of each serializer that has none of its own.
class Telling(serializers.BaseSerializer):
    @cached_property
    def _ways(self) -> list[tuple[str, Callable[[Any], Any] | None, Callable[[Any], Any], Field]]:
        fields: Any = self._readable_fields  # type: ignore[attr-defined]
        return [(field.field_name, _way_to(field), field.to_representation, field) for field in fields]

    def to_representation(self, instance: Any) -> Any:
        if isinstance(instance, Mapping):
            return super().to_representation(instance)
        told: dict[str, Any] = {}
        for name, way, as_told, field in self._ways:
            try:
                value = _SLOW if way is None else way(instance)
            except (AttributeError, ObjectDoesNotExist):
                value = _SLOW
            if value is _SLOW or callable(value):
                try:
                    value = field.get_attribute(instance)
                except SkipField:
                    continue
            told[name] = None if value is None else as_told(value)
        return told


_SLOW = object()


def _way_to(field: Field) -> Callable[[Any], Any] | None:
    if type(field).get_attribute is not Field.get_attribute:
        return None
    return attrgetter(".".join(field.source_attrs)) if field.source_attrs else _itself


def _itself(instance: Any) -> Any:
    return instance

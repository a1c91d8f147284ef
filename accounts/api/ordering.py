"""The order of a list by a field, and where in it a page begins.

A place is the value and the key of a row, not a number of rows: rows that come in meanwhile move nothing.
What is empty stands last, whichever way. Of equal values the earlier made row comes first, or last the other
way.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.api.problems import FieldError, invalid

VALUE = "ordering_value"
LONGEST = 1000
LARGEST = 2**63 - 1


class NoPlace(ValueError):
    """This is no place in a list."""


@dataclass(frozen=True)
class Place:
    """A row in the order; `value` is None where nothing is ordered by, or where the row has none."""

    key: int
    value: Any = None


@dataclass(frozen=True)
class Order:
    """By `name` as the request writes it, `-` in front for the other way; without one by the keys."""

    name: str
    by: Any
    ascending: bool

    @classmethod
    def of(cls, view: Any, request: Request) -> Order:
        """The one that was asked for. Raises Problem 400 where the list does not know it."""
        written = request.query_params.get("ordering")
        if written is None:
            return cls("", None, not getattr(view, "newest_first", False))
        known = getattr(view, "orderings", {})
        name = written.removeprefix("-")
        if name not in known:
            sentence = _("The order goes by one of: %(names)s.") % {"names": ", ".join(known)}
            raise invalid([FieldError("ordering", "invalid", sentence)])
        return cls(written, known[name], not written.startswith("-"))

    def rows(self, queryset: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        upwards = self.ascending != backwards
        key = "pk" if upwards else "-pk"
        if self.by is None:
            return queryset.order_by(key)
        by = F(self.by) if isinstance(self.by, str) else self.by
        value = F(VALUE)
        # Empty ones last; read backwards they come first.
        ends = {"nulls_first": True} if backwards else {"nulls_last": True}
        ordered = value.asc(**ends) if upwards else value.desc(**ends)
        return queryset.annotate(**{VALUE: by}).order_by(ordered, key)

    def beyond(self, queryset: QuerySet[Any], place: Place, *, backwards: bool = False) -> QuerySet[Any]:
        """Of rows in this order those that follow a place, or lie before it."""
        side = "gt" if self.ascending != backwards else "lt"
        further = Q(**{f"pk__{side}": place.key})
        if self.by is None:
            return queryset.filter(further)
        if place.value is None:
            further &= Q(**{f"{VALUE}__isnull": True})
            return queryset.filter(further | Q(**{f"{VALUE}__isnull": False}) if backwards else further)
        further &= Q(**{VALUE: place.value})
        further |= Q(**{f"{VALUE}__{side}": place.value})
        return queryset.filter(further if backwards else further | Q(**{f"{VALUE}__isnull": True}))

    def place_of(self, row: Any) -> Place:
        return Place(row.pk, None if self.by is None else getattr(row, VALUE))

    def next_to(self, place: Place, *, backwards: bool) -> Place:
        """The place from which, the other way round, one finds the row of this place itself."""
        step = 1 if self.ascending != backwards else -1
        return Place(max(place.key + step, 0), place.value)

    def written(self, side: str, place: Place) -> str:
        """What a cursor holds; without an order it is as it always was."""
        if self.by is None:
            return f"{side}-{place.key}"
        value = place.value.isoformat() if isinstance(place.value, dt.date) else place.value
        return json.dumps([side, place.key, self.name, value])

    def read(self, queryset: QuerySet[Any], text: str) -> tuple[str, Place]:
        """(side, place) of what `written` wrote in this order. Raises NoPlace."""
        try:
            side, key, name, value = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise NoPlace from error
        is_key = isinstance(key, int) and not isinstance(key, bool) and 0 <= key <= LARGEST
        if side not in ("after", "before") or name != self.name or not is_key:
            raise NoPlace
        return side, Place(key, None if value is None else self._read_value(queryset, value))

    def _read_value(self, queryset: QuerySet[Any], value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise NoPlace
        if isinstance(value, int) and abs(value) > LARGEST:
            raise NoPlace
        if isinstance(value, str) and (len(value) > LONGEST or not value.isprintable()):
            raise NoPlace
        try:
            read = self.rows(queryset).query.annotations[VALUE].output_field.to_python(value)
        except (ValidationError, ValueError, OverflowError) as error:
            raise NoPlace from error
        if isinstance(read, dt.datetime) and read.tzinfo is None:
            raise NoPlace
        return read

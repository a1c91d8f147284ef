"""What of a row is told: `fields` picks some, `expand` tells what a code stands for.

Both shape what was told already, so a serializer knows nothing of them; each shape has an ETag of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.api.problems import FieldError, invalid

FIELDS, EXPAND = "fields", "expand"
Row = dict[str, Any]
# What stands where a field stood: of rows as they are told, from their request.
Expansion = Callable[[Request, list[Row]], None]


def picked(request: Request, parameter: str, known: Iterable[str]) -> list[str]:
    """The names that a parameter lists, without repetitions. Raises Problem 400 where one is not known."""
    written = request.query_params.get(parameter)
    names = list(dict.fromkeys(written.split(","))) if written else []
    told = set(known)
    if unknown := [name[:100] for name in names if name not in told]:
        sentence = _("There is no field “%(name)s” that could be told so.")
        raise invalid([FieldError(parameter, "unknown", sentence % {"name": name}) for name in unknown[:20]])
    return names


def shaped(rows: Iterable[Row], fields: Sequence[str]) -> list[Row]:
    """Of each row the fields, in this order; all of them where none are named."""
    return [{name: row[name] for name in fields} if fields else row for row in rows]


def by_code(field: str, told: Callable[[Request, set[str]], Mapping[str, Any]]) -> Expansion:
    """Where a code stood, or several, what is read of them; null, or nothing, where it is not seen."""

    def expand(request: Request, rows: list[Row]) -> None:
        codes = {code for row in rows for code in _codes(row[field])}
        found = told(request, codes) if codes else {}
        for row in rows:
            value = row[field]
            if isinstance(value, list):
                row[field] = [found[code] for code in value if code in found]
            else:
                row[field] = found.get(value)

    return expand


def _codes(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def parameters(fields: list[str], expansions: Iterable[str]) -> list[OpenApiParameter]:
    """What the schema says of both."""

    def names(of: list[str]) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": of}}

    told = [
        OpenApiParameter(
            FIELDS,
            names(fields),
            explode=False,
            description="The fields to be told, with commas between them; in CSV the columns.",
        )
    ]
    if expanding := list(expansions):
        told.append(
            OpenApiParameter(
                EXPAND,
                names(expanding),
                explode=False,
                description="Fields that tell what they name, as a GET of it does, instead of its code; null "
                "where you do not see it. Not in CSV.",
            )
        )
    return told

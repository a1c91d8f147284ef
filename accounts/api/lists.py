"""Lists: pages of JSON in an order, or all of it as CSV, streamed; one query, the same rights."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import picking
from accounts.api.base import Endpoint
from accounts.api.json import JSONRenderer, dumps
from accounts.api.ordering import Order
from accounts.api.pagination import CursorPages
from accounts.api.problems import FieldError, invalid
from accounts.spreadsheets import Line, text_cell

CHUNK = 500
# Told as a string because it is exact; for a spreadsheet it is a number, and keeps its minus.
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class CSVRenderer(BaseRenderer):
    """Names the format; the view streams the lines itself."""

    media_type = "text/csv"
    format = "csv"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        raise NotImplementedError


class Lists(Endpoint, ListModelMixin):
    """A list; `told_rows` says what is read of its rows.

    `orderings` are the fields it can be ordered by: as the request names it, a path or an expression of the
    model. No decimals: SQLite has them as text.
    """

    orderings: Mapping[str, Any] = {}
    writes_csv = True
    # The fields that `expand` knows, of the list and of one row.
    expansions: Mapping[str, picking.Expansion] = {}
    # What this request asked for of them; nothing is everything.
    fields: Sequence[str] = ()
    expanded: Sequence[str] = ()

    def told_rows(self, rows: Sequence[Any]) -> Sequence[Any]:
        return self.get_serializer(rows, many=True).data  # type: ignore[attr-defined]

    @property
    def is_list(self) -> bool:
        return getattr(self, "action", None) == "list"

    def get_renderers(self) -> list[BaseRenderer]:
        return [JSONRenderer(), CSVRenderer()] if self.is_list else [JSONRenderer()]

    @property
    def is_picked_from(self) -> bool:
        reads = self.request.method in ("GET", "HEAD")
        return reads and getattr(self, "action", None) in ("list", "retrieve")

    @property
    def told_names(self) -> list[str]:
        """What is told of a row."""
        return list(names_told_by(self.get_serializer_class()))  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.is_picked_from:
            self.fields = picking.picked(request, picking.FIELDS, self.told_names)
            told = self.fields or self.told_names
            self.expanded = picking.picked(
                request, picking.EXPAND, [name for name in self.expansions if name in told]
            )

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        is_told = isinstance(response, Response) and response.status_code == HTTPStatus.OK
        if is_told and (self.fields or self.expanded):
            if self.is_list:
                response.data["results"] = self._shaped(request, response.data["results"])
            else:
                response.data = self._shaped(request, [response.data])[0]
        return super().finalize_response(request, response, *args, **kwargs)

    def _shaped(self, request: Request, told: Sequence[Any]) -> Any:
        rows = [dict(row) for row in told]
        for name in self.expanded:
            self.expansions[name](request, rows)
        return picking.shaped(rows, self.fields)

    def known_parameters(self) -> set[str]:
        more = {"format", *(["ordering"] if self.orderings else [])} if self.is_list else set()
        if self.is_picked_from:
            more |= {picking.FIELDS} | ({picking.EXPAND} if self.expansions else set())
        return super().known_parameters() | more

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponseBase:  # type: ignore[override]
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        if asks_for_csv(request):
            if self.expanded:
                raise invalid([FieldError(picking.EXPAND, "invalid", _("CSV tells no more than codes."))])
            return self._csv(Order.of(self, request).rows(rows))
        page = self.paginate_queryset(rows)  # type: ignore[attr-defined]
        return self.get_paginated_response(self.told_rows(page or []))  # type: ignore[attr-defined]

    def _csv(self, rows: Any) -> StreamingHttpResponse:
        file_name = self.request.path.rstrip("/").rpartition("/")[2]
        return StreamingHttpResponse(
            self._lines(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file_name}.csv"'},
        )

    def _lines(self, rows: Any) -> Iterator[str]:
        writer: Any = csv.writer(Line())
        columns = list(columns_of(self.get_serializer()))  # type: ignore[attr-defined]
        if self.fields:
            columns = [column for name in self.fields for column in columns if column[0] == name]
        yield writer.writerow(".".join(path) for path in columns)
        keeps = getattr(self, "keeps", None)
        kept = filter(keeps, rows.iterator(chunk_size=CHUNK))
        while chunk := list(islice(kept, CHUNK)):
            for told in self.told_rows(chunk):
                yield writer.writerow(cell(value_at(told, path)) for path in columns)


@cache
def names_told_by(serializer_class: type[serializers.Serializer]) -> tuple[str, ...]:
    """Its fields, made once: they copy themselves for each serializer, and no request changes their names."""
    return tuple(serializer_class().fields)


def asks_for_csv(request: Request) -> bool:
    """By `?format=`, or by the Accept header where that says nothing."""
    written = request.query_params.get("format")
    if written not in (None, "csv", "json"):
        raise invalid([FieldError("format", "invalid", _("The format is csv or json."))])
    is_csv = (written or request.accepted_renderer.format) == "csv"
    if paged := is_csv and [name for name in CursorPages.parameters if name in request.query_params]:
        raise invalid([FieldError(name, "invalid", _("CSV has no pages.")) for name in paged])
    return is_csv


def columns_of(serializer: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of what is told, in its order: a part of a part has a column of its own, a list has one."""
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.Serializer):
            yield from columns_of(field, (*above, name))
        else:
            yield (*above, name)


def value_at(told: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        told = None if told is None else told[name]
    return told


def cell(value: Any) -> str:
    """As JSON tells it; words are quoted where a spreadsheet would take them for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date | int | Decimal):
        return dumps(value).decode().strip('"') if not isinstance(value, Decimal) else f"{value:f}"
    if isinstance(value, list | tuple):
        are_words = all(isinstance(part, str) for part in value)
        return text_cell(
            ", ".join(value) if are_words else json.dumps(value, default=str, ensure_ascii=False)
        )
    text = str(value)
    return text if NUMBER.fullmatch(text) else text_cell(text)

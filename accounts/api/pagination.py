"""Pages of lists that stay right while rows come in: each begins after a row, not after a count of rows."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.api.ordering import NoPlace, Order, Place
from accounts.api.problems import FieldError, invalid

CURSOR = re.compile(r"(after|before)-([0-9]{1,18})")
CHUNK = 500


class CursorPages(BasePagination):
    """`{"next", "previous", "results"}`, in the order the rows were made, or newest first.

    A view says `newest_first = True` for the other order, `orderings` for what else it can be asked for, and
    `keeps(row)` for what only Python can tell; rows that it does not keep are passed over, and the page is
    filled with the following ones.
    """

    default_limit = 50
    most = 500
    parameters = ("cursor", "limit")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        limit = self.limit_of(request)
        order = Order.of(view, request)
        side, place = self._cursor(request, queryset, order)
        keeps: Callable[[Model], bool] | None = getattr(view, "keeps", None)
        backwards = side == "before"
        rows = order.rows(queryset, backwards=backwards)
        if side:
            rows = order.beyond(rows, place, backwards=backwards)
        if keeps is None:
            found = list(rows[: limit + 1])
        else:
            found = list(islice(filter(keeps, rows.iterator(chunk_size=CHUNK)), limit + 1))
        page, is_more = found[:limit], len(found) > limit
        if backwards:
            page.reverse()
        self.next = self.previous = None
        if page and (is_more or backwards):
            self.next = self._link(order.written("after", order.place_of(page[-1])))
        if page and (is_more if backwards else side):
            self.previous = self._link(order.written("before", order.place_of(page[0])))
        elif not page and side:
            # Past an end: the way back leads to the row the cursor named.
            way = "after" if backwards else "before"
            beyond = order.next_to(place, backwards=backwards)
            setattr(self, "next" if backwards else "previous", self._link(order.written(way, beyond)))
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"example": "https://okr.example.org/api/v1/key-results/?cursor=YWZ0ZXItNTA"},
                "previous": link | {"example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            *view_parameters(view),
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page begins; take it from `next` or `previous`.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "How many results a page holds at most.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.most,
                    "default": self.default_limit,
                },
            },
        ]

    def limit_of(self, request: Request) -> int:
        """How many were asked for. Raises Problem 400."""
        written = request.query_params.get("limit", str(self.default_limit))
        if not re.fullmatch(r"[0-9]{1,3}", written, re.ASCII) or not 1 <= int(written) <= self.most:
            sentence = _("The limit goes from 1 to %(most)s.") % {"most": self.most}
            raise invalid([FieldError("limit", "invalid", sentence)])
        return int(written)

    def _cursor(self, request: Request, queryset: Any, order: Order) -> tuple[str, Place]:
        written = request.query_params.get("cursor")
        if written is None:
            return "", Place(0)
        try:
            padded = written.encode("ascii") + b"=" * (-len(written) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
            if order.by is not None:
                return order.read(queryset, text)
        except (ValueError, binascii.Error, NoPlace):
            text = ""
        match = CURSOR.fullmatch(text)
        if match is None:
            sentence = _("This is no cursor; take it from next or previous.")
            raise invalid([FieldError("cursor", "invalid", sentence)])
        return match[1], Place(int(match[2]))

    def _link(self, place: str) -> str:
        cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
        url = remove_query_param(settings.SITE_URL + self.request.get_full_path(), "cursor")
        return replace_query_param(url, "cursor", cursor)


def view_parameters(view: Any) -> list[dict[str, Any]]:
    """What a list can be asked for beside its pages: an order, and CSV."""
    parameters = []
    if names := list(getattr(view, "orderings", {})):
        parameters.append(
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": "By what the list is ordered; `-` in front for the other way. What is empty "
                "stands last.",
                "schema": {"type": "string", "enum": [sign + name for name in names for sign in ("", "-")]},
            }
        )
    if getattr(view, "writes_csv", False):
        parameters.append(
            {
                "name": "format",
                "in": "query",
                "required": False,
                "description": "`csv`: all of it, streamed, without pages.",
                "schema": {"type": "string", "enum": ["csv", "json"]},
            }
        )
    return parameters

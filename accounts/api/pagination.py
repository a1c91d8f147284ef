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

from accounts.api.problems import FieldError, invalid

CURSOR = re.compile(r"(after|before)-([0-9]{1,18})")
CHUNK = 500


class CursorPages(BasePagination):
    """`{"next", "previous", "results"}`, in the order the rows were made, or newest first.

    A view says `newest_first = True` for the other order, and `keeps(row)` for what only Python can tell;
    rows that it does not keep are passed over, and the page is filled with the following ones.
    """

    default_limit = 50
    most = 500
    parameters = ("cursor", "limit")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        limit = self._limit(request)
        side, key = self._cursor(request)
        keeps: Callable[[Model], bool] | None = getattr(view, "keeps", None)
        ascending = not getattr(view, "newest_first", False)
        backwards = side == "before"
        upwards = ascending != backwards
        rows = queryset.order_by("pk" if upwards else "-pk")
        if side:
            rows = rows.filter(**{"pk__gt" if upwards else "pk__lt": key})
        if keeps is None:
            found = list(rows[: limit + 1])
        else:
            found = list(islice(filter(keeps, rows.iterator(chunk_size=CHUNK)), limit + 1))
        page, is_more = found[:limit], len(found) > limit
        if backwards:
            page.reverse()
        self.next = self._link("after", page[-1].pk) if page and (is_more or backwards) else None
        self.previous = None
        if page and (is_more if backwards else side):
            self.previous = self._link("before", page[0].pk)
        elif not page and side:
            # Past an end: the way back leads to the row the cursor named.
            way, beyond = ("after", key - 1) if backwards else ("before", key + 1)
            if not ascending:
                beyond = key + 1 if backwards else key - 1
            setattr(self, "next" if backwards else "previous", self._link(way, max(beyond, 0)))
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

    def _limit(self, request: Request) -> int:
        written = request.query_params.get("limit", str(self.default_limit))
        if not re.fullmatch(r"[0-9]{1,3}", written, re.ASCII) or not 1 <= int(written) <= self.most:
            sentence = _("The limit goes from 1 to %(most)s.") % {"most": self.most}
            raise invalid([FieldError("limit", "invalid", sentence)])
        return int(written)

    def _cursor(self, request: Request) -> tuple[str, int]:
        written = request.query_params.get("cursor")
        if written is None:
            return "", 0
        try:
            padded = written.encode("ascii") + b"=" * (-len(written) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        except (ValueError, binascii.Error):
            text = ""
        match = CURSOR.fullmatch(text)
        if match is None:
            sentence = _("This is no cursor; take it from next or previous.")
            raise invalid([FieldError("cursor", "invalid", sentence)])
        return match[1], int(match[2])

    def _link(self, side: str, key: int) -> str:
        cursor = base64.urlsafe_b64encode(f"{side}-{key}".encode()).decode().rstrip("=")
        url = remove_query_param(settings.SITE_URL + self.request.get_full_path(), "cursor")
        return replace_query_param(url, "cursor", cursor)

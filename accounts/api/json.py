"""JSON, out and in: moments in UTC with Z; hostile documents refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from accounts.api.problems import Problem

# What nests deeper than any body of this API overflows the stack of whoever writes it into a sentence.
DEEPEST = 20


def dumps(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_UTC_Z)


class JSONRenderer(BaseRenderer):
    """orjson writes dates and moments itself; DRF hands them over as they are (DATETIME_FORMAT None)."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dumps(data)


class JSONParser(BaseParser):
    """Reads up to DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

    orjson refuses NaN and Infinity, numbers no float can hold, half surrogate pairs and deep nesting.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise Problem(413, "too_large", _("The body is longer than %(most)s bytes.") % {"most": most})
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("This is not JSON as it is read here: %(why)s.") % {"why": error}) from error
        if _is_deeper(data, DEEPEST):
            raise ParseError(_("This is nested more than %(deepest)s deep.") % {"deepest": DEEPEST})
        return data


def _is_deeper(data: Any, levels: int) -> bool:
    if not isinstance(data, (dict, list)):
        return False
    inner = data.values() if isinstance(data, dict) else data
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in inner)

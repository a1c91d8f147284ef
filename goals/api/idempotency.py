"""`Idempotency-Key`: a request that is sent again, because no answer arrived, takes effect once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import orjson
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.json import dumps
from accounts.api.problems import FieldError, Problem, invalid
from goals.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_parameters(*statuses: int) -> list[OpenApiParameter]:
    """What the schema says of a POST that goes through `once` and is answered with one of these statuses."""
    return [
        OpenApiParameter(
            HEADER,
            str,
            OpenApiParameter.HEADER,
            description="Sent again with the same key, the request takes effect once.",
        ),
        OpenApiParameter(
            "Idempotency-Replayed",
            str,
            OpenApiParameter.HEADER,
            response=list(statuses),
            description="`true` where this request took effect before.",
        ),
    ]


def once(request: Request, respond: Callable[[], Response]) -> Response:
    """What `respond` answers, or what it answered when this key took effect; all in one transaction.

    A retry that arrives meanwhile waits for the first at the unique key. A request that was refused leaves no
    key behind: sent again, it is judged again. Raises Problem 422 when the key stands for another request.
    """
    key = request.headers.get(HEADER)
    with transaction.atomic():
        if key is None:
            return respond()
        if not KEY.fullmatch(key):
            sentence = _("A key has 1 to 255 printable ASCII characters without blanks.")
            raise invalid([FieldError(HEADER, "invalid", sentence)])
        fingerprint = _fingerprint(request)
        kept, is_new = IdempotencyKey.objects.get_or_create(
            owner_id=request.user.pk,
            key=key,
            defaults={"fingerprint": fingerprint, "status": 0, "answer": ""},
        )
        if not is_new:
            return _again(kept, fingerprint)
        response = respond()
        kept.status, kept.answer = response.status_code, dumps(response.data).decode()
        kept.etag = response.headers.get("ETag", "")
        kept.save(update_fields=["status", "answer", "etag"])
        return response


def _fingerprint(request: Request) -> str:
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()


def _again(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Problem(
            422,
            "idempotency_mismatch",
            _("This key was used for another request; give each request its own."),
        )
    headers = {"Idempotency-Replayed": "true"} | ({"ETag": kept.etag} if kept.etag else {})
    return Response(orjson.loads(kept.answer), status=kept.status, headers=headers)

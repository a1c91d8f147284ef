"""Errors as `application/problem+json` (RFC 9457): a stable code for programs, sentences for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

CONTENT_TYPE = "application/problem+json"
LONGEST_DETAIL = 300

# The codes of DRF that are not ours; docs/api.md lists every code.
CODES = {
    "authentication_failed": "not_authenticated",
    "permission_denied": "forbidden",
    "blank": "required",
    "null": "required",
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with a field, a header or a query parameter; an empty field means the whole."""

    field: str
    code: str
    detail: str


class Problem(exceptions.APIException):
    """An answer that says what went wrong; nothing was written."""

    def __init__(self, status: int, code: str, detail: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.errors = errors or []


def invalid(errors: list[FieldError]) -> Problem:
    """400 `invalid`, with the sentences of all fields."""
    return Problem(HTTPStatus.BAD_REQUEST, "invalid", " ".join(error.detail for error in errors), errors)


def answer(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler of this API; None (a bug, a dead database) goes on to Django's answer."""
    if not isinstance(exc, (exceptions.APIException, Http404, PermissionDenied)):
        return None
    exc = as_problem(exc)
    headers = {}
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return Response(body_of(exc), status=exc.status_code, headers=headers, content_type=CONTENT_TYPE)


def as_problem(exc: exceptions.APIException | Http404 | PermissionDenied) -> exceptions.APIException:
    """The exception of this API that says the same, for `body_of` to tell."""
    if isinstance(exc, Http404):
        return exceptions.NotFound(_("There is nothing here, or nothing that you may see."))
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, exceptions.ValidationError):
        return invalid(list(_field_errors(exc.get_full_details())))
    return exc


def body_of(exc: exceptions.APIException) -> dict[str, Any]:
    """What the answer to a problem says."""
    status = HTTPStatus(exc.status_code)
    code = exc.code if isinstance(exc, Problem) else str(getattr(exc.detail, "code", exc.default_code))
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(exc.detail),
        "code": CODES.get(code, code),
        "errors": [vars(error) for error in exc.errors] if isinstance(exc, Problem) else [],
    }


def _field_errors(details: Any, field: str = "") -> Iterator[FieldError]:
    """One error after the other from what a serializer or a filter collected."""
    if isinstance(details, list):
        for detail in details:
            yield from _field_errors(detail, field)
    elif set(details) == {"message", "code"} and not isinstance(details["message"], (dict, list)):
        detail = str(details["message"])
        if len(detail) > LONGEST_DETAIL:
            # It quotes what was sent, which may be as long as a body.
            detail = f"{detail[:LONGEST_DETAIL]}…"
        yield FieldError(field, CODES.get(details["code"], details["code"]), detail)
    else:
        for name, inner in details.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _field_errors(inner, ".".join(part for part in (field, own) if part))

"""What every endpoint does alike.

It lies in the lowest of the rooms because the endpoints of all rooms build on it; who may come in, JSON,
errors and pages are DRF's settings (REST_FRAMEWORK in okrtracker/settings.py).
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.json import JSONRenderer, dumps
from accounts.api.problems import CONTENT_TYPE, FieldError, Problem, body_of, invalid


def today_of(request: Request) -> date:
    """The day it is where the person is, as on the pages; a token's owner has no session to say so."""
    person: Any = request.user
    return timezone.localdate(timezone=ZoneInfo(person.time_zone))


def refuse_unreadable_body(request: Request) -> None:
    """A body whose length nobody told would be read as empty, and a packed one as nonsense."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        raise Problem(411, "length_required", _("Send the length of the body; it is not read in chunks."))
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise Problem(415, "unsupported_media_type", _("Send the body as it is, without Content-Encoding."))


class Endpoint(APIView):
    """An endpoint that refuses query parameters it does not know, and answers 304 to who has it already."""

    query_parameters: tuple[str, ...] = ()

    def known_parameters(self) -> set[str]:
        """The names a request may carry in its query: for a list also those of its pages and filters."""
        known = set(self.query_parameters)
        if not getattr(self, "detail", True) and self.request.method in ("GET", "HEAD"):
            paginator, filters = getattr(self, "paginator", None), getattr(self, "filterset_class", None)
            known |= set(paginator.parameters if paginator else ())
            known |= set(filters.base_filters if filters else ())
        return known

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Before what was sent is judged: of a method that is not there nothing in it matters.
        if not hasattr(self, str(request.method).lower()):
            self.http_method_not_allowed(request)
        refuse_unreadable_body(request)
        known = self.known_parameters()
        errors = []
        for name, values in request.query_params.lists():
            if name not in known:
                errors.append(FieldError(name[:100], "unknown", _("This parameter is not known here.")))
            elif len(values) > 1:
                errors.append(FieldError(name, "repeated", _("Give this parameter once.")))
            elif not values[0]:
                errors.append(FieldError(name, "required", _("This parameter has no value.")))
        if errors:
            raise invalid(errors[:20])

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        # A problem is JSON, whatever else the endpoint can write.
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        # Kept by the asking program alone, and asked about again each time: figures follow the day.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Cookie"])
        http_request = getattr(request, "_request", request)
        for name, value in getattr(http_request, "api_rate", {}).items():
            response.headers.setdefault(name, value)
        is_whole = isinstance(response, Response)  # what is streamed has no ETag
        if is_whole and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.add_post_render_callback(partial(_conditional, http_request))
        return response


def etag_of(content: bytes) -> str:
    """The name of an answer, as `ETag` and `If-Match` tell it: another content, another name."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def refuse_unless_matched(request: Request, told: Any) -> None:
    """Lets a change pass that names in `If-Match` what its sender read; `told` is what is read now.

    Raises Problem 428 without the header, 412 where it names something else. The version of the row has to be
    asked for once more under its lock: two may be here at the same moment.
    """
    sent = request.headers.get("If-Match", "")
    if not sent.strip():
        sentence = _("Read first, and send the ETag of what you read as If-Match.")
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, "precondition_required", sentence)
    if not {"*", etag_of(dumps(told))} & set(parse_etags(sent)):
        sentence = _("This was changed since you read it; read it again.")
        raise Problem(HTTPStatus.PRECONDITION_FAILED, "stale_version", sentence)


def _conditional(request: HttpRequest, response: Response) -> HttpResponseBase | None:
    etag = etag_of(response.content)
    response.headers["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    if answer is not None and answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        sentence = _("What is here now is not what If-Match names.")
        answer.content = dumps(body_of(Problem(412, "precondition_failed", sentence)))
        answer.headers["Content-Type"] = CONTENT_TYPE
    return answer

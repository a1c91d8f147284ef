"""What every answer carries, and what is logged of every request."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from okrtracker import views

GetResponse = Callable[[HttpRequest], HttpResponseBase]

UNUSED_BROWSER_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

# In a link that sets a password.
PERSON_AND_KEY = re.compile(r"(?<=^/sign-in/password/).+-.+")


class ProbeMiddleware:
    """Answers probes before anything else: they come under any host, without HTTPS or session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = {"/healthz": views.healthz, "/readyz": views.readyz}.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


class SecurityHeadersMiddleware:
    """Adds the headers that Django's own middleware and django-csp have no setting for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", UNUSED_BROWSER_FEATURES)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # What a signed-in person saw stays out of shared caches and of the history of a shared computer.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class NulMiddleware:
    """Answers 404 to an address with a NUL in it: PostgreSQL refuses to look for one in any text."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class RequestLogMiddleware(RequestMiddleware):
    """Logs every request under an id, without what may be secret.

    That is the query, which may hold a search or a token, and the key in a link that sets a password.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {PERSON_AND_KEY.sub('...', request.path)}"

"""What every answer carries, and what is logged of every request."""

import re
from collections.abc import Callable
from http import HTTPStatus

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django_structlog.middlewares import RequestMiddleware

from accounts.sign_in.adapters import UNKNOWN_ADDRESS
from accounts.ways import is_for_programs
from okrtracker import views
from okrtracker.headers import security_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ERROR_PAGES = {HTTPStatus.METHOD_NOT_ALLOWED: "405.html", HTTPStatus.TOO_MANY_REQUESTS: "429.html"}

PACKED = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}

# In a link that sets a password.
PERSON_AND_KEY = re.compile(r"(?<=^/sign-in/password/).+-.+")


class SecurityHeadersMiddleware:
    """Puts the headers on every answer there is: the first of all, so that none is made outside of it.

    Middleware further in says the same of the answers it sees; those of probes and static files, redirects
    to HTTPS and refused hosts it does not see.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in security_headers(is_secure=request.is_secure()).items():
            response.headers.setdefault(name, value)
        return response


class ProbeMiddleware:
    """Answers probes before anything else: they come under any host, without HTTPS or session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = {"/healthz": views.healthz, "/readyz": views.readyz}.get(request.path_info)
        is_asked = probe and request.method in METHODS
        return probe(request) if probe and is_asked else self.get_response(request)


class HostMiddleware:
    """Refuses a host that is not ours before anything is answered, a redirect or a static file too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()
        return self.get_response(request)


class PackingMiddleware(GZipMiddleware):
    """Sends pages, and styles and scripts that are not packed yet, as gzip: a fifth of the bytes.

    Django adds bytes of chance to each, so that the length of a page tells nothing of what is in it (BREACH).
    Answers for programs go as they are: their ETag names the very bytes, which `If-Match` compares. Parts of
    a file go as they are too.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if (
            kind not in PACKED
            or response.status_code == HTTPStatus.PARTIAL_CONTENT
            or is_for_programs(request)
        ):
            return response
        return super().process_response(request, response)


class ApiOverHttpMiddleware:
    """Refuses a program that came without HTTPS, instead of sending it on: its token was readable on the way.

    A redirect would work, so nobody would notice. People are redirected, by Django's middleware before this.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and is_for_programs(request) and not request.is_secure():
            return views.https_required(request)
        return self.get_response(request)


class MethodMiddleware:
    """Refuses TRACE and methods that nobody knows: Django's views for GET would answer some of them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in METHODS:
            return self.get_response(request)
        if is_for_programs(request):
            return views.method_not_allowed(request, METHODS)
        return HttpResponseNotAllowed(METHODS)


class ErrorPageMiddleware:
    """Gives people a page where Django answers a refused method with nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        page = ERROR_PAGES.get(HTTPStatus(response.status_code))
        is_for_people = not is_for_programs(request) and "HX-Request" not in request.headers
        if not page or not is_for_people or getattr(response, "content", None) != b"":
            return response
        filled = render(request, page, status=response.status_code)
        for name in {"Allow", "Retry-After"} & set(response.headers):
            filled.headers[name] = response.headers[name]
        return filled


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

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """As the last trusted proxy says; what stands before that in X-Forwarded-For, callers make up."""
        address = get_adapter().get_client_ip(request)
        structlog.contextvars.bind_contextvars(ip=None if address == UNKNOWN_ADDRESS else address)

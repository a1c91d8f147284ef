"""What every answer carries, and what is logged of every request."""

import re
from collections.abc import Callable
from http import HTTPStatus

import structlog
from allauth.account.adapter import get_adapter
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django_structlog.middlewares import RequestMiddleware

from accounts.sign_in.adapters import UNKNOWN_ADDRESS
from okrtracker import views

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# What a page may ask of the browser: passkeys, and copying a token. The rest nobody may, frames least of all.
USED_FEATURES = ("clipboard-write", "fullscreen", "publickey-credentials-create", "publickey-credentials-get")
UNUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "web-share",
    "window-management",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(
    [f"{name}=(self)" for name in USED_FEATURES] + [f"{name}=()" for name in UNUSED_FEATURES]
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ERROR_PAGES = {HTTPStatus.METHOD_NOT_ALLOWED: "405.html", HTTPStatus.TOO_MANY_REQUESTS: "429.html"}

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
        for name, value in security_headers(request).items():
            response.headers.setdefault(name, value)
        return response


def security_headers(request: HttpRequest) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": build_policy(),
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        # What says nothing else stays out of every cache and of the history of a shared computer: the pages
        # for signed-in people, and those on the way in and out as well.
        "Cache-Control": "no-store",
    }
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{subdomains}"
    return headers


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


class ApiOverHttpMiddleware:
    """Refuses a program that came without HTTPS, instead of sending it on: its token was readable on the way.

    A redirect would work, so nobody would notice. People are redirected, by Django's middleware before this.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and views.is_for_a_program(request) and not request.is_secure():
            return views.https_required(request)
        return self.get_response(request)


class MethodMiddleware:
    """Refuses TRACE and methods that nobody knows: Django's views for GET would answer some of them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in METHODS:
            return self.get_response(request)
        if views.is_for_a_program(request):
            return views.method_not_allowed(request, METHODS)
        return HttpResponseNotAllowed(METHODS)


class ErrorPageMiddleware:
    """Gives people a page where Django answers a refused method with nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        page = ERROR_PAGES.get(HTTPStatus(response.status_code))
        is_for_people = not views.is_for_a_program(request) and "HX-Request" not in request.headers
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

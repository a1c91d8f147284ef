"""What the signed-in person changes about an answer."""

from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts.audit import Origin, coming_from
from accounts.languages import ENGLISH, language_of_words
from accounts.models import AuditEntry
from accounts.sign_in.adapters import UNKNOWN_ADDRESS
from accounts.ways import is_for_programs, is_path_here

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign in; a fragment that htmx asked for sends the whole page there."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        # Back to the page that was open, not to its fragment.
        page = _path_of(request.headers.get("HX-Current-URL", ""))
        sign_in = resolve_url(self.get_login_url(view_func))
        field = self.get_redirect_field_name(view_func)
        return HttpResponseClientRedirect(f"{sign_in}?{urlencode({field: page})}")


def _path_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:  # a host in brackets that is none
        path = ""
    return path if is_path_here(path) else "/"


class OriginMiddleware:
    """Tells the record of changes through what and from which address a request came."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        through = AuditEntry.Origin.API if is_for_programs(request) else AuditEntry.Origin.PAGE
        # As the last trusted proxy says, or every entry would name the proxy.
        address = get_adapter().get_client_ip(request)
        with coming_from(Origin(through, None if address == UNKNOWN_ADDRESS else address)):
            return self.get_response(request)


class ReaderMiddleware:
    """Words, days, times and numbers as the signed-in person set them in the preferences.

    Visitors are spoken to in the first language that their browser asks for and that there is. Programs get
    English, whoever owns the token: what they read must not change with a preference.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        zone = timezone.override(user.time_zone) if user.is_authenticated else nullcontext()
        with zone, translation.override(_language_for(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language_of_words())
        if not user.is_authenticated:
            patch_vary_headers(response, ["Accept-Language"])
        return response


def _language_for(request: HttpRequest) -> str:
    if is_for_programs(request):
        return ENGLISH
    if request.user.is_authenticated:
        return request.user.language
    return translation.get_language_from_request(request)

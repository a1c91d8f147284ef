"""Addresses that programs know beforehand: for robots, for who finds a hole, for password managers."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

# RFC 9116 wants a date less than a year away; nobody has to think of it here.
GOOD_FOR = timedelta(days=180)
TEXT = "text/plain; charset=utf-8"


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What is public may be found by searching; the rest asks for a sign-in anyway."""
    return HttpResponse("User-agent: *\nAllow: /public/\nDisallow: /\n", content_type=TEXT)


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116); not there without SECURITY_CONTACT."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + GOOD_FOR:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=TEXT)


@login_not_required
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers send people who have to change theirs."""
    return redirect("account_change_password")

"""Trusted browsers: allauth keeps a trust in a signed cookie; here it is a row too, and can be ended."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.views import TrustView
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit_sign_in import record_trust, record_trust_ended
from accounts.models import TrustedBrowser
from accounts.models.trusted_browser import digest_of_cookie


class SecondStepStage(AuthenticateStage):
    """Passes over a trust that was ended, or that never was a row here."""

    def _should_handle(self, request: HttpRequest) -> bool:
        value = request.COOKIES.get(settings.MFA_TRUST_COOKIE_NAME, "")
        known = TrustedBrowser.objects.filter(user=self.login.user, digest=digest_of_cookie(value))
        if value and not known.exists():
            del request.COOKIES[settings.MFA_TRUST_COOKIE_NAME]
        return bool(super()._should_handle(request))


class TrustBrowserView(TrustView):
    template_name = "accounts/trust_browser.html"

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.request._login_stage.login.user
        response: HttpResponse = super().form_valid(form)
        if settings.MFA_TRUST_COOKIE_NAME in response.cookies:
            trust(self.request, person, response.cookies[settings.MFA_TRUST_COOKIE_NAME].value)
            record_trust(person)
        return response


@transaction.atomic
def trust(request: HttpRequest, person: Any, value: str) -> None:
    """Writes a trust down. The cookie grows with each person of a shared browser: their rows follow it."""
    digest = digest_of_cookie(value)
    before = digest_of_cookie(request.COOKIES.get(settings.MFA_TRUST_COOKIE_NAME, ""))
    TrustedBrowser.objects.filter(digest=before, user=person).delete()
    TrustedBrowser.objects.filter(digest=before).update(digest=digest)
    over = timezone.now() - timedelta(seconds=settings.MFA_TRUST_COOKIE_AGE)
    TrustedBrowser.objects.filter(created_at__lt=over).delete()
    TrustedBrowser.objects.create(
        user=person,
        digest=digest,
        user_agent="".join(filter(str.isprintable, request.headers.get("User-Agent", "")))[:200],
        from_address=get_adapter().get_client_ip(request),
    )


@require_POST
@transaction.atomic
def trusted_browser_forget(request: HttpRequest, pk: int) -> HttpResponse:
    browser = get_object_or_404(TrustedBrowser, pk=pk, user=request.user)
    record_trust_ended(browser.user)
    browser.delete()
    messages.success(request, _("That browser is asked for a code again."))
    return redirect("usersessions_list")

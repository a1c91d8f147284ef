"""allauth's pages in the look of this house; its rules stand in adapters.py and forms.py."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from requests import RequestException

from accounts.sign_in import provider
from accounts.sign_in.adapters import TOO_MANY
from accounts.sign_in.required import is_missing
from accounts.sign_in.sessions import is_elsewhere_too, renew_key
from accounts.sign_in.trust import TrustBrowserView

SIGN_IN = reverse_lazy("accounts:sign_in")
SECURITY = reverse_lazy("mfa_index")


def braked(response: HttpResponse, *forms: Any) -> HttpResponse:
    """429 and when to come back, when one of the forms was refused unread."""
    errors = [error for form in forms if form for field in form.errors.as_data().values() for error in field]
    for error in errors:
        if error.code == TOO_MANY:
            response.status_code = 429
            response.headers["Retry-After"] = str(int(error.wait.total_seconds()) + 1)
    return response


class SignInView(account.LoginView):
    template_name = "registration/sign_in.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        return braked(super().form_invalid(form), form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # An address of another site is not even passed on.
        context["next"] = self.get_next_url()
        context["providers"] = get_social_adapter(self.request).list_providers(self.request)
        return context


class SignOutView(account.LogoutView):
    """Also ends a sign-in that waits for its second step."""

    http_method_names = ["post", "options"]

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        # Pages are stored nowhere; this takes what an older release or an extension may have kept.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


class SecondStepView(mfa.AuthenticateView):
    template_name = "accounts/second_step.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        return braked(super().form_invalid(form), form)


class PasskeySignInView(webauthn.LoginWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.set_expiry(None)
        return response


class RenewsKey:
    """Who confirmed who they are gets a session of another key: one that was known before is worth less."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        renew_key(self.request)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class ConfirmPasswordView(RenewsKey, account.ReauthenticateView):
    pass


class ConfirmCodeView(RenewsKey, mfa.ReauthenticateView):
    pass


class ConfirmPasskeyView(RenewsKey, webauthn.ReauthenticateWebAuthnView):
    pass


class SecurityView(mfa.IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "second_step_is_missing": is_missing(self.request.user),
            "is_elsewhere_too": is_elsewhere_too(self.request),
        }


sign_in = sensitive_post_parameters("password")(SignInView.as_view())
sign_out = SignOutView.as_view()
second_step = SecondStepView.as_view()
trust_browser = TrustBrowserView.as_view()
passkey_sign_in = PasskeySignInView.as_view()

password_link = account.PasswordResetView.as_view(template_name="accounts/password_link.html")
password_link_sent = account.PasswordResetDoneView.as_view(template_name="accounts/password_link_sent.html")
password_new = account.PasswordResetFromKeyView.as_view(
    template_name="accounts/password_new.html", success_url=SIGN_IN
)
password_change = account.PasswordChangeView.as_view(template_name="accounts/password_change.html")
password_set = account.PasswordSetView.as_view(template_name="accounts/password_change.html")

confirm_password = sensitive_post_parameters("password")(
    ConfirmPasswordView.as_view(template_name="accounts/confirm.html")
)
confirm_code = ConfirmCodeView.as_view(template_name="accounts/confirm.html")
confirm_passkey = ConfirmPasskeyView.as_view(template_name="accounts/confirm_passkey.html")

security = SecurityView.as_view(template_name="accounts/security.html")
authenticator_add = totp.ActivateTOTPView.as_view(template_name="accounts/authenticator_add.html")
authenticator_remove = totp.DeactivateTOTPView.as_view(template_name="accounts/authenticator_remove.html")
recovery_codes_show = recovery_codes.ViewRecoveryCodesView.as_view(
    template_name="accounts/recovery_codes.html"
)
recovery_codes_download = recovery_codes.DownloadRecoveryCodesView.as_view(
    template_name="accounts/recovery_codes.txt"
)
recovery_codes_make = recovery_codes.GenerateRecoveryCodesView.as_view(
    template_name="accounts/recovery_codes_make.html"
)
# In one transaction with what the record says of it; the other steps see to that themselves.
passkey_add = transaction.atomic(webauthn.AddWebAuthnView.as_view(template_name="accounts/passkey_add.html"))
passkey_remove = webauthn.RemoveWebAuthnView.as_view(
    template_name="accounts/passkey_remove.html", success_url=SECURITY
)
sessions = ListUserSessionsView.as_view(
    template_name="accounts/sessions.html",
    extra_context={"trust_days": settings.MFA_TRUST_COOKIE_AGE // 86400},
)


def under_site_url(request: HttpRequest) -> None:
    """allauth tells the provider where to send people back to by the host of the request: it is ours, then.

    A Host header may name a port of its own, and the provider knows one redirect address.
    """
    site = urlsplit(settings.SITE_URL)
    request.META["HTTP_HOST"] = site.netloc
    request.META["wsgi.url_scheme"] = site.scheme


@login_not_required
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    under_site_url(request)
    try:
        return provider.callback(request, provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error


@login_not_required
def provider_start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider; back to the sign-in page, with a sentence, when it does not answer."""
    under_site_url(request)
    provider.ask_with_nonce(request)
    try:
        return openid_connect.login(request, provider_id)
    except RequestException:
        messages.error(request, _("The provider does not answer. Try again later, or sign in another way."))
        return redirect(SIGN_IN)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    is_this_one = session.is_current()
    end_sessions(request, [session])
    if is_this_one:
        return redirect(SIGN_IN)
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")

"""Where allauth asks what is the rule here."""

import datetime as dt
import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import user_logged_in
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AccountMail, Brake, MailKind, User
from accounts.sign_in.sessions import is_elsewhere_too
from accounts.ways import is_path_here

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - where a server behind a socket knows no address
ALLAUTHS_SECOND_STEP = "allauth.mfa.stages.AuthenticateStage"
SECOND_STEP = "accounts.sign_in.trust.SecondStepStage"
TOO_MANY = "too_many_login_attempts"

# allauth's messages by the name of their template; what is not here is not said.
MESSAGES = {
    "password_changed": gettext_lazy("Your password is changed. Every other session has ended."),
    "password_set": gettext_lazy("Your password is set."),
    "totp_activated": gettext_lazy("The authenticator app is set up."),
    "totp_deactivated": gettext_lazy("The authenticator app is removed."),
    "recovery_codes_generated": gettext_lazy("New recovery codes are made. Keep them where you find them."),
    "webauthn_added": gettext_lazy("The passkey is added."),
    "webauthn_removed": gettext_lazy("The passkey is removed."),
    "sessions_logged_out": gettext_lazy("All other sessions have ended."),
}

# After these a session elsewhere may be the one of somebody who should not have it any more.
FACTORS_CHANGED = {"totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed"}


def wait_words(wait: dt.timedelta) -> str:
    minutes = -(-int(wait.total_seconds()) // 60) or 1
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def refuse_guess(wait: dt.timedelta) -> ValidationError:
    """The refusal of a guess that was not judged; it knows for how long."""
    refusal = ValidationError(
        _("Too many attempts went wrong. Try again in %(wait)s.") % {"wait": wait_words(wait)}, code=TOO_MANY
    )
    refusal.wait = wait  # type: ignore[attr-defined]
    return refusal


def network_of(address: str) -> str:
    """The address, or the /64 of an IPv6 address: whoever has one of its addresses has all of them."""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


class AccountAdapter(DefaultAccountAdapter):
    """People are made by administrators, sign in by e-mail address, and guess a password a few times only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("E-mail address and password do not belong together."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "invalid_password_reset": gettext_lazy("This link has expired or has been used."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return [
            SECOND_STEP if stage == ALLAUTHS_SECOND_STEP else stage for stage in super().get_login_stages()
        ]

    def is_safe_url(self, url: str | None) -> bool:
        return is_path_here(url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request comes from, as the last of the trusted proxies says."""
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        proxies = settings.TRUSTED_PROXIES
        address = (
            forwarded[-proxies] if 0 < proxies <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
        )
        try:
            return str(ipaddress.ip_address(address.strip()))
        except ValueError:
            return UNKNOWN_ADDRESS

    def brake_of(self, request: HttpRequest, email: str) -> tuple[str, str, str]:
        """An account from one address: whoever guesses elsewhere keeps nobody out here."""
        return ("password", email.strip().casefold(), network_of(self.get_client_ip(request)))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        wait = Brake.take(self.brake_of(request, credentials["email"]), now=timezone.now())
        if wait:
            raise refuse_guess(wait)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            Brake.release(self.brake_of(request, credentials["email"]))
        return user

    def reauthenticate(self, user: Any, password: str) -> bool:
        found = self.authenticate(allauth_context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, _("This did not sign you in."))
        return redirect("accounts:sign_in")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message_template:
            name = message_template.rpartition("/")[2].removesuffix(".txt")
            message = str(MESSAGES.get(name, ""))
            if name in FACTORS_CHANGED and is_elsewhere_too(request):
                message += " " + _("You are signed in elsewhere too; the page Security lets you end that.")
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page that the person chose to begin with, if any: a room above this one keeps it."""
        pages = getattr(request.user, "dashboards", None)
        start = pages.filter(is_start=True).first() if pages is not None else None
        return str(start.get_absolute_url()) if start else str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(redirect("mfa_index").url)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What happened to the account waits to be sent: no request waits for a mail server."""
        kind = template_prefix.rpartition("/")[2]
        if kind == "password_set":
            kind = MailKind.PASSWORD_CHANGED
        if kind in MailKind.values:
            address = self.get_client_ip(self.request or allauth_context.request)
            AccountMail.objects.create(kind=kind, email=user.email, from_address=address)


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is wrong, has expired or has been used."),
    }


class SocialAdapter(DefaultSocialAccountAdapter):
    """Who signs in elsewhere is somebody here already.

    The first time they are found by the address that the provider verified; from then on by what the provider
    calls them (`sub`). An address that was given to somebody new opens nobody's account.
    """

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """(person, "") or None. The empty text tells allauth to connect nothing and to keep the password."""
        for address in sociallogin.email_addresses:
            if address.verified is True:  # some providers say "false"
                try:
                    person = User.objects.get_by_natural_key(address.email)
                except User.DoesNotExist:
                    continue
                if not known_at(sociallogin.account.provider).filter(user=person).exists():
                    return person, ""
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if not sociallogin.is_existing or not sociallogin.user.is_active:
            self._refuse(request)
        if sociallogin.account.pk:
            # allauth keeps all that the provider says of a person; only the name it has there is needed.
            known_at(sociallogin.account.provider).filter(pk=sociallogin.account.pk).update(extra_data={})

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        self._refuse(request)

    def _refuse(self, request: HttpRequest) -> None:
        messages.error(
            request,
            _("This did not sign you in. Only people whom an administrator has added can sign in here."),
        )
        raise ImmediateHttpResponse(redirect("accounts:sign_in"))


def known_at(provider: str) -> QuerySet[SocialAccount]:
    """Whom this provider has signed in before, by what it calls them."""
    return SocialAccount.objects.filter(provider=provider)


@receiver(user_logged_in)
def remember_who_the_provider_says(user: User, sociallogin: Any = None, **signal: Any) -> None:
    """Once they are in, with their second step where they have one: not before."""
    if sociallogin is not None:
        known_at(sociallogin.account.provider).get_or_create(
            uid=sociallogin.account.uid, defaults={"user": user, "provider": sociallogin.account.provider}
        )

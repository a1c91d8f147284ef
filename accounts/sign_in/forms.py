"""allauth's forms with the words and the brakes of this house."""

import datetime as dt
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountMail, Brake, MailKind
from accounts.sign_in.adapters import refuse_guess
from accounts.sign_in.strength import show_strength

# Longer than a code of an authenticator app is accepted: the one before, the one now and the next.
CODE_IS_SPENT_FOR = dt.timedelta(minutes=5)
LINKS_AT_ONCE = 3
WAIT_FOR_NEXT_LINK = dt.timedelta(minutes=15)


class PlainFields:
    """Labels say what a field wants; a placeholder repeats it and goes away when it is needed."""

    labels: dict[str, Any] = {}
    help_texts: dict[str, Any] = {}
    focus = ""
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")
            if name == self.focus:
                field.widget.attrs["autofocus"] = True


class SignInForm(PlainFields, account_forms.LoginForm):
    """E-mail address and password; one sentence for whatever does not fit, so nobody learns who is here."""

    labels = {"login": _("E-mail address"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not an EmailField: its own sentence about a malformed address would be a second one.
        attributes = {"type": "email", "autocomplete": "username webauthn", "autofocus": True}
        self.fields["login"] = forms.CharField(
            label=_("E-mail address"), max_length=254, widget=forms.TextInput(attributes)
        )
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """The name that password managers know it by."""
        return super().add_prefix("username" if field_name == "login" else field_name)


class PasswordLinkForm(forms.Form):
    """Asks for a link by mail. Nothing here looks whether somebody has the address."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username", "autofocus": True}),
    )

    def save(self, request: HttpRequest) -> None:
        """Writes down the wish; after a few in a row nothing, so that nobody's mailbox is filled."""
        email = self.cleaned_data["email"]
        wait = Brake.take(
            ("password link", email.casefold()),
            now=timezone.now(),
            free=LINKS_AT_ONCE,
            first_wait=WAIT_FOR_NEXT_LINK,
        )
        if not wait:
            address = get_adapter().get_client_ip(request)
            AccountMail.objects.create(kind=MailKind.PASSWORD_LINK, email=email, from_address=address)


class ChosenPassword(PlainFields):
    """A new password, typed twice; its strength is told while it is chosen."""

    labels = {"password1": _("New password"), "password2": _("New password again")}
    focus = "password1"
    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_strength(self.fields["password1"], "password1", self.user)


class NewPasswordForm(ChosenPassword, account_forms.ResetPasswordKeyForm):
    """Reached by a link."""

    def save(self) -> None:
        self.user.how_it_came = "with a link sent by mail"
        super().save()


class SetPasswordForm(ChosenPassword, account_forms.SetPasswordForm):
    """The first one."""


class ChangePasswordForm(ChosenPassword, account_forms.ChangePasswordForm):
    labels = {"oldpassword": _("Current password")} | ChosenPassword.labels
    focus = "oldpassword"

    def clean_oldpassword(self) -> str:
        """Braked like a sign-in: an unattended screen is no place to guess."""
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return str(self.cleaned_data["oldpassword"])


class ConfirmPasswordForm(PlainFields, account_forms.ReauthenticateForm):
    labels = {"password": _("Password")}
    focus = "password"


class BrakedCode(PlainFields):
    """A code of six digits can be guessed, by somebody who knows the password: braked for the whole account.

    A code counts once, also when it comes twice at the same time to two processes.
    """

    labels = {"code": _("Code")}
    focus = "code"
    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        guesses = ("code", self.user.pk)
        wait = Brake.take(guesses, now=timezone.now())
        if wait:
            raise refuse_guess(wait)
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and self._is_spent(code):
            self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]
            raise get_mfa_adapter().validation_error("incorrect_code")
        Brake.release(guesses)
        return code

    def _is_spent(self, code: str) -> bool:
        digits = "".join(filter(str.isdigit, code))
        spent = ("spent code", self.user.pk, digits)
        return bool(Brake.take(spent, now=timezone.now(), free=1, first_wait=CODE_IS_SPENT_FOR))


class SecondStepForm(BrakedCode, code_forms.AuthenticateForm):
    help_texts = {"code": _("From your authenticator app, or one of your recovery codes")}


class ConfirmCodeForm(BrakedCode, code_forms.ReauthenticateForm):
    help_texts = SecondStepForm.help_texts


class AuthenticatorForm(PlainFields, ActivateTOTPForm):
    labels = {"code": _("Code")}
    help_texts = {"code": _("The six digits that the app shows now")}


class PasskeyForm(PlainFields, AddWebAuthnForm):
    """The name of a new passkey; the rest comes from the browser, and always signs in without a password."""

    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    help_texts = {"name": _("To tell it from others: the device it is on, for instance")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except (KeyError, AttributeError) as error:  # JSON, but nothing that a browser sends
            raise ValidationError(get_mfa_adapter().error_messages["incorrect_code"]) from error

"""What the record says about ways in: sign-ins, passwords, second steps, sessions, trusted browsers.

allauth's tables have no history, so their rows are followed as they are written; no secret is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.audit import Action, person_signed_in, record
from accounts.models.user import password_kept

# By allauth's names of methods, and of kinds of second steps.
FACTORS = {
    "password": "password",
    "socialaccount": "single sign-on",
    "totp": "authenticator app",
    "webauthn": "passkey",
    "recovery_codes": "recovery code",
}
KINDS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


@receiver(user_logged_in)
def record_sign_in(user: Any, request: Any = None, **signal: Any) -> None:
    """With what it was, as far as a way in noted it: an invitation says so in an entry of its own."""
    used = get_authentication_records(request, user) if hasattr(request, "session") else []
    names = dict.fromkeys(FACTORS.get(one.get("type") or one["method"], one["method"]) for one in used)
    record(
        Action.SIGNED_IN,
        actor=user,
        kind="sign-in",
        subject=user.email,
        about=user.pk,
        reason=f"with {' and '.join(names)}" if names else "",
    )


@receiver(user_logged_out)
def record_sign_out(user: Any, **signal: Any) -> None:
    if user is not None:
        record(Action.SIGNED_OUT, actor=user, kind="sign-in", subject=user.email, about=user.pk)


@receiver(user_login_failed)
def record_failed_sign_in(credentials: dict[str, Any], **signal: Any) -> None:
    # What was typed may be a password in the wrong field: kept only if it looks like an address.
    typed = str(credentials.get("username") or credentials.get("email") or "")
    email = typed if "@" in typed and typed.isprintable() and len(typed) <= 254 else ""
    record(
        Action.SIGN_IN_FAILED,
        actor=None,
        actor_email=email,
        kind="sign-in",
        subject=email or "no address",
    )


@receiver(authentication_failed)
def record_failed_second_step(user: Any, authenticator: Any = None, **signal: Any) -> None:
    """The password was right, so it matters more than a wrong password; who it was is not known."""
    kind = KINDS.get(getattr(authenticator, "type", ""), "second step")
    record(
        Action.SECOND_STEP_FAILED,
        actor=None,
        actor_email=user.email,
        kind=kind,
        subject=user.name,
        about=user.pk,
    )


@receiver(password_kept)
def record_password(user: Any, how: str = "", **signal: Any) -> None:
    """Who has no session changes their own: with a link sent by mail, or an invitation."""
    actor = person_signed_in() or (user if how else None)
    record(Action.CHANGED, actor=actor, kind="password", subject=user.name, of=user, reason=how)


@receiver(post_save, sender=Authenticator)
def record_second_step(
    instance: Any, created: bool, update_fields: Iterable[str] | None = None, **signal: Any
) -> None:
    if created:
        _record_authenticator(Action.CREATED, instance)
    elif update_fields is None and instance.type == Authenticator.Type.RECOVERY_CODES:
        # Being used is noted with the fields named, and so is being looked at.
        _record_authenticator(Action.CHANGED, instance, reason="a code was used")


@receiver(post_delete, sender=Authenticator)
def record_second_step_removed(instance: Any, **signal: Any) -> None:
    _record_authenticator(Action.DELETED, instance)


def _record_authenticator(action: str, authenticator: Any, reason: str = "") -> None:
    owner = authenticator.user
    name = authenticator.data.get("name") if authenticator.type == Authenticator.Type.WEBAUTHN else None
    pair = [name, None] if action == Action.DELETED else [None, name]
    record(
        action,
        # Recovery codes are used on the way in, where nobody is signed in yet.
        actor=person_signed_in() or (owner if reason else None),
        kind=KINDS[authenticator.type],
        subject=owner.name,
        of=authenticator,
        about=owner.pk,
        changes={"name": pair} if name else {},
        reason=reason,
    )


@receiver(post_save, sender=SocialAccount)
def record_known_at_the_provider(instance: Any, created: bool, **signal: Any) -> None:
    if created:
        _record_provider(Action.CREATED, instance, actor=instance.user)


@receiver(post_delete, sender=SocialAccount)
def record_forgotten_at_the_provider(instance: Any, **signal: Any) -> None:
    _record_provider(Action.DELETED, instance, actor=person_signed_in())


def _record_provider(action: str, account: Any, *, actor: Any) -> None:
    owner = account.user
    record(action, actor=actor, kind="single sign-on", subject=owner.name, of=account, about=owner.pk)


def record_trust(user: Any) -> None:
    """This browser is not asked for the second step any more."""
    record(Action.TRUSTED, actor=user, kind="browser", subject=user.name, about=user.pk)


def record_trust_ended(user: Any) -> None:
    record(Action.ENDED, actor=user, kind="trusted browser", subject=user.name, about=user.pk)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ends sessions for people who look at the list of theirs; sessions that expire are no entry."""

    def end_sessions(self, sessions: Iterable[Any]) -> None:
        with transaction.atomic():
            for session in sessions:
                record(
                    Action.ENDED,
                    actor=person_signed_in(),
                    kind="session",
                    subject=session.user.name,
                    of=session,
                    about=session.user_id,
                    changes={"ip": [str(session.ip), None]},
                )
                session.end()

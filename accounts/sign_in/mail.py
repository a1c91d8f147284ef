"""Sends the mail about accounts that waits: links to set a password, and what has happened to an account."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AccountMail, MailKind, User
from accounts.models.account_mail import MOST_ATTEMPTS

AT_MOST = 200
logger = logging.getLogger(__name__)


def send_waiting(*, now: datetime) -> int:
    """Sends what is due; answers how many mails left. One that cannot be sent keeps no other back."""
    return sum(_send(mail, now) for mail in AccountMail.objects.due(now)[:AT_MOST] if mail.claim(now))


def _send(mail: AccountMail, now: datetime) -> bool:
    message = build_message(mail)
    if message is not None:
        try:
            message.send()
        except (SMTPException, OSError) as error:
            _put_off(mail, now, error)
            return False
    mail.delete()
    return message is not None


def _put_off(mail: AccountMail, now: datetime, error: Exception) -> None:
    attempts = mail.attempts + 1
    # The address stays out of the log.
    logger.warning("account mail %s was not sent at attempt %d: %s", mail.pk, attempts, type(error).__name__)
    if attempts >= MOST_ATTEMPTS:
        mail.delete()
    else:
        next_attempt_at = now + timedelta(seconds=min(15 * 2**attempts, 3600))
        AccountMail.objects.filter(pk=mail.pk).update(next_attempt_at=next_attempt_at)


def build_message(mail: AccountMail) -> EmailMessage | None:
    """None when there is nobody to write to, or nothing that a link could change."""
    try:
        user = User.objects.get_by_natural_key(mail.email)
    except User.DoesNotExist:
        return None
    is_link = mail.kind == MailKind.PASSWORD_LINK
    if not user.is_active or (is_link and not may_have_password(user)):
        return None
    with translation.override(user.language), timezone.override(user.time_zone):
        context = {
            "name": user.name,
            "what": MailKind(mail.kind).label,
            "at": mail.created_at,
            "from_address": mail.from_address,
            "url": password_link(user) if is_link else _address(reverse("mfa_index")),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        name = "password_link" if is_link else "account_changed"
        return EmailMessage(
            subject=render_to_string(f"emails/{name}.subject.txt", context).strip(),
            body=render_to_string(f"emails/{name}.txt", context),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


def may_have_password(user: User) -> bool:
    """People without a password set their first one by mail, unless they sign in with the organisation's."""
    return user.has_usable_password() or not settings.SOCIALACCOUNT_PROVIDERS


def password_link(user: User) -> str:
    """Works once, for PASSWORD_RESET_TIMEOUT seconds, and until the password or the address changes."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return _address(reverse("account_reset_password_from_key", kwargs=parts))


def _address(path: str) -> str:
    return settings.SITE_URL + path

"""Which mails a person may stop, and the signed address in each mail that does so without a sign-in.

`List-Unsubscribe` names that address, and mail programs post to it (RFC 8058). It stops one kind of mail of
one person and can nothing else, so it is good for as long as the mail is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

SALT = "accounts.mails"
ONE_CLICK = ("List-Unsubscribe", "One-Click")
# Who wants none for longer stops them.
LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True)
class Mails:
    """A kind of mail that its reader may stop."""

    field: str  # of the person: whether they come
    name: Any
    can_wait: bool  # whether they may be put off until a day


MAILS = {
    "check_ins_due": Mails("reminders_enabled", gettext_lazy("reminders of what you owe"), True),
    "digest": Mails("digest_enabled", gettext_lazy("mails about what moved and what needs attention"), False),
    "escalation": Mails(
        "escalation_mails_enabled", gettext_lazy("mails about check-ins of others that stay overdue"), False
    ),
    "cycle": Mails("cycle_mails_enabled", gettext_lazy("mails about a cycle that ends or closes"), False),
    "nudge": Mails(
        "nudge_mails_enabled", gettext_lazy("mails in which somebody asks you for a check-in"), False
    ),
    "mention": Mails(
        "mention_mails_enabled",
        gettext_lazy("mails about comments that mention you or are about what you own"),
        False,
    ),
}


def stop_address(user: User, kind: str) -> str:
    """Where this person stops this kind of mail. No token stands in a path: paths are logged."""
    query = urlencode({"token": _signer().sign(f"{user.pk}.{kind}")})
    return f"{settings.SITE_URL}{reverse('accounts:mail_stop')}?{query}"


def unsubscribe_headers(user: User, kind: str) -> dict[str, str]:
    return {
        "List-Unsubscribe": f"<{stop_address(user, kind)}>",
        "List-Unsubscribe-Post": "=".join(ONE_CLICK),
    }


def reader_of(token: str) -> tuple[User, Mails] | None:
    """Whom a token names and which mails; None when it is none of ours."""
    try:
        pk, _dot, kind = _signer().unsign(token).partition(".")
    except BadSignature:
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, MAILS[kind]) if user and kind in MAILS else None


@transaction.atomic
def stop_mails(user: User, mails: Mails) -> User:
    """They come no more until the person switches them on again. Doing it twice changes nothing."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if getattr(user, mails.field):
        setattr(user, mails.field, False)
        _save(user, mails.field)
    return user


@transaction.atomic
def snooze_reminders(user: User, *, until: date, today: date) -> User:
    """No reminders before that day. Raises ValidationError where `refuse_snooze` does."""
    refuse_snooze(until, today=today)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.reminders_snoozed_until != until:
        user.reminders_snoozed_until = until
        _save(user, "reminders_snoozed_until")
    return user


def refuse_snooze(until: date, *, today: date) -> None:
    if until <= today:
        raise ValidationError(_("Choose a day after today."))
    if until > today + LONGEST_SNOOZE:
        raise ValidationError(_("Choose a day within a year; to get none at all, stop them."))


def _save(user: User, field: str) -> None:
    # Nobody is signed in, and the link was sent to them alone: the record names them.
    user._history_user = user  # type: ignore[attr-defined]
    user.save(update_fields=[field])


def _signer() -> Signer:
    return Signer(salt=SALT)

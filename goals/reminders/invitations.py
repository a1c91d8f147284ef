"""The mail that invites a person: owed by a row of the outbox, and written when it is sent.

The link's token stands in no table. It is made again from the invitation's nonce and the installation's
secret (docs/adr/0005-invitations.md).
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from accounts.models import Invitation
from accounts.models.invitation import token_of
from accounts.models.token import digest_of
from goals.models import OutboxMail
from goals.reminders.due import local_time, new_mail
from goals.reminders.letters import address_of, letter, one_line


def owe_invitation(invitation: Invitation, *, now: datetime) -> OutboxMail:
    """Notes in the outbox that an invitation is to be sent; in the transaction that makes it."""
    kind = OutboxMail.Kind.INVITATION
    mail = new_mail(invitation.user_id, str(invitation.pk), now=now, kind=kind)
    mail.save()
    return mail


def build_invitation(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail; None when the invitation was used or revoked meanwhile, or has expired.

    Raises ValueError when the secret changed since it was made: the link would lead nowhere.
    """
    invitation = Invitation.objects.select_related("user", "invited_by").get(pk=mail.period)
    if not invitation.is_usable_at(now):
        return None
    token = token_of(invitation.nonce)
    if digest_of(token) != invitation.digest:
        raise ValueError("SECRET_KEY changed since this invitation was made; send it again.")
    user = invitation.user
    context = {
        "email": user.email,
        "inviter": one_line(invitation.invited_by.name),
        "good_until": local_time(user, invitation.expires_at),
        "zone": user.time_zone,
        "url": f"{address_of('accounts:invitation')}?{urlencode({'token': token})}",
    }
    with translation.override(user.language), timezone.override(user.time_zone):
        return letter(mail, "invitation", context)

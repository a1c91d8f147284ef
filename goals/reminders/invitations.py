"""The mail that invites a person: owed by a row of the outbox, and written when it is sent.

The link's token stands in no table. It is made again from the invitation's nonce and the installation's
secret (docs/adr/0005-invitations.md).
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Invitation
from accounts.models.invitation import token_of
from accounts.models.token import digest_of
from goals.models import OutboxMail
from goals.reminders.due import local_time, message_id
from goals.reminders.letters import address_of, one_line


def owe_invitation(invitation: Invitation, *, now: datetime) -> OutboxMail:
    """Notes in the outbox that an invitation is to be sent; in the transaction that makes it."""
    kind, period = OutboxMail.Kind.INVITATION, str(invitation.pk)
    return OutboxMail.objects.create(
        user=invitation.user,
        kind=kind,
        period=period,
        message_id=message_id(invitation.user_id, period, kind=kind),
        next_attempt_at=now,
        created_at=now,
    )


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
        "name": one_line(user.name),
        "email": user.email,
        "inviter": one_line(invitation.invited_by.name),
        "good_until": local_time(user, invitation.expires_at),
        "zone": user.time_zone,
        "url": f"{address_of('accounts:invitation')}?{urlencode({'token': token})}",
    }
    with translation.override(user.language), timezone.override(user.time_zone):
        message = EmailMultiAlternatives(
            subject=one_line(render_to_string("emails/invitation.subject.txt", context)),
            body=render_to_string("emails/invitation.txt", context),
            to=[user.email],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    return message

"""Accepting an invitation: the only change an invited person makes before they can sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, User


class InvitationSpent(Exception):
    """The link does not let anybody in any more; the sentence says why and what to do."""


def spent_sentence(invitation: Invitation, *, now: datetime) -> str:
    """Why an invitation cannot be used; empty while it can."""
    inviter = {"inviter": invitation.invited_by.name}
    if invitation.accepted_at is not None:
        return _("This invitation was used already; sign in with the password you chose then.")
    if invitation.revoked_at is not None:
        return _("This invitation was taken back; a newer mail may hold a link that works.")
    if invitation.is_expired_at(now):
        return _("This invitation was good for seven days. Ask %(inviter)s to send a new one.") % inviter
    return ""


@transaction.atomic
def accept_invitation(invitation: Invitation, *, name: str, password: str, now: datetime) -> User:
    """Lets the person in under this name and password. Raises InvitationSpent.

    The person's row is locked before the invitation is read, as by whoever sends, revokes or deactivates.
    """
    user: Any = User.objects.select_for_update(no_key=True).get(pk=invitation.user_id)
    invitation = Invitation.objects.select_related("invited_by").get(pk=invitation.pk)
    if sentence := spent_sentence(invitation, now=now):
        raise InvitationSpent(sentence)
    user.name = name
    user.is_active = True
    user.set_password(password)
    user.how_it_came = "with an invitation"
    # What the history says is told by the record: joined.
    user._history_user = user
    user._history_date = now
    user.save(update_fields=["name", "is_active", "password"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    return user

"""Tokens replaced by newer ones: what people do with them beyond making and revoking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import ApiToken

LONGEST_OVERLAP = timedelta(days=7)
# A token that never expires gets a successor that does: nobody forgets one for ever twice.
DEFAULT_LIFETIME = timedelta(days=90)


class TokenRefused(Exception):
    """What was asked of a token cannot be; the sentence says why."""


def lock_token(token: ApiToken) -> Any:
    """The row as it is now, held: of two who press at once one acts."""
    return ApiToken.objects.select_for_update(of=("self",)).select_related("owner", "area").get(pk=token.pk)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Any, now: datetime) -> ApiToken:
    """Ends a token at once: the next request with it is refused. Twice is as once."""
    locked: ApiToken = lock_token(token)
    locked.revoke(now=now, by=by)
    return locked


@transaction.atomic
def rotate_token(
    token: ApiToken, *, by: Any, now: datetime, overlap: timedelta, latest: datetime | None = None
) -> tuple[ApiToken, str]:
    """(row, token) of a successor with the same settings and lifetime; the old one ends after `overlap`.

    The old one never gets longer than it had. `latest` is a moment beyond which the new one does not live.
    Raises TokenRefused.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise TokenRefused(_("The old token works for up to seven days beside the new one."))
    old = lock_token(token)
    if not old.is_usable_at(now):
        raise TokenRefused(_("This token has ended; make a new one."))
    lifetime = old.expires_at - old.created_at if old.expires_at else DEFAULT_LIFETIME
    expires_at = min(filter(None, (now + lifetime, latest)))
    made = ApiToken.issue(
        owner=old.owner, scope=old.scope, name=old.name, area=old.area, expires_at=expires_at
    )
    if overlap == timedelta(0):
        old.revoke(now=now, by=by)
    elif old.expires_at is None or old.expires_at > now + overlap:
        old.expires_at = now + overlap
        old._history_user, old._history_date = by, now
        old._change_reason = f"replaced by {made[0].prefix}…"
        old.save(update_fields=["expires_at"])
    return made

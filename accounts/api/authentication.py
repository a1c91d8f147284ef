"""How programs sign in: `Authorization: Bearer okr_...`."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.core.signals import request_finished
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.models.token import PREFIX, digest_of

logger = logging.getLogger(__name__)

SCHEME = "Bearer"
LAST_USE_EVERY = timedelta(minutes=1)
LONGEST_TOKEN = 200

# The token of the request this thread answers, when its last use is worth noting.
_used: ContextVar[int | None] = ContextVar("used_token", default=None)


class BearerAuthentication(BaseAuthentication):
    """Signs in the owner of a token. `request.auth` is the token, None for somebody with a session."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME.lower().encode():
            return None
        if len(words) != 2:
            raise NotAuthenticated(_("Write one token after the word Bearer."))
        token = self._usable(words[1])
        if token is None:
            raise NotAuthenticated(_("This token is unknown, expired or revoked, or its owner has left."))
        now = timezone.now()
        if token.last_used_at is None or token.last_used_at <= now - LAST_USE_EVERY:
            _used.set(token.pk)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="okrtracker"'

    def _usable(self, written: bytes) -> ApiToken | None:
        if not written.isascii() or len(written) > LONGEST_TOKEN or not written.startswith(PREFIX.encode()):
            return None
        tokens = ApiToken.objects.usable_at(timezone.now()).select_related("owner", "area")
        return tokens.filter(digest=digest_of(written.decode())).first()


@receiver(request_finished)
def note_last_use(**signal: Any) -> None:
    """Notes when a token was last used, after the answer was sent: nobody waits for it or fails by it."""
    token_id = _used.get()
    if token_id is None:
        return
    _used.set(None)
    now = timezone.now()
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - LAST_USE_EVERY)
    try:
        ApiToken.objects.filter(is_due, pk=token_id).update(last_used_at=now)
    except (DatabaseError, InterfaceError):
        logger.warning("The last use of a token could not be noted.", exc_info=True)

"""Invitations: a link in a mail with which a person who was added comes in for the first time."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.token import digest_of
from accounts.models.user import User

GOOD_FOR = timedelta(days=7)
SALT = "accounts.invitation"
LONGEST_TOKEN = 100


def token_of(nonce: str) -> str:
    """The token of an invitation, which no row holds: who reads the database alone cannot make it."""
    mac = salted_hmac(SALT, nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def make_nonce() -> str:
    return secrets.token_urlsafe(32)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither used nor revoked; what has expired is open still, and can be sent again."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def with_token(self, token: str) -> InvitationQuerySet:
        """The one that a link names. Whatever a visitor writes into a link may be asked here."""
        if not (token.isascii() and token.isprintable() and len(token) <= LONGEST_TOKEN):
            return self.none()
        return self.filter(digest=digest_of(token))


class Invitation(models.Model):
    """A link that brings one person in, once, within seven days (docs/adr/0005-invitations.md)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("person"),
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    nonce = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_per_person",
                violation_error_message=_("This person has an open invitation already."),
            ),
            models.CheckConstraint(
                name="invitation_used_or_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                violation_error_message=_("An invitation that was used is not revoked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.created_at:%Y-%m-%d}"

    @classmethod
    def issue(cls, user: User, *, by: User, now: datetime) -> Invitation:
        nonce = make_nonce()
        return cls.objects.create(
            user=user,
            invited_by=by,
            nonce=nonce,
            digest=digest_of(token_of(nonce)),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )

    def is_expired_at(self, now: datetime) -> bool:
        return self.expires_at <= now

    def is_usable_at(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and not self.is_expired_at(now)

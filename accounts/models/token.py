"""Tokens: how programs sign in. Only a hash is kept; the token itself is shown once."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.user import User

PREFIX = "okr_"


class Scope(models.TextChoices):
    """What a token may do; each includes the ones before it."""

    READ = "read", _("read")
    CHECK_IN = "check-in", _("read and check in")
    WRITE = "write", _("read, check in and edit")
    ADMIN = "admin", _("everything its owner may")


def digest_of(token: str) -> str:
    """SHA-256 in hex. A token has 256 bits of chance, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable_at(self, now: datetime) -> "ApiTokenQuerySet":
        """Neither revoked nor expired, and of a person who is still active."""
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now),
            revoked_at__isnull=True,
            owner__is_active=True,
        )

    def revocable_by(self, user: Any) -> "ApiTokenQuerySet":
        """One's own; administrators also see and revoke those of others."""
        return self.filter(models.Q(owner=user) | models.Q(owner__in=User.objects.manageable_by(user)))


class ApiToken(models.Model):
    """A program's sign-in; it acts with its owner's rights, never more."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("scope"), max_length=20, choices=Scope, default=Scope.READ)
    area = models.ForeignKey(
        "areas.Area",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only in this area"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()
    # Issued, revoked, by whom; neither the secret's hash nor every use.
    history = HistoricalRecords(excluded_fields=["digest", "last_used_at"])

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.CheckConstraint(
                name="token_scope_known",
                condition=models.Q(scope__in=["read", "check-in", "write", "admin"]),
                violation_error_message=_("The scope of a token is read, check-in, write or admin."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the row, its history and what the record says of it in one transaction."""
        with transaction.atomic():
            super().save(*args, **kwargs)

    @property
    def recorded_about(self) -> int:
        """Whom an entry of the record about this row is about."""
        return self.owner_id

    def is_usable_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def allows(self, scope: str) -> bool:
        """Whether this token's scope includes the given one."""
        order = list(Scope)
        return order.index(Scope(self.scope)) >= order.index(Scope(scope))

    def revoke(self, *, now: datetime, by: Any = None) -> None:
        """Takes it back, at once and for good. `by` is whoever signed in sent the request, unless given."""
        if self.revoked_at is None:
            self.revoked_at = now
            if by is not None:
                self._history_user = by
            self._history_date = now
            self.save(update_fields=["revoked_at"])

    @classmethod
    def issue(
        cls, *, owner: Any, scope: str, name: str = "", area: Any = None, expires_at: datetime | None = None
    ) -> tuple["ApiToken", str]:
        """Makes a token; answers (row, token). The token cannot be shown again."""
        token = PREFIX + secrets.token_urlsafe(32)
        row = cls.objects.create(
            owner=owner,
            name=name,
            scope=scope,
            area=area,
            expires_at=expires_at,
            prefix=token[: len(PREFIX) + 6],
            digest=digest_of(token),
        )
        return row, token

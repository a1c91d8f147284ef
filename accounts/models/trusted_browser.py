"""Browsers that somebody chose not to be asked for a second step in."""

import hashlib

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def digest_of_cookie(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


class TrustedBrowser(models.Model):
    """One browser that one person trusts, by the cookie it holds, which is nothing without this row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted_browsers"
    )
    digest = models.CharField(max_length=64, editable=False)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    from_address = models.GenericIPAddressField(_("from the address"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("trusted browser")
        verbose_name_plural = _("trusted browsers")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"],
                name="trusted_browser_once_per_person",
                violation_error_message=_("This browser is trusted by this person already."),
            )
        ]

"""Forms that were sent: by its one-time id, a form that makes something makes it once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SentForm(models.Model):
    """A form that took effect, and the address it led to; sent again, it leads there and does nothing."""

    form_id = models.UUIDField(primary_key=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # SHA-256 of what was entered: a form that was filled in anew after the browser's "back" is another one.
    fingerprint = models.CharField(max_length=64)
    led_to = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return str(self.form_id)

"""How far a person has seen what happened to what they follow. Nobody but they read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityMark(models.Model):
    """What is newer than this moment is unread. There is one from the first follow, mention or mail on."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="activity_mark",
        verbose_name=_("person"),
    )
    seen_until = models.DateTimeField(_("seen until"))

    class Meta:
        verbose_name = _("mark of what was seen")
        verbose_name_plural = _("marks of what was seen")

    def __str__(self) -> str:
        return self.seen_until.isoformat()

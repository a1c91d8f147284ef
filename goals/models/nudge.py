"""Nudges: somebody asked the owner of an overdue key result to check in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.fields import validate_storable
from goals.models.key_result import KeyResult

SENTENCE_LENGTH = 300
# By whomever: nobody is nudged twice about the same within it.
BETWEEN_NUDGES = timedelta(days=7)


class NudgeQuerySet(models.QuerySet["Nudge"]):
    def recent(self, now: datetime) -> NudgeQuerySet:
        """Those that stand against another one about the same key result."""
        return self.filter(made_at__gt=now - BETWEEN_NUDGES)


class Nudge(models.Model):
    """A lead or manager asked for a check-in, by a mail with a sentence of theirs or none."""

    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="nudges", verbose_name=_("key result")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="nudges", verbose_name=_("to")
    )
    sentence = models.CharField(
        _("sentence"), max_length=SENTENCE_LENGTH, blank=True, validators=[validate_storable]
    )
    made_at = models.DateTimeField(_("when"), default=timezone.now)

    objects = NudgeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("nudge")
        verbose_name_plural = _("nudges")

    def __str__(self) -> str:
        return str(self.key_result)

    @property
    def recorded_as(self) -> str:
        """What an entry of the record calls it."""
        return self.key_result.code

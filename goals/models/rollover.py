"""What became of an unfinished key result when the next cycle was planned."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.cycle import Cycle
from goals.models.key_result import KeyResult


class RolloverDecision(models.Model):
    """Whether a key result goes on in another cycle: as it is, modified, or not, and then why.

    It belongs to the cycle that is planned: the one the key result is of may be closed and stays as it is.
    """

    class Choice(models.TextChoices):
        KEEP = "keep", _("keep")
        MODIFY = "modify", _("modify")
        DROP = "drop", _("drop")

    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="rollover_decisions", verbose_name=_("key result")
    )
    into = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="rollover_decisions", verbose_name=_("into the cycle")
    )
    choice = models.CharField(_("choice"), max_length=10, choices=Choice)
    reason = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("rollover decision")
        verbose_name_plural = _("rollover decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["key_result", "into"],
                name="rollover_decision_once_per_cycle",
                violation_error_message=_("About this key result it was decided before."),
            ),
            models.CheckConstraint(
                name="rollover_choice_known",
                condition=Q(choice__in=["keep", "modify", "drop"]),
                violation_error_message=_("A key result is kept, modified or dropped."),
            ),
            models.CheckConstraint(
                name="rollover_drop_has_reason",
                condition=~Q(choice="drop") | ~Q(reason=""),
                violation_error_message=_("Say why the key result is not carried over."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_result.code}: {self.choice}"

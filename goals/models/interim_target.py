"""Interim targets: the plan of a key result whose progress is not meant to be even."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.fields import VALUE_DIGITS, VALUE_PLACES, ExactDecimalField
from goals.models.key_result import KeyResult


class InterimTarget(models.Model):
    """The value that a key result is meant to have on a day between its cycle's first and its due day."""

    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="interim_targets", verbose_name=_("key result")
    )
    on = models.DateField(_("day"))
    value = ExactDecimalField(_("value"), max_digits=VALUE_DIGITS, decimal_places=VALUE_PLACES)

    history = HistoricalRecords()

    class Meta:
        ordering = ["key_result", "on"]
        verbose_name = _("interim target")
        verbose_name_plural = _("interim targets")
        constraints = [
            models.UniqueConstraint(
                fields=["key_result", "on"],
                name="interim_target_once_per_day",
                violation_error_message=_("This key result has an interim target for this day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_result.code} {self.on.isoformat()}"

    def clean(self) -> None:
        """No constraint sees two tables: the day lies within the time of a key result with a way to go."""
        super().clean()
        if self.key_result.kind != KeyResult.Kind.REACH:
            raise ValidationError(_("Interim targets belong to a reach alone."))
        first, last = self.key_result.cycle.starts_on, self.key_result.due_date
        if self.on is not None and not first < self.on < last:
            raise ValidationError(
                _("An interim target lies between %(first)s and %(last)s, the first and the due day."),
                params={"first": first.isoformat(), "last": last.isoformat()},
            )

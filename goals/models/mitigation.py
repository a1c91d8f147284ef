"""Mitigations: the steps against a risk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.step import Step, StepQuerySet


class Mitigation(Step):
    """One step against a risk."""

    # A risk with one of these is not without a mitigation.
    COUNTING_STATES = ("planned", "doing", "done")

    risk = models.ForeignKey(
        "goals.Risk", on_delete=models.PROTECT, related_name="mitigations", verbose_name=_("risk")
    )
    text = models.CharField(_("step"), max_length=500)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_mitigations",
        verbose_name=_("owner"),
    )

    objects = StepQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta(Step.Meta):
        verbose_name = _("mitigation")
        verbose_name_plural = _("mitigations")
        constraints = [
            models.CheckConstraint(
                name="mitigation_state_known",
                condition=Q(state__in=["planned", "doing", "done", "dropped"]),
                violation_error_message=_("A mitigation is planned, under way, done or dropped."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

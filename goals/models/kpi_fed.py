"""Key results that take their value from a KPI (docs/adr/0012)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class KpiFed(models.Model):
    """A row whose value is entered once, at a KPI; None where it is reported about the row itself."""

    kpi = models.ForeignKey(
        "goals.Kpi",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="key_results",
        verbose_name=_("value from KPI"),
    )

    class Meta:
        abstract = True


KPI_FED_CONSTRAINTS = [
    models.CheckConstraint(
        name="key_result_of_kpi_is_measured",
        condition=Q(kpi__isnull=True) | ~Q(kind="milestone"),
        violation_error_message=_("A milestone is done or not done; it takes its value from no KPI."),
    ),
]

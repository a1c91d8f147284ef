"""Values of KPIs: what was entered, for which day, by whom; append-only as check-ins are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.check_in import AppendOnly, prose_field
from goals.models.fields import value_field
from goals.models.kpi import Kpi


class KpiEntryQuerySet(models.QuerySet["KpiEntry"]):
    def newest_first(self) -> KpiEntryQuerySet:
        return self.order_by("-effective_on", "-sequence")

    def with_authors(self) -> KpiEntryQuerySet:
        return self.select_related("author", "corrects")

    def visible_to(self, user: Any) -> KpiEntryQuerySet:
        return self.filter(kpi__in=Kpi.objects.visible_to(user))

    def update(self, **fields: Any) -> int:
        raise AppendOnly("Values of a KPI are append-only; correct one by a new value.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Values of a KPI are append-only; they are never deleted.")


class KpiEntry(models.Model):
    """The value of a KPI on a day, as somebody entered it."""

    class Source(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")

    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="entries", verbose_name=_("KPI"))
    sequence = models.PositiveIntegerField(_("sequence number"))
    value = value_field(_("value"))
    is_no_change = models.BooleanField(_("no change"), default=False)
    previous_value = value_field(_("previous value"))
    # The bounds then in force, so that past values can be explained whatever changes later.
    lower_bound = value_field(_("at least"))
    upper_bound = value_field(_("at most"))
    note = prose_field(_("note"), 10_000, help_text=_("Markdown"))
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    effective_on = models.DateField(_("as of"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="kpi_entries",
        verbose_name=_("author"),
    )
    source = models.CharField(_("source"), max_length=20, choices=Source)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    reason = prose_field(_("reason of the correction"), 2_000)
    # The one-time name of the form it came from: a form sent twice is one value.
    form_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = KpiEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-sequence"]
        verbose_name = _("value of a KPI")
        verbose_name_plural = _("values of KPIs")
        indexes = [
            # Read when a value moves the current one, by the page of a KPI and by its figures.
            models.Index(fields=["kpi", "-effective_on", "-sequence"], name="kpi_entry_newest_first"),
            # Read by lists of what happened, newest first, and by the count of what is unread.
            models.Index(fields=["created_at"], name="kpi_entry_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "sequence"],
                name="kpi_entry_sequence_once_per_kpi",
                violation_error_message=_("This KPI has a value with this number already."),
            ),
            models.CheckConstraint(
                name="kpi_entry_sequence_from_1",
                condition=Q(sequence__gte=1),
                violation_error_message=_("Values are numbered from 1."),
            ),
            models.CheckConstraint(
                name="kpi_entry_source_known",
                condition=Q(source__in=["page", "api"]),
                violation_error_message=_("The source is page or api."),
            ),
            models.CheckConstraint(
                name="kpi_entry_value_given",
                condition=Q(value__isnull=False),
                violation_error_message=_("An entry has a value."),
            ),
            models.CheckConstraint(
                name="kpi_entry_correction_has_reason",
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                violation_error_message=_("Say why the value is corrected."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi.code} #{self.sequence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("Values of a KPI are append-only; correct one by a new value.")
        # Not even by a new row that bears the key of an old one.
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Values of a KPI are append-only; they are never deleted.")

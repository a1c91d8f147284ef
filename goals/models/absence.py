"""Absences: days on which somebody is away, and who stands in for them meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.fields import Versioned, validate_storable

NOTE_LENGTH = 200


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def covering(self, day: date) -> AbsenceQuerySet:
        """Those that a day lies in; the first and the last one do."""
        return self.filter(first_on__lte=day, last_on__gte=day)

    def overlapping(self, first_on: date, last_on: date) -> AbsenceQuerySet:
        return self.filter(first_on__lte=last_on, last_on__gte=first_on)

    def not_over(self, today: date) -> AbsenceQuerySet:
        return self.filter(last_on__gte=today)

    def stood_in_by(self, person: Any, day: date) -> AbsenceQuerySet:
        """Those in which a person stands in for somebody on a day."""
        return self.covering(day).filter(stand_in=person)


class Absence(Versioned):
    """Somebody is away from a day to a day, both included; somebody else checks in for them."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences", verbose_name=_("person")
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="stood_in_for",
        verbose_name=_("stand-in"),
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True, validators=[validate_storable])

    objects = AbsenceQuerySet.as_manager()
    # Why somebody is away is between them and their stand-in: no history and no record keeps it.
    history = HistoricalRecords(excluded_fields=["updated_at", "note"])

    class Meta:
        ordering = ["first_on", "pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [
            # Read by whoever asks what a person may check in on today.
            models.Index(fields=["stand_in", "first_on", "last_on"], name="absence_by_stand_in"),
        ]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_begins",
                condition=Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day is the first day or a later one."),
            ),
            models.CheckConstraint(
                name="absence_stand_in_is_another",
                condition=~Q(stand_in=F("person")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.first_on.isoformat()} – {self.last_on.isoformat()}"

    @property
    def recorded_about(self) -> int:
        return self.person_id

    @property
    def recorded_as(self) -> str:
        """What an entry of the record calls it."""
        return f"{self.first_on.isoformat()} to {self.last_on.isoformat()}"

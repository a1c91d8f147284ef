"""KPIs: values that an area watches all the time, whatever cycle it is (docs/adr/0012)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import FloatField, Q
from django.db.models.functions import Cast
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.absence import Absence
from goals.models.fields import Archivable, Versioned, value_field
from goals.pace import days_silent, is_stale
from goals.progress import is_violated

EVERY_DAYS = 7


class KpiQuerySet(models.QuerySet["Kpi"]):
    def live(self) -> KpiQuerySet:
        """Archived neither themselves nor with their area."""
        return self.filter(archived_at__isnull=True, area__archived_at__isnull=True)

    def visible_to(self, user: Any) -> KpiQuerySet:
        """Internal ones by everybody; restricted ones by members of the area, managers and the owner."""
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        return self.filter(
            Q(visibility=Kpi.Visibility.INTERNAL) | Q(owner=user) | Q(area__in=Area.objects.member_of(user))
        )

    def checkable_by(self, user: Any, today: date) -> KpiQuerySet:
        """Those a person may enter a value of: their own, all of areas they work in, and those of people they
        stand in for today.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        absences = Absence.objects.stood_in_by(user, today)
        return self.filter(
            Q(owner=user)
            | Q(owner__in=absences.values("person"))
            | Q(area__in=Area.objects.contributable_by(user))
        )

    def answered_for_by(self, person: Any, today: date) -> KpiQuerySet:
        """What a person may owe a value of: their own, and what they see of those they stand in for."""
        absences = Absence.objects.stood_in_by(person, today)
        others = Kpi.objects.visible_to(person).filter(owner__in=absences.values("person"))
        return self.live().filter(Q(owner=person) | Q(pk__in=others.values("pk")))

    def editable_by(self, user: Any) -> KpiQuerySet:
        """Those a person may define, archive and restore: of areas whose plan they edit."""
        return self.filter(area__in=Area.objects.editable_by(user))

    def at_or_above(self, area: Area) -> KpiQuerySet:
        """What a key result of an area may take its value from: of this area, or of one above."""
        return self.filter(area__in=Area.objects.at_or_above(area))

    def with_context(self) -> KpiQuerySet:
        """With what its figures and links need."""
        return self.select_related("area", "owner", "last_entry__author")

    def owned_by(self, user: Any) -> KpiQuerySet:
        """Those of a person alone, whoever stands in for them."""
        return self.live().filter(owner=user)


class Kpi(Versioned, Archivable):
    """A value that an area watches outside of cycles: which way it should move, or within which bounds stay.

    Its number is the highest of its area and one more. No KPI is ever deleted, so none is used twice.
    """

    class Aim(models.TextChoices):
        UP = "up", _("up")
        DOWN = "down", _("down")
        WITHIN = "within", _("within bounds")

    class Visibility(models.TextChoices):
        INTERNAL = "internal", _("internal")
        RESTRICTED = "restricted", _("restricted")

    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="kpis", verbose_name=_("area"), editable=False
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    code = models.CharField(_("code"), max_length=50, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    metric = models.CharField(_("metric"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    aim = models.CharField(_("aim"), max_length=20, choices=Aim, default=Aim.UP)
    lower_bound = value_field(_("at least"))
    upper_bound = value_field(_("at most"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_kpis",
        verbose_name=_("owner"),
    )
    check_in_every_days = models.PositiveSmallIntegerField(
        _("days between values"),
        default=EVERY_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=Visibility, default=Visibility.INTERNAL
    )
    source_note = models.CharField(_("source"), max_length=300, blank=True)
    added_on = models.DateField(_("watched since"), editable=False)
    # Stored, moved by actions.kpi_entries alone, in the transaction of the entry.
    current_value = value_field(_("current value"), editable=False)
    entry_count = models.PositiveIntegerField(default=0, editable=False)
    last_entry = models.ForeignKey(
        "KpiEntry", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = KpiQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at", "current_value", "entry_count", "last_entry"])

    class Meta:
        ordering = ["area", "number"]
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        indexes = [
            # Read by My check-ins, the count of what is due and the reminders: what does this person own?
            models.Index(fields=["owner", "archived_at"], name="kpi_by_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "number"],
                name="kpi_number_once_per_area",
                violation_error_message=_("This area has a KPI with this number already."),
            ),
            models.CheckConstraint(
                name="kpi_number_from_1",
                condition=Q(number__gte=1),
                violation_error_message=_("KPIs are numbered from 1."),
            ),
            models.CheckConstraint(
                name="kpi_has_title",
                condition=~Q(title=""),
                violation_error_message=_("A KPI says in its title what is watched."),
            ),
            models.CheckConstraint(
                name="kpi_aim_known",
                condition=Q(aim__in=["up", "down", "within"]),
                violation_error_message=_("A KPI is to go up, to go down or to stay within bounds."),
            ),
            models.CheckConstraint(
                name="kpi_within_has_bound",
                condition=~Q(aim="within") | Q(lower_bound__isnull=False) | Q(upper_bound__isnull=False),
                violation_error_message=_("To stay within bounds it needs one: at most, at least, or both."),
            ),
            models.CheckConstraint(
                name="kpi_bounds_of_within_only",
                condition=Q(aim="within") | Q(lower_bound__isnull=True, upper_bound__isnull=True),
                violation_error_message=_("A KPI that is to go up or down has no bounds."),
            ),
            models.CheckConstraint(
                name="kpi_bounds_in_order",
                # As floats: on SQLite the exact values are text, which does not sort by value.
                condition=Q(lower_bound__isnull=True)
                | Q(upper_bound__isnull=True)
                | Q(LessThanOrEqual(Cast("lower_bound", FloatField()), Cast("upper_bound", FloatField()))),
                violation_error_message=_("The lower bound lies above the upper bound."),
            ),
            models.CheckConstraint(
                name="kpi_rhythm_in_days",
                condition=Q(check_in_every_days__gte=1, check_in_every_days__lte=366),
                violation_error_message=_("Values are 1 to 366 days apart."),
            ),
            models.CheckConstraint(
                name="kpi_visibility_known",
                condition=Q(visibility__in=["internal", "restricted"]),
                violation_error_message=_("A KPI is internal or restricted."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.code = f"{self.area.key}-{self.short_code}"
        super().save(*args, **kwargs)

    @property
    def short_code(self) -> str:
        return f"K{self.number}"

    @property
    def is_live(self) -> bool:
        return self.archived_at is None and self.area.archived_at is None

    @property
    def last_on(self) -> date | None:
        return self.last_entry.effective_on if self.last_entry else None

    @property
    def due_on(self) -> date:
        """The day the next value is asked for: its rhythm after the last one, or after it was made."""
        return (self.last_on or self.added_on) + timedelta(days=self.check_in_every_days)

    def owes_entry(self, today: date) -> bool:
        return self.is_live and self.due_on <= today

    def is_stale(self, today: date) -> bool:
        """Silent for more than its rhythm and 3 days, as for key results."""
        return self.is_live and is_stale(
            today, last_on=self.last_on, counts_from=self.added_on, every_days=self.check_in_every_days
        )

    def silent_days(self, today: date) -> int:
        return days_silent(today, last_on=self.last_on, counts_from=self.added_on)

    @property
    def is_outside(self) -> bool:
        """Whether it has bounds and its value lies beyond them; not before the first value."""
        return is_violated(self.current_value, lower=self.lower_bound, upper=self.upper_bound)

    def get_absolute_url(self) -> str:
        return reverse("goals:kpi_detail", args=[self.code])

"""Cycles, and the roadmap of an area in a cycle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.fields import Versioned
from goals.pace import Thresholds


class CycleQuerySet(models.QuerySet["Cycle"]):
    def active(self) -> CycleQuerySet:
        return self.filter(state=Cycle.State.ACTIVE)

    def open_for_check_ins(self) -> CycleQuerySet:
        return self.filter(state__in=[Cycle.State.ACTIVE, Cycle.State.CLOSING])

    def current(self, today: date) -> Cycle | None:
        """As `current_of`. One query."""
        return current_of(self, today)


def current_of(cycles: Iterable[Cycle], today: date) -> Cycle | None:
    """The cycle a page shows when none is named: the running one, else the newest that has begun."""
    newest_first = sorted(cycles, key=lambda cycle: cycle.starts_on, reverse=True)
    running = [row for row in newest_first if row.state in (Cycle.State.ACTIVE, Cycle.State.CLOSING)]
    now = [row for row in running if row.starts_on <= today <= row.ends_on]
    return next(iter([*now, *running, *newest_first]), None)


def _share_field(label: Any, default: str, **options: Any) -> models.DecimalField:
    return models.DecimalField(
        label,
        max_digits=4,
        decimal_places=3,
        default=Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        **options,
    )


# Two years with their leap day. A year in four digits mistyped would else make a course of centuries.
LONGEST = timedelta(days=731)


class Cycle(Versioned):
    """A planning period, usually a half-year."""

    class State(models.TextChoices):
        PLANNING = "planning", _("planning")
        ACTIVE = "active", _("active")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")

    key = models.CharField(
        _("key"),
        max_length=12,
        unique=True,
        validators=[
            RegexValidator(r"^[0-9A-Z]{2,12}\Z", _("A key has 2 to 12 capital letters and digits: 24H2."))
        ],
        help_text=_("Part of every code in it, so it never changes."),
    )
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PLANNING)
    check_in_every_days = models.PositiveSmallIntegerField(
        _("days between check-ins"), default=14, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    check_in_weekday = models.PositiveSmallIntegerField(
        _("weekday of check-ins"), null=True, blank=True, default=0, validators=[MaxValueValidator(6)]
    )
    on_track_gap = _share_field(_("on track: at most this far behind"), "0.05")
    on_track_ratio = _share_field(_("on track: at least this share of the expected"), "0.90")
    at_risk_gap = _share_field(_("at risk: further behind than this"), "0.15")
    at_risk_ratio = _share_field(_("at risk: less than this share of the expected"), "0.70")

    objects = CycleQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["-starts_on", "key"]
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = [
            models.CheckConstraint(
                name="cycle_ends_after_start",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("A cycle ends after it starts."),
            ),
            models.CheckConstraint(
                name="cycle_two_years_at_most",
                condition=Q(ends_on__lt=F("starts_on") + LONGEST),
                violation_error_message=_("A cycle lasts two years at most."),
            ),
            models.CheckConstraint(
                name="cycle_state_known",
                condition=Q(state__in=["planning", "active", "closing", "closed"]),
                violation_error_message=_("A cycle is planning, active, closing or closed."),
            ),
            models.CheckConstraint(
                name="cycle_rhythm_in_days",
                condition=Q(check_in_every_days__gte=1, check_in_every_days__lte=366),
                violation_error_message=_("Check-ins are 1 to 366 days apart."),
            ),
            models.CheckConstraint(
                name="cycle_thresholds_in_order",
                condition=Q(on_track_gap__lte=F("at_risk_gap"), on_track_ratio__gte=F("at_risk_ratio")),
                violation_error_message=_("“On track” must not reach further than “at risk”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def takes_check_ins(self) -> bool:
        return self.state in {self.State.ACTIVE, self.State.CLOSING}

    def get_absolute_url(self) -> str:
        return reverse("cycles:cycle_detail", args=[self.key])

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(
            on_track_gap=self.on_track_gap,
            on_track_ratio=self.on_track_ratio,
            at_risk_gap=self.at_risk_gap,
            at_risk_ratio=self.at_risk_ratio,
        )


# What is agreed on for the whole cycle: once it has begun, a change asks for a reason.
AGREED_FIELDS = ("starts_on", "ends_on", "on_track_gap", "on_track_ratio", "at_risk_gap", "at_risk_ratio")


class Visibility(models.TextChoices):
    """Who reads it: the area's members alone, everybody who signs in, or the world."""

    RESTRICTED = "restricted", _("restricted")
    INTERNAL = "internal", _("internal")
    PUBLIC = "public", _("public")


class RoadmapQuerySet(models.QuerySet["Roadmap"]):
    def visible_to(self, user: Any) -> RoadmapQuerySet:
        """All but the restricted roadmaps of areas the person is no member of."""
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        return self.filter(~Q(visibility=Visibility.RESTRICTED) | Q(area__in=Area.objects.member_of(user)))

    def editable_by(self, user: Any) -> RoadmapQuerySet:
        """Those whose plan a person edits and whose key results a person scores: of their areas, or all.

        Nothing in an area is hidden from whoever edits there.
        """
        return self.filter(area__in=Area.objects.editable_by(user))

    def public(self) -> RoadmapQuerySet:
        return self.filter(
            state=Roadmap.State.PUBLISHED, visibility=Visibility.PUBLIC, area__archived_at__isnull=True
        )


class Roadmap(Versioned):
    """One area's plan for one cycle."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="roadmaps", verbose_name=_("area"))
    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="roadmaps", verbose_name=_("cycle")
    )
    code = models.CharField(_("code"), max_length=30, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    background = models.TextField(_("background"), blank=True, help_text=_("Markdown"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=Visibility, default=Visibility.INTERNAL
    )
    # Numbers given out so far: a number is never used twice, even when its bearer is gone.
    last_focus_number = models.PositiveIntegerField(default=0, editable=False)
    last_excellence_number = models.PositiveIntegerField(default=0, editable=False)

    objects = RoadmapQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at", "last_focus_number", "last_excellence_number"])

    class Meta:
        ordering = ["area__position", "area__key"]
        verbose_name = _("roadmap")
        verbose_name_plural = _("roadmaps")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "cycle"],
                name="roadmap_once_per_area_and_cycle",
                violation_error_message=_("This area has a roadmap for this cycle already."),
            ),
            models.CheckConstraint(
                name="roadmap_state_known",
                condition=Q(state__in=["draft", "published"]),
                violation_error_message=_("A roadmap is draft or published."),
            ),
            models.CheckConstraint(
                name="roadmap_visibility_known",
                condition=Q(visibility__in=["restricted", "internal", "public"]),
                violation_error_message=_("Visibility is restricted, internal or public."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.code = f"{self.area.key}-{self.cycle.key}"
        super().save(*args, **kwargs)

    @property
    def is_public(self) -> bool:
        return self.state == self.State.PUBLISHED and self.visibility == Visibility.PUBLIC

    def get_absolute_url(self) -> str:
        return reverse("goals:roadmap_detail", args=[self.area.key, self.cycle.key])

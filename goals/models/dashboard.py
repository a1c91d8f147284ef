"""Dashboards: cards that a person arranges on a page of their own, and may show to others by link."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from goals.models.fields import Versioned

MOST_CARDS, MOST_DASHBOARDS = 24, 20
WIDEST = 3
NOTE_LENGTH = 10_000


def new_key() -> str:
    """Nobody finds a dashboard by guessing; whoever has its link was given it."""
    return secrets.token_hex(8)


class DashboardQuerySet(models.QuerySet["Dashboard"]):
    def of(self, person: Any) -> DashboardQuerySet:
        return self.filter(owner=person) if person.is_authenticated else self.none()

    def visible_to(self, person: Any) -> DashboardQuerySet:
        """A person's own, and what others share. What stands on one is each reader's question."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(Q(owner=person) | Q(is_shared=True, owner__is_active=True))


class Dashboard(Versioned):
    """A page of cards; every change of a card is one of its dashboard, which moves its version."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="dashboards",
        verbose_name=_("owner"),
        editable=False,
    )
    key = models.CharField(_("key"), max_length=16, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=100)
    is_shared = models.BooleanField(
        _("shown to whoever has its link"),
        default=False,
        help_text=_("To people who sign in. Each finds on it what they may see anyway, and no more."),
    )
    is_start = models.BooleanField(
        _("my start page"), default=False, help_text=_("Where signing in and the name at the top lead to.")
    )

    objects = DashboardQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")
        constraints = [
            models.CheckConstraint(
                name="dashboard_has_title",
                condition=~Q(title=""),
                violation_error_message=_("A dashboard has a title."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(is_start=True),
                name="dashboard_one_start_per_person",
                violation_error_message=_("Another dashboard is the start page already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("goals:dashboard_detail", args=[self.key])


class Card(Versioned):
    """A list, a chart or a note on a dashboard. What `settings` may hold says actions.card_settings."""

    class Kind(models.TextChoices):
        COMPLETION = "completion", _("Completion against expected, by area")
        HEALTH = "health", _("Key results by health")
        COURSE = "course", _("Completion over the cycle")
        ATTENTION = "attention", _("Needs attention")
        SILENT = "silent", _("Silent key results")
        KEY_RESULTS = "key_results", _("Key results")
        OBJECTIVES = "objectives", _("Objectives")
        RISKS = "risks", _("Risks")
        RISK_MATRIX = "risk_matrix", _("Risk matrix")
        RISK_TREND = "risk_trend", _("Risks over the cycle")
        CHANGES = "changes", _("What changed")
        DEPENDENCIES = "dependencies", _("Dependencies")
        KPIS = "kpis", _("KPIs")
        KPI_COURSE = "kpi_course", _("Course of a KPI")
        KEY_RESULT_COURSE = "key_result_course", _("Course of a key result")
        MY_CHECK_INS = "my_check_ins", _("My check-ins due")
        REVIEWS = "reviews", _("For my review")
        NOTE = "note", _("Note")

    dashboard = models.ForeignKey(
        Dashboard,
        on_delete=models.PROTECT,
        related_name="cards",
        verbose_name=_("dashboard"),
        editable=False,
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), editable=False)
    width = models.PositiveSmallIntegerField(_("width"), default=1)
    settings = models.JSONField(_("settings"), default=dict, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints = [
            models.CheckConstraint(
                name="card_kind_known",
                condition=Q(
                    kind__in=[
                        *("completion", "health", "course", "attention", "silent", "key_results"),
                        *("objectives", "risks", "risk_matrix", "risk_trend", "changes", "dependencies"),
                        *("kpis", "kpi_course", "key_result_course", "my_check_ins", "reviews", "note"),
                    ]
                ),
                violation_error_message=_("There is no such kind of card."),
            ),
            models.CheckConstraint(
                name="card_width_1_to_3",
                condition=Q(width__gte=1, width__lte=WIDEST),
                violation_error_message=_("A card is 1 to 3 columns wide."),
            ),
            models.CheckConstraint(
                name="card_position_from_1",
                condition=Q(position__gte=1),
                violation_error_message=_("Cards are placed from 1 on."),
            ),
        ]

    def get_absolute_url(self) -> str:
        return f"{self.dashboard.get_absolute_url()}#card-{self.pk}"

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())

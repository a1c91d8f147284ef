"""Saved filters: what a person narrows a page to again and again, under a name. Nobody else reads one.

So a saved filter has no history and no entry in the record of changes, and the admin does not list it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from goals.models.fields import Versioned, validate_storable

NAME_LENGTH, QUERY_LENGTH = 60, 1_000
MOST_FILTERS = 20


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def of(self, person: Any) -> SavedFilterQuerySet:
        return self.filter(owner=person) if person.is_authenticated else self.none()


class SavedFilter(Versioned):
    """The filter of one page, without cycle and day: those are chosen when it is used."""

    class Page(models.TextChoices):
        """By the name of the page's address in `goals`."""

        RISKS = "risk_list", _("Risks")
        NEEDS = "dependency_list", _("Dependencies")
        ALIGNMENT = "alignment_map", _("Alignment")
        EXCELLENCE = "excellence", _("Engineering excellence")
        KPIS = "kpi_list", _("KPIs")
        CHANGES = "change_list", _("What changed")
        ACTIVITY = "activity_list", _("Activity")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="saved_filters",
        verbose_name=_("owner"),
        editable=False,
    )
    page = models.CharField(_("page"), max_length=20, choices=Page)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[validate_storable])
    # As an address says it: show=stale&area=EDGE
    query = models.CharField(_("filter"), max_length=QUERY_LENGTH, validators=[validate_storable])

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                name="saved_filter_named_once",
                violation_error_message=_("You have a filter of this name on this page already."),
            ),
            models.CheckConstraint(
                name="saved_filter_page_known",
                condition=Q(
                    page__in=[
                        *("risk_list", "dependency_list", "alignment_map", "excellence", "kpi_list"),
                        *("change_list", "activity_list"),
                    ]
                ),
                violation_error_message=_("There is no such page with a filter."),
            ),
            models.CheckConstraint(
                name="saved_filter_says_something",
                condition=~Q(name="") & ~Q(query=""),
                violation_error_message=_("A saved filter has a name, and narrows its page."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(f'goals:{self.page}')}?{self.query}"

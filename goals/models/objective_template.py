"""Templates: objectives with their key results that can be begun again in any roadmap."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.fields import Archivable, Versioned


class ObjectiveTemplateQuerySet(models.QuerySet["ObjectiveTemplate"]):
    def live(self) -> ObjectiveTemplateQuerySet:
        """Archived neither themselves nor with their area."""
        return self.filter(Q(area=None) | Q(area__archived_at__isnull=True), archived_at__isnull=True)

    def editable_by(self, user: Any) -> ObjectiveTemplateQuerySet:
        """Those of areas whose plan a person edits; those of the organisation by managers."""
        mine = Q(area__in=Area.objects.editable_by(user))
        return self.filter(mine | Q(area=None) if user.is_authenticated and user.is_manager else mine)


class ObjectiveTemplate(Versioned, Archivable):
    """What an objective and its key results begin with, without people, days and progress.

    `plan` is made once, by actions.templates, from an objective that stands in a plan, and never changes:
    {"objective": {field: text}, "key_results": [{field: text, "due_at": share or None,
    "interim_targets": [[share, value]], "initiatives": [{"title", "due_at"}]}]}. Shares are of the cycle.
    """

    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="templates",
        verbose_name=_("area"),
    )
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown"))
    plan = models.JSONField(_("plan"), editable=False)

    objects = ObjectiveTemplateQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at", "plan"])

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.CheckConstraint(
                name="template_has_name",
                condition=~Q(name=""),
                violation_error_message=_("A template has a name."),
            ),
            models.CheckConstraint(
                name="template_has_title",
                condition=~Q(title=""),
                violation_error_message=_("A template says in its title what is to be reached."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.archived_at is None and (self.area is None or self.area.archived_at is None)

    def get_absolute_url(self) -> str:
        return reverse("goals:template_detail", args=[self.pk])

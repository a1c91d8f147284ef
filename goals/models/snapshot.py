"""Snapshots: the numbers of one day, kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.cycle import Roadmap
from goals.models.fields import completion_field
from goals.models.objective import Objective


class Snapshot(models.Model):
    """The figures of one objective or one roadmap on one day, with the weights then in force."""

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshots"
    )
    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshots"
    )
    taken_on = models.DateField(_("day"))
    completion = completion_field(_("completion"))
    expected = completion_field(_("expected"))
    weight = models.DecimalField(_("sum of weights"), max_digits=12, decimal_places=2, default=0)
    done = models.PositiveIntegerField(default=0)
    on_track = models.PositiveIntegerField(default=0)
    behind = models.PositiveIntegerField(default=0)
    at_risk = models.PositiveIntegerField(default=0)
    no_data = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)
    reported = models.PositiveIntegerField(default=0)
    older_than_14_days = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["taken_on", "pk"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.CheckConstraint(
                name="snapshot_of_objective_or_roadmap",
                condition=Q(objective__isnull=False, roadmap__isnull=True)
                | Q(objective__isnull=True, roadmap__isnull=False),
                violation_error_message=_("A snapshot is of an objective or of a roadmap."),
            ),
            models.UniqueConstraint(
                fields=["objective", "taken_on"],
                name="snapshot_once_per_objective_and_day",
                violation_error_message=_("This objective has a snapshot of this day already."),
            ),
            models.UniqueConstraint(
                fields=["roadmap", "taken_on"],
                name="snapshot_once_per_roadmap_and_day",
                violation_error_message=_("This roadmap has a snapshot of this day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective_id or self.roadmap_id} {self.taken_on}"

"""Shares: objectives that areas beside the one that plans them own too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.cycle import Cycle
from goals.models.fields import Versioned
from goals.models.objective import Objective


class ShareQuerySet(models.QuerySet["Share"]):
    def of_cycle(self, cycle: Cycle | int) -> ShareQuerySet:
        return self.filter(objective__roadmap__cycle=cycle)

    def live(self) -> ShareQuerySet:
        """With areas that are not archived: those alone have a mean."""
        return self.filter(area__archived_at__isnull=True)

    def visible_to(self, user: Any) -> ShareQuerySet:
        """Those of the objectives a person sees; areas are no secret."""
        return self.filter(objective__in=Objective.objects.visible_to(user).order_by().values("pk"))

    def changeable_by(self, user: Any) -> ShareQuerySet:
        """Those that a person weighs and ends: whoever edits the plan at home, or that of the co-owner."""
        areas = Area.objects.editable_by(user)
        return self.filter(Q(objective__roadmap__area__in=areas) | Q(area__in=areas))


class Share(Versioned):
    """An objective is owned by another area too, and counts in its mean of the cycle by a weight."""

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="shares", verbose_name=_("objective")
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="shares", verbose_name=_("co-owning area")
    )
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
        help_text=_("In the mean of the co-owning area; 0 shows it there and does not count it."),
    )

    objects = ShareQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["pk"]
        verbose_name = _("share of an objective")
        verbose_name_plural = _("shares of objectives")
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "area"],
                name="share_once_per_pair",
                violation_error_message=_("This objective is shared with that area already."),
            ),
            models.CheckConstraint(
                name="share_weight_not_negative",
                condition=Q(weight__gte=0),
                violation_error_message=_("A weight is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective.code} → {self.area.key}"

    def clean(self) -> None:
        """No constraint sees two tables: another area than the one that plans it."""
        super().clean()
        if self.objective.roadmap.area_id == self.area_id:
            raise ValidationError({"area": _("This area plans the objective; it owns it anyway.")})

    @property
    def recorded_as(self) -> str:
        """What an entry of the record about this row names."""
        return str(self)

"""Alignment: which objective supports which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.cycle import Cycle
from goals.models.fields import Versioned
from goals.models.objective import Objective


class AlignmentQuerySet(models.QuerySet["Alignment"]):
    def of_cycle(self, cycle: Cycle | int) -> AlignmentQuerySet:
        """Both ends lie in one cycle, so either tells."""
        return self.filter(supporter__roadmap__cycle=cycle)

    def visible_to(self, user: Any) -> AlignmentQuerySet:
        """Those both ends of which a person sees, each with its roadmap."""
        seen = Objective.objects.in_plans_of(user)
        keys = seen.order_by().values("pk")
        return self.filter(supporter__in=keys, supported__in=keys)

    def counting(self) -> AlignmentQuerySet:
        """Those that the mean of what is supported is made of, whatever they weigh."""
        supporters = Objective.objects.counting().order_by().values("pk")
        return self.filter(supported__counts_supporters=True, supporter__in=supporters)


class Alignment(Versioned):
    """One objective supports another of the same cycle, of whatever area."""

    supporter = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="supports", verbose_name=_("supporter")
    )
    supported = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        related_name="supporters",
        verbose_name=_("supports the objective"),
    )
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
        help_text=_("In the mean of what it supports, where that counts its supporters; 0 takes it out."),
    )

    objects = AlignmentQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["pk"]
        verbose_name = _("alignment")
        verbose_name_plural = _("alignments")
        constraints = [
            models.CheckConstraint(
                name="alignment_not_on_itself",
                condition=~Q(supporter=F("supported")),
                violation_error_message=_("An objective does not support itself."),
            ),
            models.UniqueConstraint(
                fields=["supporter", "supported"],
                name="alignment_once_per_pair",
                violation_error_message=_("This objective supports that one already."),
            ),
            models.CheckConstraint(
                name="alignment_weight_not_negative",
                condition=Q(weight__gte=0),
                violation_error_message=_("A weight is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporter.code} → {self.supported.code}"

    @property
    def recorded_as(self) -> str:
        """What an entry of the record about this row names."""
        return str(self)

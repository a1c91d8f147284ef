"""Concerns: the other objectives that a risk is about, beside the one it belongs to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.cycle import Cycle
from goals.models.objective import Objective
from goals.models.risk import Risk


class ConcernQuerySet(models.QuerySet["Concern"]):
    def of_cycle(self, cycle: Cycle | int) -> ConcernQuerySet:
        """The risk and the objective lie in one cycle, so either tells."""
        return self.filter(objective__roadmap__cycle=cycle)

    def visible_to(self, user: Any) -> ConcernQuerySet:
        """Those of which a person sees both the risk and the objective."""
        risks = Risk.objects.visible_to(user).order_by().values("pk")
        objectives = Objective.objects.visible_to(user).order_by().values("pk")
        return self.filter(risk__in=risks, objective__in=objectives)

    def live(self) -> ConcernQuerySet:
        """Neither the risk nor the objective is archived."""
        return self.filter(risk__in=Risk.objects.live(), objective__in=Objective.objects.live())


class Concern(models.Model):
    """A risk concerns another objective of its cycle. It keeps its own objective, its code and its owner."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="concerns", verbose_name=_("risk"))
    objective = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        related_name="concerned_by",
        verbose_name=_("concerns the objective"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ConcernQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("concern of a risk")
        verbose_name_plural = _("concerns of risks")
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "objective"],
                name="concern_once_per_pair",
                violation_error_message=_("This risk concerns that objective already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.risk.code} → {self.objective.code}"

    def clean(self) -> None:
        """No constraint sees two tables: another objective than the risk's own, of the same cycle."""
        super().clean()
        if self.risk.objective_id == self.objective_id:
            raise ValidationError({"objective": _("The risk belongs to this objective.")})
        if self.risk.objective.roadmap.cycle_id != self.objective.roadmap.cycle_id:
            raise ValidationError({"objective": _("A risk concerns objectives of its own cycle.")})

    @property
    def recorded_as(self) -> str:
        """What an entry of the record about this row names."""
        return str(self)

"""Dependencies: what an objective needs from elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.fields import Versioned
from goals.models.objective import Objective


class Dependency(Versioned):
    """What an objective needs from another area's objective or from an outside partner."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        AGREED = "agreed", _("agreed")
        AT_RISK = "at_risk", _("at risk")
        MET = "met", _("met")

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="needs", verbose_name=_("objective")
    )
    on_objective = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needed_by",
        verbose_name=_("needs the objective"),
    )
    partner = models.CharField(_("needs the partner"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED)
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("carried over from"),
    )

    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["pk"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                name="dependency_on_objective_or_partner",
                condition=Q(on_objective__isnull=False, partner="")
                | (Q(on_objective__isnull=True) & ~Q(partner="")),
                violation_error_message=_("A need names another objective or a partner, one of the two."),
            ),
            models.CheckConstraint(
                name="dependency_not_on_itself",
                condition=Q(on_objective__isnull=True) | ~Q(on_objective=F("objective")),
                violation_error_message=_("An objective does not need itself."),
            ),
            models.CheckConstraint(
                name="dependency_state_known",
                condition=Q(state__in=["asked", "agreed", "at_risk", "met"]),
                violation_error_message=_("A need is asked, agreed, at risk or met."),
            ),
            models.UniqueConstraint(
                fields=["objective", "on_objective"],
                condition=Q(on_objective__isnull=False),
                name="dependency_once_per_objective",
                violation_error_message=_("This objective lists this need already."),
            ),
            models.UniqueConstraint(
                fields=["objective", "partner"],
                condition=~Q(partner=""),
                name="dependency_once_per_partner",
                violation_error_message=_("This objective lists this partner already."),
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="dependency_carried_over_once",
                violation_error_message=_("This need was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective.code}: {self.on_objective.code if self.on_objective else self.partner}"

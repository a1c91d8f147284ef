"""What steps of every kind share: the state they are in, the day they are due, their place in a list."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from goals.models.fields import Versioned


class StepState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DOING = "doing", _("doing")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


UNFINISHED = (StepState.PLANNED, StepState.DOING)


class StepQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        """Planned or under way: what somebody still has to carry on."""
        return self.filter(state__in=UNFINISHED)

    def overdue(self, today: date) -> Self:
        return self.unfinished().filter(due_on__lt=today)


class Step(Versioned):
    """Something that one person does by a day: a mitigation, an initiative."""

    State = StepState

    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=StepState, default=StepState.PLANNED)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def is_overdue(self, today: date) -> bool:
        return self.is_unfinished and self.due_on is not None and self.due_on < today

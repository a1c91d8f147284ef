"""When a check-in is asked for: the rhythm in force, and pauses during which none is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.models.fields import validate_storable
from goals.pace import STALE_GRACE_DAYS

if TYPE_CHECKING:
    from goals.models.key_result import KeyResult

PAUSE_REASON_LENGTH = 500
SAID_BY_KEY_RESULT, SAID_BY_AREA, SAID_BY_CYCLE = "key_result", "area", "cycle"


@dataclass(frozen=True)
class Rhythm:
    """How many days lie between check-ins, and who says so: the key result, an area, or the cycle."""

    days: int
    said_by: str


def rhythm_of(key_result: KeyResult) -> Rhythm:
    """The nearest word counts: its own, then that of its area or the nearest above, then the cycle's.

    No query where area and cycle are loaded.
    """
    if key_result.check_in_every_days:
        return Rhythm(key_result.check_in_every_days, SAID_BY_KEY_RESULT)
    if key_result.area.rhythm_days:
        return Rhythm(key_result.area.rhythm_days, SAID_BY_AREA)
    return Rhythm(key_result.cycle.check_in_every_days, SAID_BY_CYCLE)


class Pausable(models.Model):
    """A row about which nothing is asked until a day, for a reason; the pause ends by itself.

    The last pause stays in the row when it is over; those before it are in the history.
    """

    paused_on = models.DateField(_("paused on"), null=True, blank=True, editable=False)
    paused_until = models.DateField(
        _("paused until"), null=True, blank=True, editable=False, help_text=_("the day that asks again")
    )
    pause_reason = models.TextField(
        _("why it is paused"),
        blank=True,
        editable=False,
        max_length=PAUSE_REASON_LENGTH,
        validators=[MaxLengthValidator(PAUSE_REASON_LENGTH), validate_storable],
    )

    class Meta:
        abstract = True

    def is_paused(self, day: date) -> bool:
        return bool(self.paused_on and self.paused_until and self.paused_on <= day < self.paused_until)

    def is_excused(self, day: date) -> bool:
        """Whether silence says nothing: while paused, and as long after it as a check-in may be late."""
        until = self.paused_until
        return self.is_paused(day) or bool(until and until <= day <= until + timedelta(days=STALE_GRACE_DAYS))


PAUSE_CONSTRAINTS = [
    models.CheckConstraint(
        name="key_result_pause_has_day_and_reason",
        condition=Q(paused_until__isnull=True, paused_on__isnull=True, pause_reason="")
        | Q(paused_until__isnull=False, paused_on__isnull=False) & ~Q(pause_reason=""),
        violation_error_message=_("A pause has a day on which it ends, and a reason."),
    ),
    models.CheckConstraint(
        name="key_result_pause_ends_after_start",
        condition=Q(paused_until__isnull=True) | Q(paused_until__gt=F("paused_on")),
        violation_error_message=_("A pause ends after the day it begins on."),
    ),
]

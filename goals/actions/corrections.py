"""The day of a correction: one rule for check-ins and for values of KPIs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from goals.actions.refusals import Invalid
from goals.models import CheckIn, KpiEntry


def day_of_correction(
    corrects: CheckIn | KpiEntry, effective_on: date | None, *, value: Decimal | None
) -> date:
    """The day of what is corrected: a correction stands in its place. It has no other day, and has a value.

    Raises Invalid.
    """
    if effective_on not in (None, corrects.effective_on):
        raise Invalid(
            _("A correction is as of the day it corrects, %(day)s.")
            % {"day": corrects.effective_on.isoformat()},
            field="effective_on",
        )
    if value is None:
        raise Invalid(_("A correction gives the right value."), field="value")
    return corrects.effective_on

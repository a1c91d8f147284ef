"""The day that somebody asks figures of."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _

from goals.models import Cycle

PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Enough to recognise what one wrote.
QUOTED = 20


def day_asked_for(written: str, *, cycle: Cycle, today: date) -> date:
    """The day, today at the latest and never before the cycle. Raises ValidationError with a sentence."""
    day = _plain_day(written)
    if day is None:
        sentence = _("“%(written)s” is not a day; write it like 2024-10-14.") % {"written": written[:QUOTED]}
        raise ValidationError(sentence, code="invalid")
    shown = formats.date_format(day, "j M Y")
    if day > today:
        raise ValidationError(_("%(day)s is still to come.") % {"day": shown}, code="future")
    if day < cycle.starts_on and day != today:
        words = {"day": shown, "cycle": cycle.name, "begin": formats.date_format(cycle.starts_on, "j M Y")}
        sentence = _("%(day)s lies before %(cycle)s, which begins on %(begin)s.") % words
        raise ValidationError(sentence, code="before_cycle")
    return day


def _plain_day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if PLAIN_DAY.fullmatch(written) else None
    except ValueError:
        return None

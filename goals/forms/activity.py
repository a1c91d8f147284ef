"""What of an activity is asked for, in the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.days import DayField
from goals.figures.changed_line import PLAN, RISKS, TALK, VALUES

FIRST_DAY = dt.date(2000, 1, 1)
KINDS = (
    ("", gettext_lazy("all")),
    (VALUES, gettext_lazy("Values")),
    (PLAN, gettext_lazy("Plan")),
    (RISKS, gettext_lazy("Risks")),
    (TALK, gettext_lazy("Comments")),
)


class ActivityForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS, required=False)
    since = DayField(label=gettext_lazy("Since"), required=False)

    def clean_since(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["since"]
        if day is not None and not FIRST_DAY <= day <= timezone.localdate():
            raise ValidationError(_("Choose a day that has been, from 2000 on."))
        return day

    @property
    def chosen(self) -> dict[str, Any]:
        """Of a scope; what cannot be read narrows nothing."""
        self.is_valid()
        day: dt.date | None = self.cleaned_data.get("since")
        since = timezone.make_aware(dt.datetime.combine(day, dt.time.min)) if day else None
        return {"section": self.cleaned_data.get("kind") or "", "since": since}

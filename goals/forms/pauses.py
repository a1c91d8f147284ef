"""Pausing a key result, and the rhythm of check-ins, as people enter them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from goals.models import KeyResult
from goals.models.pausing import PAUSE_REASON_LENGTH
from goals.pace import check_in_due_on


class PauseForm(forms.Form):
    """Until when nothing is asked, and why."""

    until = DayField(label=_("Ask again on"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Stands beside the key result, for everybody who reads it"),
        max_length=PAUSE_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why it is paused.")},
    )
    version = forms.RegexField(r"\A[0-9]{1,9}\Z", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, key_result: KeyResult, today: date) -> None:
        initial = {"until": next_time(key_result, today), "version": key_result.version}
        if key_result.is_paused(today):
            initial |= {"until": key_result.paused_until, "reason": key_result.pause_reason}
        super().__init__(data, initial=initial)

    def seen_version(self) -> int | None:
        version = self.cleaned_data["version"]
        return int(version) if version else None


class RhythmForm(forms.Form):
    """Days between check-ins; empty leaves it to whoever comes next: the area, the area above, the cycle."""

    days = forms.IntegerField(
        label=_("Days between check-ins"),
        min_value=1,
        max_value=366,
        required=False,
        localize=False,
        error_messages={
            "invalid": _("Write a number of days, like 7."),
            "min_value": _("Check-ins are 1 to 366 days apart."),
            "max_value": _("Check-ins are 1 to 366 days apart."),
        },
    )
    version = forms.RegexField(r"\A[0-9]{1,9}\Z", widget=forms.HiddenInput)

    def clean_days(self) -> int | None:
        # Digits of other scripts are numbers for Python.
        written = str(self.data.get("days", "")).strip()
        if written and not written.isascii():
            raise forms.ValidationError(self.fields["days"].error_messages["invalid"])
        days: int | None = self.cleaned_data["days"]
        return days


def next_time(key_result: KeyResult, today: date) -> date:
    """The day that would ask if there were a check-in today: until then one is skipped."""
    cycle = key_result.cycle
    return check_in_due_on(
        last_on=today,
        counts_from=key_result.counts_from,
        every_days=key_result.rhythm_days,
        weekday=cycle.check_in_weekday,
        ends_on=cycle.ends_on,
    )

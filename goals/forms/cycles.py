"""A cycle as a manager enters it, and the confirmation of a step in its life."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from accounts.models.user import WEEKDAYS
from goals.actions.cycles import change_cycle, create_cycle
from goals.actions.refusals import Refused, StaleVersion
from goals.models import Cycle
from goals.notation import NotReadable
from goals.sentences import refusal_text
from goals.values import parse_value, plain_number

THRESHOLDS = ("on_track_gap", "on_track_ratio", "at_risk_gap", "at_risk_ratio")
CHANGED_FIELDS = ("name", "starts_on", "ends_on", "check_in_every_days", "check_in_weekday", *THRESHOLDS)
VERSION = r"\A[0-9]{1,9}\Z"


class PlainDecimalField(forms.CharField):
    """A decimal in plain digits; what else reads as one elsewhere is refused with a sentence."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return plain_number(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_value(text)
        except NotReadable as error:
            raise ValidationError(refusal_text(error)) from error


class CycleForm(forms.Form):
    """A new cycle, or the changes of one that is not closed."""

    key = forms.CharField(
        label=_("Key"), max_length=12, help_text=_("Part of every code in it, so it never changes: 25H1")
    )
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As people call it: 2025 H1"))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    check_in_every_days = forms.RegexField(
        r"\A[0-9]{1,3}\Z",
        label=_("Days between check-ins"),
        initial=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Check-ins are 1 to 366 days apart.")},
    )
    check_in_weekday = forms.TypedChoiceField(
        label=_("Weekday of check-ins"),
        choices=[("", _("any day")), *WEEKDAYS],
        coerce=int,
        empty_value=None,
        required=False,
        initial=0,
    )
    on_track_gap = PlainDecimalField(
        label=_("On track: at most this far behind"), help_text=_("0.05 = 5 points")
    )
    on_track_ratio = PlainDecimalField(
        label=_("On track: at least this share of the expected"), help_text="0.9 = 90 %"
    )
    at_risk_gap = PlainDecimalField(
        label=_("At risk: further behind than this"), help_text=_("0.15 = 15 points")
    )
    at_risk_ratio = PlainDecimalField(
        label=_("At risk: less than this share of the expected"), help_text="0.7 = 70 %"
    )
    reason = forms.CharField(
        label=_("Why dates or thresholds change"),
        help_text=_("Asked for since the cycle has begun; kept in its history"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, cycle: Cycle | None = None) -> None:
        shown = cycle or Cycle()
        names = CHANGED_FIELDS if cycle else THRESHOLDS
        initial = {name: getattr(shown, name) for name in names} | (
            {"version": cycle.version} if cycle else {}
        )
        super().__init__(data, initial=initial)
        self.cycle = cycle
        self.conflicts: list[tuple[Any, Any, Any]] = []
        if cycle is not None:
            del self.fields["key"]
        if cycle is None or not cycle.takes_check_ins:
            del self.fields["reason"]

    def save(self, *, by: Any, now: datetime) -> Cycle | None:
        """The cycle made or changed; None when it was refused, with the sentences at the fields."""
        entered = self.cleaned_data
        values = {name: entered[name] for name in CHANGED_FIELDS}
        values["check_in_every_days"] = int(entered["check_in_every_days"])
        try:
            if self.cycle is None:
                return create_cycle(by=by, now=now, key=entered["key"], **values)
            change_cycle(
                self.cycle,
                by=by,
                now=now,
                version=int(entered["version"]) if entered["version"] else None,
                reason=entered.get("reason", ""),
                **values,
            )
        except Refused as refusal:
            self._refuse(refusal, values)
            return None
        return self.cycle

    def _refuse(self, refusal: Refused, values: dict[str, Any]) -> None:
        self.refusal = refusal
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentences)
        if isinstance(refusal, StaleVersion) and self.cycle is not None:
            # Both are shown; whoever saves again has seen what stands there now.
            self.cycle.refresh_from_db()
            self.conflicts = [
                (self.fields[name].label, getattr(self.cycle, name), value)
                for name, value in values.items()
                if getattr(self.cycle, name) != value
            ]
            self.data = dict(self.data.items()) | {"version": str(self.cycle.version)}


class StepForm(forms.Form):
    """The confirmation of a step; `version` is that of the cycle that was looked at."""

    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it is opened again"),
        help_text=_("Kept in the history of the cycle"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_reason:
            del self.fields["reason"]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the step is called with."""
        entered = self.cleaned_data
        version = {"version": int(entered["version"]) if entered["version"] else None}
        return version | ({"reason": entered["reason"]} if "reason" in self.fields else {})


class OtherCycleForm(forms.Form):
    """Chooses another cycle by its key."""

    def __init__(self, *args: Any, name: str, label: Any, cycles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[name] = forms.ModelChoiceField(
            cycles,
            to_field_name="key",
            label=label,
            empty_label=_("choose a cycle"),
            error_messages={"invalid_choice": _("There is no such cycle to choose.")},
        )

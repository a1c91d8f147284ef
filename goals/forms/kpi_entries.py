"""The value of a KPI as a person enters it. This form reads; `record_entry` judges, as for the API."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from goals.actions.kpi_entries import Entered, record_entry
from goals.actions.refusals import EnteredMeanwhile, Refused
from goals.forms.check_ins import MOST_SHOWN
from goals.forms.plan_fields import lines
from goals.models import Kpi, KpiEntry
from goals.notation import NotReadable
from goals.sentences import refusal_text, value_text
from goals.values import parse_reported

WRITTEN_FIELDS = ("note", "evidence_url", "reason")


class KpiEntryForm(forms.Form):
    """One value of one KPI, as a row of a table or as a page of its own; fields and habits of a check-in."""

    value = forms.CharField(label=_("Now"), required=False)
    no_change = forms.BooleanField(label=_("No change"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 1}))
    evidence_url = forms.CharField(
        label=_("Evidence"),
        help_text=_("A link to what shows it"),
        required=False,
        widget=forms.TextInput(attrs={"type": "url", "placeholder": "https://"}),
    )
    effective_on = DayField(label=_("As of"), required=False)
    reason = forms.CharField(
        label=_("Why it is corrected"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    form_id = forms.UUIDField(required=False)
    seen = forms.RegexField(r"\A[0-9]{1,9}\Z", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kpi: Kpi,
        corrects: KpiEntry | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"note": corrects.note, "evidence_url": corrects.evidence_url} if corrects else {}
        super().__init__(data, initial=initial, prefix=kpi.code, **kwargs)
        self.kpi, self.corrects = kpi, corrects
        self.refusal: Refused | None = None
        self.entered: Entered | None = None
        self.reported_meanwhile: list[KpiEntry] = []
        self.has_told_news = False
        # A form is shown again only when it was not kept, so it may bear a new name.
        self.shown_form_id = uuid.uuid4()
        if corrects is not None:
            del self.fields["no_change"]
            del self.fields["effective_on"]
        else:
            del self.fields["reason"]

    @property
    def code(self) -> str:
        return self.kpi.code

    @property
    def told(self) -> str:
        """What was entered, in words."""
        value = self.cleaned_data["value"]
        if value is None:
            return str(_("%(code)s no change") % {"code": self.code})
        return f"{self.code} {value_text(value, unit=self.kpi.unit)}"

    def shown_seen(self) -> int | str:
        """How many values its reader knows of: those there are, once a sentence has named the last one."""
        if self.is_bound and not self.has_told_news and not self.errors.get("seen"):
            return self.was_written("seen")
        return self.kpi.entry_count

    @property
    def may_stay_unchanged(self) -> bool:
        return self.kpi.current_value is not None

    @cached_property
    def is_entered(self) -> bool:
        """Whether there is anything to save; a row that was left as it was shown is not touched."""
        return bool(self.was_written("value", "no_change", "note", "evidence_url"))

    def was_written(self, *names: str) -> str:
        """What these fields were sent with, together; empty when all were left empty."""
        return "".join(str(self.data.get(self.add_prefix(name)) or "").strip() for name in names)

    def as_typed(self) -> list[tuple[str, str]]:
        """(label, text) of every field that was filled in, to stand beside what somebody else entered."""
        names = ("value", "no_change", "effective_on", "note", "evidence_url", "reason")
        typed = [(name, self.was_written(name)) for name in names if name in self.fields]
        return [
            (str(self.fields[name].label), str(_("yes")) if name == "no_change" else text)
            for name, text in typed
            if text
        ]

    def mark_no_change(self) -> None:
        """For a row without a value: what is entered is that nothing moved."""
        if not self.was_written("value") and self.may_stay_unchanged:
            self.data = dict(self.data.items()) | {self.add_prefix("no_change"): "on"}
            self.__dict__.pop("is_entered", None)

    def clean_value(self) -> Decimal | None:
        text = self.cleaned_data["value"]
        if not text:
            return None
        try:
            return parse_reported(text, kind="reach", unit=self.kpi.unit)
        except NotReadable as error:
            raise ValidationError(refusal_text(error)) from error

    def clean_note(self) -> str:
        return lines(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        entered = self.cleaned_data
        if "value" in entered:
            if entered["value"] is None and not entered.get("no_change"):
                if self.corrects is not None:
                    self.add_error("value", _("Enter the right value."))
                else:
                    self.add_error("value", _("Enter the value now, or mark “no change”."))
            elif entered["value"] is not None and entered.get("no_change"):
                self.add_error("value", _("Enter a value or mark “no change”, not both."))
        return entered

    def record(self, *, author: Any, now: datetime, today: Any) -> Entered | None:
        """Keeps the value of a valid form; None when it was refused, with the sentences at the fields."""
        entered = self.cleaned_data
        written = {name: entered[name] for name in WRITTEN_FIELDS if name in entered}
        try:
            kept = record_entry(
                self.kpi,
                author=author,
                now=now,
                today=today,
                source=KpiEntry.Source.PAGE,
                value=entered["value"],
                effective_on=entered.get("effective_on"),
                corrects=self.corrects,
                form_id=entered["form_id"],
                seen_count=int(entered["seen"]) if entered["seen"] else None,
                **written,
            )
        except Refused as refusal:
            self.refuse(refusal)
            return None
        if self._says_something_else(kept.entry, written):
            sentence = _("This form was saved before; save again to keep this as a new value.")
            self.add_error("value", sentence)
            self.has_told_news = True
            return None
        self.entered = kept
        return kept

    def refuse(self, refusal: Refused) -> None:
        """Puts the sentences of a refusal at their fields."""
        self.refusal = refusal
        self.has_told_news = isinstance(refusal, EnteredMeanwhile)
        if isinstance(refusal, EnteredMeanwhile):
            newer = self.kpi.entries.filter(sequence__gt=int(self.cleaned_data["seen"]))
            self.reported_meanwhile = list(newer.with_authors().order_by("-sequence")[:MOST_SHOWN])
            self.kpi.refresh_from_db(fields=["entry_count"])
        for field, sentences in refusal.errors.items():
            self.add_error(field if field in self.fields else None, sentences)

    def _says_something_else(self, kept: KpiEntry, written: dict[str, Any]) -> bool:
        """Whether a form sent again, perhaps after the browser's "back", says other things."""
        value, entered_day = self.cleaned_data["value"], self.cleaned_data.get("effective_on")
        if kept.is_no_change != (value is None) or (value is not None and kept.value != value):
            return True
        if entered_day and kept.effective_on != entered_day:
            return True
        return any(getattr(kept, name) != text for name, text in written.items())

"""A check-in as a person enters it. This form reads; `record_check_in` judges, for pages and API alike."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from goals.actions.drafts import check_in_from_form
from goals.actions.refusals import Refused, ReportedMeanwhile
from goals.models import CheckIn, CheckInDraft, KeyResult
from goals.notation import NotReadable
from goals.sentences import refusal_text, value_text
from goals.values import parse_reported

CONFIDENCE_CHOICES = [("", "–"), *((str(step), str(step)) for step in range(11))]
MILESTONE_CHOICES = [("", "–"), ("not done", _("not done")), ("done", _("done"))]
# What a resent form is compared by: all that its sender wrote.
PROSE_FIELDS = ("note", "blocker", "evidence_url", "reason")
WRITTEN_FIELDS = ("status", "confidence", *PROSE_FIELDS)

# Of what others reported meanwhile, the newest are shown.
MOST_SHOWN = 5


class CheckInForm(forms.Form):
    """One check-in on one key result, as a row of a table or as a page of its own."""

    value = forms.CharField(label=_("Now"), required=False)
    no_change = forms.BooleanField(label=_("No change"), required=False)
    status = forms.ChoiceField(
        label=_("You say"),
        choices=CheckIn.Status.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": _("The status is on track, behind or at risk.")},
    )
    confidence = forms.TypedChoiceField(
        label=_("Confidence"),
        help_text=_("0 to 10 that the target will be met"),
        choices=CONFIDENCE_CHOICES,
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Confidence goes from 0 to 10.")},
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 1}))
    blocker = forms.CharField(
        label=_("Blocker"),
        help_text=_("What stands in the way, and who can move it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
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
    # Of the draft that it was filled in from.
    draft_version = forms.RegexField(r"\A[0-9]{1,9}\Z", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        key_result: KeyResult,
        corrects: CheckIn | None = None,
        draft: CheckInDraft | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"status": _status_said(key_result)} | (_as_entered(corrects) if corrects else {})
        initial |= as_left(draft) if draft else {}
        super().__init__(data, initial=initial, prefix=key_result.code, **kwargs)
        self.key_result = key_result
        self.corrects = corrects
        self.draft = draft
        self.refusal: Refused | None = None
        self.reported_meanwhile: list[CheckIn] = []
        self.has_told_news = False
        # Check-ins that its own sender made with the same press, by entering the value of its KPI.
        self.made_meanwhile = 0
        # A form is shown again only when it was not kept, so it may bear a new name.
        self.shown_form_id = uuid.uuid4()
        self.fields["value"].widget = self._value_widget()
        if corrects is not None:
            del self.fields["no_change"]
            del self.fields["effective_on"]
        else:
            del self.fields["reason"]

    @property
    def code(self) -> str:
        return self.key_result.code

    @property
    def told(self) -> str:
        """What was reported, in words."""
        value = self.cleaned_data["value"]
        if value is None:
            return str(_("%(code)s no change") % {"code": self.code})
        shown = value_text(value, unit=self.key_result.unit, kind=self.key_result.formula_kind)
        return f"{self.code} {shown}"

    @property
    def is_fed(self) -> bool:
        """Whether the value comes from a KPI, so that none is asked for here."""
        of_before = self.corrects is not None and self.corrects.kpi_entry_id is None
        return self.key_result.kpi_id is not None and not of_before

    def _value_widget(self) -> forms.Widget:
        if self.key_result.kind == KeyResult.Kind.MILESTONE:
            return forms.Select(choices=MILESTONE_CHOICES)
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def shown_seen(self) -> int | str:
        """How many check-ins its reader knows of: those there are, once a sentence has named the last one."""
        if self.is_bound and not self.has_told_news and not self.errors.get("seen"):
            return self.was_written("seen")
        if self.draft is not None and not self.is_bound:
            return self.draft.seen_count
        return self.key_result.check_in_count

    def shown_draft_version(self) -> int | str:
        """The version of the draft it was filled in from; the one there is, once a sentence told of it."""
        if self.is_bound and not self.has_told_news:
            return self.was_written("draft_version")
        return self.draft.version if self.draft else ""

    @property
    def may_stay_unchanged(self) -> bool:
        return self.key_result.current_value is not None

    @cached_property
    def is_entered(self) -> bool:
        """Whether there is anything to save; a row that was left as it was shown is not touched.

        Nor is one that will be sent at its time, as long as nobody changed it.
        """
        if self.draft is not None and self.draft.send_at is not None and self.is_as_left:
            return False
        if self.was_written("value", "no_change", "note", "blocker", "evidence_url", "confidence"):
            return True
        is_as_seen = self.was_written("seen") == str(self.key_result.check_in_count)
        return is_as_seen and self.was_written("status") != (self.initial["status"] or "")

    @property
    def is_as_left(self) -> bool:
        """Whether what was sent is what its draft says."""
        if self.draft is None:
            return False
        left = {name: str(self.initial[name] or "") for name in as_left(self.draft) if name != "effective_on"}
        left["no_change"] = "on" if self.draft.is_no_change else ""
        return all(_lines(self.was_written(name)) == text.strip() for name, text in left.items())

    def was_written(self, *names: str) -> str:
        """What these fields were sent with, together; empty when all were left empty."""
        return "".join(str(self.data.get(self.add_prefix(name)) or "").strip() for name in names)

    def as_typed(self) -> list[tuple[str, str]]:
        """(label, text) of every field that was filled in, to stand beside what somebody else reported."""
        told: list[tuple[str, str]] = []
        for name in ("value", "no_change", "effective_on", "status", "confidence", *PROSE_FIELDS):
            text = self.was_written(name) if name in self.fields else ""
            if name == "status":
                text = str(dict(CheckIn.Status.choices).get(text, text))
            if text:
                told.append((str(self.fields[name].label), str(_("yes")) if name == "no_change" else text))
        return told

    def mark_no_change(self) -> None:
        """For a row without a value: nothing moved. Where a KPI gives it, that is said there."""
        if not self.is_fed and not self.was_written("value") and self.may_stay_unchanged:
            self.data = dict(self.data.items()) | {self.add_prefix("no_change"): "on"}
            self.__dict__.pop("is_entered", None)

    def clean_value(self) -> Decimal | None:
        text = self.cleaned_data["value"]
        if not text:
            return None
        try:
            return parse_reported(text, kind=self.key_result.kind, unit=self.key_result.unit)  # type: ignore[arg-type]
        except NotReadable as error:
            raise ValidationError(refusal_text(error)) from error

    def clean_note(self) -> str:
        return _lines(self.cleaned_data["note"])

    def clean_blocker(self) -> str:
        return _lines(self.cleaned_data["blocker"])

    def clean_status(self) -> str:
        status: str = self.cleaned_data["status"]
        if not status:
            raise ValidationError(_("Say on track, behind or at risk."))
        return status

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

    def effective_day(self, today: date) -> date:
        """The day that is reported about, as far as it can be read."""
        if self.corrects is not None:
            return self.corrects.effective_on
        return self.cleaned_data.get("effective_on") or today

    def record(self, *, author: Any, now: datetime, today: date) -> CheckIn | None:
        """Keeps the check-in of a valid form; None when it was refused, with the sentences at the fields."""
        entered = self.cleaned_data
        written = {name: entered[name] for name in WRITTEN_FIELDS if name in entered}
        try:
            kept = check_in_from_form(
                self.key_result,
                author=author,
                draft_version=int(entered["draft_version"]) if entered["draft_version"] else None,
                now=now,
                today=today,
                source=CheckIn.Source.PAGE,
                value=entered["value"],
                effective_on=entered.get("effective_on"),
                corrects=self.corrects,
                form_id=entered["form_id"],
                seen_count=int(entered["seen"]) + self.made_meanwhile if entered["seen"] else None,
                **written,
            )
        except Refused as refusal:
            self.refuse(refusal)
            return None
        if self._says_something_else(kept, written):
            self.add_error(
                "value", _("This form was saved before; save again to keep this as a new check-in.")
            )
            self.has_told_news = True
            return None
        return kept

    def refuse(self, refusal: Refused) -> None:
        """Puts the sentences of a refusal at their fields."""
        self.refusal = refusal
        self.has_told_news = isinstance(refusal, ReportedMeanwhile)
        if isinstance(refusal, ReportedMeanwhile):
            newer = self.key_result.check_ins.filter(sequence__gt=int(self.cleaned_data["seen"]))
            self.reported_meanwhile = list(newer.with_authors().order_by("-sequence")[:MOST_SHOWN])
        for field, sentences in refusal.errors.items():
            self.add_error(field if field in self.fields else None, sentences)

    def _says_something_else(self, kept: CheckIn, written: dict[str, Any]) -> bool:
        """Whether a form sent again, perhaps after the browser's "back", says other things."""
        value, entered_day = self.cleaned_data["value"], self.cleaned_data.get("effective_on")
        if kept.is_no_change != (value is None) or (value is not None and kept.value != value):
            return True
        if entered_day and kept.effective_on != entered_day:
            return True
        return any(getattr(kept, name) != text for name, text in written.items())


def _status_said(key_result: KeyResult) -> str:
    return key_result.last_check_in.status if key_result.last_check_in else ""


def _as_entered(check_in: CheckIn) -> dict[str, Any]:
    """A check-in as its form would have been filled in; the value is left to be entered anew."""
    names = ("status", "confidence", "note", "blocker", "evidence_url")
    return {name: getattr(check_in, name) for name in names}


def as_left(draft: CheckInDraft) -> dict[str, Any]:
    """A draft as its form was left."""
    names = ("status", "confidence", "note", "blocker", "evidence_url", "effective_on")
    left = {name: getattr(draft, name) for name in names}
    return left | {"value": draft.value_text, "no_change": draft.is_no_change}


def _lines(text: str) -> str:
    """Browsers end lines with CR LF; what is kept ends them with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

"""Drafts of check-ins as a person enters them: what is written so far, and when it is to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from goals.actions.drafts import DraftChanged, keep_draft
from goals.actions.refusals import Refused
from goals.forms.check_ins import CheckInForm
from goals.models import CheckInDraft, KeyResult
from goals.models.check_in_draft import VALUE_LENGTH

HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
USUAL_HOUR = 9


class DraftForm(CheckInForm):
    """What is written so far: all of it may be left out, and the value need not be a number yet.

    With `is_whole` nothing may be missing: it is to be sent by itself, and nobody is there to complete it.
    """

    def __init__(self, *args: Any, is_whole: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_whole = is_whole

    def clean_value(self) -> Decimal | None:
        """The number, where it is one already; what comes back in the form is what was typed."""
        MaxLengthValidator(VALUE_LENGTH)(self.cleaned_data["value"])
        try:
            return super().clean_value()
        except ValidationError:
            if self.is_whole:
                raise
            return None

    def clean_status(self) -> str:
        return super().clean_status() if self.is_whole else self.cleaned_data["status"]

    def clean(self) -> dict[str, Any]:
        return super().clean() if self.is_whole else self.cleaned_data

    def keep(
        self, *, author: Any, now: datetime, today: date, send_at: datetime | None
    ) -> CheckInDraft | None:
        """Keeps the draft of a valid form; None when it was refused, with the sentences at the fields."""
        entered = self.cleaned_data
        names = ("status", "confidence", "note", "blocker", "evidence_url")
        day = entered.get("effective_on")
        try:
            return keep_draft(
                self.key_result,
                author=author,
                now=now,
                version=int(entered["draft_version"]) if entered["draft_version"] else None,
                send_at=send_at,
                seen_count=int(entered["seen"]) if entered["seen"] else None,
                value_text=self.was_written("value"),
                is_no_change=bool(entered.get("no_change")),
                # Today is what the form offers: left as it is, it means the day on which it is sent.
                effective_on=None if day == today else day,
                **{name: entered[name] for name in names},
            )
        except Refused as refusal:
            self.refuse(refusal)
            self.has_told_news = isinstance(refusal, DraftChanged)
            return None


class SendTimeForm(forms.Form):
    """A day and an hour on the clock of whoever writes the draft."""

    send_on = DayField(
        label=_("Send it on"), error_messages={"required": _("Choose the day on which it is sent.")}
    )
    send_hour = forms.ChoiceField(
        label=_("Hour"), choices=HOURS, error_messages={"invalid_choice": _("Choose a full hour.")}
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, key_result: KeyResult, draft: CheckInDraft | None
    ) -> None:
        self.planned = timezone.localtime(draft.send_at) if draft and draft.send_at else None
        initial = {"send_on": None, "send_hour": str(USUAL_HOUR)}
        if self.planned:
            initial = {"send_on": self.planned.date(), "send_hour": str(self.planned.hour)}  # type: ignore[dict-item]
        super().__init__(data, initial=initial, prefix=key_result.code)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if not self.errors and self.send_at <= timezone.now():
            self.add_error("send_on", _("Choose a time that lies ahead."))
        return entered

    @property
    def send_at(self) -> datetime:
        """The moment. An hour that the clock skips in spring comes with the next one."""
        entered = self.cleaned_data
        naive = datetime.combine(entered["send_on"], time(int(entered["send_hour"])))
        return timezone.make_aware(naive)

    @property
    def is_left_alone(self) -> bool:
        """Whether no time was chosen, or none but the one that is planned."""
        day = str(self.data.get(self.add_prefix("send_on")) or "").strip()
        return day in ("", self.planned.date().isoformat() if self.planned else "")

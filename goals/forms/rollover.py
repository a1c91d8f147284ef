"""What becomes of one unfinished key result, as a manager chooses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from goals.actions.rollover import Decision
from goals.forms.cycles import PlainDecimalField
from goals.models import KeyResult, RolloverDecision


class RolloverForm(forms.Form):
    """A row of the rollover: keep, modify with what is new, or drop with a reason."""

    choice = forms.ChoiceField(
        label=_("Decision"),
        choices=RolloverDecision.Choice.choices,
        initial=RolloverDecision.Choice.KEEP,
        error_messages={"invalid_choice": _("A key result is kept, modified or dropped.")},
    )
    title = forms.CharField(label=_("New title"), required=False, max_length=200)
    target_value = PlainDecimalField(label=_("New target"), required=False)
    due_on = DayField(label=_("New due day"), required=False)
    reason = forms.CharField(label=_("Why"), required=False, max_length=2000)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        row: KeyResult,
        is_compact: bool = False,
        **kwargs: Any,
    ) -> None:
        """Of many at once, a compact one shows its details only where it is not kept."""
        super().__init__(data, prefix=row.code, **kwargs)
        self.row, self.is_compact = row, is_compact
        self.fields["title"].widget.attrs["placeholder"] = row.title
        if row.kind != KeyResult.Kind.REACH:
            del self.fields["target_value"]

    @property
    def shows_details(self) -> bool:
        return not self.is_compact or self["choice"].value() != RolloverDecision.Choice.KEEP

    @property
    def field_count(self) -> int:
        """How many fields the page sends of it."""
        return len(self.fields) if self.shows_details else 1

    @property
    def decision(self) -> Decision:
        entered = self.cleaned_data
        return Decision(
            choice=entered["choice"],
            reason=entered["reason"],
            title=entered["title"],
            target_value=entered.get("target_value"),
            due_on=entered["due_on"],
        )

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Puts the sentences of a refusal of the whole, each named CODE-field, at the fields of this row."""
        for name, sentences in errors.items():
            code, _dash, field = name.rpartition("-")
            if code == self.row.code:
                self.add_error(field if field in self.fields else None, sentences)

    def hidden(self) -> list[tuple[str, str]]:
        """What was entered, to be sent on by the page that shows the plan."""
        names = [self.add_prefix(name) for name in self.fields]
        return [(name, self.data[name]) for name in names if self.data.get(name)]

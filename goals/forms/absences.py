"""An absence as a person enters it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from accounts.models import User
from goals.actions.refusals import Refused
from goals.forms.plan_fields import OwnerField
from goals.models.absence import NOTE_LENGTH


class AbsenceForm(forms.Form):
    first_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"))
    stand_in = OwnerField(
        label=_("Stand-in"), help_text=_("Gets your reminders meanwhile, and may check in on what you own.")
    )
    note = forms.CharField(
        label=_("Note"), help_text=_("For your stand-in alone"), max_length=NOTE_LENGTH, required=False
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        field: Any = self.fields["stand_in"]
        field.required, field.empty_label = True, ""
        field.queryset = field.queryset.exclude(pk=person.pk)

    def refuse(self, refusal: Refused) -> None:
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentences)

"""Initiatives as people enter them, and the two presses that need no form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.forms.plan import VERSION, PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Initiative
from goals.models.initiative import LINK_LENGTH

UP, DOWN = "up", "down"


class InitiativeForm(PlanForm):
    constraint_fields = {"initiative_has_title": "title", "initiative_link_is_http": "link"}

    # Judged by its model, which says for what is wrong what a link begins with.
    link = forms.CharField(
        label=_("Link"),
        help_text=_("An issue, a pull request or a document"),
        required=False,
        max_length=LINK_LENGTH,
        widget=forms.TextInput({"type": "url", "placeholder": "https://"}),
    )

    class Meta:
        model = Initiative
        fields = ["title", "link", "owner", "due_on", "state"]
        formfield_callback = form_field


class StateForm(forms.Form):
    """One press: the state it leads to, of the version that was shown. `mine`: pressed on My check-ins."""

    state = forms.ChoiceField(choices=Initiative.State.choices)
    version = forms.RegexField(VERSION)
    mine = forms.BooleanField(required=False)


class MoveForm(forms.Form):
    to = forms.ChoiceField(choices=[(UP, UP), (DOWN, DOWN)])

    @property
    def steps(self) -> int:
        return -1 if self.cleaned_data["to"] == UP else 1

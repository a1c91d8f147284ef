"""A new name for a tag, as people enter it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models.tags import TAG_LENGTH


class RenameTagForm(forms.Form):
    name = forms.CharField(
        label=_("New name"),
        max_length=TAG_LENGTH,
        help_text=_("One that is there takes in this one. Closed cycles keep the old name."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

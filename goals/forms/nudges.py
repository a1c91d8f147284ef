"""Asking for a check-in, as a lead or manager enters it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models.nudge import SENTENCE_LENGTH


class NudgeForm(forms.Form):
    """A sentence of one's own, or none."""

    sentence = forms.CharField(
        label=_("A sentence of yours"),
        help_text=_("In the mail, and in the record of changes; may stay empty"),
        required=False,
        max_length=SENTENCE_LENGTH,
    )

"""A day as a person enters it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayField(forms.DateField):
    """A day as date inputs send it; other notations and other scripts' digits are refused."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": _("Write the day as year-month-day, like 2024-10-14.")}

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and value.strip() and not ISO_DAY.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

"""Fields of the plan's forms: numbers, days and people as the rest of the product takes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from accounts.models import User
from goals.exchange.document import MAX_BLOCK
from goals.notation import NotReadable
from goals.sentences import refusal_text
from goals.values import parse_value, plain_number

LONGEST_NUMBER = 40
# A select is quicker than a number to type where there are so few.
LEVELS = range(1, 6)
TENTHS = range(11)


class NumberField(forms.CharField):
    """A decimal as `parse_value` reads it; empty is None."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(
            max_length=LONGEST_NUMBER, empty_value="", widget=forms.TextInput(attributes), **options
        )

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_value(text)
        except NotReadable as error:
            raise ValidationError(refusal_text(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return plain_number(value) if isinstance(value, Decimal) else value


class OwnerField(forms.ModelChoiceField):
    """Somebody who is active; whoever owns it now may stay."""

    def __init__(self, *, current: int | None = None, **options: Any) -> None:
        people = User.objects.filter(Q(is_active=True) | Q(pk=current)).order_by("name", "email")
        options.setdefault("label", capfirst(_("owner")))
        super().__init__(people, required=False, empty_label=_("nobody yet"), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"


class StepField(forms.TypedChoiceField):
    """A whole number out of few, or none."""

    def __init__(self, steps: Iterable[int], **options: Any) -> None:
        choices = [("", "–"), *((str(step), str(step)) for step in steps)]
        super().__init__(choices=choices, coerce=int, empty_value=None, **options)


def form_field(field: models.Field, **options: Any) -> forms.Field | None:
    """The form's field for a model's one: its label and help, and our own way of reading.

    A text is no longer than a document holds it.
    """
    told: dict[str, Any] = {
        "label": capfirst(field.verbose_name),
        "help_text": field.help_text,
        "required": not (field.blank or field.null),
    }
    if isinstance(field, models.DecimalField):
        return NumberField(**told)
    if isinstance(field, models.DateField):
        return DayField(**told)
    if isinstance(field, models.TextField):
        options |= {"widget": forms.Textarea({"rows": 4}), "max_length": field.max_length or MAX_BLOCK}
    made: forms.Field | None = field.formfield(**options)
    if isinstance(made, forms.TypedChoiceField) and field.blank:
        made.choices = [("", "–"), *(choice for choice in field.flatchoices if choice[0] != "")]
    return made


def lines(text: str) -> str:
    """Browsers end lines with CR LF; what is kept ends them with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tell_tags(form: forms.BaseForm) -> None:
    """How tags are typed; the page offers those that are in use."""
    form.fields["tags"].help_text = _("Short words with blanks between them, at most 10: latency on-device")
    form.fields["tags"].widget = forms.TextInput({"list": "tags", "autocomplete": "off"})

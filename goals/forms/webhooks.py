"""A webhook as people set it up; the action judges what was entered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.forms.plan import PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Webhook
from goals.models.webhook import CHOOSABLE


class EventsField(forms.MultipleChoiceField):
    """Kept as words divided by blanks, in one order."""

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value


class WebhookForm(PlanForm):
    events = EventsField(
        label=_("It is told of"),
        choices=[(event.value, event.label) for event in CHOOSABLE],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Webhook
        fields = ["title", "url", "events"]
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["title"].help_text = _("So that others know it: “chat of the team”")
        self.fields["url"].help_text = _("Where messages are posted to: https://…")
        self.fields["url"].widget.input_type = "url"

    def as_sent(self, name: str) -> str:
        if name != "events":
            return super().as_sent(name)
        chosen = self["events"].value() or []
        return " ".join(event for event in CHOOSABLE if event in chosen)

    def in_words(self, name: str) -> str:
        if name != "events":
            return super().in_words(name)
        chosen = self.as_sent(name).split()
        return ", ".join(str(event.label) for event in CHOOSABLE if event in chosen)

    def merged_data(self, base: PlanForm | None, theirs: PlanForm) -> dict[str, Any]:
        data = super().merged_data(base, theirs)
        is_theirs = base is not None and base.as_sent("events") == self.as_sent("events")
        return data | {"events": (theirs if is_theirs else self).as_sent("events").split()}

"""What people enter about themselves."""

import zoneinfo
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.days import DayField
from accounts.mails import refuse_snooze
from accounts.models import User

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class PreferencesForm(forms.ModelForm):
    """A person's own data, as far as it is theirs to change."""

    reminder_hour = forms.TypedChoiceField(
        label=_("Hour"), help_text=_("In your time zone"), choices=HOURS, coerce=int
    )
    reminders_snoozed_until = DayField(
        label=_("No reminders until"),
        help_text=_("The day on which they come again; empty: they come now"),
        required=False,
    )

    class Meta:
        model = User
        fields = [
            "name",
            "time_zone",
            "language",
            "reminders_enabled",
            "reminder_rhythm",
            "reminder_weekday",
            "reminder_hour",
            "reminders_snoozed_until",
            "digest_enabled",
            "escalation_mails_enabled",
            "cycle_mails_enabled",
            "nudge_mails_enabled",
            "mention_mails_enabled",
        ]
        labels = {
            "reminders_enabled": _("Remind me by mail of what I owe"),
            "reminder_rhythm": _("How often"),
            "reminder_weekday": _("Day"),
            "digest_enabled": _("Tell me by mail what moved and what needs attention"),
            "escalation_mails_enabled": _("Tell me by mail of check-ins of others that stay overdue"),
            "cycle_mails_enabled": _("Tell me by mail when a cycle ends or closes"),
            "nudge_mails_enabled": _("Tell me by mail when somebody asks me for a check-in"),
            "mention_mails_enabled": _("Tell me by mail of comments that mention me or are about what I own"),
        }
        help_texts = {
            "time_zone": _("Decides which day it is for you, and when mail comes"),
            "language": _("Of pages and mail; dates and numbers are written as it writes them"),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        # A day that has come puts nothing off any more.
        if (snoozed := self.instance.reminders_snoozed_until) and snoozed <= today:
            self.initial["reminders_snoozed_until"] = None
        zones = [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]
        self.fields["time_zone"] = self._choice("time_zone", zones)
        self.fields["language"] = self._choice("language", settings.LANGUAGES)

    def _choice(self, name: str, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
        """One of the choices, or what was chosen before there were choices."""
        kept = getattr(self.instance, name)
        if kept not in dict(choices):
            choices = [(kept, kept), *choices]
        field = self.fields[name]
        return forms.ChoiceField(label=field.label, help_text=field.help_text, choices=choices)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError(_("A name is one line of text."))
        return name

    def clean_reminders_snoozed_until(self) -> date | None:
        until: date | None = self.cleaned_data["reminders_snoozed_until"]
        if until is not None:
            refuse_snooze(until, today=self.today)
        return until

    def save(self, commit: bool = True) -> User:
        """Writes these fields alone: a role taken away in between must not come back."""
        if commit:
            self.instance.save(update_fields=list(self.fields))
        return self.instance

"""What people enter about themselves."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class PreferencesForm(forms.ModelForm):
    """A person's own data, as far as it is theirs to change."""

    reminder_hour = forms.TypedChoiceField(
        label=_("Hour"), help_text=_("In your time zone"), choices=HOURS, coerce=int
    )

    class Meta:
        model = User
        fields = [
            "name",
            "time_zone",
            "language",
            "reminders_enabled",
            "reminder_weekday",
            "reminder_hour",
            "mention_mails_enabled",
        ]
        labels = {
            "reminders_enabled": _("Remind me by mail of check-ins I owe"),
            "reminder_weekday": _("Day"),
            "mention_mails_enabled": _("Tell me by mail when a comment mentions me"),
        }
        help_texts = {
            "time_zone": _("Decides which day it is for you, and when mail comes"),
            "language": _("Of pages and mail; dates and numbers are written as it writes them"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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

    def save(self, commit: bool = True) -> User:
        """Writes these fields alone: a role taken away in between must not come back."""
        if commit:
            self.instance.save(update_fields=list(self.fields))
        return self.instance

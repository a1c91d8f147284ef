"""What the record can be asked for: one definition for the page, the CSV and the API."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.languages import kind_of
from accounts.models import AuditEntry, User
from accounts.models.audit import AuditEntryQuerySet

# Written by audit_sign_in.py and by what has no history of its own.
OTHER_KINDS = (
    gettext_noop("authenticator app"),
    gettext_noop("browser"),
    gettext_noop("invitation"),
    gettext_noop("passkey"),
    gettext_noop("password"),
    gettext_noop("recovery codes"),
    gettext_noop("role in the organisation"),
    gettext_noop("second step"),
    gettext_noop("session"),
    gettext_noop("sign-in"),
)
# Midnights of these years exist in every time zone.
FIRST_YEAR, LAST_YEAR = 1970, 9998
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})", re.ASCII)
MOST_PEOPLE = 200


def kinds() -> list[tuple[str, str]]:
    """Every kind of thing that entries tell about."""
    with_history = [
        kind_of(model)
        for model in apps.get_models()
        if hasattr(model._meta, "simple_history_manager_attribute")
    ]
    return [
        ("", str(_("every kind"))),
        *((kind, gettext(kind)) for kind in sorted({*with_history, *OTHER_KINDS})),
    ]


class LineField(forms.CharField):
    """One line of text that a database can be asked for."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not value.isprintable():
            raise ValidationError(_("This is one line of plain text."), code="invalid")


class DayOrMomentField(forms.CharField):
    """A day in the reader's time zone, or a moment; answers a moment. `is_end`: of a day its last one."""

    widget = forms.DateInput(attrs={"type": "date"})

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        super().__init__(required=False, max_length=40, **options)
        self.is_end = is_end

    def clean(self, value: Any) -> dt.datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = self._moment(text)
        except (ValueError, OverflowError):
            found = None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(
                _("Write a day like 2024-10-14, or a moment like 2024-10-14T09:30:00Z."), code="invalid"
            )
        return found

    def _moment(self, text: str) -> dt.datetime | None:
        if DAY.fullmatch(text):
            day = dt.date.fromisoformat(text)
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                return None
            day += dt.timedelta(days=int(self.is_end))
            return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
        moment = parse_datetime(text) if MOMENT.fullmatch(text) else None
        return moment.astimezone(dt.UTC) if moment else None


class AuditFilterForm(forms.Form):
    """What may stand in the addresses of page, CSV and API."""

    who = LineField(
        label=_("Who"), required=False, max_length=254, help_text=_("A name, or an e-mail address")
    )
    what = LineField(
        label=_("What"), required=False, max_length=200, help_text=_("How its code or name begins")
    )
    action = forms.ChoiceField(
        label=_("Action"), required=False, choices=[("", _("every action")), *AuditEntry.Action.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lazy(kinds, list)())
    since = DayOrMomentField(label=_("Since"))
    until = DayOrMomentField(label=_("Until"), is_end=True)

    def entries(self) -> AuditEntryQuerySet:
        """Newest first, by the order they were written in; nothing while the form does not hold."""
        entries = AuditEntry.objects.newest_first()
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        if asked["who"]:
            entries = entries.alias(typed=Lower("actor_email"), by=_actor()).filter(_by(asked["who"]))
        if asked["what"]:
            entries = entries.filter(subject__istartswith=asked["what"])
        for name in ("action", "kind"):
            if asked[name]:
                entries = entries.filter(**{name: asked[name]})
        if asked["since"]:
            entries = entries.filter(made_at__gte=asked["since"])
        if asked["until"]:
            entries = entries.filter(made_at__lt=asked["until"])
        return entries


def _actor() -> Any:
    """SQLite would collect every entry of these people by the index, and sort them all for one page.

    Without the index it walks from the newest entry on and ends with the page.
    """
    return F("actor_id") + 0 if connection.vendor == "sqlite" else F("actor_id")


def _by(text: str) -> Q:
    """Entries of people with such a name or address, and sign-ins that failed with exactly this address.

    The people are looked up first: they are few, and each of them leads by an index to their entries.
    """
    people = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
    found = list(people.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
    return Q(by__in=found) | Q(actor__isnull=True, typed=Lower(Value(text)))

"""Dashboards and cards as people enter them; the actions judge what was entered."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from areas.models import Area
from goals.actions.card_settings import DAYS, HEALTHS, ME, SETTINGS
from goals.actions.refusals import Refused
from goals.forms.dependency_filters import IS_WAITED_FOR, MINE, PRESSING, WAITS
from goals.forms.kpis import OUTSIDE, STALE
from goals.forms.plan import VERSION, Difference
from goals.forms.plan_fields import form_field
from goals.forms.risk_filters import SHOW_CHOICES
from goals.models import Card, Dashboard, Risk
from goals.models.dashboard import NOTE_LENGTH
from goals.models.dependency import Standing
from goals.models.tags import TAG_LENGTH
from goals.sentences import pace_word

WIDTHS = [
    (1, gettext_lazy("a third of the page")),
    (2, gettext_lazy("two thirds")),
    (3, gettext_lazy("the whole width")),
]


class _Versioned:
    """A form that says which version its reader saw, or that it is a new one and which."""

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    data: Any

    @property
    def is_new(self) -> bool:
        return "version" not in self.fields

    @property
    def shown_form_id(self) -> uuid.UUID:
        """A form is shown again only when it was not kept, so it may bear a new name."""
        return uuid.uuid4()

    def differences(self, theirs: Any) -> list[Difference]:
        """Where the row as it is now is not what was entered here, in words."""
        pairs = {name: (_in_words(theirs, name), _in_words(self, name)) for name in self.fields}
        return [
            Difference(str(self[name].label), told, mine)  # type: ignore[index]
            for name, (told, mine) in pairs.items()
            if name not in ("version", "form_id") and told != mine
        ]

    @property
    def seen_version(self) -> int | None:
        told = self.cleaned_data.get("version")
        return int(told) if told else None

    def refuse(self, refusal: Refused) -> None:
        for name, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)  # type: ignore[attr-defined]


def _in_words(form: Any, name: str) -> str:
    """A field as people read it."""
    field, value = form.fields[name], form[name].value()
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    told = "" if value is None else str(value).replace("\r\n", "\n").strip()
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return next((str(label) for key, label in choices if str(key) == told), told)
    return told


class DashboardForm(_Versioned, forms.ModelForm):
    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)
    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Dashboard
        fields = ["title", "is_shared", "is_start"]
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is None:
            del self.fields["version"]
        else:
            del self.fields["form_id"]
            self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Nothing: the row is judged once, by the action."""

    @property
    def entered(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("title", "is_shared", "is_start")}


class CardForm(_Versioned, forms.Form):
    """A card of one kind: its title, its width, and what is set on cards of this kind."""

    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)
    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)
    width = forms.TypedChoiceField(label=gettext_lazy("Width"), choices=WIDTHS, coerce=int)

    def __init__(self, data: Any = None, *, kind: str, card: Card | None = None) -> None:
        begins: dict[str, Any] = {"width": 1}
        if card is not None:
            begins = {"title": card.title, "width": card.width, "version": card.version, **card.settings}
        super().__init__(data, initial=begins)
        self.kind, self.names = kind, [setting.name for setting in SETTINGS[kind]]
        self.fields["title"].help_text = _("Empty: what it shows")
        del self.fields["version" if card is None else "form_id"]
        for name in self.names:
            self.fields[name] = self._field(name)

    def _field(self, name: str) -> forms.Field:
        choices = self._choices(name)
        if choices is not None:
            field = forms.ChoiceField(label=_label(name, self.kind), choices=choices, required=False)
            # The action says in a sentence what is no choice.
            field.valid_value = lambda value: True  # type: ignore[method-assign]
            return field
        if name == "text":
            area = forms.Textarea({"rows": 8})
            return forms.CharField(
                label=_("Text"), max_length=NOTE_LENGTH, required=False, widget=area, help_text=_("Markdown")
            )
        length = TAG_LENGTH if name == "tag" else 50
        text = forms.TextInput({"autocomplete": "off"})
        return forms.CharField(label=_label(name, self.kind), max_length=length, required=False, widget=text)

    def _choices(self, name: str) -> list[tuple[str, Any]] | None:
        if name == "area":
            areas = Area.objects.without_tree_fields().live().order_by("position", "key")
            return [("", _("all areas")), *areas.values_list("key", "name")]
        if name == "owner":
            people = User.objects.filter(is_active=True).order_by("name", "email")
            return [
                *(("", _("everybody")), (ME, _("whoever reads the dashboard"))),
                *((str(pk), told) for pk, told in people.values_list("pk", "name")),
            ]
        if name == "health":
            words = [(one, _("Stale") if one == "stale" else pace_word(one)) for one in HEALTHS]
            return [("", _("any")), *words]
        if name == "days":
            return [(one, _("the last %(days)s days") % {"days": one}) for one in DAYS]
        if name == "kind":
            return [("", _("known and unknown")), *Risk.Kind.choices]
        if name == "direction":
            sides = [(WAITS, _("waits")), (IS_WAITED_FOR, _("is waited for"))]
            return [("", _("waits or is waited for")), *sides]
        if name == "state":
            own = [(PRESSING, _("at risk or declined")), (MINE, _("waits for my answer"))]
            return [("", _("any")), *own, *Standing.choices]
        if name == "show":
            if self.kind == Card.Kind.RISKS:
                return list(SHOW_CHOICES)
            told = [(OUTSIDE, _("outside their bounds")), (STALE, _("without a recent value"))]
            return [("", _("all of them")), *told]
        return None

    @property
    def shown_settings(self) -> list[Any]:
        return [self[name] for name in self.names]

    @property
    def entered(self) -> dict[str, Any]:
        told = self.cleaned_data
        settings = {name: told[name] for name in self.names if told.get(name)}
        return {"title": told["title"], "width": told["width"], "settings": settings}


def _label(name: str, kind: str) -> Any:
    labels = {
        "area": _("Area"),
        "owner": _("Owner"),
        "health": _("Health"),
        "days": _("Since"),
        "kind": _("Kind"),
        "direction": _("The area"),
        "state": _("State"),
        "show": _("Show"),
        "tag": _("Tag"),
        "code": _("Code of the KPI") if kind == Card.Kind.KPI_COURSE else _("Code of the key result"),
    }
    return labels[name]


class StarterForm(forms.Form):
    """One press, told apart from another by its name."""

    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    @property
    def shown_form_id(self) -> uuid.UUID:
        return uuid.uuid4()

"""Forms of the plan. They read what was typed; the actions judge it, for pages and API alike."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goals.actions.refusals import Refused
from goals.forms.plan_fields import LEVELS, TENTHS, OwnerField, StepField, form_field, lines, tell_tags
from goals.models import Objective, Roadmap

VERSION = r"\A[0-9]{1,9}\Z"
# Sent with every form and no part of what it says.
UNTOLD = {"csrfmiddlewaretoken", "form_id"}
REASON_HELP = _("Needed when weight changes: the cycle has begun. It is kept and shown.")


@dataclass(frozen=True)
class Difference:
    """A field that somebody else saved otherwise than it was entered here."""

    label: str
    theirs: str
    yours: str


def fingerprint_of(data: Any) -> str:
    """The same for what says the same."""
    told = sorted(
        (name, value)
        for name in data
        if name not in UNTOLD
        for value in (data.getlist(name) if isinstance(data, QueryDict) else [data[name]])
    )
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


class PlanForm(forms.ModelForm):
    """A row of the plan as people enter it.

    A changed row carries the version its reader saw, a new one the form's one-time id. `asks_reason` is for
    a cycle that has begun.
    """

    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)
    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it changes"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )

    # Constraints say their sentence about a whole row; here it stands at the field that mends it.
    constraint_fields: Mapping[str, str] = {}
    # What an action names otherwise than the form.
    entered_as: Mapping[str, str] = {}
    reason_help: Any = REASON_HELP

    def __init__(self, data: Any = None, *, instance: Any, asks_reason: bool = False, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.is_new = instance.pk is None
        if self.is_new or not asks_reason:
            del self.fields["reason"]
        else:
            self.fields["reason"].help_text = self.reason_help
        if self.is_new:
            del self.fields["version"]
        else:
            del self.fields["form_id"]
            self.initial["version"] = instance.version
        if "owner" in self.fields:
            self.fields["owner"] = OwnerField(current=instance.owner_id)
        if "reviewer" in self.fields:
            self.fields["reviewer"] = OwnerField(
                current=instance.reviewer_id,
                label=_("Reviewer"),
                help_text=_("Takes note of check-ins of others, or asks back"),
            )

    def _post_clean(self) -> None:
        """Nothing: the row is judged once, by the action, as the database has it then."""

    @property
    def shown_form_id(self) -> uuid.UUID:
        """A form is shown again only when it was not kept, so it may bear a new name."""
        return uuid.uuid4()

    @property
    def seen_version(self) -> int:
        """The version of the row that its reader saw; 0, which no row has, where the form does not say."""
        return int(self.cleaned_data["version"] or 0)

    @property
    def fingerprint(self) -> str:
        """The same for what says the same."""
        return fingerprint_of(self.data)

    @property
    def model_fields(self) -> list[str]:
        return [name for name in self._meta.fields or () if name in self.fields]

    @property
    def entered(self) -> dict[str, Any]:
        """What the action is to write, by field."""
        values = {name: self.cleaned_data[name] for name in self.model_fields if name in self.cleaned_data}
        return {name: lines(value) if isinstance(value, str) else value for name, value in values.items()}

    @property
    def why(self) -> str:
        """The reason, for those actions that take one."""
        return lines(self.cleaned_data.get("reason") or "")

    @classmethod
    def places(cls) -> dict[str, str | None]:
        """The field that mends what each sentence of a constraint is about."""
        return {
            str(constraint.violation_error_message): cls.constraint_fields.get(constraint.name)
            for constraint in cls._meta.model._meta.constraints
        }

    def refuse(self, refusal: Refused) -> None:
        """Puts the sentences of a refusal at their fields."""
        of_sentence = self.places()
        for field, sentences in refusal.errors.items():
            for sentence in sentences:
                place = self.entered_as.get(field, field) or of_sentence.get(sentence)
                if place in self.fields:
                    self.add_error(place, sentence)
                elif sentence not in self.non_field_errors():
                    self.add_error(None, sentence)

    def as_sent(self, name: str) -> str:
        """A field's value as a browser sends it."""
        value = self[name].value()
        return "" if value is None else lines(str(value)).strip()

    def in_words(self, name: str) -> str:
        """A field's value as people read it: the label of a choice, a text as it is."""
        field: Any = self.fields[name]
        value = self.as_sent(name)
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return next((str(label) for key, label in choices if str(key) == value), value)
        return value

    def comparable(self) -> dict[str, str]:
        """Every field that can differ between two versions, as it is sent."""
        return {name: self.as_sent(name) for name in self.model_fields}

    def differences(self, theirs: PlanForm) -> list[Difference]:
        """Where the row as it is now is not what was entered here."""
        return [
            Difference(str(self[name].label), theirs.in_words(name), self.in_words(name))
            for name, value in self.comparable().items()
            if theirs.as_sent(name) != value
        ]

    def merged_data(self, base: PlanForm | None, theirs: PlanForm) -> dict[str, Any]:
        """What to go on with after somebody else saved: as entered, but theirs where nothing was changed."""
        data = {name: self.data.get(name) for name in self.data}
        seen = base.comparable() if base is not None else {}
        for name, value in self.comparable().items():
            if seen.get(name) == value:
                data[name] = theirs.as_sent(name)
        return data | {"version": str(theirs.instance.version)}


class RoadmapForm(PlanForm):
    class Meta:
        model = Roadmap
        fields = ["title", "background", "visibility"]
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"asks_reason": False})
        self.fields["background"].widget.attrs["rows"] = 12
        self.fields["title"].help_text = _("Empty: the area's name")


class ObjectiveForm(PlanForm):
    """Kind is chosen once, as it is part of the code."""

    OF_EXCELLENCE = ("pillar", "impact", "cost")
    constraint_fields = {
        "objective_excellence_has_pillar": "pillar",
        "objective_excellence_fields": "pillar",
        "objective_weight_not_negative": "weight",
    }

    reason_help = _("Needed when weight or what counts changes: the cycle has begun. It is kept and shown.")

    class Meta:
        model = Objective
        fields = [
            "kind",
            "title",
            "description",
            "tags",
            "owner",
            "reviewer",
            "commitment",
            "visibility",
            "priority",
            "confidence",
            "weight",
            "counts_supporters",
            "position",
            "pillar",
            "impact",
            "cost",
        ]
        widgets = {"kind": forms.RadioSelect, "commitment": forms.RadioSelect}
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["priority"] = StepField(
            LEVELS, label=_("Priority"), help_text=_("1 (first) to 5 (last)"), required=False
        )
        self.fields["confidence"] = StepField(
            TENTHS, label=_("Confidence"), help_text=_("0 to 10 that it will be met"), required=False
        )
        self.fields["weight"].help_text = _("How much it counts in the roadmap; 0 counts nowhere")
        tell_tags(self)
        self.fields["visibility"].help_text = _(
            "Public: on the roadmap's public page too, once that is published and public"
        )
        if self.is_new:
            del self.fields["position"]
            return
        self.fields["position"].label = _("Place in the list")
        del self.fields["kind"]
        if self.instance.kind != Objective.Kind.EXCELLENCE:
            for name in self.OF_EXCELLENCE:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A focus objective has no pillar, impact or cost, whatever stands in fields that nobody sees."""
        entered: dict[str, Any] = self.cleaned_data
        if self.is_new and entered.get("kind") == Objective.Kind.FOCUS:
            for name in self.OF_EXCELLENCE:
                self.errors.pop(name, None)
                entered[name] = ""
        return entered


class RemovalForm(forms.Form):
    """Takes an objective or a key result out of the plan."""

    DROP, ARCHIVE = "drop", "archive"
    WAYS = [
        (DROP, _("Drop: it stays to be seen, with the reason, and counts in no mean")),
        (ARCHIVE, _("Archive: it leaves lists and means, as if it had been a mistake")),
    ]

    way = forms.ChoiceField(label=_("How"), choices=WAYS, widget=forms.RadioSelect, initial=DROP)
    reason = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )
    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["version"] or 0)

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            self.add_error(field if field in self.fields else None, sentences)

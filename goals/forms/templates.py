"""Templates as people save them, name them anew and begin an objective from one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.days import DayField
from goals.actions.refusals import Refused
from goals.actions.templates import Beginning
from goals.exchange.document import MAX_BLOCK
from goals.forms.plan import PlanForm, fingerprint_of
from goals.forms.plan_fields import NumberField, form_field, lines
from goals.models import Cycle, KeyResult, Objective, ObjectiveTemplate

OF_AREA, OF_ORGANISATION = "area", "organisation"
# What of a key result is looked at once more before it begins, by its kind.
ASKED = {
    KeyResult.Kind.REACH: ("start_value", "target_value"),
    KeyResult.Kind.MILESTONE: (),
    KeyResult.Kind.GUARDRAIL: ("lower_bound", "upper_bound"),
}


class _NewForm(forms.Form):
    """What a form has that makes something once, however often it is sent."""

    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    is_new = True

    @property
    def shown_form_id(self) -> uuid.UUID:
        return uuid.uuid4()

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.data)

    def refuse(self, refusal: Refused) -> None:
        for name, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class SaveTemplateForm(_NewForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("What the list of templates calls it"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    of = forms.ChoiceField(label=gettext_lazy("It belongs to"), widget=forms.RadioSelect)
    initiatives = forms.BooleanField(label=gettext_lazy("Initiatives come along"), required=False)

    def __init__(self, data: Any = None, *, objective: Objective, is_manager: bool) -> None:
        super().__init__(data, initial={"name": objective.title, "of": OF_AREA})
        self.area = objective.roadmap.area
        choices = [(OF_AREA, self.area.name)]
        if is_manager:
            choices.append((OF_ORGANISATION, _("the organisation")))
        self.fields["of"].choices = choices  # type: ignore[attr-defined]

    @property
    def entered(self) -> dict[str, Any]:
        told = self.cleaned_data
        area = self.area if told["of"] == OF_AREA else None
        return {"area": area, "name": told["name"], "initiatives": told["initiatives"]}


class TemplateForm(PlanForm):
    constraint_fields = {"template_has_name": "name", "template_has_title": "title"}

    class Meta:
        model = ObjectiveTemplate
        fields = ["name", "title", "description"]
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].help_text = _("What the list of templates calls it")
        self.fields["title"].label = _("Title of the objective")


class BeginningForm(forms.Form):
    """One key result of a template: whether it is made, and its marks; what is not made is not read."""

    take = forms.BooleanField(label=gettext_lazy("Make it"), required=False)

    def __init__(self, data: Any = None, *, beginning: Beginning, cycle: Cycle) -> None:
        self.beginning, self.row = beginning, beginning.unsaved()
        asked = ASKED[KeyResult.Kind(self.row.kind)]
        values = {name: beginning.values[name] for name in (*asked, "title", "due_on")}
        super().__init__(data, prefix=f"kr{beginning.number}", initial=values | {"take": True})
        self.fields["title"] = forms.CharField(label=_("Title"), max_length=200)
        for name in asked:
            label = str(KeyResult._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
            self.fields[name] = NumberField(label=label, required=False)
        self.fields["due_on"] = DayField(
            label=_("Due on"), required=False, help_text=_("empty: the last day of the cycle")
        )
        if data is not None and not self.is_taken:
            for name in ("title", "due_on", *asked):
                self.fields[name].required = False

    @property
    def is_taken(self) -> bool:
        return bool(self["take"].value())

    @property
    def marks(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in ("take", "title")]

    @property
    def entered(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "take"}


class BeginObjectiveForm(_NewForm):
    """The objective, and below it every key result of the template."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=MAX_BLOCK,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Markdown"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        template: ObjectiveTemplate,
        beginnings: Sequence[Beginning],
        cycle: Cycle,
    ) -> None:
        super().__init__(data, initial={"title": template.title, "description": template.description})
        self.rows = [BeginningForm(data, beginning=one, cycle=cycle) for one in beginnings]

    def is_valid(self) -> bool:
        taken = [row.is_valid() for row in self.rows if row.is_taken]
        return super().is_valid() and all(taken)

    @property
    def entered(self) -> dict[str, Any]:
        return {
            "title": self.cleaned_data["title"],
            "description": lines(self.cleaned_data["description"]),
            "chosen": {row.beginning.number: row.entered for row in self.rows if row.is_taken},
        }

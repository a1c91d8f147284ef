"""What people enter when a risk is looked at again, ends, begins once more, or concerns another objective."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.days import DayField
from goals.actions.refusals import Refused
from goals.exchange.document import MAX_BLOCK
from goals.forms.objective_field import MOST_OFFERED, named_objective
from goals.forms.plan import VERSION, PlanForm
from goals.models import Concern, Objective, Risk
from goals.models.objective import ObjectiveQuerySet

OUTCOMES = [choice for choice in Risk.Outcome.choices if choice[0] != Risk.Outcome.NOT_RECORDED]


class RiskStepForm(forms.Form):
    """One step in the life of a risk, made on the version that its reader saw."""

    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["version"] or 0)

    @property
    def entered(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            self.add_error(field if field in self.fields else None, sentences)


class ReviewForm(RiskStepForm):
    """`back` is where the press was: it is gone back to if it is a page here."""

    review_on = DayField(label=gettext_lazy("Review on"), required=False)
    back = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CloseForm(RiskStepForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), choices=OUTCOMES, widget=forms.RadioSelect
    )
    closed_on = DayField(label=gettext_lazy("Closed on"))
    outcome_note = forms.CharField(
        label=gettext_lazy("A word on it"),
        help_text=gettext_lazy("What others can learn from it; may be left empty"),
        required=False,
        max_length=MAX_BLOCK,
        widget=forms.Textarea({"rows": 3}),
    )
    occurred_on = DayField(label=gettext_lazy("Occurred on"), required=False)
    consequence = forms.CharField(
        label=gettext_lazy("Consequence"),
        help_text=gettext_lazy("What occurred has a day and a consequence"),
        required=False,
        max_length=MAX_BLOCK,
        widget=forms.Textarea({"rows": 3}),
    )


class ReopenForm(RiskStepForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )


def concernable(reader: Any, risk: Risk) -> ObjectiveQuerySet:
    """What a risk may come to concern, of what a person sees: other objectives of its cycle."""
    seen = Objective.objects.counting().visible_to(reader)
    of_cycle = seen.filter(roadmap__cycle=risk.objective.roadmap.cycle_id).exclude(pk=risk.objective_id)
    return of_cycle.exclude(pk__in=risk.concerns.values("objective")).order_by("code")


class ConcernForm(PlanForm):
    constraint_fields = {"concern_once_per_pair": "objective"}

    objective = forms.CharField(
        label=gettext_lazy("Also concerns the objective"),
        help_text=gettext_lazy("Its code, like DIST-24H2-O2, or words of its title"),
        max_length=200,
        widget=forms.TextInput({"list": "concernable", "autocomplete": "off"}),
    )

    class Meta:
        model = Concern
        fields: list[str] = []

    def __init__(self, data: Any = None, *, instance: Concern, reader: Any, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.reader = reader

    @property
    def offered(self) -> list[Objective]:
        """What the field offers while one types."""
        return list(concernable(self.reader, self.instance.risk)[:MOST_OFFERED])

    def clean_objective(self) -> Objective:
        return named_objective(
            self.cleaned_data["objective"],
            seen=Objective.objects.live().visible_to(self.reader),
            offered=concernable(self.reader, self.instance.risk),
        )

    @property
    def entered(self) -> dict[str, Any]:
        return {"objective": self.cleaned_data["objective"]}

"""Risks and the steps against them, as people enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.forms.plan import PlanForm
from goals.forms.plan_fields import LEVELS, StepField, form_field
from goals.models import KeyResult, Mitigation, Risk


class _KeyResultField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.short_code} {obj.title}"


class RiskForm(PlanForm):
    """`key_results` and `reader`: what the person may tie the risk to."""

    constraint_fields = {
        "risk_without_likelihood_has_review": "likelihood",
        "risk_occurred_has_date": "occurred_on",
        "risk_occurred_has_consequence": "consequence",
        "risk_handled_has_occurred": "consequence",
    }

    class Meta:
        model = Risk
        fields = [
            "kind",
            "title",
            "description",
            "key_result",
            "likelihood",
            "impact",
            "response",
            "state",
            "owner",
            "review_on",
            "trigger",
            "residual_likelihood",
            "residual_impact",
            "occurred_on",
            "consequence",
            "visibility",
        ]
        widgets = {"kind": forms.RadioSelect}
        formfield_callback = form_field

    def __init__(self, data: Any = None, *, instance: Risk, reader: Any, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        levels = {
            "likelihood": _("Likelihood"),
            "residual_likelihood": _("Residual likelihood"),
            "residual_impact": _("Residual impact"),
        }
        for name, label in levels.items():
            self.fields[name] = StepField(LEVELS, label=label, required=False)
        self.fields["likelihood"].help_text = _("1 to 5; an unknown risk may leave it out")
        self.fields["residual_likelihood"].help_text = _("What remains after the mitigations")
        impact = StepField(LEVELS, label=_("Impact"), help_text=_("1 to 5"))
        impact.choices = [(str(level), str(level)) for level in LEVELS]
        self.fields["impact"] = impact
        self.fields["review_on"].help_text = _("An unknown risk without a likelihood needs it")
        self.fields["occurred_on"].help_text = _("What occurred has a day and a consequence")
        # Closing and opening again are steps of their own: one asks how it ended, the other why.
        if instance.state == Risk.State.CLOSED:
            del self.fields["state"]
        else:
            states: Any = self.fields["state"]
            states.choices = [choice for choice in states.choices if choice[0] != Risk.State.CLOSED]
        key_results = KeyResult.objects.counting().visible_to(reader).filter(objective=instance.objective)
        self.fields["key_result"] = _KeyResultField(
            key_results, label=_("Key result"), required=False, empty_label=_("the whole objective")
        )


class MitigationForm(PlanForm):
    class Meta:
        model = Mitigation
        fields = ["text", "owner", "due_on", "state"]
        formfield_callback = form_field

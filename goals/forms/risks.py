"""Risks, the steps against them, and needs, as people enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.forms.plan import PlanForm
from goals.forms.plan_fields import LEVELS, StepField, form_field
from goals.models import Dependency, KeyResult, Mitigation, Objective, Risk


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


class NeedForm(PlanForm):
    """What an objective needs: another objective by its code, or a partner. Whom it needs stays."""

    constraint_fields = {
        "dependency_on_objective_or_partner": "partner",
        "dependency_not_on_itself": "code",
        "dependency_once_per_objective": "code",
        "dependency_once_per_partner": "partner",
    }

    code = forms.CharField(
        label=_("Needs the objective"),
        help_text=_("Its code, like DIST-24H2-O2"),
        required=False,
        max_length=40,
    )

    class Meta:
        model = Dependency
        fields = ["partner", "note", "state"]
        formfield_callback = form_field

    def __init__(self, data: Any = None, *, instance: Dependency, reader: Any, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.reader = reader
        if not self.is_new:
            del self.fields["code"]
            del self.fields["partner"]
        else:
            self.fields["partner"].help_text = _("Somebody outside, by name; or leave it empty")

    def clean_code(self) -> Objective | None:
        """What one may not see is not there: whether it exists is not told."""
        code = self.cleaned_data["code"].upper()
        if not code:
            return None
        found = Objective.objects.live().visible_to(self.reader).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no objective with this code."))
        return found

    @property
    def entered(self) -> dict[str, Any]:
        needed = {"on_objective": self.cleaned_data["code"]} if "code" in self.fields else {}
        return super().entered | needed

"""What an objective needs, and what the other side answers, as people enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.actions.refusals import Refused
from goals.figures.needs import partners_of
from goals.forms.plan import VERSION, PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Dependency, Objective
from goals.models.dependency import ANSWER_LENGTH

MOST_OFFERED = 500


class NeedForm(PlanForm):
    """What an objective needs: another objective by its code, or a partner. Whom it needs stays."""

    constraint_fields = {
        "dependency_on_objective_or_partner": "partner",
        "dependency_not_on_itself": "code",
        "dependency_once_per_objective": "code",
        "dependency_once_per_partner": "partner",
    }
    entered_as = {"on_objective": "code"}

    code = forms.CharField(
        label=_("Needs the objective"),
        help_text=_("Its code, like DIST-24H2-O2"),
        required=False,
        max_length=260,
        widget=forms.TextInput({"list": "needable", "autocomplete": "off"}),
    )

    class Meta:
        model = Dependency
        fields = ["partner", "note", "state"]
        widgets = {"partner": forms.TextInput({"list": "partners", "autocomplete": "off"})}
        formfield_callback = form_field

    def __init__(self, data: Any = None, *, instance: Dependency, reader: Any, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.reader = reader
        state: Any = self.fields["state"]
        state.choices = [(name, Dependency.State(name).label) for name in instance.sayable_states]
        if self.is_new:
            self.fields["partner"].help_text = _("Somebody outside, by name; or leave it empty")
            return
        del self.fields["code"]
        del self.fields["partner"]
        if instance.answer:
            self.fields["note"].help_text = _("Other words ask anew: the answer is taken back.")

    @property
    def offered(self) -> list[Objective]:
        """What the field of the code offers while one types: what the reader sees of this cycle."""
        own = self.instance.objective
        seen = Objective.objects.counting().visible_to(self.reader).exclude(pk=own.pk)
        return list(seen.filter(roadmap__cycle=own.roadmap.cycle_id).order_by("code")[:MOST_OFFERED])

    @property
    def partners(self) -> list[str]:
        """Partners that somebody named before, as far as the reader sees that, each once."""
        named = Dependency.objects.live().visible_to(self.reader).exclude(partner="")
        return [one.name for one in partners_of(named.only("partner", "state", "answer", "created_at"))]

    def clean_code(self) -> Objective | None:
        """What one may not see is not there: whether it exists is not told."""
        words = self.cleaned_data["code"].split()
        if not words:
            return None
        code = words[0].upper()
        found = Objective.objects.live().visible_to(self.reader).named(code).first()
        if found is None:
            raise forms.ValidationError(_("There is no objective with this code."))
        return found

    @property
    def entered(self) -> dict[str, Any]:
        needed = {"on_objective": self.cleaned_data["code"]} if "code" in self.fields else {}
        return super().entered | needed


class PressForm(forms.Form):
    """One press at a need: the version its reader saw, and where to go back to."""

    LIST, MINE = "list", "mine"

    version = forms.RegexField(VERSION, widget=forms.HiddenInput)
    back = forms.ChoiceField(choices=[(LIST, LIST), (MINE, MINE)], required=False, widget=forms.HiddenInput)

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["version"])


class AnswerForm(PressForm):
    """Accepting takes a word or none; declining takes one."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(Dependency.Answer.ACCEPTED, _("Accept")), (Dependency.Answer.DECLINED, _("Decline"))],
        widget=forms.RadioSelect,
    )
    answer_note = forms.CharField(
        label=_("In a word"),
        help_text=_(
            "Needed when you decline: why, or what would be possible. Whoever sees the need reads it."
        ),
        required=False,
        max_length=ANSWER_LENGTH,
    )

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)

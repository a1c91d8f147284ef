"""Which objective supports which, as people enter it: found by code or by words of the title."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.actions.alignments import may_weigh
from goals.forms.objective_field import MOST_OFFERED, named_objective
from goals.forms.plan import PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Alignment, Objective, Roadmap
from goals.models.objective import ObjectiveQuerySet


def alignable(reader: Any, supporter: Objective) -> ObjectiveQuerySet:
    """What an objective may come to support, of what a person sees: others of its cycle."""
    seen = Objective.objects.counting().visible_to(reader).filter(roadmap__cycle=supporter.roadmap.cycle_id)
    in_sight = seen.filter(roadmap__in=Roadmap.objects.visible_to(reader))
    taken = supporter.supports.values("supported")
    return in_sight.exclude(pk=supporter.pk).exclude(pk__in=taken).order_by("code")


class AlignmentForm(PlanForm):
    """What is supported stays; its weight is changed by whoever plans it."""

    constraint_fields = {
        "alignment_not_on_itself": "supported",
        "alignment_once_per_pair": "supported",
        "alignment_weight_not_negative": "weight",
    }
    reason_help = gettext_lazy("Needed when the mean of what is supported changes. It is kept and shown.")

    supported = forms.CharField(
        label=gettext_lazy("Supports the objective"),
        help_text=gettext_lazy("Its code, like DIST-24H2-O2, or words of its title"),
        max_length=200,
        widget=forms.TextInput({"list": "alignable", "autocomplete": "off"}),
    )

    class Meta:
        model = Alignment
        fields = ["weight"]
        formfield_callback = form_field

    def __init__(self, data: Any = None, *, instance: Alignment, reader: Any, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.reader = reader
        self.fields["weight"].help_text = _("In the mean of what is supported; 0 is shown and not counted")
        if not self.is_new:
            del self.fields["supported"]
            return
        self.order_fields(["supported", "weight", "reason"])
        self.fields["weight"].required = False
        self.fields["weight"].help_text = _(
            "Said by who plans what is supported. Empty is 1; or 0, where others plan it and it counts these."
        )
        self.initial["weight"] = None
        if options.get("asks_reason"):
            self.fields["reason"] = type(self).base_fields["reason"]
            self.fields["reason"].help_text = self.reason_help

    @property
    def offered(self) -> list[Objective]:
        """What the field offers while one types."""
        return list(alignable(self.reader, self.instance.supporter)[:MOST_OFFERED])

    def clean_supported(self) -> Objective:
        """What one may not see is not there: whether it exists is not told."""
        seen = Objective.objects.live().visible_to(self.reader)
        return named_objective(
            self.cleaned_data["supported"],
            seen=seen.filter(roadmap__in=Roadmap.objects.visible_to(self.reader)),
            offered=alignable(self.reader, self.instance.supporter),
        )

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = self.cleaned_data
        supported, weight = entered.get("supported"), entered.get("weight")
        is_weighed = self.is_new and weight is not None
        if is_weighed and supported is not None and not may_weigh(self.reader, supported):
            sentence = _("What it weighs is said by the leads of %(code)s; leave this empty.")
            self.add_error("weight", sentence % {"code": supported.code})
        return entered

    @property
    def entered(self) -> dict[str, Any]:
        if not self.is_new:
            return super().entered
        cleaned = self.cleaned_data
        return {"supported": cleaned["supported"], "weight": cleaned.get("weight"), "reason": self.why}


class EndForm(forms.Form):
    """Ends an alignment."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )
    version = forms.RegexField(r"\A[0-9]{1,9}\Z", required=False, widget=forms.HiddenInput)

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["version"] or 0)

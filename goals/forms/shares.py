"""With which areas an objective is shared, as people enter it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from areas.models import Area
from goals.forms.plan import PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Share


class _AreaField(forms.ModelChoiceField):
    def label_from_instance(self, area: Any) -> str:
        return f"{area.key} {area.name}"


class ShareForm(PlanForm):
    """The area stays; how much the objective counts there is changed by either."""

    constraint_fields = {"share_once_per_pair": "area", "share_weight_not_negative": "weight"}
    reason_help = gettext_lazy("Needed, as the cycle has begun: a mean changes. It is kept and shown.")

    area = _AreaField(
        Area.objects.none(),
        label=gettext_lazy("Area that owns it too"),
        to_field_name="key",
        empty_label=gettext_lazy("choose an area"),
    )

    class Meta:
        model = Share
        fields = ["weight"]
        formfield_callback = form_field

    def __init__(self, data: Any = None, *, instance: Share, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        if not self.is_new:
            del self.fields["area"]
            return
        live = Area.objects.live().without_tree_fields().exclude(pk=instance.objective.roadmap.area_id)
        field: Any = self.fields["area"]
        # What is shared already is offered too, as it may end meanwhile: the action says so in a sentence.
        field.queryset = live.order_by("key")
        self.order_fields(["area", "weight", "reason"])
        if options.get("asks_reason"):
            self.fields["reason"] = type(self).base_fields["reason"]
            self.fields["reason"].help_text = self.reason_help

    @property
    def entered(self) -> dict[str, Any]:
        if not self.is_new:
            return super().entered
        return super().entered | {"area": self.cleaned_data["area"], "reason": self.why}

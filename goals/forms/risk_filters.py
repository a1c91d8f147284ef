"""What narrows the risk register down; all of it stands in the address."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from goals.models import Risk
from goals.models.risk import RiskQuerySet

SHOW_CHOICES = [
    ("", _("all open ones")),
    ("high", _("high")),
    ("without_mitigation", _("without a mitigation")),
    ("overdue", _("with an overdue mitigation")),
    ("occurred", _("occurred")),
    ("closed", _("closed")),
]


class RiskFilterForm(forms.Form):
    """A filter that cannot be read says so at its field and narrows nothing."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("known and unknown")), *Risk.Kind.choices], required=False
    )
    show = forms.ChoiceField(label=_("Show"), choices=SHOW_CHOICES, required=False)
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        to_field_name="key",
        empty_label=_("every area"),
        required=False,
    )
    likelihood = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)
    impact = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)

    data: QueryDict

    def __init__(self, data: QueryDict, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        areas = self.fields["area"]
        areas.queryset = Area.objects.live().without_tree_fields()  # type: ignore[attr-defined]

    def narrow(self, risks: RiskQuerySet, *, by_level: bool = True) -> RiskQuerySet:
        """The risks that the filters leave; without `by_level` the matrix' own choice is not among them."""
        self.is_valid()
        chosen = self.cleaned_data
        risks = self._shown(risks, chosen.get("show", ""))
        if kind := chosen.get("kind"):
            risks = risks.filter(kind=kind)
        if area := chosen.get("area"):
            risks = risks.filter(objective__roadmap__area__in=Area.objects.at_or_below([area]))
        if by_level:
            levels = {name: chosen[name] for name in ("likelihood", "impact") if chosen.get(name)}
            risks = risks.filter(**levels)
        return risks

    def _shown(self, risks: RiskQuerySet, show: str) -> RiskQuerySet:
        if show == "closed":
            return risks.filter(state=Risk.State.CLOSED)
        risks = risks.open()
        if show == "high":
            return risks.high()
        if show == "without_mitigation":
            return risks.without_mitigation()
        if show == "overdue":
            return risks.with_overdue_mitigation(self.today)
        return risks.filter(state=Risk.State.OCCURRED) if show == "occurred" else risks

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def query_without(self, *names: str) -> str:
        """The address' query without some of its parts, to be carried on by links."""
        query = QueryDict(self.data.urlencode(), mutable=True)
        for name in (*names, "page"):
            query.pop(name, None)
        return str(query.urlencode())

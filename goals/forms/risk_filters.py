"""What narrows the risk register down; all of it stands in the address."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from areas.models import Area
from goals.models import Risk
from goals.models.risk_queries import RiskQuerySet

INITIAL, RESIDUAL = "", "residual"

SHOW_CHOICES = [
    ("", _("all open ones")),
    ("high", _("high")),
    ("without_mitigation", _("without a mitigation")),
    ("overdue", _("with an overdue mitigation")),
    ("occurred", _("occurred")),
    ("grave", _("high or occurred")),
    ("stale", _("to be looked at again")),
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
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int, empty_value=None, required=False)
    likelihood = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)
    impact = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)
    # Which levels the matrix places risks by, and likelihood and impact speak of.
    levels = forms.ChoiceField(choices=[(RESIDUAL, RESIDUAL)], required=False, widget=forms.HiddenInput)

    data: QueryDict

    def __init__(self, data: QueryDict, *, risks: RiskQuerySet, today: date, **kwargs: Any) -> None:
        """`risks` are all that there are to narrow down: they tell whose there are."""
        super().__init__(data, **kwargs)
        self.today = today
        self.risks = risks
        areas = self.fields["area"]
        areas.queryset = Area.objects.live().without_tree_fields()  # type: ignore[attr-defined]
        owners = User.objects.filter(owned_risks__in=risks).distinct().order_by("name", "email")
        people = [(pk, name) for pk, name in owners.values_list("pk", "name")]
        self.fields["owner"].choices = [("", _("everybody")), *people]  # type: ignore[attr-defined]

    @cached_property
    def stale(self) -> set[int]:
        """Keys of those to look at again, of all that there are: one query, however many ask."""
        return self.risks.stale_keys(self.today)

    @property
    def is_residual(self) -> bool:
        return bool(self.cleaned_data.get("levels") == RESIDUAL)

    @property
    def level_names(self) -> tuple[str, str]:
        """The fields that the matrix places risks by."""
        return ("residual_likelihood", "residual_impact") if self.is_residual else ("likelihood", "impact")

    def narrow(self, risks: RiskQuerySet, *, by_level: bool = True) -> RiskQuerySet:
        """The risks that the filters leave; without `by_level` the matrix' own choice is not among them."""
        self.is_valid()
        chosen = self.cleaned_data
        risks = self._shown(risks, chosen.get("show", ""))
        if kind := chosen.get("kind"):
            risks = risks.filter(kind=kind)
        if area := chosen.get("area"):
            risks = risks.filter(objective__roadmap__area__in=Area.objects.at_or_below([area]))
        if owner := chosen.get("owner"):
            risks = risks.filter(owner=owner)
        if by_level:
            pairs = zip(("likelihood", "impact"), self.level_names, strict=True)
            risks = risks.filter(**{field: chosen[name] for name, field in pairs if chosen.get(name)})
        return risks

    def _shown(self, risks: RiskQuerySet, show: str) -> RiskQuerySet:
        if show == "closed":
            return risks.filter(state=Risk.State.CLOSED)
        risks = risks.open()
        if show == "grave":
            return risks.filter(Q(pk__in=risks.high().values("pk")) | Q(state=Risk.State.OCCURRED))
        if show == "high":
            return risks.high()
        if show == "without_mitigation":
            return risks.without_mitigation()
        if show == "overdue":
            return risks.with_overdue_mitigation(self.today)
        if show == "stale":
            return risks.filter(pk__in=self.stale)
        return risks.filter(state=Risk.State.OCCURRED) if show == "occurred" else risks

    @property
    def is_narrowed(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name != "levels")

    def query_without(self, *names: str) -> str:
        """The address' query without some of its parts, to be carried on by links."""
        query = QueryDict(self.data.urlencode(), mutable=True)
        for name in (*names, "page"):
            query.pop(name, None)
        return str(query.urlencode())

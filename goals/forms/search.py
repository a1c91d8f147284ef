"""What is looked for."""

from django import forms
from django.utils.translation import gettext_lazy

KINDS = (
    ("area", gettext_lazy("Areas")),
    ("objective", gettext_lazy("Objectives")),
    ("key_result", gettext_lazy("Key results")),
    ("risk", gettext_lazy("Risks")),
    ("kpi", gettext_lazy("KPIs")),
    ("roadmap", gettext_lazy("Roadmaps")),
    ("check_in", gettext_lazy("Check-ins")),
    ("initiative", gettext_lazy("Initiatives")),
    ("mitigation", gettext_lazy("Mitigations")),
    ("comment", gettext_lazy("Comments")),
)


class SearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200)
    kind = forms.ChoiceField(choices=KINDS, required=False)

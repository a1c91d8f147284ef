"""A KPI as people plan it, and what narrows the list of KPIs down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from areas.models import Area
from goals.forms.people import AreaField
from goals.forms.plan import PlanForm
from goals.forms.plan_fields import form_field
from goals.models import Kpi
from goals.models.kpi import KpiQuerySet

OUTSIDE, STALE = "outside", "stale"


class KpiForm(PlanForm):
    """Bounds show where it is to stay within some; what stands in them otherwise is not read."""

    constraint_fields = {
        "kpi_has_title": "title",
        "kpi_within_has_bound": "upper_bound",
        "kpi_bounds_in_order": "upper_bound",
        "kpi_rhythm_in_days": "check_in_every_days",
    }

    class Meta:
        model = Kpi
        fields = [
            "title",
            "metric",
            "unit",
            "aim",
            "lower_bound",
            "upper_bound",
            "owner",
            "check_in_every_days",
            "visibility",
            "source_note",
        ]
        widgets = {"aim": forms.RadioSelect}
        formfield_callback = form_field

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["aim"].label = _("It should")
        self.fields["aim"].choices = [  # type: ignore[attr-defined]
            (Kpi.Aim.UP, _("go up")),
            (Kpi.Aim.DOWN, _("go down")),
            (Kpi.Aim.WITHIN, _("stay within bounds")),
        ]
        self.fields["metric"].help_text = _("What is counted, and how")
        self.fields["unit"].help_text = _("Like tok/s, % or days")
        self.fields["source_note"].help_text = _("Where the value is read")

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = self.cleaned_data
        if entered.get("aim") in (Kpi.Aim.UP, Kpi.Aim.DOWN):
            for name in ("lower_bound", "upper_bound"):
                self.errors.pop(name, None)
                entered[name] = None
        return entered


class KpiFilterForm(forms.Form):
    """All of it stands in the address; a filter that cannot be read says so and narrows nothing."""

    area = AreaField(required=False, empty_label=gettext_lazy("all areas"))
    owner = forms.TypedChoiceField(label=gettext_lazy("Owner"), coerce=int, empty_value=None, required=False)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[
            ("", gettext_lazy("all of them")),
            (OUTSIDE, gettext_lazy("outside their bounds")),
            (STALE, gettext_lazy("without a recent value")),
        ],
        required=False,
    )

    data: QueryDict

    def __init__(self, data: QueryDict, *, kpis: KpiQuerySet, today: date, **options: Any) -> None:
        """`kpis` are all that the reader sees: they tell whose there are."""
        super().__init__(data, **options)
        self.kpis, self.today = kpis, today
        owners = User.objects.filter(owned_kpis__in=kpis).distinct().order_by("name", "email")
        people = list(owners.values_list("pk", "name"))
        self.fields["owner"].choices = [("", _("everybody")), *people]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def rows(self) -> list[Kpi]:
        """What the filters leave, by area and number."""
        rows, chosen = self.kpis, self.cleaned_data
        if area := chosen.get("area"):
            rows = rows.filter(area__in=Area.objects.at_or_below([area]))
        if owner := chosen.get("owner"):
            rows = rows.filter(owner=owner)
        found: Iterable[Kpi] = rows.with_context().order_by("area__key", "number")
        show = chosen.get("show")
        if show == OUTSIDE:
            found = (row for row in found if row.is_outside)
        elif show == STALE:
            found = (row for row in found if row.is_stale(self.today))
        return list(found)

    @property
    def query(self) -> str:
        query = self.data.copy()
        query.pop("page", None)
        return str(query.urlencode())

"""What narrows the items of engineering excellence down; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from goals.figures.excellence import BANDS, Item
from goals.models import Level, Objective

# Chosen in a matrix, not in the form.
PLACES = ("impact", "cost", "priority", "confidence")
NO_LEVEL = [("", "")]


class ExcellenceFilterForm(forms.Form):
    """A filter that cannot be read says so at its field and narrows nothing."""

    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        to_field_name="key",
        empty_label=_("every area"),
        required=False,
    )
    pillar = forms.ChoiceField(
        label=_("Pillar"), choices=[("", _("every pillar")), *Objective.Pillar.choices], required=False
    )
    impact = forms.ChoiceField(choices=[*NO_LEVEL, *Level.choices], required=False, widget=forms.HiddenInput)
    cost = forms.ChoiceField(choices=[*NO_LEVEL, *Level.choices], required=False, widget=forms.HiddenInput)
    priority = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)
    # Which of the bands.
    confidence = forms.IntegerField(
        min_value=0, max_value=len(BANDS) - 1, required=False, widget=forms.HiddenInput
    )

    data: QueryDict

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        areas: Any = self.fields["area"]
        areas.queryset = Area.objects.live().without_tree_fields()

    def in_area_and_pillar(self, items: Sequence[Item]) -> list[Item]:
        """What the two smaller matrices are of."""
        self.is_valid()
        chosen = self.cleaned_data
        area: Area | None = chosen.get("area")
        inside = set(Area.objects.at_or_below([area]).values_list("pk", flat=True)) if area else set()
        return [
            item
            for item in items
            if (area is None or item.area.pk in inside)
            and chosen.get("pillar", "") in ("", item.objective.pillar)
        ]

    def at_place(self, items: Sequence[Item]) -> list[Item]:
        """Of these, what the reader chose in the matrices."""
        self.is_valid()
        chosen = self.cleaned_data
        wanted = {name: chosen[name] for name in PLACES if chosen.get(name) not in (None, "")}
        return [item for item in items if all(_place(item)[name] == wanted[name] for name in wanted)]

    @property
    def is_narrowed(self) -> bool:
        return any(value not in (None, "") for value in self.cleaned_data.values())


def _place(item: Item) -> dict[str, Any]:
    row = item.objective
    return {"impact": row.impact, "cost": row.cost, "priority": row.priority, "confidence": item.band}

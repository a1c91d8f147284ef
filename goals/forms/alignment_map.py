"""What narrows the map of alignments down; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from goals.figures.alignment_map import Node
from goals.sentences import PACE_WORDS

TREE, GRAPH, TABLE = "tree", "graph", "table"
VIEWS = [(TREE, _("Tree")), (GRAPH, _("Graph")), (TABLE, _("Table"))]
FILTERS = ("area", "person", "health")
HEALTHS = ("done", "on_track", "behind", "at_risk", "no_data")


class MapFilterForm(forms.Form):
    """A filter that cannot be read says so at its field and narrows nothing."""

    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        to_field_name="key",
        empty_label=_("every area"),
        required=False,
    )
    person = forms.TypedChoiceField(label=_("Person"), coerce=int, empty_value=None, required=False)
    health = forms.ChoiceField(label=_("Health"), required=False)
    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)

    data: QueryDict

    def __init__(self, data: QueryDict, *, nodes: Iterable[Node], **options: Any) -> None:
        super().__init__(data, **options)
        areas: Any = self.fields["area"]
        areas.queryset = Area.objects.live().without_tree_fields()
        owners = {row.objective.owner for row in nodes if row.objective.owner is not None}
        people = sorted(((owner.pk, owner.name) for owner in owners), key=lambda one: one[1])
        self.fields["person"].choices = [("", _("everybody")), *people]  # type: ignore[attr-defined]
        words = [(health, PACE_WORDS[health]) for health in HEALTHS]
        self.fields["health"].choices = [("", _("any")), *words]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen_view(self) -> str:
        return self.cleaned_data.get("view") or TREE

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in FILTERS)

    def matches(self, nodes: Iterable[Node]) -> set[int]:
        """Those that the filters leave, by primary key. One query at most."""
        chosen = self.cleaned_data
        area, person, health = (chosen.get(name) for name in FILTERS)
        keys = None
        if area:
            keys = set(Area.objects.at_or_below([area]).values_list("pk", flat=True))
        return {
            row.objective.pk
            for row in nodes
            if (keys is None or row.area.pk in keys)
            and (not person or row.objective.owner_id == person)
            and (not health or row.health == health)
        }

    def query_with(self, **changes: str) -> str:
        """The address' query with some of its parts changed; an empty one is left out."""
        query = QueryDict(self.data.urlencode(), mutable=True)
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return str(query.urlencode())

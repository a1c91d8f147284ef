"""What narrows the list of dependencies down; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from goals.figures.needs import Partner
from goals.models import Dependency
from goals.models.dependency import Standing

PRESSING, MINE = "pressing", "mine"
WAITS, IS_WAITED_FOR = "waits", "is_waited_for"


class DependencyFilterForm(forms.Form):
    """A filter that cannot be read says so at its field and narrows nothing.

    `partners` are those the reader sees; `mine` the needs that wait for the reader's answer.
    """

    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        to_field_name="key",
        empty_label=_("every area"),
        required=False,
    )
    direction = forms.ChoiceField(
        label=_("The area"),
        choices=[("", _("waits or is waited for")), (WAITS, _("waits")), (IS_WAITED_FOR, _("is waited for"))],
        required=False,
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("any")),
            (PRESSING, _("at risk or declined")),
            *Standing.choices,
            (MINE, _("waits for my answer")),
        ],
        required=False,
    )
    partner = forms.ChoiceField(label=_("Partner"), required=False)

    data: QueryDict

    def __init__(
        self, data: QueryDict, *, partners: Sequence[Partner], mine: Collection[int], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.mine = mine
        areas: Any = self.fields["area"]
        areas.queryset = Area.objects.live().without_tree_fields()
        partner: Any = self.fields["partner"]
        partner.choices = [("", _("with and without one")), *((one.name, one.name) for one in partners)]
        self.is_valid()

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def narrow(self, needs: Iterable[Dependency], *, by_state: bool = True) -> list[Dependency]:
        """What the filters leave; without `by_state` that one filter is passed over. One query at most."""
        chosen = self.cleaned_data
        partner = (chosen.get("partner") or "").casefold()
        keys = None
        if area := chosen.get("area"):
            keys = set(Area.objects.at_or_below([area]).values_list("pk", flat=True))
        return [
            need
            for need in needs
            if (keys is None or self._is_of(need, keys))
            and (not partner or need.partner.casefold() == partner)
            and (not by_state or self.is_in(need, chosen.get("state", "")))
        ]

    def is_in(self, need: Dependency, state: str) -> bool:
        if state == PRESSING:
            return need.is_pressing
        if state == MINE:
            return need.pk in self.mine
        return not state or need.standing == state

    def _is_of(self, need: Dependency, keys: Collection[int]) -> bool:
        direction = self.cleaned_data.get("direction")
        waits = need.objective.roadmap.area_id in keys
        is_waited_for = need.on_objective is not None and need.on_objective.roadmap.area_id in keys
        if direction == WAITS:
            return waits
        return is_waited_for if direction == IS_WAITED_FOR else waits or is_waited_for

    def query_with(self, **changes: str) -> str:
        """The address' query with some of its parts changed; an empty one is left out."""
        query = QueryDict(self.data.urlencode(), mutable=True)
        for name, value in ({"page": ""} | changes).items():
            query.pop(name, None)
            if value:
                query[name] = value
        return str(query.urlencode())

"""Where a key result or an objective is to move, as people name it: by code, or by words of a title."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.actions.refusals import Refused
from goals.forms.objective_field import MOST_NAMED, MOST_OFFERED, named_objective
from goals.forms.plan import VERSION
from goals.forms.plan_fields import lines
from goals.models import KeyResult, Objective, Roadmap
from goals.models.objective import ObjectiveQuerySet


def objectives_to_move_to(reader: Any, key_result: KeyResult) -> ObjectiveQuerySet:
    """Others of its cycle, of plans that a person edits; nothing there is hidden from them."""
    roadmaps = roadmaps_edited(reader, key_result.cycle.pk)
    rows = Objective.objects.counting().filter(roadmap__in=roadmaps.order_by().values("pk"))
    return rows.exclude(pk=key_result.objective_id).order_by("code")


def roadmaps_edited(reader: Any, cycle_id: int) -> QuerySet[Roadmap]:
    """Those of a cycle that a person edits, of live areas."""
    rows = Roadmap.objects.editable_by(reader).filter(cycle=cycle_id, area__archived_at__isnull=True)
    return rows.select_related("area", "cycle").order_by("code")


class MoveForm(forms.Form):
    """What is chosen is shown first; `move` in what was sent carries it out."""

    place = forms.CharField(max_length=200, widget=forms.TextInput({"list": "places", "autocomplete": "off"}))
    reason = forms.CharField(
        label=gettext_lazy("Why it moves"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )
    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)

    # What the refusals of the action call the place.
    place_name = ""
    label: Any = ""

    def __init__(self, data: Any = None, *, row: Any, reader: Any, asks_reason: bool) -> None:
        super().__init__(data, initial={"version": row.version})
        self.row, self.reader = row, reader
        self.fields["place"].label = self.label
        self.fields["place"].help_text = _("Its code, or words of its title; of plans that you edit")
        if asks_reason:
            self.fields["reason"].help_text = _("Needed: the cycle has begun. It is kept and shown.")

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["version"] or 0)

    @property
    def why(self) -> str:
        return lines(self.cleaned_data["reason"])

    @property
    def offered(self) -> list[tuple[str, str]]:
        """(code, title) of what the field offers while one types."""
        raise NotImplementedError

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            name = {self.place_name: "place", "reason": "reason"}.get(field)
            for sentence in sentences:
                self.add_error(name, sentence)


class MoveKeyResultForm(MoveForm):
    place_name = "objective"
    label = gettext_lazy("To the objective")

    @property
    def offered(self) -> list[tuple[str, str]]:
        rows = objectives_to_move_to(self.reader, self.row)[:MOST_OFFERED]
        return [(row.code, row.title) for row in rows]

    def clean_place(self) -> Objective:
        found = objectives_to_move_to(self.reader, self.row)
        return named_objective(self.cleaned_data["place"], seen=found, offered=found)


class MoveObjectiveForm(MoveForm):
    place_name = "roadmap"
    label = gettext_lazy("To the roadmap")

    def _found(self) -> QuerySet[Roadmap]:
        roadmap = self.row.roadmap
        return roadmaps_edited(self.reader, roadmap.cycle_id).exclude(pk=roadmap.pk)

    @property
    def offered(self) -> list[tuple[str, str]]:
        return [(row.code, row.title or row.area.name) for row in self._found()[:MOST_OFFERED]]

    def clean_place(self) -> Roadmap:
        return named_roadmap(self.cleaned_data["place"], self._found())


def named_roadmap(typed: str, offered: QuerySet[Roadmap]) -> Roadmap:
    """The one with this code, else the one with these words in its title or area. Raises ValidationError."""
    words = typed.strip()
    exact = offered.filter(code=words.split(" ", 1)[0].upper()).first()
    if exact is not None:
        return exact
    found = list(offered.filter(Q(title__icontains=words) | Q(area__name__icontains=words))[: MOST_NAMED + 1])
    if not found:
        raise forms.ValidationError(_("There is no roadmap with this code or title here."))
    if len(found) > 1:
        codes = ", ".join(f"{row.code} {row.title or row.area.name}" for row in found[:MOST_NAMED])
        raise forms.ValidationError(
            _("Several have these words in their title; give the code: %(codes)s") % {"codes": codes}
        )
    return found[0]

"""What is copied and where to, as people say it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area
from goals.actions.copying import Days, Values, Wanted
from goals.actions.refusals import Refused
from goals.forms.moves import named_roadmap
from goals.forms.objective_field import MOST_OFFERED, named_objective
from goals.forms.plan import fingerprint_of
from goals.models import Cycle, Objective, Roadmap
from goals.models.objective import ObjectiveQuerySet

PLANNED_IN = (Cycle.State.PLANNING, Cycle.State.ACTIVE)
PARTS = ("descriptions", "key_results", "risks", "needs", "initiatives")


def roadmaps_to_copy_to(reader: Any) -> QuerySet[Roadmap]:
    """Those that a person edits, of live areas and of cycles in which something new is planned."""
    rows = Roadmap.objects.editable_by(reader).filter(area__archived_at__isnull=True)
    return rows.filter(cycle__state__in=PLANNED_IN).select_related("area", "cycle").order_by("code")


def plans_anything(reader: Any) -> bool:
    return Area.objects.editable_by(reader).live().exists()


class CopyForm(forms.Form):
    """A copy is new: it carries the form's one-time id."""

    place = forms.CharField(max_length=200, widget=forms.TextInput({"list": "places", "autocomplete": "off"}))
    descriptions = forms.BooleanField(label=gettext_lazy("Descriptions"), required=False)
    key_results = forms.BooleanField(label=gettext_lazy("Key results"), required=False)
    risks = forms.BooleanField(label=gettext_lazy("Open risks with their steps"), required=False)
    needs = forms.BooleanField(label=gettext_lazy("Needs, asked anew"), required=False)
    initiatives = forms.BooleanField(label=gettext_lazy("Initiatives"), required=False)
    values = forms.ChoiceField(label=gettext_lazy("Key results"), choices=Values, widget=forms.RadioSelect)
    days = forms.ChoiceField(label=gettext_lazy("Days"), choices=Days, widget=forms.RadioSelect)
    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    is_new = True
    parts: tuple[str, ...] = PARTS
    label: Any = ""

    def __init__(self, data: Any = None, *, row: Any, reader: Any) -> None:
        begins = {"descriptions": True, "key_results": True, "risks": True}
        begins |= {"values": Values.START_OVER, "days": Days.SHIFTED}  # type: ignore[dict-item]
        super().__init__(data, initial=begins)
        self.row, self.reader = row, reader
        for name in PARTS:
            if name not in self.parts:
                del self.fields[name]
        self.fields["place"].label = self.label
        self.fields["place"].help_text = _("Its code, or words of its title; of plans that you edit")

    @property
    def shown_form_id(self) -> uuid.UUID:
        return uuid.uuid4()

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.data)

    @property
    def shown_parts(self) -> list[Any]:
        return [self[name] for name in self.parts]

    @property
    def entered(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        chosen = {name: name in self.fields and cleaned[name] for name in PARTS}
        return {
            "into": cleaned["place"],
            "wanted": Wanted(values=cleaned["values"], days=cleaned["days"], **chosen),
        }

    @property
    def offered(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def refuse(self, refusal: Refused) -> None:
        for sentences in refusal.errors.values():
            for sentence in sentences:
                self.add_error(None, sentence)

    def _refuse_strangers(self, roadmaps: QuerySet[Roadmap]) -> None:
        """What one sees and does not plan is another's to fill."""
        code = self.cleaned_data["place"].strip().split(" ", 1)[0].upper()
        seen = roadmaps.visible_to(self.reader).exclude(area__in=Area.objects.editable_by(self.reader))  # type: ignore[attr-defined]
        found = seen.filter(Q(code=code) | Q(objectives__code=code)).select_related("area").first()
        if found is not None:
            raise PermissionDenied(
                _("The plan of %(area)s is edited by its leads and by managers.") % {"area": found.area.name}
            )


class CopyKeyResultForm(CopyForm):
    parts = ("risks", "initiatives")
    label = gettext_lazy("Into the objective")

    def _found(self) -> ObjectiveQuerySet:
        roadmaps = roadmaps_to_copy_to(self.reader).order_by().values("pk")
        return Objective.objects.counting().filter(roadmap__in=roadmaps).order_by("code")

    @property
    def offered(self) -> list[tuple[str, str]]:
        return [(row.code, row.title) for row in self._found()[:MOST_OFFERED]]

    def clean_place(self) -> Objective:
        self._refuse_strangers(Roadmap.objects.all())
        found = self._found().select_related("roadmap__area", "roadmap__cycle")
        return named_objective(self.cleaned_data["place"], seen=found, offered=found)


class CopyObjectiveForm(CopyForm):
    label = gettext_lazy("Into the roadmap")

    @property
    def offered(self) -> list[tuple[str, str]]:
        rows = roadmaps_to_copy_to(self.reader)[:MOST_OFFERED]
        return [(row.code, row.title or row.area.name) for row in rows]

    def clean_place(self) -> Roadmap:
        self._refuse_strangers(Roadmap.objects.all())
        return named_roadmap(self.cleaned_data["place"], roadmaps_to_copy_to(self.reader))


class CopyRoadmapForm(CopyObjectiveForm):
    """Also into a roadmap that is not there yet, by the code that it would have."""

    @property
    def offered(self) -> list[tuple[str, str]]:
        there = [place for place in super().offered if place[0] != self.row.code]
        area = self.row.area
        if not Area.objects.editable_by(self.reader).filter(pk=area.pk).exists():
            return there
        cycles = Cycle.objects.filter(state__in=PLANNED_IN).exclude(roadmaps__area=area)
        return [*((f"{area.key}-{one.key}", _("a new roadmap")) for one in cycles), *there]

    def clean_place(self) -> Roadmap:
        """Of an area of others it is not told whether it has a roadmap there."""
        area = named_area(self.cleaned_data["place"])
        if area is not None and not Area.objects.editable_by(self.reader).filter(pk=area.pk).exists():
            raise PermissionDenied(
                _("The plan of %(area)s is edited by its leads and by managers.") % {"area": area.name}
            )
        return unmade_roadmap(self.reader, self.cleaned_data["place"]) or super().clean_place()


def named_area(typed: str) -> Area | None:
    """The area whose roadmap has this code, or would have it."""
    key = typed.strip().split(" ", 1)[0].upper().rpartition("-")[0]
    return Area.objects.live().filter(key=key).first()


def unmade_roadmap(reader: Any, typed: str) -> Roadmap | None:
    """A roadmap that has not been begun, of an area that a person plans and a cycle that is open."""
    area_key, _dash, cycle_key = typed.strip().split(" ", 1)[0].upper().rpartition("-")
    area = Area.objects.editable_by(reader).live().filter(key=area_key).first()
    cycle = Cycle.objects.filter(state__in=PLANNED_IN, key=cycle_key).first()
    if area is None or cycle is None or Roadmap.objects.filter(area=area, cycle=cycle).exists():
        return None
    return Roadmap(area=area, cycle=cycle)

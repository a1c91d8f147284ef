"""Copies: an objective, a key result or a whole roadmap again, in the same or another plan.

A copy is a beginning: it has no check-ins, scores, comments or reviews, and no predecessor. What whoever
copies may read is copied, nothing else. What the other plan does not take is left, and the report says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.actions import locks
from goals.actions.carrying import KEY_RESULT_FIELDS, OBJECTIVE_FIELDS, new_start, values_of, with_marks_ahead
from goals.actions.following import INITIATIVE_FIELDS, MITIGATION_FIELDS, RISK_FIELDS
from goals.actions.initiatives import create_initiative
from goals.actions.key_results import create_key_result
from goals.actions.needs import create_dependency
from goals.actions.places import Place, visibility_there
from goals.actions.refusals import Archived, Refused, WrongState
from goals.actions.risks import create_mitigation, create_risk
from goals.actions.roadmaps import change_roadmap, create_objective, create_roadmap
from goals.actions.rows import refuse_closed, refuse_given_up
from goals.models import (
    Cycle,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Visibility,
)
from goals.models.step import UNFINISHED, StepState


class Values(TextChoices):
    """Where copied key results begin."""

    START_OVER = "start_over", gettext_lazy("start over, from the old start")
    GO_ON = "go_on", gettext_lazy("go on from the current value")


class Days(TextChoices):
    """What becomes of days."""

    SHIFTED = "shifted", gettext_lazy("moved by as much as lies between the cycles")
    LEFT_OUT = "left_out", gettext_lazy("left out: the end of the cycle")


@dataclass(frozen=True)
class Wanted:
    """What of the original is copied."""

    descriptions: bool = True
    key_results: bool = True
    risks: bool = True
    needs: bool = False
    initiatives: bool = False
    values: str = Values.START_OVER
    days: str = Days.SHIFTED


@dataclass
class Copied:
    """What was made, in the order of the plan, and what is otherwise than in the original."""

    row: Any = None
    codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def copy_key_result(
    key_result: KeyResult, into: Objective, wanted: Wanted, *, by: Any, now: datetime, today: date
) -> Copied:
    """Into an objective whose plan `by` edits. Raises CycleClosed, WrongState, Archived, Invalid."""
    with transaction.atomic():
        copier = _Copier(key_result.cycle, into.roadmap, wanted, by=by, now=now, today=today)
        refuse_given_up(locks.lock_objective(into.pk))
        copier.report.row = copier.key_result(key_result, into, with_risks=wanted.risks)
    return copier.report


def copy_objective(
    objective: Objective, into: Roadmap, wanted: Wanted, *, by: Any, now: datetime, today: date
) -> Copied:
    """Into a roadmap whose plan `by` edits. Raises as `copy_key_result`."""
    with transaction.atomic():
        copier = _Copier(objective.roadmap.cycle, into, wanted, by=by, now=now, today=today)
        copier.report.row = copier.objective(objective)
    return copier.report


def copy_roadmap(
    roadmap: Roadmap, into: Roadmap, wanted: Wanted, *, by: Any, now: datetime, today: date
) -> Copied:
    """The objectives that count, into one that may have some, or is made; its background if it has none.

    Raises as `copy_key_result`, and WrongState where both are the same.
    """
    with transaction.atomic():
        copier = _Copier(roadmap.cycle, into, wanted, by=by, now=now, today=today)
        if into._state.adding:
            hidden = roadmap.visibility == Visibility.RESTRICTED
            visibility = Visibility.RESTRICTED if hidden else Visibility.INTERNAL
            copier.into = into = create_roadmap(
                into.area, into.cycle, by=by, now=now, title=roadmap.title, visibility=visibility
            )
        if roadmap.pk == into.pk:
            raise WrongState(_("A roadmap is not copied into itself; copy single objectives."))
        into = locks.lock_roadmap(into.pk)
        if wanted.descriptions and roadmap.background and not into.background:
            change_roadmap(into, by=by, now=now, background=roadmap.background)
        rows = Objective.objects.counting().visible_to(by).filter(roadmap=roadmap)
        for objective in rows.select_related("owner", "reviewer", "roadmap__cycle"):
            copier.objective(objective)
        copier.report.row = into
    return copier.report


def refuse_unless_planned(into: Roadmap) -> Cycle:
    """The cycle of a roadmap in which something new may be planned, held against being closed.

    Raises CycleClosed, WrongState, Archived.
    """
    cycle = locks.share_cycle(into.cycle_id)
    _refuse_unless_planned(cycle, into)
    return cycle


def _refuse_unless_planned(cycle: Cycle, into: Roadmap) -> None:
    refuse_closed(cycle)
    if cycle.state == Cycle.State.CLOSING:
        raise WrongState(_("%(cycle)s is closing; nothing new is planned in it.") % {"cycle": cycle.name})
    if into.area.archived_at is not None:
        raise Archived(_("%(code)s is archived or dropped; restore it first.") % {"code": into.area.key})


class _Copier:
    """Copies rows into one roadmap. Begins with both cycles, held alone: rows of many places are written."""

    def __init__(
        self, cycle: Cycle, into: Roadmap, wanted: Wanted, *, by: Any, now: datetime, today: date
    ) -> None:
        held = {pk: locks.lock_cycle(pk) for pk in sorted({cycle.pk, into.cycle_id})}
        there = held[into.cycle_id]
        _refuse_unless_planned(there, into)
        self.into, self.cycle, self.wanted = into, there, wanted
        self.distance = there.starts_on - held[cycle.pk].starts_on
        self.is_same_cycle = cycle.pk == there.pk
        self.by, self.now, self.today = by, now, today
        self.report = Copied()

    def objective(self, row: Objective) -> Objective:
        before, after = Place.of(row.roadmap), Place.of(self.into)
        values = values_of(row, OBJECTIVE_FIELDS) | {"visibility": visibility_there(row, before, after)}
        if not self.wanted.descriptions:
            values["description"] = ""
        here = Place(after.area_id, after.is_restricted or values["visibility"] == "restricted", False)
        made = create_objective(
            self.into,
            by=self.by,
            now=self.now,
            owner=self._person(row.owner, here),
            reviewer=self._person(row.reviewer, here),
            **values,
        )
        self._say_who_is_missing(row, made)
        self.report.codes.append(made.code)
        made = locks.lock_objective(made.pk)
        copies: dict[int, KeyResult] = {}
        if self.wanted.key_results:
            rows = KeyResult.objects.filter(objective=row, archived_at=None, dropped_at=None)
            for key_result in rows.visible_to(self.by).with_context().order_by("position", "number"):
                copies[key_result.pk] = self.key_result(key_result, made, with_risks=False)
        if self.wanted.risks:
            self._risks(Risk.objects.filter(objective=row), made, copies)
        if self.wanted.needs:
            self._needs(row, made)
        return made

    def key_result(self, row: KeyResult, objective: Objective, *, with_risks: bool) -> KeyResult:
        before, after = Place.of(row.objective), Place.of(objective)
        visibility = visibility_there(row, before, after)
        here = Place(after.area_id, after.is_restricted or visibility == "restricted", False)
        goes_on = self.wanted.values == Values.GO_ON
        values = values_of(row, KEY_RESULT_FIELDS) | {
            "start_value": new_start(row) if goes_on else row.start_value,
            "owner": self._person(row.owner, here),
            "visibility": visibility,
            "due_on": self._day(row.due_on),
        }
        if goes_on:
            values = with_marks_ahead(values)
        made = create_key_result(
            objective,
            by=self.by,
            now=self.now,
            today=self.today,
            interim_targets=() if goes_on else self._interim_targets(row, values["due_on"]),
            **values,
        )
        self._say_who_is_missing(row, made)
        self.report.codes.append(made.code)
        if self.wanted.initiatives:
            self._initiatives(row, made, here)
        if with_risks:
            self._risks(Risk.objects.filter(key_result=row), objective, {row.pk: made})
        return made

    def _risks(self, rows: Any, objective: Objective, copies: dict[int, KeyResult]) -> None:
        """Open ones; one about a key result with it alone."""
        open_ones = rows.open().visible_to(self.by).select_related("owner", "objective__roadmap")
        for row in open_ones.prefetch_related("mitigations__owner").order_by("number"):
            if row.key_result_id is None or row.key_result_id in copies:
                self._or_leave(row.code, lambda row=row: self._risk(row, objective, copies))

    def _risk(self, row: Risk, objective: Objective, copies: dict[int, KeyResult]) -> None:
        before, after = Place.of(row.objective), Place.of(objective)
        visibility = visibility_there(row, before, after)
        here = Place(after.area_id, after.is_restricted or visibility == "restricted", False)
        values = values_of(row, RISK_FIELDS) | {"occurred_on": None, "consequence": ""}
        if values["state"] == Risk.State.OCCURRED:
            values["state"] = Risk.State.OPEN
        # Without a likelihood it needs the day on which somebody looks at it.
        review_on = self._day(row.review_on)
        values["review_on"] = review_on or (self.cycle.ends_on if row.likelihood is None else None)
        if not self.wanted.descriptions:
            values["description"] = ""
        made = create_risk(
            objective,
            by=self.by,
            now=self.now,
            key_result=copies.get(row.key_result_id or 0),
            owner=self._person(row.owner, here),
            visibility=visibility,
            **values,
        )
        self._say_who_is_missing(row, made)
        self.report.codes.append(made.code)
        for step in row.mitigations.all():
            if self._is_copied(step):
                fields = self._step_fields(step, MITIGATION_FIELDS, here)
                create_mitigation(made, by=self.by, now=self.now, **fields)

    def _initiatives(self, row: KeyResult, made: KeyResult, here: Place) -> None:
        for step in Initiative.objects.filter(key_result=row).select_related("owner"):
            if self._is_copied(step):
                fields = self._step_fields(step, INITIATIVE_FIELDS, here)
                create_initiative(made, by=self.by, now=self.now, **fields)

    def _needs(self, row: Objective, made: Objective) -> None:
        """Asked for anew, by who asks here."""
        rows = Dependency.objects.live().visible_to(self.by).filter(objective=row)
        for need in rows.select_related("on_objective").order_by("pk"):
            values = values_of(need, ("partner", "note", "on_objective"))
            name = f"{made.code}: {need.needed}"
            self._or_leave(
                name,
                lambda values=values: create_dependency(made, by=self.by, now=self.now, **values),
            )

    def _or_leave(self, name: str, make: Any) -> None:
        try:
            with transaction.atomic():
                make()
        except Refused as refusal:
            self.report.notes.append(f"{name}: {refusal.sentence}")

    def _is_copied(self, step: Mitigation | Initiative) -> bool:
        """Starting over, whatever was not dropped is to be done once more."""
        if self.wanted.values == Values.GO_ON:
            return step.state in UNFINISHED
        return step.state != StepState.DROPPED

    def _step_fields(self, step: Any, names: tuple[str, ...], here: Place) -> dict[str, Any]:
        fields = values_of(step, names) | {
            "owner": self._person(step.owner, here),
            "due_on": self._day(step.due_on),
        }
        if self.wanted.values == Values.START_OVER:
            fields["state"] = StepState.PLANNED
        return fields

    def _person(self, person: Any, here: Place) -> Any:
        """Who left owns nothing new, nor does who would see it for that reason alone."""
        return person if person is not None and person.is_active and here.shows_to(person) else None

    def _say_who_is_missing(self, row: Any, made: Any) -> None:
        if row.owner is not None and made.owner is None:
            names = {"code": made.code, "name": row.owner.name}
            sentence = _("%(code)s has no owner: %(name)s has left, or cannot see it there.")
            self.report.notes.append(sentence % names)

    def _day(self, day: date | None) -> date | None:
        """The same distance from the first day of the cycle, or none; never outside the cycle."""
        if day is None or self.is_same_cycle:
            return day
        if self.wanted.days == Days.LEFT_OUT:
            return None
        shifted: date = day + timedelta(days=self.distance.days)
        return shifted if self.cycle.starts_on <= shifted <= self.cycle.ends_on else None

    def _interim_targets(self, row: KeyResult, due_on: date | None) -> list[tuple[date, Any]]:
        """Those that still lie between the first and the due day."""
        points = [
            (self._day(point.on), point.value) for point in InterimTarget.objects.filter(key_result=row)
        ]
        last = due_on or self.cycle.ends_on
        return [(day, value) for day, value in points if day and self.cycle.starts_on < day < last]

"""Templates: saved from an objective, named anew, archived, restored; an objective that begins from one.

What comes along is what a copy takes (carrying.py), less what belongs to people, days and KPIs. A template is
read by everybody: what is restricted is not saved in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions.carrying import KEY_RESULT_FIELDS, OBJECTIVE_FIELDS, values_of, with_marks_ahead
from goals.actions.copying import Copied, refuse_unless_planned
from goals.actions.initiatives import create_initiative
from goals.actions.key_results import create_key_result
from goals.actions.places import Place
from goals.actions.refusals import Archived, Invalid, WrongState
from goals.actions.roadmaps import create_objective
from goals.actions.rows import change_row, refuse_stale, save_row
from goals.models import Cycle, Initiative, KeyResult, Objective, ObjectiveTemplate, Roadmap
from goals.models.step import StepState
from goals.values import plain_number

OF_OBJECTIVE = tuple(name for name in OBJECTIVE_FIELDS if name not in ("title", "description", "confidence"))
PLACES = Decimal("0.000001")
ALONG = ("start_value", *KEY_RESULT_FIELDS)


@dataclass
class Saved:
    """The template, and what was left out of it, each as a sentence."""

    template: ObjectiveTemplate
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Beginning:
    """A key result of a template as it would stand in a cycle; `values` are fields of a key result."""

    number: int
    values: dict[str, Any]
    interim_targets: list[tuple[date, Decimal]]
    initiatives: list[dict[str, Any]]

    def unsaved(self) -> KeyResult:
        """As a row, for what tells about one."""
        return KeyResult(**self.values)


@transaction.atomic
def save_template(
    objective: Objective, area: Area | None, *, by: Any, now: datetime, name: str, initiatives: bool = False
) -> Saved:
    """Of an area, or of the organisation. Raises WrongState (it is restricted), Archived, Invalid.

    Whether the person edits the plan of both areas, or is a manager, is asked at the door.
    """
    if Place.of(objective).is_restricted:
        raise WrongState(
            _("%(code)s is restricted; everybody reads templates.") % {"code": objective.code},
        )
    if area is not None and area.archived_at is not None:
        raise Archived(_("%(area)s is archived; restore it first.") % {"area": area.name})
    cycle, saved = objective.roadmap.cycle, Saved(ObjectiveTemplate(area=area, name=name, created_at=now))
    rows = KeyResult.objects.filter(objective=objective, archived_at=None, dropped_at=None)
    kept = []
    for row in rows.prefetch_related("interim_targets").order_by("position", "number"):
        if row.visibility == KeyResult.Visibility.RESTRICTED:
            sentence = _("%(code)s is restricted and stays out of the template.")
            saved.notes.append(sentence % {"code": row.code})
        else:
            kept.append(_key_result(row, cycle, with_initiatives=initiatives))
    saved.template.title, saved.template.description = objective.title, objective.description
    saved.template.plan = {
        "objective": _as_text(values_of(objective, OF_OBJECTIVE)),
        "key_results": kept,
    }
    save_row(saved.template, by=by, now=now)
    return saved


@transaction.atomic
def change_template(
    template: ObjectiveTemplate, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """Whether something changed: name, title, description. Raises Archived, StaleVersion, Invalid."""
    template = _lock(template)
    if not template.is_live:
        raise Archived(_("This template is archived; restore it first."))
    return change_row(template, by=by, now=now, version=version, changes=changes)


@transaction.atomic
def archive_template(
    template: ObjectiveTemplate, *, by: Any, now: datetime, version: int | None = None
) -> None:
    """Takes it out of the lists; what began from it stays. Raises StaleVersion, WrongState."""
    template = _lock(template)
    refuse_stale(template, version)
    if template.archived_at is not None:
        raise WrongState(_("This template is archived already."))
    template.archived_at = now
    save_row(template, by=by, now=now)


@transaction.atomic
def restore_template(template: ObjectiveTemplate, *, by: Any, now: datetime) -> None:
    """Raises WrongState."""
    template = _lock(template)
    if template.archived_at is None:
        raise WrongState(_("This template is not archived."))
    template.archived_at = None
    save_row(template, by=by, now=now)


@transaction.atomic
def begin_objective(
    template: ObjectiveTemplate,
    into: Roadmap,
    *,
    by: Any,
    now: datetime,
    today: date,
    title: str = "",
    description: str | None = None,
    chosen: Mapping[int, Mapping[str, Any]] | None = None,
) -> Copied:
    """An objective in a roadmap whose plan `by` edits; `by` owns nothing of it yet.

    `chosen` are the key results to make, by number, each with what is otherwise than in the template; None
    makes them all as they are. Raises CycleClosed, WrongState, Archived, Invalid.
    """
    template = _lock(template)
    if not template.is_live:
        raise Archived(_("This template is archived; restore it first."))
    cycle = refuse_unless_planned(into)
    beginnings = beginnings_of(template, cycle)
    wanted = {one.number: {} for one in beginnings} if chosen is None else chosen
    if unknown := set(wanted) - {one.number for one in beginnings}:
        sentence = _("The template has no key result %(number)s.") % {"number": min(unknown)}
        raise Invalid(sentence, field="key_results")
    values = _from_text(Objective, template.plan["objective"])
    made = create_objective(
        into,
        by=by,
        now=now,
        title=title or template.title,
        description=template.description if description is None else description,
        **values,
    )
    copied = Copied(row=made, codes=[made.code])
    for beginning in beginnings:
        if beginning.number in wanted:
            row = _begin(beginning, made, wanted[beginning.number], by=by, now=now, today=today)
            copied.codes.append(row.code)
    return copied


def beginnings_of(template: ObjectiveTemplate, cycle: Cycle) -> list[Beginning]:
    """The key results of a template, with the days that they have in a cycle. Numbers count from 1."""
    return [
        Beginning(
            number,
            _from_text(KeyResult, {name: told[name] for name in ALONG}) | {"due_on": _day(told, cycle)},
            [
                (_day({"due_at": share}, cycle) or cycle.ends_on, Decimal(value))
                for share, value in told["interim_targets"]
            ],
            [{"title": one["title"], "due_on": _day(one, cycle)} for one in told["initiatives"]],
        )
        for number, told in enumerate(template.plan["key_results"], start=1)
    ]


def _begin(
    beginning: Beginning,
    objective: Objective,
    changes: Mapping[str, Any],
    *,
    by: Any,
    now: datetime,
    today: date,
) -> KeyResult:
    values = with_marks_ahead({**beginning.values, **changes})
    cycle, last = objective.roadmap.cycle, values["due_on"] or objective.roadmap.cycle.ends_on
    # Interim targets lie on the way from one start to one target, and say nothing about another way.
    is_same_way = all(values[name] == beginning.values[name] for name in ("start_value", "target_value"))
    ahead = [(day, value) for day, value in beginning.interim_targets if cycle.starts_on < day < last]
    try:
        made = create_key_result(
            objective,
            by=by,
            now=now,
            today=today,
            interim_targets=ahead if is_same_way else (),
            **values,
        )
    except Invalid as refusal:
        sentence = f"{values['title']}: {refusal.sentence}"
        raise Invalid(sentence, field="key_results") from refusal
    for one in beginning.initiatives:
        create_initiative(made, by=by, now=now, **one)
    return made


def _key_result(row: KeyResult, cycle: Cycle, *, with_initiatives: bool) -> dict[str, Any]:
    steps = Initiative.objects.filter(key_result=row).exclude(state=StepState.DROPPED)
    steps = steps.order_by("position", "pk") if with_initiatives else steps.none()
    return _as_text(values_of(row, ALONG)) | {
        "due_at": _share(row.due_on, cycle),
        "interim_targets": [[_share(day, cycle), plain_number(value)] for day, value in row.interim_points],
        "initiatives": [{"title": one.title, "due_at": _share(one.due_on, cycle)} for one in steps],
    }


def _share(day: date | None, cycle: Cycle) -> str | None:
    """How much of the cycle is gone on a day: 0 on its first, 1 on its last."""
    if day is None:
        return None
    length = max((cycle.ends_on - cycle.starts_on).days, 1)
    share = Decimal((day - cycle.starts_on).days) / length
    return str(min(max(share, Decimal(0)), Decimal(1)).quantize(PLACES))


def _day(told: Mapping[str, Any], cycle: Cycle) -> date | None:
    if told["due_at"] is None:
        return None
    length = (cycle.ends_on - cycle.starts_on).days
    return cycle.starts_on + timedelta(days=int((Decimal(told["due_at"]) * length).to_integral_value()))


def _as_text(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: plain_number(value) if isinstance(value, Decimal) else value for name, value in values.items()
    }


def _from_text(model: type[Objective | KeyResult], told: Mapping[str, Any]) -> dict[str, Any]:
    fields: Any = {field.name: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in told.items()}


def _lock(template: ObjectiveTemplate) -> ObjectiveTemplate:
    rows = ObjectiveTemplate.objects.select_for_update(of=("self",), no_key=True).select_related("area")
    return rows.get(pk=template.pk)

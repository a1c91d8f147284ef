"""Open risks, needs, alignments, shares and unfinished initiatives go on in another cycle, now or later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from goals.actions.alignments import align
from goals.actions.carrying import still_here, values_of
from goals.actions.concerns import add_concern
from goals.actions.initiatives import create_initiative
from goals.actions.needs import change_dependency, create_dependency
from goals.actions.refusals import Refused
from goals.actions.risks import create_mitigation, create_risk
from goals.actions.shares import share
from goals.models import (
    Alignment,
    Concern,
    Cycle,
    Dependency,
    Initiative,
    KeyResult,
    Objective,
    Risk,
    Share,
    Visibility,
)

RISK_FIELDS = (
    "kind",
    "title",
    "description",
    "likelihood",
    "impact",
    "response",
    "trigger",
    "state",
    "review_on",
    "residual_likelihood",
    "residual_impact",
    "occurred_on",
    "consequence",
)
MITIGATION_FIELDS = ("text", "due_on", "state", "position")
INITIATIVE_FIELDS = ("title", "link", "due_on", "state")
# Of the plan, by the objectives that rows are of.
IN_ORDER = (
    "objective__roadmap__area__position",
    "objective__roadmap__area__key",
    "-objective__kind",
    "objective__position",
    "objective__number",
)


class Notes(Protocol):
    """Where is noted what followed; `left` are sentences about what did not."""

    risks: list[str]
    needs: list[str]
    initiatives: list[str]
    supports: list[str]
    concerns: list[str]
    shares: list[str]
    left: list[str]
    mitigation_count: int


@dataclass(frozen=True)
class Need:
    """A need that follows: whose it becomes, and the objective it is then on, if it is on one.

    `is_there` says that it followed before, and that the objective it is on goes on only now.
    """

    row: Dependency
    objective: Objective
    on_objective: Objective | None
    is_there: bool = False

    @property
    def name(self) -> str:
        on = self.row.partner if self.on_objective is None else self.on_objective.code
        return f"{self.objective.code}: {on}"


def risks_to_follow(cycle: Cycle, into: Cycle) -> QuerySet[Risk]:
    """Open risks of what goes on in `into` that are not there yet, in the order of the plan.

    One about a key result follows when that key result does.
    """
    goes_on = Q(key_result__isnull=True) | Q(
        key_result__successors__in=KeyResult.objects.counting().of_cycle(into)
    )
    return (
        Risk.objects.open()
        .of_cycle(cycle)
        .filter(goes_on, successors__isnull=True, objective__successors__in=_going_on(into))
        .order_by(*IN_ORDER, "number")
    )


def initiatives_to_follow(cycle: Cycle, into: Cycle) -> QuerySet[Initiative]:
    """Unfinished ones of key results that go on in `into`, not there yet, in the order of the plan."""
    order = [
        f"-key_result__{name[1:]}" if name.startswith("-") else f"key_result__{name}" for name in IN_ORDER
    ]
    return (
        Initiative.objects.with_context()
        .unfinished()
        .filter(
            key_result__in=KeyResult.objects.counting().of_cycle(cycle),
            key_result__successors__in=KeyResult.objects.counting().of_cycle(into),
            successors__isnull=True,
        )
        .order_by(*order, "key_result__position", "key_result__number", "position", "pk")
    )


def needs_to_follow(cycle: Cycle, into: Cycle) -> list[Need]:
    """What is not met and not listed there by hand; then what followed before and is on what goes on now.

    Three queries.
    """
    successors = {row.predecessor_id: row for row in _going_on(into)}
    there = list(Dependency.objects.filter(objective__in=successors.values()))
    # What was withdrawn there stays so.
    listed = {(row.objective_id, row.on_objective_id, row.partner.casefold()) for row in there}
    rows = (
        Dependency.objects.live()
        .filter(objective__roadmap__cycle=cycle, objective__in=successors, successors__isnull=True)
        .exclude(state=Dependency.State.MET)
    )
    found = [
        Need(row, successors[row.objective_id], successors.get(row.on_objective_id, row.on_objective))
        for row in rows.select_related("on_objective__roadmap").order_by(*IN_ORDER, "pk")
    ]
    by_key = {row.pk: row for row in successors.values()}
    found += [
        Need(row, by_key[row.objective_id], successors[row.on_objective_id], is_there=True)
        for row in there
        if row.predecessor_id is not None and row.archived_at is None and row.on_objective_id in successors
    ]
    return list(_unlisted(found, listed))


def _unlisted(found: list[Need], listed: set[tuple[int, int | None, str]]) -> Iterator[Need]:
    """Each that is not listed yet, once; none of an objective on itself."""
    for need in found:
        on_objective_id = None if need.on_objective is None else need.on_objective.pk
        key = (need.objective.pk, on_objective_id, need.row.partner.casefold())
        if key not in listed and need.on_objective != need.objective:
            listed.add(key)
            yield need


def supports_to_follow(cycle: Cycle, into: Cycle) -> list[tuple[Alignment, Objective, Objective]]:
    """Those both ends of which go on, with what these have become.

    Not those that are or were there: what was ended in the new plan stays so. Three queries.
    """
    successors = {row.predecessor_id: row for row in _going_on(into)}
    known = set(
        Alignment.history.filter(supporter__in=successors.values()).values_list("supporter", "supported")
    )
    rows = Alignment.objects.of_cycle(cycle).filter(supporter__in=successors, supported__in=successors)
    pairs = ((row, successors[row.supporter_id], successors[row.supported_id]) for row in rows.order_by("pk"))
    return [(row, lower, upper) for row, lower, upper in pairs if (lower.pk, upper.pk) not in known]


def concerns_to_follow(cycle: Cycle, into: Cycle) -> list[tuple[Risk, Objective]]:
    """What carried-over risks come to concern: what the objectives that they concerned have become.

    Not what they concern or concerned there: what was ended in the new plan stays so. Three queries.
    """
    successors = {row.predecessor_id: row for row in _going_on(into)}
    risks = Risk.objects.live().of_cycle(into).filter(predecessor__isnull=False)
    carried = {row.predecessor_id: row for row in risks.select_related("objective__roadmap__cycle")}
    known = set(Concern.history.filter(risk__in=carried.values()).values_list("risk", "objective"))
    rows = Concern.objects.of_cycle(cycle).filter(risk__in=carried, objective__in=successors)
    pairs = [(carried[row.risk_id], successors[row.objective_id]) for row in rows.order_by("pk")]
    return [(risk, other) for risk, other in pairs if (risk.pk, other.pk) not in known]


def shares_to_follow(cycle: Cycle, into: Cycle) -> list[tuple[Share, Objective]]:
    """Those of objectives that go on, with what these have become; areas that are archived are left behind.

    Not those that are or were there: what was ended in the new plan stays so. Three queries.
    """
    successors = {row.predecessor_id: row for row in _going_on(into)}
    known = set(Share.history.filter(objective__in=successors.values()).values_list("objective", "area"))
    rows = Share.objects.live().of_cycle(cycle).filter(objective__in=successors).select_related("area")
    pairs = [(row, successors[row.objective_id]) for row in rows.order_by("pk")]
    return [(row, there) for row, there in pairs if (there.pk, row.area_id) not in known]


def _going_on(into: Cycle) -> QuerySet[Objective]:
    rows = Objective.objects.counting().filter(roadmap__cycle=into, predecessor__isnull=False)
    return rows.select_related("roadmap__cycle")


def follow(cycle: Cycle, into: Cycle, notes: Notes, *, by: Any, now: datetime) -> None:
    """Carries them over. The caller holds both cycles alone, in a transaction.

    What the plan of the other cycle does not take stays behind, and `notes.left` says why.
    """
    rows = risks_to_follow(cycle, into).select_related("owner", "objective", "key_result")
    for risk in rows.prefetch_related("mitigations__owner"):
        try:
            with transaction.atomic():
                made, steps = _carry_risk(risk, into, by=by, now=now)
        except Refused as refusal:
            notes.left.append(f"{risk.code}: {refusal.sentence}")
        else:
            notes.risks.append(made.code)
            notes.mitigation_count += steps
    for need in needs_to_follow(cycle, into):
        try:
            with transaction.atomic():
                _carry_need(need, by=by, now=now)
        except Refused as refusal:
            notes.left.append(f"{need.name}: {refusal.sentence}")
        else:
            notes.needs.append(need.name)
    for initiative in initiatives_to_follow(cycle, into):
        try:
            with transaction.atomic():
                there = _carry_initiative(initiative, into, by=by, now=now)
        except Refused as refusal:
            notes.left.append(f"{initiative.recorded_as}: {refusal.sentence}")
        else:
            notes.initiatives.append(there.recorded_as)
    _carry_supports(cycle, into, notes, by=by, now=now)
    _carry_concerns(cycle, into, notes, by=by, now=now)
    _carry_shares(cycle, into, notes, by=by, now=now)


def _carry_supports(cycle: Cycle, into: Cycle, notes: Notes, *, by: Any, now: datetime) -> None:
    for row, supporter, supported in supports_to_follow(cycle, into):
        name = f"{supporter.code}: {supported.code}"
        try:
            with transaction.atomic():
                align(supporter, supported, by=by, now=now, weight=row.weight, reason=_("carried over"))
        except Refused as refusal:
            notes.left.append(f"{name}: {refusal.sentence}")
        else:
            notes.supports.append(name)


def _carry_concerns(cycle: Cycle, into: Cycle, notes: Notes, *, by: Any, now: datetime) -> None:
    for risk, objective in concerns_to_follow(cycle, into):
        name = f"{risk.code}: {objective.code}"
        try:
            with transaction.atomic():
                add_concern(risk, objective, by=by, now=now, reason=_("carried over"))
        except Refused as refusal:
            notes.left.append(f"{name}: {refusal.sentence}")
        else:
            notes.concerns.append(name)


def _carry_shares(cycle: Cycle, into: Cycle, notes: Notes, *, by: Any, now: datetime) -> None:
    for row, objective in shares_to_follow(cycle, into):
        name = f"{objective.code}: {row.area.key}"
        try:
            with transaction.atomic():
                share(objective, row.area, by=by, now=now, weight=row.weight, reason=_("carried over"))
        except Refused as refusal:
            notes.left.append(f"{name}: {refusal.sentence}")
        else:
            notes.shares.append(name)


def _carry_risk(risk: Risk, into: Cycle, *, by: Any, now: datetime) -> tuple[Risk, int]:
    """The successor, and how many steps came with it."""
    is_restricted = risk.visibility == Visibility.RESTRICTED
    values = values_of(risk, RISK_FIELDS) | {
        "owner": still_here(risk.owner),
        "visibility": Visibility.RESTRICTED if is_restricted else Visibility.INTERNAL,
        "key_result": risk.key_result and risk.key_result.successors.get(),
        "predecessor": risk,
    }
    objective = risk.objective.successors.select_related("roadmap__cycle").get()
    made = create_risk(objective, by=by, now=now, **values)
    steps = [step for step in risk.mitigations.all() if step.is_unfinished]
    for step in steps:
        fields = values_of(step, MITIGATION_FIELDS)
        create_mitigation(made, by=by, now=now, owner=still_here(step.owner), **fields)
    return made, len(steps)


def _carry_initiative(initiative: Initiative, into: Cycle, *, by: Any, now: datetime) -> Initiative:
    goes_on = initiative.key_result.successors.of_cycle(into).select_related("objective__roadmap").get()
    return create_initiative(
        goes_on,
        by=by,
        now=now,
        owner=still_here(initiative.owner),
        predecessor=initiative,
        **values_of(initiative, INITIATIVE_FIELDS),
    )


def _carry_need(need: Need, *, by: Any, now: datetime) -> None:
    if need.is_there:
        change_dependency(need.row, by=by, now=now, on_objective=need.on_objective)
        return
    # Asked anew: who agreed did so for the cycle that ends.
    create_dependency(
        need.objective,
        by=by,
        now=now,
        on_objective=need.on_objective,
        predecessor=need.row,
        **values_of(need.row, ("partner", "note")),
    )

"""Makes of a key result its successor in another cycle, with its objective and the roadmap that is for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from goals.actions.comments import may_see
from goals.actions.key_results import create_key_result
from goals.actions.kpi_links import why_unfit_for
from goals.actions.refusals import WrongState
from goals.actions.roadmaps import create_objective, create_roadmap
from goals.actions.subscriptions import go_on_following
from goals.models import Cycle, KeyResult, Kpi, Objective, Roadmap, Visibility
from goals.progress import goes_one_way

OBJECTIVE_FIELDS = (
    "kind",
    "title",
    "description",
    "commitment",
    "priority",
    "confidence",
    "weight",
    "counts_supporters",
    "pillar",
    "impact",
    "cost",
    "tags",
)
KEY_RESULT_FIELDS = (
    "title",
    "metric",
    "unit",
    "kind",
    "commit_value",
    "target_value",
    "stretch_value",
    "lower_bound",
    "upper_bound",
    "weight",
    "check_in_every_days",
    "source_note",
    "tags",
)


class Notes(Protocol):
    """Where a carrier notes what it made."""

    roadmaps: list[str]
    objectives: list[str]
    left: list[str]


class Carrier:
    """Carries rows into one cycle. The caller holds both cycles alone."""

    def __init__(self, into: Cycle, notes: Notes, *, by: Any, now: datetime, today: date) -> None:
        self.into, self.notes = into, notes
        self.by, self.now, self.today = by, now, today

    def carry(self, row: KeyResult, changes: dict[str, Any]) -> KeyResult:
        """The successor: its start is where the key result stands; `changes` are what it has of its own."""
        objective = self._objective(row.objective)
        values = values_of(row, KEY_RESULT_FIELDS) | {
            "start_value": new_start(row),
            "owner": still_here(row.owner),
            "visibility": _as_hidden(row, objective),
            "predecessor": row,
        }
        values["kpi"] = self._kpi(row, objective, values["visibility"])
        values = with_marks_ahead(values | changes)
        made = create_key_result(objective, by=self.by, now=self.now, today=self.today, **values)
        go_on_following(row, made, now=self.now)
        return made

    def _kpi(self, row: KeyResult, objective: Objective, visibility: str) -> Kpi | None:
        """The KPI that gives its value goes on doing so; where it no longer can, that is noted."""
        if row.kpi is None:
            return None
        is_hidden = _is_restricted(objective) or visibility == Visibility.RESTRICTED
        if why := why_unfit_for(row.kpi, objective, unit=row.unit, is_restricted=is_hidden):
            self.notes.left.append(f"{row.code}: {why}")
            return None
        return row.kpi

    def _objective(self, before: Objective) -> Objective:
        successor = before.successors.select_related("roadmap__cycle").first()
        if successor is None:
            return self._new_objective(before)
        if successor.roadmap.cycle_id != self.into.pk:
            raise WrongState(
                _("%(code)s goes on in %(cycle)s, as %(successor)s.")
                % {
                    "code": before.code,
                    "cycle": successor.roadmap.cycle.name,
                    "successor": successor.code,
                }
            )
        return successor

    def _new_objective(self, before: Objective) -> Objective:
        roadmap = self._roadmap(before.roadmap)
        made = create_objective(
            roadmap,
            by=self.by,
            now=self.now,
            owner=still_here(before.owner),
            reviewer=_still_sees(before.reviewer, before),
            visibility=Visibility.RESTRICTED if _is_restricted(before) else Visibility.INTERNAL,
            predecessor=before,
            **values_of(before, OBJECTIVE_FIELDS),
        )
        self.notes.objectives.append(made.code)
        go_on_following(before, made, now=self.now)
        return made

    def _roadmap(self, before: Roadmap) -> Roadmap:
        """The area's roadmap there, or a draft of one; what is public is chosen anew."""
        found = Roadmap.objects.filter(area=before.area_id, cycle=self.into).first()
        if found is not None:
            return found
        visibility = before.visibility if before.visibility == Visibility.RESTRICTED else Visibility.INTERNAL
        made = create_roadmap(before.area, self.into, by=self.by, now=self.now, visibility=visibility)
        self.notes.roadmaps.append(made.code)
        return made


def values_of(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a row that its successor begins with."""
    return {name: getattr(row, name) for name in names}


def still_here(person: Any) -> Any:
    """Who left owns nothing new."""
    return person if person is not None and person.is_active else None


def _still_sees(reviewer: Any, objective: Objective) -> Any:
    """Who reviews goes on doing so, as long as there is something to see for them."""
    return reviewer if reviewer is not None and may_see(reviewer, objective) else None


def new_start(row: KeyResult) -> Any:
    """Where it stands now. Without a target that may be the one there is, and then it says nothing."""
    if row.kind == KeyResult.Kind.GUARDRAIL:
        return None
    start = row.start_value if row.current_value is None else row.current_value
    return None if start == row.target_value else start


def with_marks_ahead(values: dict[str, Any]) -> dict[str, Any]:
    """Without marks that no longer lie ahead: a commit that was reached, a stretch nearer than the target."""
    start, target = values["start_value"], values["target_value"]
    if not goes_one_way(start, values["commit_value"], target):
        values = values | {"commit_value": None}
    if not goes_one_way(start, target, values["stretch_value"]):
        values = values | {"stretch_value": None}
    return values


def _is_restricted(objective: Objective) -> bool:
    return Visibility.RESTRICTED in (objective.visibility, objective.roadmap.visibility)


def _as_hidden(row: KeyResult, objective: Objective) -> str:
    """What was restricted stays so, also where its objective has been opened in the meantime."""
    if _is_restricted(row.objective) and not _is_restricted(objective):
        return KeyResult.Visibility.RESTRICTED
    return row.visibility

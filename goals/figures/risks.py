"""Risks and the steps against them, as they were known at the end of a day.

As for figures, who may see a row is decided by today, and what was written later changes nothing. The words
are those of then: a risk that was written anew tells of another danger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from goals.figures.record import as_it_was, definitions
from goals.figures.steps import end_of
from goals.models import Concern, Mitigation, Objective, Risk

RISK_FIELDS = (
    *("kind", "title", "description", "likelihood", "impact", "response", "trigger", "state"),
    *("review_on", "residual_likelihood", "residual_impact", "occurred_on", "consequence"),
    *("outcome", "outcome_note", "closed_on", "reviewed_on", "reviewed_by_id"),
    *("owner_id", "archived_at"),
)
STEP_FIELDS = ("text", "owner_id", "due_on", "state", "position")


class RiskRecord:
    """The history of risks, of their steps and of whether their objectives were archived, until a day.

    Five queries at most.
    """

    def __init__(self, risks: QuerySet[Risk], until: date) -> None:
        self.rows = list(risks)
        ids = [row.pk for row in self.rows]
        self._steps: dict[int, list[Mitigation]] = defaultdict(list)
        for step in Mitigation.objects.filter(risk__in=ids):
            self._steps[step.risk_id].append(step)
        step_ids = [step.pk for steps in self._steps.values() for step in steps]
        self._risks_then = definitions(Risk, ids, RISK_FIELDS, until)
        self._steps_then = definitions(Mitigation, step_ids, STEP_FIELDS, until)
        above = {row.objective_id for row in self.rows}
        self._objectives_then = definitions(Objective, above, ("archived_at",), until)

    @property
    def days(self) -> set[date]:
        """Those on which something changed: on all others it is as on the day before."""
        then = (self._risks_then, self._steps_then, self._objectives_then)
        return {day for found in then for steps in found.values() for day in steps.days}

    def on(self, day: date) -> list[Risk]:
        """Copies of the risks as they stood; those that were not there, or archived with or without their
        objective, are left out.

        Each holds its steps of then, and like `with_mitigation_state` says whether one is under way and how
        many were overdue; like `with_last_change`, when it last changed. Owners are those of today.
        """
        return [found for row in self.rows if (found := self._risk_on(row, day)) is not None]

    def _risk_on(self, row: Risk, day: date) -> Risk | None:
        definition = self._risks_then[row.pk].on(day)
        above = self._objectives_then[row.objective_id].on(day)
        if definition is None or definition["archived_at"] is not None:
            return None
        if above is None or above["archived_at"] is not None:
            return None
        risk: Any = as_it_was(row, definition)
        told = [(step, self._steps_then[step.pk].on(day)) for step in self._steps[row.pk]]
        known = [(step, then) for step, then in told if then is not None]
        steps = sorted((as_it_was(*pair) for pair in known), key=lambda step: (step.position, step.pk))
        risk.is_mitigated = any(step.state in Mitigation.COUNTING_STATES for step in steps)
        risk.overdue_count = sum(step.is_overdue(day) for step in steps)
        risk.risk_changed_at = definition["history_date"]
        risk.steps_changed_at = max((then["history_date"] for _step, then in known), default=None)
        risk._prefetched_objects_cache = {"mitigations": _as_queryset(steps)}
        found: Risk = risk
        return found


def risks_on(risks: QuerySet[Risk], day: date) -> list[Risk]:
    """As `RiskRecord.on`, with the people of then. `risks` come with their objectives. Six queries."""
    found = RiskRecord(risks, day).on(day)
    _with_people([*found, *(step for risk in found for step in risk.mitigations.all())])
    return found


def concerns_on(objective_ids: Collection[int], day: date | None) -> list[tuple[int, int]]:
    """(objective, risk) for each risk of another objective that concerns one of these; None is today.

    One query. Whether a person may see the risk is asked elsewhere.
    """
    if day is None:
        rows = Concern.objects.filter(objective__in=objective_ids)
        return list(rows.values_list("objective", "risk"))
    return _concerned(Concern.history.filter(objective__in=objective_ids), day)


def concerned_by(risk: Risk, day: date) -> list[int]:
    """The other objectives that it concerned on a day, seen or not. One query."""
    return [objective for objective, _risk in _concerned(Concern.history.filter(risk=risk.pk), day)]


def _concerned(history: QuerySet[Any], day: date) -> list[tuple[int, int]]:
    known = history.filter(history_date__lt=end_of(day)).order_by("history_date", "history_id")
    last = {
        pk: (kind, (objective, risk))
        for pk, kind, objective, risk in known.values_list("id", "history_type", "objective", "risk")
    }
    return [pair for kind, pair in last.values() if kind != "-"]


def there_on(
    model: Any, ids: Collection[int], day: date, *, out: tuple[str, ...] = ("archived_at",)
) -> set[int]:
    """Of these rows, those that were there and not archived; `out` names the moments that take a row out."""
    steps = definitions(model, ids, out, day)
    found = {pk: steps[pk].on(day) for pk in ids}
    return {
        pk for pk, definition in found.items() if definition and not any(definition[name] for name in out)
    }


def _with_people(rows: list[Any]) -> None:
    ids = {row.owner_id for row in rows} | {getattr(row, "reviewed_by_id", None) for row in rows}
    people = User.objects.in_bulk(ids - {None})
    for row in rows:
        row.owner = people.get(row.owner_id)
        if isinstance(row, Risk):
            row.reviewed_by = people.get(row.reviewed_by_id)


def _as_queryset(steps: list[Mitigation]) -> QuerySet[Mitigation]:
    """What templates read as `risk.mitigations.all`, with nothing left to ask."""
    rows = Mitigation.objects.none()
    rows._result_cache = steps
    return rows

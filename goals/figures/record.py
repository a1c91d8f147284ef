"""What was known of a plan on each of its days: definitions from their history, values from check-ins.

A day ends at midnight of the installation's time zone, whoever asks: the past is the same for everybody. What
was written down later changes nothing in it, be it of an earlier day or a correction.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from goals.figures.steps import Steps, day_of, end_of
from goals.figures.support import Support, Supports
from goals.models import Alignment, CheckIn, Cycle, InterimTarget, KeyResult, Objective, Roadmap
from goals.progress import stored_completion

KEY_RESULT_FIELDS = (
    "objective_id",
    *KeyResult.DEFINITION_FIELDS,
    *("unit", "check_in_every_days", "added_on", "dropped_at", "archived_at"),
    *("paused_on", "paused_until", "pause_reason"),
)
OBJECTIVE_FIELDS = ("roadmap_id", "kind", "weight", "counts_supporters", "dropped_at", "archived_at")
CYCLE_FIELDS = (
    *("starts_on", "ends_on", "state", "check_in_every_days", "check_in_weekday"),
    *("on_track_gap", "on_track_ratio", "at_risk_gap", "at_risk_ratio"),
)
# What is shown or counted of the check-in that counts; its note stays where it is.
REPORT_FIELDS = ("key_result", "sequence", "value", "effective_on", "status", "confidence", "created_at")

Definition = Mapping[str, Any]
Points = tuple[tuple[date, Decimal], ...]


class Reports:
    """The check-ins of one key result, in the order of their numbers."""

    def __init__(self, check_ins: Iterable[CheckIn] = ()) -> None:
        self.made = [(day_of(row.created_at), row) for row in check_ins]
        # A check-in counts from the day it was made; where that is a day later elsewhere, from its own.
        known = sorted((max(made_on, row.effective_on), row.sequence, row) for made_on, row in self.made)
        best: CheckIn | None = None
        changes = []
        for day, _, row in known:
            if best is None or (row.effective_on, row.sequence) > (best.effective_on, best.sequence):
                best = row
            changes.append((day, best))
        self.counting: Steps[CheckIn] = Steps(changes)
        self._days_made = sorted(made_on for made_on, _ in self.made)

    def count_on(self, day: date) -> int:
        return bisect_right(self._days_made, day)

    def until(self, day: date) -> list[CheckIn]:
        """Those that were known at the end of a day."""
        return [row for made_on, row in self.made if made_on <= day and row.effective_on <= day]


class AlignmentRecord:
    """Who supported whom, from day to day; read once, as it follows from it which rows are needed."""

    def __init__(self, changes: Mapping[int, list[tuple[date, Support | None]]]) -> None:
        self._steps = {pk: Steps(found) for pk, found in changes.items()}
        told = (row for found in changes.values() for _day, row in found if row is not None)
        # Whatever supported whom at any time, for knowing early what will be asked for.
        self.ever = Supports(tuple({row[:2]: row for row in told}.values()))

    @classmethod
    def of_cycle(cls, cycle: Cycle, until: date, *, of_archived_areas: bool = False) -> AlignmentRecord:
        """Up to the end of a day; what belongs to archived areas is in no figure. One query."""
        wanted = Q(supporter__roadmap__cycle=cycle)
        if not of_archived_areas:
            wanted &= Q(supporter__roadmap__area__archived_at__isnull=True)
        return cls.of(wanted, until)

    @classmethod
    def of(cls, wanted: Q, until: date) -> AlignmentRecord:
        """Of the alignments that fit, whether they are still there or not. One query."""
        changes: dict[int, list[tuple[date, Support | None]]] = defaultdict(list)
        rows = Alignment.history.filter(wanted, history_date__lt=end_of(until))
        rows = rows.order_by("history_date", "history_id")
        for pk, moment, kind, *support in rows.values_list(
            "id", "history_date", "history_type", "supporter", "supported", "weight"
        ):
            changes[pk].append((day_of(moment), None if kind == "-" else Support(*support)))
        return cls(changes)

    def on(self, day: date) -> list[Support]:
        found = (steps.on(day) for _pk, steps in sorted(self._steps.items()))
        return [row for row in found if row is not None]

    @property
    def days(self) -> list[date]:
        """The last on which each changed."""
        return [steps.days[-1] for steps in self._steps.values()]


class Record:
    """The history of a cycle and of some of its rows up to the end of a day. At most six queries."""

    def __init__(
        self,
        cycle: Cycle,
        *,
        roadmap_ids: Collection[int],
        objective_ids: Collection[int],
        key_result_ids: Collection[int],
        alignments: AlignmentRecord,
        until: date,
        roadmaps: Mapping[int, Roadmap] | None = None,
        objectives: Mapping[int, Objective] | None = None,
    ) -> None:
        """`objectives` are those that key results may have been in; without them each stays where it is."""
        self._alignments = alignments
        self._roadmap_rows, self._objective_rows = roadmaps or {}, objectives
        self._supports: dict[date, Supports] = {}
        cycles = definitions(Cycle, [cycle.pk], CYCLE_FIELDS, until)[cycle.pk]
        self._cycles = Steps(
            [(day, as_it_was(cycle, found)) for day, found in zip(cycles.days, cycles.values, strict=True)]
        )
        self._cycle = cycle
        self._roadmaps = definitions(Roadmap, roadmap_ids, (), until)
        self._objectives = definitions(Objective, objective_ids, OBJECTIVE_FIELDS, until)
        self._key_results = definitions(KeyResult, key_result_ids, KEY_RESULT_FIELDS, until)
        self._plans = _plans(key_result_ids, until)
        self._reports = _reports(key_result_ids, until)
        self._copies: dict[tuple[int | None, ...], Any] = {}

    @property
    def last_day(self) -> date | None:
        """The day of the newest thing in it."""
        steps: list[Steps[Any]] = [
            *self._objectives.values(),
            *self._key_results.values(),
            *self._plans.values(),
            self._cycles,
        ]
        days = [found.days[-1] for found in steps if found.days]
        days += self._alignments.days
        days += [made_on for reports in self._reports.values() for made_on, _ in reports.made]
        return max(days, default=None)

    def cycle_on(self, day: date) -> Cycle:
        """The cycle as it was; as it is where it was not there yet."""
        return self._cycles.on(day) or self._cycle

    def has_roadmap(self, roadmap_id: int, day: date) -> bool:
        return self._roadmaps[roadmap_id].on(day) is not None

    def objective_on(self, objective: Objective, day: date) -> Objective | None:
        """A copy as it stood at the end of a day; None before it was there. Read-only: never save it."""
        definition = self._objectives[objective.pk].on(day)
        if definition is None:
            return None
        cycle = self.cycle_on(day)
        key = (objective.pk, id(definition), id(cycle))
        if key not in self._copies:
            roadmap_id = definition["roadmap_id"]
            roadmap = copy.copy(self._roadmap_rows.get(roadmap_id, objective.roadmap))
            # In a roadmap that is not at hand, only that it was another one is known.
            roadmap.pk, roadmap.cycle = roadmap_id, cycle
            found = as_it_was(objective, definition)
            found.roadmap = roadmap
            self._copies[key] = found
        return self._copies[key]

    def key_result_on(self, key_result: KeyResult, day: date) -> KeyResult | None:
        """A copy as it stood, with the value and completion of then; None before it was there.

        Whether it counted then, its `is_counting` tells.
        """
        definition = self._key_results[key_result.pk].on(day)
        objective = None if definition is None else self._above_on(key_result, definition, day)
        if definition is None or objective is None:
            return None
        reports = self._reports[key_result.pk]
        report, count = reports.counting.on(day), reports.count_on(day)
        plan = self._plans[key_result.pk].on(day) or ()
        key = (key_result.pk, id(definition), id(report), count, id(objective), id(plan))
        if key not in self._copies:
            found = as_it_was(key_result, definition)
            found.objective, found.check_in_count = objective, count
            found.interim_points_then = plan
            self._copies[key] = _with_value(found, report)
        return self._copies[key]

    def _above_on(self, key_result: KeyResult, definition: Definition, day: date) -> Objective | None:
        """The objective it was in; None where that one is not at hand, or was not there."""
        if self._objective_rows is not None:
            above = self._objective_rows.get(definition["objective_id"])
            return None if above is None else self.objective_on(above, day)
        found = self.objective_on(key_result.objective, day)
        if found is None and definition["objective_id"] != key_result.objective_id:
            # It is older than the objective it is in today.
            found = copy.copy(key_result.objective)
            found.roadmap = copy.copy(found.roadmap)
            found.roadmap.cycle = self.cycle_on(day)
        return found

    def places_of(self, key_result: KeyResult) -> set[int]:
        """Every objective it ever was in."""
        return {row["objective_id"] for row in self._key_results[key_result.pk].values}

    def roadmap_on(self, objective_id: int, day: date) -> int | None:
        """The primary key of the roadmap an objective was in."""
        definition = self._objectives[objective_id].on(day)
        return None if definition is None else definition["roadmap_id"]

    def points_until(self, key_result_id: int, day: date) -> list[tuple[date, Decimal]]:
        """(effective_on, value) of what was known, in order of sequence."""
        known = self._reports[key_result_id].until(day)
        return [(row.effective_on, row.value) for row in known if row.value is not None]

    def counted_on(self, key_result_id: int, objective_id: int, roadmap_id: int, day: date) -> bool:
        """Whether a key result was in this place, and neither it nor its objective dropped or archived."""
        row, above = self._key_results[key_result_id].on(day), self._objectives[objective_id].on(day)
        if row is None or above is None:
            return False
        if (row["objective_id"], above["roadmap_id"]) != (objective_id, roadmap_id):
            return False
        return all(found["dropped_at"] is found["archived_at"] is None for found in (row, above))

    def supports_on(self, day: date) -> Supports:
        """Who counted in whose mean, as far as both ends are rows of this record."""
        if day not in self._supports:
            rows = (row for row in self._alignments.on(day) if self._is_counted(row, day))
            self._supports[day] = Supports(tuple(rows))
        return self._supports[day]

    def _is_counted(self, support: Support, day: date) -> bool:
        upper = self._objectives[support.supported_id].on(day)
        lower = self._objectives[support.supporter_id].on(day)
        if upper is None or lower is None or not upper["counts_supporters"]:
            return False
        return lower["dropped_at"] is lower["archived_at"] is None

    def kind_on(self, objective_id: int, day: date) -> str:
        definition = self._objectives[objective_id].on(day)
        return definition["kind"] if definition else ""


def definitions(
    model: Any, ids: Collection[int], fields: tuple[str, ...], until: date
) -> dict[int, Steps[Definition]]:
    """What the history of rows says about some of their fields, from day to day. One query."""
    changes: dict[int, list[tuple[date, Definition]]] = defaultdict(list)
    if ids:
        rows = model.history.filter(id__in=list(ids), history_date__lt=end_of(until))
        for row in rows.order_by("history_date", "history_id").values("id", "history_date", *fields):
            changes[row["id"]].append((day_of(row["history_date"]), row))
    return defaultdict(Steps, {pk: Steps(found) for pk, found in changes.items()})


def _plans(key_result_ids: Collection[int], until: date) -> dict[int, Steps[Points]]:
    """The interim targets of key results, from day to day."""
    changes: dict[int, list[tuple[date, Points]]] = defaultdict(list)
    points: dict[int, dict[int, tuple[date, Decimal]]] = defaultdict(dict)
    if key_result_ids:
        rows = InterimTarget.history.filter(
            key_result__in=list(key_result_ids), history_date__lt=end_of(until)
        )
        for row in rows.order_by("history_date", "history_id"):
            known = points[row.key_result_id]
            known.pop(row.id, None)
            if row.history_type != "-":
                known[row.id] = (row.on, row.value)
            changes[row.key_result_id].append((day_of(row.history_date), tuple(sorted(known.values()))))
    return defaultdict(Steps, {pk: Steps(found) for pk, found in changes.items()})


def _reports(key_result_ids: Collection[int], until: date) -> dict[int, Reports]:
    by_key_result: dict[int, list[CheckIn]] = defaultdict(list)
    if key_result_ids:
        rows = CheckIn.objects.filter(key_result__in=list(key_result_ids), created_at__lt=end_of(until))
        for row in rows.order_by("key_result", "sequence").only(*REPORT_FIELDS):
            by_key_result[row.key_result_id].append(row)
    return defaultdict(Reports, {pk: Reports(found) for pk, found in by_key_result.items()})


def as_it_was(row: Any, definition: Definition) -> Any:
    """A copy with the fields of then. Read-only: never save it."""
    found = copy.copy(row)
    for field, value in definition.items():
        if field not in ("id", "history_date"):
            setattr(found, field, value)
    return found


def _with_value(key_result: KeyResult, report: CheckIn | None) -> KeyResult:
    key_result.last_check_in = report
    key_result.current_value = report.value if report else None
    key_result.completion = stored_completion(
        key_result.kind, key_result.start_value, key_result.target_value, key_result.current_value
    )
    return key_result

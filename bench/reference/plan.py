"""Cycles, roadmaps, objectives, key results with their check-ins, risks with their mitigations.

Stored figures are those of the formulas (goals.progress) over what is generated here;
`rebuild_progress --check` proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from bench.reference.measures import Measure, Reported, measure_of, reports_of
from bench.reference.organisation import moment, person_of_team, team_id, team_key
from bench.reference.shape import KEY_RESULTS_OF_OBJECTIVE, RISKS_OF_OBJECTIVE, Shape
from bench.reference.tables import Table, written
from goals.models import CheckIn, Cycle, KeyResult, Mitigation, Objective, Risk, Roadmap
from goals.progress import clamp, stored_mean

PILLARS = [str(pillar) for pillar in Objective.Pillar]
LEVELS = ["low", "medium", "high"]
STATUSES = ["on_track", "on_track", "behind", "on_track", "at_risk"]
RISK_STATES = ["open", "mitigating", "open", "accepted", "mitigating"]
STEP_STATES = ["planned", "doing", "done", "doing", "dropped"]
WEIGHTS = [Decimal(1), Decimal(2), Decimal(1), Decimal("0.5")]
BACKGROUND = "The plan of one half-year: what we **focus** on, and how well we engineer it.\n\n" * 4
NOTE = "Measured on the reference machine; the change that helped most went in on Tuesday. "
DESCRIPTION = "What is different for the people who use it when this is met, and why now. " * 3

TIMES = ["created_at", "updated_at"]


@dataclass
class Tables:
    cycles: Table = field(default_factory=lambda: Table(Cycle, CYCLE_FIELDS))
    roadmaps: Table = field(default_factory=lambda: Table(Roadmap, ROADMAP_FIELDS))
    objectives: Table = field(default_factory=lambda: Table(Objective, OBJECTIVE_FIELDS))
    key_results: Table = field(default_factory=lambda: Table(KeyResult, KEY_RESULT_FIELDS))
    check_ins: Table = field(default_factory=lambda: Table(CheckIn, CHECK_IN_FIELDS))
    risks: Table = field(default_factory=lambda: Table(Risk, RISK_FIELDS))
    mitigations: Table = field(default_factory=lambda: Table(Mitigation, MITIGATION_FIELDS))

    def all(self) -> list[Table]:
        return list(vars(self).values())


CYCLE_FIELDS = ["id", "key", "name", "starts_on", "ends_on", "state", *TIMES]
ROADMAP_FIELDS = [
    *("id", "area_id", "cycle_id", "code", "title", "background", "state", "visibility"),
    *("last_focus_number", "last_excellence_number", *TIMES),
]
OBJECTIVE_FIELDS = [
    *("id", "roadmap_id", "kind", "number", "code", "title", "description", "owner_id", "commitment"),
    *("priority", "confidence", "weight", "visibility", "pillar", "impact", "cost", "position", "tags"),
    *("completion", "last_key_result_number", "last_risk_number", *TIMES),
]
KEY_RESULT_FIELDS = [
    *("id", "objective_id", "number", "code", "title", "metric", "unit", "kind", "start_value"),
    *("target_value", "lower_bound", "upper_bound", "weight", "owner_id", "added_on", "position"),
    *("current_value", "completion", "check_in_count", "last_check_in_id", *TIMES),
]
CHECK_IN_FIELDS = [
    *("id", "key_result_id", "sequence", "value", "previous_value", "start_value", "target_value"),
    *("lower_bound", "upper_bound", "completion", "status", "confidence", "note", "effective_on"),
    *("author_id", "source", "corrects_id", "reason", "created_at"),
]
RISK_FIELDS = [
    *("id", "objective_id", "key_result_id", "number", "code", "kind", "title", "description"),
    *("likelihood", "impact", "response", "owner_id", "state", "review_on", "outcome", "closed_on", *TIMES),
]
MITIGATION_FIELDS = ["id", "risk_id", "text", "owner_id", "due_on", "state", "position", *TIMES]


@dataclass(frozen=True)
class Period:
    """A cycle; `last` is the last day about which anything was reported."""

    pk: int
    key: str
    first: date
    ends_on: date
    last: date
    is_over: bool


def write_plan(shape: Shape) -> None:
    writer = Writer(shape)
    with written(*writer.tables.all()):
        for index, (first, ends_on) in enumerate(shape.cycles()):
            is_over = ends_on < shape.today
            last = min(ends_on, shape.today - timedelta(days=1))
            writer.cycle(Period(index + 1, f"H{index + 1}", first, ends_on, last, is_over))


class Writer:
    """Writes the plan from top to bottom; each kind of row has primary keys from 1 on."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.tables = Tables()
        self.keys = {name: count(1) for name in vars(self.tables)}
        self.owned = 0

    def cycle(self, period: Period) -> None:
        name = f"Half-year {period.pk}"
        state = Cycle.State.CLOSED if period.is_over else Cycle.State.ACTIVE
        began = moment(period.first - timedelta(days=14))
        row = (period.pk, period.key, name, period.first, period.ends_on, str(state))
        self.tables.cycles.add(*row, began, began)
        self.owned = 0
        for team, objectives in enumerate(self.shape.objectives_of_teams()):
            self.roadmap(period, team, objectives)

    def roadmap(self, period: Period, team: int, objectives: int) -> None:
        pk, began = next(self.keys["roadmaps"]), moment(period.first - timedelta(days=14))
        code = f"{team_key(team)}-{period.key}"
        excellent = objectives // 5
        visibility = "public" if team % 2 == 0 else "internal"
        self.tables.roadmaps.add(
            *(pk, team_id(team, self.shape), period.pk, code, f"Plan of {team_key(team)}", BACKGROUND),
            *("published", visibility, objectives - excellent, excellent, began, began),
        )
        for index in range(objectives):
            self.objective(period, team, pk, code, index)

    def objective(self, period: Period, team: int, roadmap_id: int, roadmap_code: str, index: int) -> None:
        pk, began = next(self.keys["objectives"]), moment(period.first - timedelta(days=14), index)
        is_focus = index % 5 != 4
        number = index // 5 + 1 if not is_focus else index - index // 5 + 1
        code = f"{roadmap_code}-{'O' if is_focus else 'B'}{number}"
        shares, changed = [], began
        for place in range(KEY_RESULTS_OF_OBJECTIVE):
            share, weight, at = self.key_result(period, team, pk, code, place)
            shares += [(weight, clamp(share))] if share is not None else []
            changed = max(changed, at)
        special = ("", "", "") if is_focus else (PILLARS[index % 5], LEVELS[index % 3], LEVELS[pk % 3])
        visibility = {0: "restricted", 1: "internal"}.get(pk % 29, "public")
        self.tables.objectives.add(
            *(pk, roadmap_id, "focus" if is_focus else "excellence", number, code),
            *(f"Goal {number} of {roadmap_code}: fewer surprises for those who build on it", DESCRIPTION),
            *(person_of_team(team, index, self.shape), "committed" if index % 3 == 0 else "aspirational"),
            *(index % 5 + 1, index % 11, WEIGHTS[index % 4], visibility, *special, index),
            *("platform" if index % 6 == 0 else "", stored_mean(shares)),
            *(KEY_RESULTS_OF_OBJECTIVE, RISKS_OF_OBJECTIVE, began, changed),
        )
        self.risks(period, team, pk, code)

    def key_result(
        self, period: Period, team: int, objective_id: int, objective_code: str, place: int
    ) -> tuple[Decimal | None, Decimal, datetime]:
        """Answers its completion and weight, as they count in its objective, and when it last changed."""
        pk, index = next(self.keys["key_results"]), self.owned
        self.owned += 1
        measure = measure_of(index)
        began = moment(period.first - timedelta(days=7), index % 480)
        owner = 1 + (index // 20) * 3 % self.shape.people
        reports = list(reports_of(index, measure, first=period.first, last=period.last))
        newest, changed = self.check_ins(pk, index, owner, measure, reports), began
        value, share = None, Decimal(0)
        if reports:
            value, changed = reports[-1].value, moment(reports[-1].on, index % 480)
            share = reports[-1].completion
        elif measure.kind == "guardrail":
            share = None
        share = share if share is None else share.quantize(Decimal(1).scaleb(-15))
        weight = WEIGHTS[index % 4]
        self.tables.key_results.add(
            *(pk, objective_id, place + 1, f"{objective_code}-KR{place + 1}"),
            *(f"Measure {place + 1}: what people notice when {objective_code} is met", measure.metric),
            *(measure.unit, measure.kind, measure.start, measure.target, measure.lower, measure.upper),
            *(weight, owner, period.first, place, value, share, len(reports), newest, began, changed),
        )
        return share, weight, changed

    def check_ins(
        self, key_result_id: int, index: int, author: int, measure: Measure, reports: Sequence[Reported]
    ) -> int | None:
        """Answers the primary key of the newest one."""
        keys: list[int] = []
        previous = None
        for report in reports:
            keys.append(next(self.keys["check_ins"]))
            corrects = report.corrects and keys[report.corrects - 1]
            self.tables.check_ins.add(
                *(keys[-1], key_result_id, report.sequence, report.value, previous, measure.start),
                *(measure.target, measure.lower, measure.upper, report.completion),
                *(STATUSES[(index + report.sequence) % 5], (index + report.sequence) % 11),
                *(NOTE * (report.sequence % 3), report.on, author, "page" if index % 2 else "api"),
                *(corrects, "A digit was wrong." if corrects else "", moment(report.on, index % 480)),
            )
            previous = report.value
        return keys[-1] if keys else None

    def risks(self, period: Period, team: int, objective_id: int, objective_code: str) -> None:
        began = moment(period.first - timedelta(days=3), objective_id % 480)
        for number in range(1, RISKS_OF_OBJECTIVE + 1):
            pk = next(self.keys["risks"])
            owner = person_of_team(team, pk, self.shape)
            is_known = pk % 10 != 0
            state = "closed" if period.is_over else RISK_STATES[pk % 5]
            ended = ("not_occurred", period.ends_on) if period.is_over else ("", None)
            self.tables.risks.add(
                *(pk, objective_id, None, number, f"{objective_code}-R{number}"),
                *("known" if is_known else "unknown", f"A supplier of {objective_code} is late again"),
                *("Cause and effect, in a sentence or two.", pk % 5 + 1 if is_known else None, pk % 4 + 2),
                *("mitigate", owner, state, period.first + timedelta(days=30 + pk % 140), *ended),
                *(began, began),
            )
            self.tables.mitigations.add(
                *(next(self.keys["mitigations"]), pk, "Agree on a second source", owner),
                *(period.first + timedelta(days=20 + pk % 150), STEP_STATES[pk % 5], 0, began, began),
            )

"""The objectives of a document into rows, with all that stands below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from goals.actions.initiatives import change_initiative, create_initiative, order_initiatives
from goals.actions.key_results import change_key_result, create_key_result
from goals.actions.pauses import tell_pause
from goals.actions.risks import (
    change_mitigation,
    change_risk,
    create_mitigation,
    create_risk,
)
from goals.actions.roadmaps import change_objective, create_objective
from goals.exchange.document import (
    KeyResultEntry,
    ObjectiveEntry,
    PauseEntry,
    RiskEntry,
    RoadmapDocument,
    clean_line,
)
from goals.exchange.dump import (
    initiative_entry,
    is_in_plan,
    key_result_entry,
    mitigation_entry,
    objective_entry,
    risk_entry,
)
from goals.exchange.loading import Loading, Match
from goals.models import KeyResult, Kpi, Objective, Risk, Roadmap


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


# Attribute of the entry: field of the row.
OBJECTIVE = _same(
    "title", "description", "owner", "reviewer", "commitment", "priority", "confidence", "weight"
) | _same("counts_supporters", "visibility", "tags", "pillar", "impact", "cost")
KEY_RESULT = _same(
    "title", "metric", "unit", "kind", "weight", "owner", "due_on", "visibility", "pause", "tags"
) | {
    "start": "start_value",
    "commit": "commit_value",
    "target": "target_value",
    "stretch": "stretch_value",
    "interim": "interim_targets",
    "lower": "lower_bound",
    "upper": "upper_bound",
    "rhythm": "check_in_every_days",
    "source": "source_note",
    "kpi": "kpi",
}
RISK = _same("kind", "title", "description", "likelihood", "impact", "response", "trigger", "owner") | _same(
    *("state", "review_on", "residual_likelihood", "residual_impact", "occurred_on", "consequence"),
    *("outcome", "outcome_note", "closed_on", "reviewed_on", "visibility"),
)
INITIATIVE = _same("title", "link", "owner", "due_on", "state")
MITIGATION = _same("text", "owner", "due_on", "state")

Loaded = list[tuple[ObjectiveEntry, Objective]]


def load_objectives(document: RoadmapDocument, roadmap: Roadmap, loading: Loading) -> Loaded:
    """The objectives with their rows, all but their needs."""
    rows = list(roadmap.objectives.all())
    loaded: Loaded = []
    for kind, entries in (("focus", document.focus), ("excellence", document.excellence)):
        present = [row for row in rows if row.kind == kind]
        for match in loading.match(entries, present, lambda row: row.is_counting):
            objective = _objective(match, roadmap, loading)
            if objective is not None:
                _key_results(match.entry, objective, loading)
                _risks(match.entry, objective, loading)
                loaded.append((match.entry, objective))
    return loaded


def _objective(match: Match, roadmap: Roadmap, loading: Loading) -> Objective | None:
    entry, row = match.entry, match.row
    changes = loading.changes(entry, objective_entry(row) if row else None, OBJECTIVE) | match.placing
    if row is None:
        fields = changes | {"kind": entry.kind, "number": entry.number}
        code = f"{roadmap.code}-{'O' if entry.kind == 'focus' else 'B'}{entry.number}"
        made: Objective | None = loading.create(entry.line, create_objective, roadmap, fields, code=code)
        return made
    loading.change(entry.line, change_objective, row, changes, reason=loading.reason)
    found: Objective = row
    return found


def _key_results(entry: ObjectiveEntry, objective: Objective, loading: Loading) -> None:
    for match in loading.match(entry.key_results, objective.key_results.all(), is_in_plan):
        wanted, row = match.entry, match.row
        changes = loading.changes(wanted, key_result_entry(row) if row else None, KEY_RESULT) | match.placing
        if "kpi" in changes:
            changes["kpi"] = _kpi(wanted, loading)
        if row is None:
            fields = changes | {"number": wanted.number, "today": loading.today}
            code = f"{objective.code}-KR{wanted.number}"
            row = loading.create(wanted.line, _create_key_result, objective, fields, code=code)
        else:
            loading.change(wanted.line, _change_key_result, row, changes, reason=loading.reason)
        if row is not None:
            _initiatives(wanted, row, loading)


def _kpi(entry: KeyResultEntry, loading: Loading) -> Kpi | None:
    """The one with this code. A document makes none: it is of no cycle."""
    found = Kpi.objects.filter(code=entry.kpi).first() if entry.kpi else None
    if entry.kpi and found is None:
        loading.refuse(entry.line, f"there is no KPI {entry.kpi}")
    return found


def _create_key_result(
    objective: Objective, *, by: Any, now: datetime, pause: PauseEntry | None, **fields: Any
) -> KeyResult:
    made = create_key_result(objective, by=by, now=now, **fields)
    if pause is not None:
        _tell_pause(made, pause, by=by, now=now)
    return made


def _change_key_result(row: KeyResult, *, by: Any, now: datetime, reason: str, **changes: Any) -> None:
    if "pause" in changes:
        _tell_pause(row, changes.pop("pause"), by=by, now=now)
    if changes:
        change_key_result(row, by=by, now=now, reason=reason, **changes)


def _tell_pause(row: KeyResult, pause: PauseEntry | None, *, by: Any, now: datetime) -> None:
    on, until, reason = (pause.on, pause.until, pause.reason) if pause else (None, None, "")
    tell_pause(row, by=by, now=now, paused_on=on, paused_until=until, pause_reason=reason)


def _risks(entry: ObjectiveEntry, objective: Objective, loading: Loading) -> None:
    shown = {row.pk for row in objective.key_results.all() if is_in_plan(row)}
    for match in loading.match(entry.risks, objective.risks.all(), lambda row: row.archived_at is None):
        wanted, row = match.entry, match.row
        present = risk_entry(row, shown=shown) if row else None
        changes = _untold_stays(wanted, row, loading.changes(wanted, present, RISK))
        if wanted.key_result != (present.key_result if present else None):
            # By a query of its own: the key result may have been made a moment ago.
            changes["key_result"] = objective.key_results.filter(number=wanted.key_result).first()
        if row is None:
            fields = changes | {"number": wanted.number}
            code = f"{objective.code}-R{wanted.number}"
            row = loading.create(wanted.line, create_risk, objective, fields, code=code)
        else:
            loading.change(wanted.line, change_risk, row, changes, reason=loading.reason)
        if row is not None:
            _mitigations(wanted, row, loading)


def _untold_stays(entry: RiskEntry, row: Risk | None, changes: dict[str, Any]) -> dict[str, Any]:
    """What is the record of a step, not a part of the plan, is not taken back by saying nothing of it."""
    if entry.reviewed_on is None:
        changes.pop("reviewed_on", None)
    if entry.state == "closed" and entry.closed_on is None:
        changes.pop("closed_on", None)
    if entry.outcome == "not_recorded" and row is not None and row.outcome:
        changes.pop("outcome", None)
    return changes


def _mitigations(entry: RiskEntry, risk: Risk, loading: Loading) -> None:
    """A step is known by its text: one with another text is another step."""
    rows = _by_words(risk.mitigations.all(), "text")
    for position, step in enumerate(entry.mitigations, start=1):
        name = f"{risk.code}: {step.text}"
        row = _next_of(rows, step.text)
        changes = loading.changes(step, mitigation_entry(row) if row else None, MITIGATION)
        if row is None:
            changes["position"] = position
            loading.create(step.line, create_mitigation, risk, changes, name=name)
        else:
            loading.change(step.line, change_mitigation, row, changes, name=name)
    loading.report.absent += [f"{risk.code}: {text}" for text, left in rows.items() for _row in left]


def _initiatives(entry: KeyResultEntry, key_result: KeyResult, loading: Loading) -> None:
    """An initiative is known by its title. Where the document has another order, its order counts."""
    rows = _by_words(key_result.initiatives.all(), "title")
    order = [row.pk for row in key_result.initiatives.all()]
    found: list[int] = []
    for each in entry.initiatives:
        name = f"{key_result.code}: {each.title}"
        row = _next_of(rows, each.title)
        changes = loading.changes(each, initiative_entry(row) if row else None, INITIATIVE)
        if row is None:
            row = loading.create(each.line, create_initiative, key_result, changes, name=name)
        else:
            loading.change(each.line, change_initiative, row, changes, name=name)
        if row is not None:
            found.append(row.pk)
    stand = [pk for pk in order if pk in found] + [pk for pk in found if pk not in order]
    if stand != found:
        name = f"{key_result.code}: order of initiatives"
        loading.change(entry.line, order_initiatives, key_result, {"wanted": found}, name=name)
    loading.report.absent += [f"{key_result.code}: {title}" for title, left in rows.items() for _row in left]


def _by_words(rows: Iterable[Any], name: str) -> dict[str, list[Any]]:
    """Rows without a code by their words, in their order; several may say the same."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[clean_line(getattr(row, name))].append(row)
    return found


def _next_of(rows: dict[str, list[Any]], words: str) -> Any:
    """The first row with these words that was not taken yet."""
    return rows[words].pop(0) if rows.get(words) else None

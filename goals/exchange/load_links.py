"""What a document says about others into rows: needs, what is supported or concerned, who owns it too.

It comes last: the other objective may stand in another document of the same load.
"""

from __future__ import annotations

from collections.abc import Iterable

from areas.models import Area
from goals.actions.alignments import align, weigh
from goals.actions.concerns import add_concern
from goals.actions.needs import change_dependency, create_dependency
from goals.actions.shares import share, weigh_share
from goals.exchange.document import ObjectiveEntry, RiskEntry, clean_line
from goals.exchange.dump import need_entry, share_entry, support_entry
from goals.exchange.load_objective import Loaded
from goals.exchange.loading import Loading
from goals.models import Objective, Risk
from goals.models.moved_code import objectives_named

NEED = {name: name for name in ("note", "state", "answer", "answer_note")}
SUPPORT = SHARE = {"weight": "weight"}


def load_needs(loaded: Iterable[tuple[ObjectiveEntry, Objective]], loading: Loading) -> None:
    """What objectives need."""
    loaded = list(loaded)
    codes = {need.on_objective for entry, _ in loaded for need in entry.needs} - {""}
    others = objectives_named(codes)
    for entry, objective in loaded:
        _needs(entry, objective, others, loading)


def _needs(
    entry: ObjectiveEntry, objective: Objective, others: dict[str, Objective], loading: Loading
) -> None:
    live = (row for row in objective.needs.all() if row.archived_at is None)
    rows = {(need := need_entry(row)).on_objective or need.partner: row for row in live}
    for need in entry.needs:
        key = _code_now(need.on_objective, others) or need.partner
        name = f"{objective.code} needs {key}"
        row = rows.pop(key, None)
        if need.on_objective and need.on_objective not in others:
            loading.refuse(need.line, f"there is no objective {need.on_objective}")
            continue
        changes = loading.changes(need, need_entry(row) if row else None, NEED)
        if row is None:
            changes |= {"on_objective": others.get(need.on_objective), "partner": need.partner}
            loading.create(need.line, create_dependency, objective, changes, name=name)
        elif changes:
            # The answer as well, where it is the same: the document says that it holds for these words.
            stands = {"state": need.state, "answer": need.answer, "answer_note": need.answer_note}
            loading.change(need.line, change_dependency, row, changes | stands, name=name)
        else:
            loading.change(need.line, change_dependency, row, {}, name=name)
    loading.report.absent += [f"{objective.code} needs {key}" for key in rows]


def load_supports(loaded: Iterable[tuple[ObjectiveEntry, Objective]], loading: Loading) -> None:
    """What objectives support."""
    loaded = list(loaded)
    codes = {support.objective for entry, _ in loaded for support in entry.supports}
    others = objectives_named(codes)
    for entry, objective in loaded:
        _supports(entry, objective, others, loading)


def _supports(
    entry: ObjectiveEntry, objective: Objective, others: dict[str, Objective], loading: Loading
) -> None:
    present = {row.supported.code: row for row in objective.supports.all()}
    for support in entry.supports:
        code = _code_now(support.objective, others)
        name = f"{objective.code} supports {code}"
        row = present.pop(code, None)
        if support.objective not in others:
            loading.refuse(support.line, f"there is no objective {support.objective}")
            continue
        changes = loading.changes(support, support_entry(row) if row else None, SUPPORT)
        if row is None:
            fields = changes | {"supported": others[support.objective], "reason": loading.reason}
            loading.create(support.line, align, objective, fields, name=name)
        else:
            loading.change(support.line, weigh, row, changes, name=name, reason=loading.reason)
    loading.report.absent += [f"{objective.code} supports {code}" for code in present]


def load_shares(loaded: Loaded, loading: Loading) -> None:
    """Which areas own objectives too; one that the document does not name stays."""
    keys = {told.area for entry, _ in loaded for told in entry.shared_with}
    areas = (
        {row.key: row for row in Area.objects.live().without_tree_fields().filter(key__in=keys)}
        if keys
        else {}
    )
    for entry, objective in loaded:
        _shares(entry, objective, areas, loading)


def _shares(entry: ObjectiveEntry, objective: Objective, areas: dict[str, Area], loading: Loading) -> None:
    present = {row.area.key: row for row in objective.shares.all()}
    for told in entry.shared_with:
        name = f"{objective.code} shared with {told.area}"
        row = present.pop(told.area, None)
        if told.area not in areas:
            loading.refuse(entry.line, f"there is no area {told.area}")
            continue
        changes = loading.changes(told, share_entry(row) if row else None, SHARE)
        if row is None:
            fields = changes | {"area": areas[told.area], "reason": loading.reason}
            loading.create(entry.line, share, objective, fields, name=name)
        else:
            loading.change(entry.line, weigh_share, row, changes, name=name, reason=loading.reason)
    loading.report.absent += [f"{objective.code} shared with {key}" for key in sorted(present)]


def load_concerns(loaded: Loaded, loading: Loading) -> None:
    """A concern that the document does not name stays, as whoever wrote it may not see all of them."""
    codes = {code for entry, _ in loaded for risk in entry.risks for code in risk.concerns}
    others = objectives_named(codes)
    rows = Risk.objects.filter(objective__in=[objective.pk for _, objective in loaded])
    related = rows.select_related("objective__roadmap").prefetch_related("concerns__objective")
    risks = {(row.objective_id, row.number): row for row in related}
    titled = {(row.objective_id, clean_line(row.title)): row for row in related}
    for entry, objective in loaded:
        for told in entry.risks:
            found = titled.get((objective.pk, told.title))
            risk = found if told.number is None else risks.get((objective.pk, told.number))
            if risk is not None:
                _concerns(told, risk, others, loading)


def _concerns(entry: RiskEntry, risk: Risk, others: dict[str, Objective], loading: Loading) -> None:
    present = {row.objective.code for row in risk.concerns.all()}
    named = {code: _code_now(code, others) for code in entry.concerns}
    for code, now in named.items():
        name = f"{risk.code} concerns {now}"
        if code not in others:
            loading.refuse(entry.line, f"there is no objective {code}")
        elif now in present:
            loading.report.unchanged.append(name)
        else:
            fields = {"objective": others[code], "reason": loading.reason}
            loading.create(entry.line, add_concern, risk, fields, name=name)
    loading.report.absent += [
        f"{risk.code} concerns {code}" for code in sorted(present - set(named.values()))
    ]


def _code_now(code: str, others: dict[str, Objective]) -> str:
    """The code of an objective that a document may name by an older one."""
    return others[code].code if code in others else code

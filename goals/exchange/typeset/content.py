"""What roadmap.typ sets of a document, as plain values: words and lists, never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goals.exchange import fields
from goals.exchange.document import (
    PILLARS,
    KeyResultEntry,
    NeedEntry,
    ObjectiveEntry,
    RiskEntry,
    RoadmapDocument,
    SupportEntry,
)
from goals.exchange.measures import has_inline_unit, write_measure
from goals.exchange.typeset.prose import blocks_of

Node = dict[str, Any]
FOCUS, EXCELLENCE = "focus", "excellence"
IN_MEASURE = frozenset({"kind", "start", "target", "lower", "upper"})


def content_of(document: RoadmapDocument, names: Mapping[str, str]) -> Node:
    """`names` are those of people by their addresses; who is not among them is told by the address."""
    area = document.area_name or document.area
    parts = [_part(document.focus, FOCUS, "Focus areas", names, is_first=True)]
    if document.excellence:
        parts.append(_part(document.excellence, EXCELLENCE, "Engineering excellence", names))
    return {
        "title": document.title or f"{area} {document.cycle}",
        "facts": [area, document.cycle, document.state],
        "footer": f"{document.code} · {document.state}",
        "background": blocks_of(document.background),
        "parts": parts,
    }


def _part(
    objectives: Sequence[ObjectiveEntry],
    name: str,
    title: str,
    names: Mapping[str, str],
    *,
    is_first: bool = False,
) -> Node:
    return {
        "name": name,
        "title": title,
        "is_first": is_first,
        "objectives": [_objective(entry, names) for entry in objectives],
    }


def _objective(entry: ObjectiveEntry, names: Mapping[str, str]) -> Node:
    table = fields.EXCELLENCE_FIELDS if entry.kind == EXCELLENCE else fields.OBJECTIVE_FIELDS
    pillar = [PILLARS[entry.pillar]] if entry.pillar else []
    groups = {
        "Key results": [_key_result(each, names) for each in entry.key_results],
        "Risks": [_risk(each, names) for each in entry.risks],
        "Needs": [_need(each) for each in entry.needs],
        "Supports": [_support(each) for each in entry.supports],
    }
    return {
        "code": entry.short_code,
        "title": entry.title,
        "facts": pillar + _facts(entry, table, names, without=frozenset({"pillar"})),
        "prose": blocks_of(entry.description),
        "groups": [{"title": title, "entries": found} for title, found in groups.items()],
    }


def _key_result(entry: KeyResultEntry, names: Mapping[str, str]) -> Node:
    told = IN_MEASURE | ({"unit"} if has_inline_unit(entry) else set())
    steps = [
        _step("Initiative", step.title, _facts(step, fields.INITIATIVE_FIELDS, names))
        for step in entry.initiatives
    ]
    return _entry(
        _code("KR", entry.number),
        entry.title,
        measure=write_measure(entry).replace("->", "→"),
        facts=_facts(entry, fields.KEY_RESULT_FIELDS, names, without=told),
        steps=steps,
    )


def _risk(entry: RiskEntry, names: Mapping[str, str]) -> Node:
    steps = [
        _step("Mitigation", step.text, _facts(step, fields.MITIGATION_FIELDS, names))
        for step in entry.mitigations
    ]
    return _entry(
        _code("R", entry.number),
        f"{entry.kind.capitalize()}: {entry.title}",
        facts=_facts(entry, fields.RISK_FIELDS, names),
        prose=blocks_of(entry.description),
        steps=steps,
    )


def _need(entry: NeedEntry) -> Node:
    return _entry("", entry.on_objective or entry.partner, facts=_facts(entry, fields.NEED_FIELDS, {}))


def _support(entry: SupportEntry) -> Node:
    return _entry("", entry.objective, facts=_facts(entry, fields.SUPPORT_FIELDS, {}))


def _entry(
    code: str,
    title: str,
    *,
    facts: list[str],
    measure: str = "",
    prose: Sequence[Node] = (),
    steps: Sequence[str] = (),
) -> Node:
    return {
        "code": code,
        "title": title,
        "measure": measure,
        "facts": facts,
        "prose": list(prose),
        "steps": list(steps),
    }


def _step(label: str, words: str, facts: Sequence[str]) -> str:
    return f"{label}: {words}" + (f" ({'; '.join(facts)})" if facts else "")


def _code(letters: str, number: int | None) -> str:
    return "" if number is None else f"{letters}{number}"


def _facts(
    entry: Any, table: Sequence[Any], names: Mapping[str, str], *, without: frozenset[str] = frozenset()
) -> list[str]:
    """As in Markdown, with the name of the owner for the address."""
    written = fields.written_fields(entry, table, without=without | {"owner"})
    owner = getattr(entry, "owner", "")
    return ([names.get(owner, owner)] if owner else []) + written

"""A roadmap as a Markdown document a person likes to read and to edit.

What stands at its default is left out. Written documents are read back as they were: see grammar.py for how
text that looks like structure is hidden, and docs/roadmap-document.md for the format.
"""

from __future__ import annotations

import re

import yaml

from goals.exchange import fields
from goals.exchange.document import (
    PILLARS,
    InitiativeEntry,
    KeyResultEntry,
    MitigationEntry,
    NeedEntry,
    ObjectiveEntry,
    RiskEntry,
    RoadmapDocument,
    SupportEntry,
)
from goals.exchange.grammar import (
    ROADMAP_MARK,
    after_initiative,
    classify,
    escape_heading,
    escape_line,
    is_plain_prose,
    quote,
    split_linked,
    split_mark,
)
from goals.exchange.measures import has_inline_unit, write_measure

_PLAIN_YAML = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 &/+-]*[A-Za-z0-9])?")
_MITIGATION_WORD = re.compile(r"(mitigations?\s*):", re.I)
_IN_MEASURE = frozenset({"kind", "start", "target", "lower", "upper"})
_ENDING = re.compile(r"\((?=[^()]*\)$)")


def write(document: RoadmapDocument) -> str:
    """The whole document, ending in a line feed."""
    lines = _front_matter(document)
    if document.title:
        lines += ["", f"# {_title(document.title, ROADMAP_MARK)}"]
    if document.background:
        lines += ["", "## Background", "", *_prose(document.background, bullets=True)]
    for heading, objectives in (
        ("## Focus areas", document.focus),
        ("## Engineering excellence", document.excellence),
    ):
        if objectives:
            lines += ["", heading]
        for objective in objectives:
            lines += _objective(objective)
    return "\n".join(lines) + "\n"


def _front_matter(document: RoadmapDocument) -> list[str]:
    values = {
        "area": document.area,
        "area_name": document.area_name,
        "rhythm": _rhythm(document.area_rhythm),
        "parent": document.area_parent,
        "parent_name": document.area_parent_name,
        "parent_rhythm": _rhythm(document.area_parent_rhythm),
        "cycle": document.cycle,
        "state": document.state,
        "visibility": document.visibility,
    }
    return ["---", *(f"{key}: {_yaml(value)}" for key, value in values.items() if value), "---"]


def _rhythm(days: int | None) -> str:
    return "" if days is None else fields.write_rhythm(days)


def _yaml(value: str) -> str:
    if _PLAIN_YAML.fullmatch(value):
        return value
    quoted: str = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=10_000)
    return quoted.strip()


def _title(title: str, mark: str) -> str:
    """The text of a heading without a number, with a mark where it would be taken for something else."""
    escaped = escape_heading(title)
    return escaped if classify(escaped, 1).role == "other" else f"{mark} {escaped}"


def _prose(text: str, *, bullets: bool = False) -> list[str]:
    return text.split("\n") if is_plain_prose(text, bullets=bullets) else quote(text)


def _objective(objective: ObjectiveEntry) -> list[str]:
    lines = ["", f"### {_objective_title(objective)}"]
    is_excellence = objective.kind == "excellence"
    table = fields.EXCELLENCE_FIELDS if is_excellence else fields.OBJECTIVE_FIELDS
    lines += ["", *fields.written_fields(objective, table, without=frozenset({"pillar"}))]
    if objective.description:
        lines += ["", *_prose(objective.description)]
    if objective.key_results:
        lines += ["", "#### Key results", ""]
        lines += [line for entry in objective.key_results for line in _key_result(entry)]
    if objective.risks:
        lines += ["", "#### Risks", ""]
        lines += [line for entry in objective.risks for line in _risk(entry)]
    if objective.needs:
        lines += ["", "#### Needs", ""]
        lines += [_need(entry) for entry in objective.needs]
    if objective.supports:
        lines += ["", "#### Supports", ""]
        lines += [_support(entry) for entry in objective.supports]
    return lines


def _objective_title(objective: ObjectiveEntry) -> str:
    if objective.number is None:
        title = _title(objective.title, f"[{objective.letter}]")
    else:
        title = f"[{objective.short_code}] {escape_heading(objective.title)}"
    return f"{title} ({PILLARS[objective.pillar]})" if objective.pillar else title


def _marked(letters: str, number: int | None, title: str) -> str:
    escaped = escape_line(title)
    if number is not None:
        return f"[{letters}{number}] {escaped}"
    looks_marked = split_mark(escaped).letters or after_initiative(escaped) is not None
    return f"[{letters}] {escaped}" if looks_marked else escaped


def _key_result(entry: KeyResultEntry) -> list[str]:
    in_title = _IN_MEASURE | ({"unit"} if has_inline_unit(entry) else set())
    lines = fields.written_fields(entry, fields.KEY_RESULT_FIELDS, without=in_title)
    title = f"- {_marked('KR', entry.number, entry.title)} — {write_measure(entry)}"
    lines += [_initiative(each) for each in entry.initiatives]
    return [title, *(f"  - {line}" for line in lines)]


def _initiative(entry: InitiativeEntry) -> str:
    title = _ENDING.sub(r"\\(", escape_line(entry.title))
    if split_linked(title)[1]:
        title = f"\\{title}"
    return " · ".join([f"Initiative: {title}", *fields.written_fields(entry, fields.INITIATIVE_FIELDS)])


def _risk(entry: RiskEntry) -> list[str]:
    mark = "" if entry.number is None else f"[R{entry.number}] "
    title = _MITIGATION_WORD.sub(r"\1\\:", escape_line(entry.title))
    lines = [f"- {mark}{entry.kind.capitalize()}: {title}"]
    lines += [f"  - {line}" for line in fields.written_fields(entry, fields.RISK_FIELDS)]
    if entry.description:
        lines += quote(entry.description, indent="  ")
    return lines + [f"  - {_mitigation(step)}" for step in entry.mitigations]


def _mitigation(entry: MitigationEntry) -> str:
    text = _ENDING.sub(r"\\(", escape_line(entry.text))
    return " · ".join([f"Mitigation: {text}", *fields.written_fields(entry, fields.MITIGATION_FIELDS)])


def _need(entry: NeedEntry) -> str:
    name = entry.on_objective or f"Partner: {escape_line(entry.partner)}"
    return " · ".join([f"- {name}", *fields.written_fields(entry, fields.NEED_FIELDS)])


def _support(entry: SupportEntry) -> str:
    return " · ".join([f"- {entry.objective}", *fields.written_fields(entry, fields.SUPPORT_FIELDS)])

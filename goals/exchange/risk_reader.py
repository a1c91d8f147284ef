"""Risks of a Markdown document, and the steps against them."""

from __future__ import annotations

import re
from typing import Any

from goals.exchange import fields
from goals.exchange.document import MitigationEntry, RiskEntry
from goals.exchange.entry_reader import MAX_TITLE, EntryReader
from goals.exchange.grammar import split_mark, starts_with_label
from goals.exchange.items import Item, Table

MAX_STEP = 500

_RISK = re.compile(r"(known|unknown)(?:\s+risk)?\s*:\s*", re.I)
_STEP = re.compile(r"(?:^|[\s;,.–—-])mitigations?\s*:\s*", re.I)


def is_risk_item(item: Item) -> bool:
    """Whether an item outside the list of risks is a risk or a step against one."""
    return _is_step(item.raw) or _RISK.match(split_mark(item.raw).rest) is not None


def _is_step(raw: str) -> bool:
    return _STEP.match(raw) is not None


class RiskReader(EntryReader):
    def read(self, items: list[Item], table: Table | None) -> tuple[RiskEntry, ...]:
        if table is not None:
            self._problem(table.line, "risks are a list, not a table: '- Known: ...'")
        grouped: list[tuple[Item, list[Item]]] = []
        for item in items:
            if _is_step(item.raw) and grouped:
                grouped[-1][1].append(item)
            else:
                grouped.append((item, []))
        return tuple(entry for item, steps in grouped if (entry := self._risk(item, steps)) is not None)

    def _risk(self, item: Item, steps: list[Item]) -> RiskEntry | None:
        mark = split_mark(item.raw)
        number, raw = (mark.number, mark.rest) if mark.letters == "R" else (None, item.raw)
        kind = _RISK.match(raw)
        if kind is None:
            self._problem(item.line, "a risk starts with 'Known:' or 'Unknown:'")
            return None
        values: dict[str, Any] = {}
        head = self._fields(item.line, raw[kind.end() :], fields.RISK_FIELDS, values)
        title, *inline = _STEP.split(head)
        title = title.rstrip(" ;,.–—-") if inline else title
        mitigations = [self._mitigation(item.line, text, []) for text in inline if text]
        for child in item.children:
            if _is_step(child.raw) or not starts_with_label(child.raw):
                steps = [*steps, child]
            else:
                self._field_item(child, fields.RISK_FIELDS, values)
        mitigations += [self._step(step) for step in sorted(steps, key=lambda step: step.line)]
        entry = RiskEntry(
            number=number,
            kind=kind[1].lower(),
            title=self._text(title, item.line, "the title", MAX_TITLE),
            description=self._description(item.prose, item.line),
            mitigations=tuple(mitigations),
            line=item.line,
            **values,
        )
        if entry.state == "occurred" and entry.occurred_on is None:
            self._problem(item.line, "say on which day the risk occurred: 'Occurred: 2024-10-14'")
        if entry.state == "occurred" and not entry.consequence:
            self._problem(item.line, "say what followed when the risk occurred: 'Consequence: ...'")
        has_ended = entry.outcome or entry.outcome_note or entry.closed_on
        if entry.state != "closed" and has_ended:
            self._problem(item.line, "only a closed risk has an outcome: 'State: closed'")
        if entry.outcome == "handled" and not (entry.occurred_on and entry.consequence):
            self._problem(item.line, "what was handled has occurred: write 'Occurred:' and 'Consequence:'")
        return entry

    def _step(self, item: Item) -> MitigationEntry:
        self._refuse_prose(item, "a mitigation is one line")
        match = _STEP.match(item.raw)
        return self._mitigation(item.line, item.raw[match.end() :] if match else item.raw, item.children)

    def _mitigation(self, line: int, raw: str, children: list[Item]) -> MitigationEntry:
        head, values = self._step_fields(line, raw, children, fields.MITIGATION_FIELDS)
        return MitigationEntry(text=self._text(head, line, "the mitigation", MAX_STEP), line=line, **values)

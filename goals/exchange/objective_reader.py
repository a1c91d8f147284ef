"""One objective of a Markdown document: its heading, fields and description, and what its sections hold."""

from __future__ import annotations

import re
from typing import Any

from goals.exchange import fields
from goals.exchange.document import PILLARS, NeedEntry, ObjectiveEntry, SupportEntry
from goals.exchange.entry_reader import MAX_TITLE, EntryReader
from goals.exchange.errors import Problem
from goals.exchange.grammar import (
    fence_of,
    opens_item,
    plain_line,
    read_bullet,
    starts_with_label,
    without_bold,
)
from goals.exchange.items import Item, ItemList, read_items
from goals.exchange.key_result_reader import KeyResultReader
from goals.exchange.outline import Lines, ObjectivePart
from goals.exchange.risk_reader import RiskReader, is_risk_item

MAX_PARTNER = 120

_PILLAR = re.compile(r"(?<!\\)\(([^()]*)\)$")
_PILLAR_WORDS = re.compile(r"(?:better|modern|empowering)\b", re.I)
_PARTNER = re.compile(r"partners?\s*(?::|\s)\s*", re.I)


class ObjectiveReader(EntryReader):
    def __init__(self, part: ObjectivePart, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.part = part
        self.is_excellence = part.kind == "excellence"

    def read(self) -> ObjectiveEntry:
        part = self.part
        title, pillar = self._title_and_pillar()
        values, description, loose = self._intro()
        values.setdefault("pillar", pillar)
        key_results, risks, needs, supports = (
            read_items(lines) for lines in (part.key_results, part.risks, part.needs, part.supports)
        )
        for found in (loose, key_results, risks, needs, supports):
            self.problems += found.problems
        risk_items = [item for item in loose.items if is_risk_item(item)] + risks.items
        key_result_items = [item for item in loose.items if not is_risk_item(item)] + key_results.items
        entry = ObjectiveEntry(
            kind=part.kind,
            number=part.number,
            title=title,
            description=description,
            key_results=KeyResultReader(self.problems).read(
                key_result_items, [loose.table, key_results.table]
            ),
            risks=RiskReader(self.problems).read(risk_items, risks.table),
            needs=self._needs(needs),
            supports=self._supports(supports),
            line=part.line,
            **values,
        )
        self._check(entry)
        return entry

    def _title_and_pillar(self) -> tuple[str, str]:
        raw, pillar = self.part.raw_title, ""
        ending = _PILLAR.search(raw) if self.is_excellence else None
        if ending:
            word = plain_line(ending[1])
            key = word.lower().replace(" ", "_")
            if key in PILLARS:
                raw, pillar = raw[: ending.start()], key
            elif _PILLAR_WORDS.match(word):
                self._problem(
                    self.part.line, f"unknown pillar '{word}'; the pillars are {', '.join(PILLARS.values())}"
                )
        return self._text(raw, self.part.line, "the title", MAX_TITLE), pillar

    def _intro(self) -> tuple[dict[str, Any], str, ItemList]:
        """The fields below the heading, the prose behind them, and a list without a heading of its own."""
        lines = _without_outer_blanks(self.part.intro)
        field_lines: Lines = []
        if lines and starts_with_label(without_bold(lines[0][1].strip())):
            end = next((i for i, (_, line) in enumerate(lines) if not _continues_fields(line)), len(lines))
            field_lines, lines = lines[:end], lines[end:]
        first_item = _first_item(lines)
        text = self._description(lines[:first_item], self.part.line)
        return self._objective_fields(field_lines), text, read_items(lines[first_item:])

    def _objective_fields(self, lines: Lines) -> dict[str, Any]:
        table = fields.EXCELLENCE_FIELDS if self.is_excellence else fields.OBJECTIVE_FIELDS
        values: dict[str, Any] = {}
        for number, line in lines:
            self._fields(number, "· " + without_bold(line.strip()), table, values)
        return values

    def _needs(self, found: ItemList) -> tuple[NeedEntry, ...]:
        if found.table is not None:
            self._problem(found.table.line, "needs are a list, not a table: '- CODE · State: agreed'")
        return tuple(self._need(item) for item in found.items)

    def _need(self, item: Item) -> NeedEntry:
        values: dict[str, Any] = {}
        head = self._fields(item.line, item.raw, fields.NEED_FIELDS, values)
        for child in item.children:
            self._field_item(child, fields.NEED_FIELDS, values)
        self._refuse_prose(item, "a need is one line; put the text behind 'Note:'")
        word = plain_line(head)
        if fields.OBJECTIVE_CODE.fullmatch(word):
            return NeedEntry(on_objective=word, line=item.line, **values)
        partner = _PARTNER.sub("", head, count=1) if _PARTNER.match(head) else head
        name = self._text(partner, item.line, "the partner", MAX_PARTNER)
        return NeedEntry(partner=name, line=item.line, **values)

    def _supports(self, found: ItemList) -> tuple[SupportEntry, ...]:
        if found.table is not None:
            self._problem(found.table.line, "what is supported is a list, not a table: '- CODE · Weight: 2'")
        entries = (self._support(item) for item in found.items)
        return tuple(entry for entry in entries if entry is not None)

    def _support(self, item: Item) -> SupportEntry | None:
        values: dict[str, Any] = {}
        word = plain_line(self._fields(item.line, item.raw, fields.SUPPORT_FIELDS, values))
        for child in item.children:
            self._field_item(child, fields.SUPPORT_FIELDS, values)
        self._refuse_prose(item, "what is supported is one line: '- CODE · Weight: 2'")
        if not fields.OBJECTIVE_CODE.fullmatch(word):
            self._problem(item.line, f"'{word}' is no code of an objective, like LIB-24H2-O1")
            return None
        return SupportEntry(objective=word, line=item.line, **values)

    def _check(self, entry: ObjectiveEntry) -> None:
        if self.is_excellence and not entry.pillar:
            self._problem(entry.line, "the title does not end in its pillar, like '(Better Doc)'")
        self._check_numbers("KR", ((each.number, each.line) for each in entry.key_results))
        self._check_numbers("R", ((each.number, each.line) for each in entry.risks))
        numbers = {key_result.number for key_result in entry.key_results}
        for risk in entry.risks:
            if risk.key_result is not None and risk.key_result not in numbers:
                self._problem(risk.line, f"the objective has no key result KR{risk.key_result}")
        needs: set[str] = set()
        for need in entry.needs:
            name = need.on_objective or need.partner
            if name in needs:
                self._problem(need.line, f"the need '{name}' stands twice")
            needs.add(name)
        supported: set[str] = set()
        for support in entry.supports:
            if support.objective in supported:
                self._problem(support.line, f"that it supports {support.objective} stands twice")
            supported.add(support.objective)


def _without_outer_blanks(lines: Lines) -> Lines:
    filled = [i for i, (_, line) in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _first_item(lines: Lines) -> int:
    """Where the description ends and a list or table begins."""
    fence = ""
    for position, (_, line) in enumerate(lines):
        mark = fence_of(line)
        if mark:
            fence = "" if fence and mark.startswith(fence) else fence or mark
        elif not fence and (read_bullet(line) or opens_item(line) or line.lstrip().startswith("|")):
            return position
    return len(lines)


def _continues_fields(line: str) -> bool:
    raw = without_bold(line.strip())
    return starts_with_label(raw) or raw.startswith("·")

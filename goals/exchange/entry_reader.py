"""What the readers of all kinds of entry share: fields, steps, texts within limits, a list of problems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from goals.exchange import fields
from goals.exchange.document import MAX_BLOCK
from goals.exchange.errors import Problem
from goals.exchange.grammar import plain_line, prose, split_fields
from goals.exchange.items import Item
from goals.exchange.outline import Lines

MAX_TITLE = 200

# In brackets at the end, which no backslash hides and which are not those of a link.
_ENDING = re.compile(r"(?<![\\\]])\(([^()]*)\)$")


class EntryReader:
    """Reads entries of one kind; what is wrong goes to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def _fields(self, line: int, raw: str, table: tuple[fields.Field, ...], values: dict[str, Any]) -> str:
        """Put the fields of a line into `values`; returns the raw text before them."""
        known = fields.labels_of(table)
        head, pairs = split_fields(raw, set(known))
        for label, value in pairs:
            item = known.get(label.lower())
            if item is None:
                labels = ", ".join(each.label for each in table)
                self._problem(line, f"unknown field '{label}'; the fields here are {labels}")
            elif item.name in values:
                self._problem(line, f"the field '{label}' stands twice")
            elif value:
                try:
                    values[item.name] = item.parse(value)
                except ValueError as error:
                    self._problem(line, str(error))
        return head

    def _field_item(self, item: Item, table: tuple[fields.Field, ...], values: dict[str, Any]) -> None:
        head = self._fields(item.line, f"· {item.raw}", table, values).removeprefix("· ")
        if head:
            self._problem(item.line, f"'{plain_line(head)[:60]}' is no field; write 'Label: value'")
        for child in item.children:
            self._field_item(child, table, values)
        self._refuse_prose(item, "this text belongs to no item of the list")

    def _step_fields(
        self, line: int, raw: str, children: list[Item], table: tuple[fields.Field, ...]
    ) -> tuple[str, dict[str, Any]]:
        """The raw text of a step, and its fields: in its line, in brackets at its end, in items below it."""
        values: dict[str, Any] = {}
        head = self._fields(line, raw, table, values)
        if ending := _ENDING.search(head):
            found = _step_ending(plain_line(ending[1]), table)
            if found:
                head, values = head[: ending.start()], found | values
        for child in children:
            self._field_item(child, table, values)
        return head.strip(), values

    def _description(self, lines: Lines, line: int) -> str:
        text = prose(raw for _, raw in lines)
        if len(text) > MAX_BLOCK:
            self._problem(line, f"the description is longer than {MAX_BLOCK} characters")
        return text

    def _refuse_prose(self, item: Item, message: str) -> None:
        if item.prose:
            self._problem(item.prose[0][0], message)

    def _text(self, raw: str, line: int, what: str, limit: int) -> str:
        text = plain_line(raw)
        if not text:
            self._problem(line, f"{what} is missing")
        elif len(text) > limit:
            self._problem(line, f"{what} is longer than {limit} characters")
        return text

    def _check_numbers(self, letters: str, numbered: Iterable[tuple[int | None, int]]) -> None:
        """Refuse a number that stands twice; `numbered` are pairs of number and line."""
        first_lines: dict[int, int] = {}
        for number, line in numbered:
            if number is None:
                continue
            if number in first_lines:
                self._problem(line, f"{letters}{number} stands twice, first on line {first_lines[number]}")
            first_lines.setdefault(number, line)

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))


def _step_ending(text: str, table: tuple[fields.Field, ...]) -> dict[str, Any]:
    """The fields in `(due 2024-11-01, doing, ada@example.org)`; empty when one part is something else."""
    values: dict[str, Any] = {}
    for part in text.split(","):
        word = re.sub(r"^due\s+", "", part.strip(), flags=re.I)
        for item in table:
            try:
                values.setdefault(item.name, item.parse(word))
                break
            except ValueError:
                continue
        else:
            return {}
    return values

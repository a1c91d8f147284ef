"""Lists and tables of a document, as items with the lines below them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from goals.exchange.errors import Problem
from goals.exchange.grammar import (
    MAX_ITEM,
    indent_of,
    is_quote,
    is_rule,
    opens_item,
    plain_line,
    read_bullet,
    starts_with_label,
    without_bold,
)
from goals.exchange.outline import Lines

MAX_DEPTH = 3  # lists in lists
MAX_ITEMS = 1_000

_CELL_BREAK = re.compile(r"(?<!\\)\|")


@dataclass
class Item:
    """One bullet: its raw text, the items below it and the raw lines of the block quote below it."""

    line: int
    raw: str
    indent: int = 0
    children: list[Item] = field(default_factory=list)
    prose: Lines = field(default_factory=list)


@dataclass
class Table:
    """The first row of a table in small letters, and the rows as raw cells."""

    line: int
    columns: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass
class ItemList:
    items: list[Item] = field(default_factory=list)
    table: Table | None = None
    problems: list[Problem] = field(default_factory=list)


def read_items(lines: Lines) -> ItemList:
    return _ItemReader().read(lines)


class _ItemReader:
    def __init__(self) -> None:
        self.found = ItemList()
        self.path: list[Item] = []  # the open item of each depth
        self.after_blank = False
        self.count = 0

    def read(self, lines: Lines) -> ItemList:
        for number, line in lines:
            if not line.strip() or is_rule(line):
                self.after_blank = True
            elif len(line) > MAX_ITEM:
                self._problem(number, f"the line is longer than {MAX_ITEM} characters")
            else:
                self._line(number, line)
                self.after_blank = False
        return self.found

    def _line(self, number: int, line: str) -> None:
        bullet = read_bullet(line)
        if is_quote(line):
            self._prose(number, line, indent_of(line))
        elif line.lstrip().startswith("|"):
            self._row(number, line)
        elif bullet is not None:
            self._open(number, without_bold(bullet[1]), bullet[0])
        elif opens_item(line) or (self.path and starts_with_label(without_bold(line.strip()))):
            self._loose(number, line)
        elif not self.path:
            self._problem(number, "this line belongs to no item of the list; start it with '- '")
        elif self.after_blank or self.path[-1].prose:
            self._prose(number, line.strip(), indent_of(line))
        else:
            self.path[-1].raw += " " + without_bold(line.strip())

    def _open(self, number: int, raw: str, indent: int) -> None:
        while self.path and self.path[-1].indent >= indent:
            self.path.pop()
        self.count += 1
        if len(self.path) >= MAX_DEPTH:
            self._problem(number, f"the list is nested deeper than {MAX_DEPTH} levels")
        elif self.count > MAX_ITEMS:
            if self.count == MAX_ITEMS + 1:
                self._problem(number, f"the list has more than {MAX_ITEMS} items")
        else:
            self._add(Item(number, raw, indent))

    def _add(self, item: Item) -> None:
        (self.path[-1].children if self.path else self.found.items).append(item)
        self.path.append(item)

    def _loose(self, number: int, line: str) -> None:
        """A line without a bullet that is an item all the same: a marked one, or a field of another."""
        raw, indent = without_bold(line.strip()), indent_of(line)
        if opens_item(line):
            self._open(number, raw, indent)
            return
        owner = next((item for item in reversed(self.path) if item.indent < indent), self.path[-1])
        owner.children.append(Item(number, raw, indent))

    def _prose(self, number: int, line: str, indent: int) -> None:
        if self.path:
            owner = next((item for item in reversed(self.path) if item.indent < indent), self.path[-1])
            owner.prose.append((number, line))
        else:
            self._problem(number, "this line belongs to no item of the list; start it with '- '")

    def _row(self, number: int, line: str) -> None:
        inner = line.strip().removeprefix("|").removesuffix("|")
        cells = [cell.strip() for cell in _CELL_BREAK.split(inner)]
        if self.found.table is None:
            columns = [plain_line(without_bold(cell)).lower() for cell in cells]
            self.found.table = Table(number, columns)
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            self.found.table.rows.append((number, [without_bold(cell) for cell in cells]))

    def _problem(self, number: int, message: str) -> None:
        self.found.problems.append(Problem(number, message))

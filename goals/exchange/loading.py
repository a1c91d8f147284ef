"""What the steps of one load share: who loads, what was done, what is wrong, which row an entry is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from goals.actions.refusals import NumberTaken, Refused
from goals.exchange.document import PEOPLE, clean_line
from goals.exchange.errors import Problem
from goals.models import MovedCode


@dataclass
class LoadReport:
    """What a load did, or would have done, by code; `absent` is in the database and not in the document."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


@dataclass
class Loading:
    """One load under way. A refused row becomes a problem of its line; the load goes on to find the rest."""

    by: Any
    today: date
    now: datetime
    reason: str
    owners: Mapping[str, Any]
    report: LoadReport = field(default_factory=LoadReport)
    problems: list[Problem] = field(default_factory=list)
    name: str = ""  # the document that is being loaded

    def refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message, self.name))

    def changes(self, entry: Any, present: Any, columns: Mapping[str, str]) -> dict[str, Any]:
        """The fields of the row in which the entry differs from the present one; all when there is none."""
        found: dict[str, Any] = {}
        for name, column in columns.items():
            value = getattr(entry, name)
            if present is None or getattr(present, name) != value:
                found[column] = self._owner(value, entry.line) if name in PEOPLE else value
        return found

    def _owner(self, address: str, line: int) -> Any:
        if address and address not in self.owners:
            self.refuse(line, f"nobody here has the address {address}")
        return self.owners.get(address)

    def create(
        self,
        line: int,
        action: Callable[..., Any],
        parent: Any,
        fields: dict[str, Any],
        *,
        name: str = "",
        code: str = "",
    ) -> Any:
        """The new row, or None when it was refused. `name` is told for rows without a code.

        `code` is the one that the document gives it: it may have been that of something that moved away.
        """
        row = self._try(line, action, parent, fields, code=code)
        if row is not None:
            self.report.created.append(name or row.code)
        return row

    def change(
        self,
        line: int,
        action: Callable[..., Any],
        row: Any,
        changes: dict[str, Any],
        *,
        name: str = "",
        **options: Any,
    ) -> None:
        if changes:
            self._try(line, action, row, changes | options)
        (self.report.changed if changes else self.report.unchanged).append(name or row.code)

    def _try(
        self, line: int, action: Callable[..., Any], subject: Any, fields: dict[str, Any], *, code: str = ""
    ) -> Any:
        try:
            with transaction.atomic():
                return action(subject, by=self.by, now=self.now, **fields)
        except NumberTaken as refusal:
            self.refuse(line, self._moved(code) or refusal.sentence)
            return None
        except Refused as refusal:
            self.refuse(line, refusal.sentence)
            return None

    def _moved(self, code: str) -> str:
        """Where what had this code has moved to, as far as whoever loads may see it."""
        rows = MovedCode.objects.with_thing().filter(code=code)
        found = (rows if self.by is None else rows.visible_to(self.by)).first()
        return f"{code} has moved to {found.thing.code}; take it out of this document" if found else ""

    def match(
        self, entries: Iterable[Any], rows: Iterable[Any], is_in_plan: Callable[[Any], bool]
    ) -> list[Match]:
        """The entries with their rows, those with lower numbers first, as numbers are given out upwards."""
        rows = list(rows)
        by_number = {row.number: row for row in rows}
        named = {entry.number for entry in entries}
        by_title = {clean_line(row.title): row for row in rows if is_in_plan(row) and row.number not in named}
        matches = []
        for entry in entries:
            numbered = by_number.get(entry.number)
            row = by_title.pop(entry.title, None) if entry.number is None else numbered
            if row is None or is_in_plan(row):
                matches.append(Match(entry, row))
            else:
                self.refuse(entry.line, f"{row.code} was archived or dropped; restore it first")
        found = {match.row.pk for match in matches if match.row is not None}
        self.report.absent += [row.code for row in rows if is_in_plan(row) and row.pk not in found]
        _place(matches, [row.pk for row in rows])
        return sorted(matches, key=lambda match: (match.entry.number is None, match.entry.number or 0))


@dataclass
class Match:
    """An entry of a document and its row, if there is one; `position` is set where the order asks for it."""

    entry: Any
    row: Any
    position: int | None = None

    @property
    def placing(self) -> dict[str, int]:
        if self.position is None or (self.row is not None and self.row.position == self.position):
            return {}
        return {"position": self.position}


def _place(matches: list[Match], order: list[int]) -> None:
    """Positions as in the document; rows that stand in its order already keep theirs."""
    ranks = [order.index(match.row.pk) if match.row is not None else len(order) for match in matches]
    if ranks == sorted(ranks):
        # New rows follow the present ones, whose positions may have gaps.
        last = max((getattr(match.row, "position", 0) for match in matches if match.row), default=len(order))
        matches = [match for match in matches if match.row is None]
    else:
        last = 0
    for position, match in enumerate(matches, start=last + 1):
        match.position = position

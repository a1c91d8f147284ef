"""Key results of a Markdown document: lists, tables, and measures as people write them."""

from __future__ import annotations

from typing import Any

from goals.exchange import fields
from goals.exchange.document import InitiativeEntry, KeyResultEntry
from goals.exchange.entry_reader import MAX_TITLE, EntryReader
from goals.exchange.grammar import after_initiative, plain_line, split_linked, split_mark, starts_with_label
from goals.exchange.items import Item, Table
from goals.exchange.measures import Measure, find_measure, join_groups, read_measure
from goals.progress import goes_one_way

MAX_KEY_RESULTS = 100

_COLUMNS = {"key result", "key results", "kr", "title", "goal", "what"}
_NUMBER_COLUMNS = {"#", "no", "no.", "number", "code"}


class KeyResultReader(EntryReader):
    def read(self, items: list[Item], tables: list[Table | None]) -> tuple[KeyResultEntry, ...]:
        entries = [self._key_result(item, below) for item, below in self._with_initiatives(items)]
        for table in tables:
            if table is not None:
                entries += self._key_result_table(table)
        if len(entries) > MAX_KEY_RESULTS:
            line = entries[MAX_KEY_RESULTS].line
            self._problem(line, f"the objective has more than {MAX_KEY_RESULTS} key results")
        return tuple(entries)

    def _with_initiatives(self, items: list[Item]) -> list[tuple[Item, list[Item]]]:
        """The key results, each with initiatives that stand behind it instead of below it."""
        grouped: list[tuple[Item, list[Item]]] = []
        for item in items:
            if after_initiative(item.raw) is None:
                grouped.append((item, []))
            elif grouped:
                grouped[-1][1].append(item)
            else:
                self._problem(item.line, "an initiative stands below the key result it is for")
        return grouped

    def _key_result(self, item: Item, below: list[Item]) -> KeyResultEntry:
        values: dict[str, Any] = {}
        head = self._fields(item.line, item.raw, fields.KEY_RESULT_FIELDS, values)
        initiatives: list[InitiativeEntry] = []
        for child in [*item.children, *below]:
            raw = after_initiative(child.raw)
            if raw is None:
                self._field_item(child, fields.KEY_RESULT_FIELDS, values)
            else:
                initiatives += self._initiatives(child, raw)
        values["initiatives"] = tuple(initiatives)
        self._refuse_prose(item, "a key result has no description; put the text into the objective's")
        return self._make_key_result(item.line, head, values)

    def _initiatives(self, item: Item, raw: str) -> list[InitiativeEntry]:
        """One behind the word, or those in the list below it."""
        if raw or not item.children or starts_with_label(item.children[0].raw):
            return [self._initiative(item, raw)]
        self._refuse_prose(item, "an initiative is one line")
        return [self._initiative(child, child.raw) for child in item.children]

    def _initiative(self, item: Item, raw: str) -> InitiativeEntry:
        self._refuse_prose(item, "an initiative is one line")
        title, link = split_linked(raw.strip())
        if link:
            raw = title
        head, values = self._step_fields(item.line, raw, item.children, fields.INITIATIVE_FIELDS)
        if not link:
            head, link = split_linked(head)
        if link:
            values.setdefault("link", plain_line(link))
        text = self._text(head, item.line, "the title of the initiative", MAX_TITLE)
        return InitiativeEntry(title=text, line=item.line, **values)

    def _make_key_result(self, line: int, raw: str, values: dict[str, Any]) -> KeyResultEntry:
        mark = split_mark(raw)
        number, raw = (mark.number, mark.rest) if mark.letters == "KR" else (None, raw)
        raw_title, measure = self._measure(line, raw)
        if measure is not None:
            for name in ("start", "target", "lower", "upper", "unit"):
                if (value := getattr(measure, name)) not in {None, ""}:
                    values.setdefault(name, value)
            values.setdefault("kind", measure.kind)
        has_bound = values.get("lower") is not None or values.get("upper") is not None
        if "kind" not in values and has_bound:
            values["kind"] = "guardrail"
        entry = KeyResultEntry(
            number=number, title=self._text(raw_title, line, "the title", MAX_TITLE), line=line, **values
        )
        self._check_key_result(entry)
        self._check_marks(entry)
        return entry

    def _measure(self, line: int, raw: str) -> tuple[str, Measure | None]:
        """The raw title and the measure at the end: behind a dash as written, or without one."""
        title, dash, tail = raw.rpartition(" — ")
        try:
            measure = read_measure(plain_line(join_groups(tail))) if dash else None
            if measure is not None:
                return title, measure
            text, measure = find_measure(plain_line(join_groups(raw)))
        except ValueError as error:
            self._problem(line, str(error))
            return raw, None
        return (text.replace("\\", "\\\\"), measure) if measure is not None else (raw, None)

    def _check_key_result(self, entry: KeyResultEntry) -> None:
        if entry.kind == "guardrail":
            if entry.lower is None and entry.upper is None:
                self._problem(
                    entry.line, "a guardrail needs a bound: 'at most 5', 'at least 5' or 'between 5 and 9'"
                )
            if any(value is not None for value in (entry.start, entry.target, entry.stretch)):
                self._problem(entry.line, "a guardrail has bounds, no start, target or stretch")
        elif entry.lower is not None or entry.upper is not None:
            self._problem(entry.line, "bounds belong to a guardrail; write 'Kind: guardrail'")
        if entry.interim and entry.kind != "reach":
            self._problem(entry.line, "interim targets belong to a reach alone")
        if entry.start is not None and entry.start == entry.target:
            self._problem(entry.line, f"start and target are both {entry.start}")
        if entry.lower is not None and entry.upper is not None and entry.lower > entry.upper:
            self._problem(entry.line, "the lower bound lies above the upper bound")

    def _check_marks(self, entry: KeyResultEntry) -> None:
        if entry.commit is not None and entry.kind != "reach":
            self._problem(entry.line, "only a reach has a commit")
        elif not goes_one_way(entry.start, entry.commit, entry.target):
            self._problem(entry.line, f"the commit {entry.commit} does not lie between start and target")
        if entry.kind == "reach" and not goes_one_way(entry.start, entry.target, entry.stretch):
            self._problem(entry.line, f"the stretch {entry.stretch} does not lie beyond the target")

    def _key_result_table(self, table: Table) -> list[KeyResultEntry]:
        known = fields.labels_of(fields.KEY_RESULT_FIELDS)
        titles = [
            name
            for name in table.columns
            if name in _COLUMNS and (name != "goal" or "title" not in table.columns)
        ]
        if not titles:
            self._problem(table.line, "the table has no column 'Key result'")
            return []
        for name in table.columns:
            if name and name not in known and name not in _COLUMNS | _NUMBER_COLUMNS | {"measure"}:
                labels = ", ".join(each.label for each in fields.KEY_RESULT_FIELDS)
                self._problem(table.line, f"unknown column '{name}'; the fields here are {labels}")
        return [
            self._key_result_row(line, dict(zip(table.columns, cells, strict=False)), titles[0], known)
            for line, cells in table.rows
        ]

    def _key_result_row(
        self, line: int, row: dict[str, str], title_column: str, known: dict[str, fields.Field]
    ) -> KeyResultEntry:
        values: dict[str, Any] = {}
        raw = row.get(title_column, "")
        for column, cell in row.items():
            if not cell or column == title_column:
                continue
            if column in _NUMBER_COLUMNS:
                raw = (
                    f"[{cell.strip('[]')}] {raw}"
                    if cell.upper().startswith(("KR", "[KR"))
                    else f"[KR{cell}] {raw}"
                )
            elif column == "measure" or (column == "target" and _is_measure(cell)):
                raw = f"{raw} — {cell}"
            elif column in known:
                self._fields(line, f"· {known[column].label}: {cell}", fields.KEY_RESULT_FIELDS, values)
        return self._make_key_result(line, raw, values)


def _is_measure(cell: str) -> bool:
    try:
        return read_measure(plain_line(join_groups(cell))) is not None
    except ValueError:
        return False

"""The tables of cases, and the worked examples of docs/progress-and-pace.md, as rows."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "docs" / "progress-and-pace.md"

Row = dict[str, str]


def cases(name: str) -> list[Row]:
    with (HERE / "cases" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def examples(section: int, table: int = 0) -> list[Row]:
    """The rows of a table of the document, counted from 0 within its numbered section."""
    after = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {section}. ")[1]
    lines = after.split("\n## ")[0].splitlines()
    tables: list[list[str]] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("|"):
            if not before.startswith("|"):
                tables.append([])
            tables[-1].append(line)
    head, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in tables[table])
    return [dict(zip(head, cells, strict=True)) for cells in body]


def number(text: str) -> Decimal | None:
    """A cell as a number; empty and dash are None, "50 %" is 0.5."""
    text = text.replace("\u202f", "").replace("\u2212", "-")
    if text in ("", "\u2013"):
        return None
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text not in ("", "\u2013") else None

"""What people read of an answer; nothing in it can move the cursor or turn the text round."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

NOTHING = "–"


def plain(value: Any) -> str:
    """One line of text without control characters, whoever wrote it."""
    text = NOTHING if value is None or value == "" else str(value)
    kept = (" " if sign in "\n\t" else sign for sign in text)
    return "".join("�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in kept)


def share(value: Any) -> str:
    """A ratio as a percentage: "0.531" is 53 %."""
    try:
        percent = (Decimal(value) * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    except (InvalidOperation, TypeError, ValueError):
        return NOTHING
    return f"{percent} %"


def words(value: Any) -> str:
    return plain(value).replace("_", " ")


def measured(value: Any, unit: Any) -> str:
    return plain(value) if not unit or value is None else f"{plain(value)} {plain(unit)}"


def table(rows: Iterable[Sequence[Any]], *, heading: Sequence[str]) -> list[str]:
    """Lines of columns as wide as what stands in them."""
    cells = [list(heading), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heading))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def reader(me: Mapping[str, Any], server: str) -> str:
    token = me.get("token") or {}
    where = f", area {plain(token.get('area'))}" if token.get("area") else ""
    scope = f" (scope {plain(token.get('scope'))}{where})" if token else ""
    return f"{plain(me.get('name'))} <{plain(me.get('email'))}> at {server}{scope}"


def due(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["Nothing is due."]
    found = (
        (
            row.get("code"),
            row.get("check_in_due_on"),
            measured(row.get("current_value"), row.get("unit")),
            row["title"],
        )
        for row in rows
    )
    return table(found, heading=("CODE", "DUE", "NOW", "TITLE"))


def checked_in(kept: Mapping[str, Any], *, is_replayed: bool) -> str:
    row = kept["key_result"]
    before = "" if kept.get("previous_value") is None else f" (was {plain(kept['previous_value'])})"
    text = f"{plain(row['code'])}: {measured(kept.get('value'), row.get('unit'))}{before}, {standing(row)}."
    return f"{text} Check-in {kept.get('sequence')}" + (", kept before." if is_replayed else ".")


def standing(row: Mapping[str, Any]) -> str:
    return f"{share(row.get('progress'))}, {words(row.get('pace'))}"


def key_result(row: Mapping[str, Any]) -> list[str]:
    unit = row.get("unit")
    lines = [f"{plain(row['code'])}  {plain(row['title'])}", f"  {standing(row)}: {plain(row.get('reason'))}"]
    if row.get("kind") == "guardrail":
        bounds = [f"{word} {measured(row[name], unit)}" for word, name in BOUNDS if row.get(name) is not None]
        lines.append(f"  now {measured(row.get('current_value'), unit)}, bounds: {', '.join(bounds)}")
    else:
        way = " → ".join(measured(row.get(name), unit) for name in ("start_value", "target_value"))
        lines.append(f"  now {measured(row.get('current_value'), unit)}, from {way}")
    lines.append(f"  owner {plain(row.get('owner'))}, said {words(row.get('said_status'))}")
    lines.append(f"  next check-in {plain(row.get('check_in_due_on'))}, due {plain(row.get('due_on'))}")
    return [*lines, f"  {plain(row.get('page_url'))}"]


BOUNDS = (("from", "lower_bound"), ("to", "upper_bound"))


def objective(row: Mapping[str, Any]) -> list[str]:
    lines = [f"{plain(row['code'])}  {plain(row['title'])}", f"  {standing(row)}: {plain(row.get('reason'))}"]
    lines.append(f"  owner {plain(row.get('owner'))}")
    parts = row.get("key_results") or ()
    lines += [f"  {plain(one['code'])}  {standing(one)}  {plain(one['title'])}" for one in parts]
    return [*lines, f"  {plain(row.get('page_url'))}"]

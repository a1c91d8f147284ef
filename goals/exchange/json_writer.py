"""A roadmap as JSON, for programs: the plan, and each key result's current value beside it.

Decimals are strings, dates ISO 8601.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from goals.exchange.document import RoadmapDocument
from goals.exchange.measures import plain_number

_LEFT_OUT = {"line", "name"}  # where an entry stood in a file


def write_json(document: RoadmapDocument, current_values: Mapping[str, Decimal | None]) -> str:
    """One object with `code`, the fields of the document, and a `code` for each entry that has a number.

    `current_values` are by code of the key result; one that is not in it has none.
    """
    content = {"code": document.code, **_plain(document)}
    for objective in content["objectives"]:
        _name(objective, document.code, "O" if objective["kind"] == "focus" else "B")
        for key_result in objective["key_results"]:
            _name(key_result, objective["code"], "KR")
            key_result["current_value"] = _plain(current_values.get(key_result["code"]))
        for risk in objective["risks"]:
            _name(risk, objective["code"], "R")
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _name(entry: dict[str, Any], above: str | None, letters: str) -> None:
    number = entry.pop("number")
    entry["code"] = f"{above}-{letters}{number}" if above and number is not None else None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if each.name not in _LEFT_OUT
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return plain_number(value)
    return value.isoformat() if isinstance(value, date) else value

"""What schemathesis cannot know of this API: for the test that asks little, and the bench that asks much."""

from __future__ import annotations

import re
from typing import Any

PICKS = ("fields", "expand")


def of_whole_rows(query: Any, operation: Any) -> Any:
    """The query without the picks that would be taken: the document tells of whole rows alone.

    Picks that are to be refused stay. What a picked row holds is told by goals/tests/api/test_picking.py.
    """
    for name in PICKS:
        known = _known(operation, name)
        picked = (query or {}).get(name)
        names = picked.split(",") if isinstance(picked, str) else picked
        if isinstance(names, list) and set(map(str, names)) <= known:
            del query[name]
    return query


def is_well_formed(operation: Any, name: str, value: Any) -> bool:
    """Whether a part of the address is written as it should be: what is to be refused is left as it is."""
    for parameter in operation.path_parameters:
        if parameter.name == name:
            form = parameter.definition["schema"].get("pattern", "")
            return isinstance(value, int | str) and re.search(form, str(value)) is not None
    return False


def _known(operation: Any, name: str) -> set[str]:
    for parameter in operation.query:
        if parameter.name == name:
            return set(parameter.definition["schema"].get("items", {}).get("enum", ()))
    return set()

"""Codes and keys that exist, for most of the addresses that schemathesis makes up: the others find nothing.

Loaded by schemathesis (SCHEMATHESIS_HOOKS=bench.api_hooks); OKR_URL and OKR_TOKEN say where to look them up.
"""

from __future__ import annotations

import os
import re
import zlib
from functools import cache
from typing import Any

import requests
import schemathesis

from okrtracker.tests.fuzzing import is_well_formed, of_whole_rows

# The parameter of an address by its list: where its values are read, and as what.
SOURCES = {
    "areas": ("areas/", "key"),
    "cycles": ("cycles/", "key"),
    "roadmaps": ("roadmaps/", "code"),
    "objectives": ("objectives/", "code"),
    "key-results": ("key-results/", "code"),
    "risks": ("risks/", "code"),
    "kpis": ("kpis/", "code"),
    "initiatives": ("initiatives/", "id"),
    "mitigations": ("mitigations/", "id"),
    "comments": ("comments/", "id"),
    "alignments": ("alignments/", "id"),
    "dependencies": ("dependencies/", "id"),
    "dashboards": ("dashboards/", "key"),
    "templates": ("templates/", "id"),
    "follows": ("follows/", "id"),
    "tags": ("tags/", "tag"),
}
LIST = re.compile(r"/api/v1/([a-z-]+)/\{([a-z_]+)\}")


@cache
def values(name: str) -> list[Any]:
    path, field = SOURCES[name]
    answer = requests.get(
        f"{os.environ['OKR_URL']}/api/v1/{path}",
        headers={"Authorization": f"Bearer {os.environ['OKR_TOKEN']}"},
        timeout=60,
    )
    return [row[field] for row in answer.json().get("results", []) if field in row]


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Four of five addresses name something that is there; which is told by what was made up."""
    found = LIST.match(context.operation.path)
    if not path_parameters or not found or found[1] not in SOURCES or not (known := values(found[1])):
        return path_parameters
    number = zlib.crc32(str(path_parameters.get(found[2])).encode("utf-8", "surrogatepass"))
    if number % 5 and is_well_formed(context.operation, found[2], path_parameters.get(found[2])):
        path_parameters[found[2]] = known[number % len(known)]
    if number % 3 and is_well_formed(context.operation, "sequence", path_parameters.get("sequence")):
        path_parameters["sequence"] = 1
    return path_parameters


@schemathesis.hook
def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    return of_whole_rows(query, context.operation)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """For what is not made up but taken from the document: the examples and the coverage of parameters."""
    of_whole_rows(case.query, case.operation)

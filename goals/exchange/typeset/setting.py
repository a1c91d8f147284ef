"""Sets a roadmap as PDF with typst, and measures its parts in pages of A4.

The same document gives the same pages on every machine: typst's own fonts are used and none of the system's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

import typst
from django.core.cache import cache as kept

from goals.exchange.document import RoadmapDocument
from goals.exchange.typeset.content import content_of
from goals.progress import round_half_up

TEMPLATE = Path(__file__).with_name("roadmap.typ")
PAGE_TOP, PAGE_HEIGHT = Decimal("48.19"), Decimal("745.51")  # points: 17 mm of margin, and what is between
KEPT_FOR = 24 * 60 * 60  # seconds


def write_pdf(document: RoadmapDocument, names: Mapping[str, str] | None = None) -> bytes:
    """The document set on A4. `names` of people, by address, stand for their addresses."""
    return cast("bytes", _compiler(_written(document, names)).compile(format="pdf"))


def part_lengths(document: RoadmapDocument, names: Mapping[str, str] | None = None) -> dict[str, Decimal]:
    """How many pages each part takes, by its name (`focus`, `excellence`), to hundredths.

    What was measured is kept in the cache, by what was set: most readers of a plan change nothing.
    """
    written = _written(document, names)
    key = f"part-lengths:{hashlib.sha256(_template() + written.encode()).hexdigest()}"
    found: dict[str, Decimal] | None = kept.get(key)
    if found is None:
        [parts] = json.loads(_compiler(written).query("<parts>", field="value"))
        found = {part["name"]: _length(part) for part in parts}
        kept.set(key, found, KEPT_FOR)
    return found


def _length(part: Mapping[str, Mapping[str, float]]) -> Decimal:
    pages = int(part["ends"]["page"] - part["begins"]["page"])
    down = (Decimal(str(part["ends"]["y"])) - PAGE_TOP) / PAGE_HEIGHT
    return round_half_up(pages + max(down, Decimal(0)), 2)


def _written(document: RoadmapDocument, names: Mapping[str, str] | None) -> str:
    return json.dumps(content_of(document, names or {}), ensure_ascii=False)


def _compiler(written: str) -> typst.Compiler:
    return typst.Compiler(
        str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True, sys_inputs={"data": written}
    )


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()

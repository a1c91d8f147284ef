"""The filter by tag of the pages that show figures: it narrows what they list, never what they count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from goals.figures import KeyResultFigures
from goals.figures.tags import key_results_left, tags_among
from goals.figures.tree import Part
from goals.models.tags import TAG_LENGTH, normal_tags

NAME = "tag"
KEPT = ("cycle", "as_of")  # parts of the address that stay when the tag changes


@dataclass(frozen=True)
class TagFilter:
    """`tag` is what the address asks for, empty where nothing is narrowed; `left` are the key results of each
    objective that it leaves, in the order of the page.

    `offered` are the tags of what the page would list: of what its reader sees, and of nothing else.
    """

    tag: str
    offered: list[str]
    left: list[tuple[Part, tuple[KeyResultFigures, ...]]]
    everything: str  # the address of the page without the filter
    kept: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, parts: Iterable[Part]) -> TagFilter:
        """No queries: the parts are there anyway, as far as the reader sees them."""
        parts = list(parts)
        tag = _asked_for(request)
        kept = {name: request.GET[name] for name in KEPT if name in request.GET}
        every = ((part, key_results_left(part, tag)) for part in parts)
        left = [(part, rows) for part, rows in every if rows is not None]
        everything = request.path + (f"?{urlencode(kept)}" if kept else "")
        return cls(tag, tags_among(parts), left, everything, kept)

    @property
    def finds_nothing(self) -> bool:
        return bool(self.tag) and not self.left

    def parts(self, rows: Iterable[Part]) -> list[tuple[Part, tuple[KeyResultFigures, ...]]]:
        """Those of some objectives that are left, each with its key results that are."""
        known = {part.objective.pk: found for part, found in self.left}
        return [(row, known[row.objective.pk]) for row in rows if row.objective.pk in known]

    def key_results(self, rows: Iterable[KeyResultFigures]) -> list[KeyResultFigures]:
        """Those of some key results that are left."""
        known = {row.key_result.pk for _part, found in self.left for row in found}
        return [row for row in rows if not self.tag or row.key_result.pk in known]


def _asked_for(request: HttpRequest) -> str:
    """As tags are kept; what can be no tag stays as it was written, and nothing has it."""
    written = request.GET.get(NAME, "").strip()[: TAG_LENGTH + 1]
    try:
        return normal_tags(written)
    except ValidationError:
        return written

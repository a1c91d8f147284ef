"""Tags that a person sees: which there are, and what has one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from goals.figures.key_result import KeyResultFigures
from goals.figures.tree import Part
from goals.models import KeyResult, Objective
from goals.models.tags import counted, tagged

MOST_SUGGESTED = 100


@dataclass(frozen=True)
class TagCount:
    """A tag and how many objectives and key results have it."""

    tag: str
    objectives: int
    key_results: int


def objectives_seen(user: Any) -> QuerySet[Objective]:
    return Objective.objects.live().visible_to(user).order_by()


def key_results_seen(user: Any) -> QuerySet[KeyResult]:
    return KeyResult.objects.live().visible_to(user).order_by()


def tags_of(objectives: QuerySet[Objective], key_results: QuerySet[KeyResult]) -> list[TagCount]:
    """Of these rows, in order. Two queries."""
    above = counted(objectives.exclude(tags="").values_list("tags", flat=True))
    below = counted(key_results.exclude(tags="").values_list("tags", flat=True))
    return [TagCount(tag, above[tag], below[tag]) for tag in sorted(above.keys() | below.keys())]


def tags_seen(user: Any) -> list[TagCount]:
    """What somebody sees a tag on. Two queries."""
    return tags_of(objectives_seen(user), key_results_seen(user))


def suggested(user: Any, present: str) -> list[str]:
    """What a field that holds `present` may hold next: that, and one more of the tags most often used.

    One query.
    """
    above = objectives_seen(user).exclude(tags="").values_list("tags", flat=True)
    below = key_results_seen(user).exclude(tags="").values_list("tags", flat=True)
    uses = counted(above.union(below, all=True))
    known = present.split()
    return [" ".join([*known, tag]) for tag, _count in uses.most_common() if tag not in known][
        :MOST_SUGGESTED
    ]


def with_tag(user: Any, tag: str) -> tuple[QuerySet[Objective], QuerySet[KeyResult]]:
    """What has a tag, as far as a person sees it, the newest cycle first."""
    objectives = (
        objectives_seen(user).filter(tagged(tag)).select_related("owner", "roadmap__area", "roadmap__cycle")
    )
    key_results = key_results_seen(user).filter(tagged(tag))
    related = key_results.select_related("owner", "objective__roadmap__area", "objective__roadmap__cycle")
    return (
        objectives.order_by("-roadmap__cycle__starts_on", "code"),
        related.order_by("-objective__roadmap__cycle__starts_on", "code"),
    )


def key_results_left(part: Part, tag: str) -> tuple[KeyResultFigures, ...] | None:
    """What a filter by a tag leaves of an objective: all of one that has it, else its key results that do.

    None where that is nothing. Its figures stay those of the whole.
    """
    if not tag or tag in part.objective.tag_list:
        return part.key_results
    return tuple(row for row in part.key_results if tag in row.key_result.tag_list) or None


def tags_among(parts: Iterable[Part]) -> list[str]:
    """In order, what some objectives and their key results have. No query."""
    found: set[str] = set()
    for part in parts:
        found.update(part.objective.tag_list)
        for row in part.key_results:
            found.update(row.key_result.tag_list)
    return sorted(found)

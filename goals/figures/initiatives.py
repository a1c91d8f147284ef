"""What is being done for key results, today or as it was known on a past day: shown beside, in no figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from goals.figures.steps import end_of
from goals.models import Initiative

# What the history keeps of an initiative, as far as it is shown.
KEPT = ("id", "key_result_id", "title", "link", "owner_id", "due_on", "state", "position", "version")


@dataclass(frozen=True)
class Initiatives:
    """The initiatives of one key result, in their order. What was dropped is shown and not counted."""

    rows: tuple[Initiative, ...] = ()

    @property
    def counted(self) -> int:
        return sum(row.state != Initiative.State.DROPPED for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.state == Initiative.State.DONE for row in self.rows)


def initiatives_of(key_result_ids: Collection[int], *, until: date | None = None) -> dict[int, Initiatives]:
    """By key result; `until` is a past day, as it was known at its end. One query. Never save past ones."""
    rows: Iterable[Initiative]
    if until is None:
        present = Initiative.objects.filter(key_result__in=key_result_ids).select_related("owner")
        rows = present.order_by("position", "pk")
    else:
        rows = sorted(_known(key_result_ids, until), key=lambda row: (row.position, row.pk))
    found: dict[int, list[Initiative]] = {pk: [] for pk in key_result_ids}
    for row in rows:
        found[row.key_result_id].append(row)
    return defaultdict(Initiatives, {pk: Initiatives(tuple(listed)) for pk, listed in found.items()})


def _known(key_result_ids: Collection[int], until: date) -> list[Initiative]:
    history = Initiative.history.filter(key_result__in=key_result_ids, history_date__lt=end_of(until))
    last: dict[int, Any] = {
        row.id: row for row in history.select_related("owner").order_by("history_date", "history_id")
    }
    return [_as_it_was(row) for row in last.values() if row.history_type != "-"]


def _as_it_was(row: Any) -> Initiative:
    found = Initiative(**{name: getattr(row, name) for name in KEPT})
    found.owner = row.owner
    return found

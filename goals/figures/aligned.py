"""Alignments as a person may see them: those of today, or as they stood at the end of a day.

As for figures, who may see an end is decided by today; its words, owner and area are those of today too.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from goals.figures.record import OBJECTIVE_FIELDS, AlignmentRecord, as_it_was, definitions
from goals.models import Alignment, Cycle, Objective

SUPPORTER, SUPPORTED = "supporter__roadmap__area", "supported__roadmap__area"


def alignments_of_cycle(cycle: Cycle, *, user: Any, as_of: date | None) -> list[Alignment]:
    """All of a cycle, both ends with area and owner, given up or not. One query; looking back, three."""
    if as_of is None:
        return _today(Q(supporter__roadmap__cycle=cycle), user)
    return _on(AlignmentRecord.of_cycle(cycle, as_of, of_archived_areas=True), as_of, user)


def alignments_of_objective(objective: Objective, *, user: Any, as_of: date | None) -> list[Alignment]:
    """What an objective supports and what supports it; as above."""
    own = Q(supporter=objective.pk) | Q(supported=objective.pk)
    if as_of is None:
        return _today(own, user)
    return _on(AlignmentRecord.of(own, as_of), as_of, user)


def _today(wanted: Q, user: Any) -> list[Alignment]:
    ends = (SUPPORTER, SUPPORTED, "supporter__owner", "supported__owner")
    return list(Alignment.objects.visible_to(user).filter(wanted).select_related(*ends).order_by("pk"))


def _on(record: AlignmentRecord, day: date, user: Any) -> list[Alignment]:
    """Copies without a key: nothing can be done to what has passed."""
    supports = record.on(day)
    ids = {end for row in supports for end in row[:2]}
    seen = Objective.objects.in_plans_of(user).filter(pk__in=ids)
    rows = seen.select_related("roadmap__area", "owner").in_bulk()
    then = definitions(Objective, rows.keys(), OBJECTIVE_FIELDS, day)
    ends = {
        pk: as_it_was(row, definition)
        for pk, row in rows.items()
        if (definition := then[pk].on(day)) is not None
    }
    return [
        Alignment(supporter=ends[row.supporter_id], supported=ends[row.supported_id], weight=row.weight)
        for row in supports
        if row.supporter_id in ends and row.supported_id in ends
    ]

"""Row locks, taken in one order everywhere; why: docs/adr/0003-locks.md.

The order is cycle -> roadmap -> key result -> objective. On SQLite every transaction of this project begins
IMMEDIATE, so there is one writer at a time and nothing to lock.
"""

from __future__ import annotations

from django.db import connection

from goals.models import Cycle, KeyResult, Objective, Roadmap


def share_cycle(cycle_id: int) -> Cycle:
    """The cycle, held so that nobody closes it while we write; many may hold it so at once.

    Django knows no FOR SHARE, and FOR UPDATE would let only one check-in of the whole cycle pass at a time.
    """
    if connection.vendor == "postgresql":
        return Cycle.objects.raw("SELECT * FROM goals_cycle WHERE id = %s FOR SHARE", [cycle_id])[0]
    return Cycle.objects.get(pk=cycle_id)


def lock_cycle(cycle_id: int) -> Cycle:
    """The cycle, held alone: whoever writes in it has finished, and nobody begins."""
    return Cycle.objects.select_for_update().get(pk=cycle_id)


def lock_roadmap(roadmap_id: int) -> Roadmap:
    return Roadmap.objects.select_for_update(of=("self",)).select_related("area", "cycle").get(pk=roadmap_id)


def lock_objective(objective_id: int) -> Objective:
    return (
        Objective.objects.select_for_update(of=("self",))
        .select_related("roadmap__area", "roadmap__cycle")
        .get(pk=objective_id)
    )


def lock_key_result(key_result_id: int) -> KeyResult:
    return (
        KeyResult.objects.select_for_update(of=("self",))
        .select_related("objective__roadmap__cycle", "objective__roadmap__area", "last_check_in")
        .get(pk=key_result_id)
    )

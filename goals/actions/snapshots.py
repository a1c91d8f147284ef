"""Takes the snapshots of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from goals.actions import locks
from goals.figures import MeanFigures, cycle_figures
from goals.figures.means import mean_over_objectives
from goals.models import Cycle, Snapshot
from goals.progress import COMPLETION_PLACES, round_half_up

COUNTS = ("done", "on_track", "behind", "at_risk", "no_data")


def take_snapshots(cycle: Cycle, *, today: date) -> int:
    """Keeps today's figures of every roadmap and objective, once; a second run of the day replaces them."""
    figures = cycle_figures(cycle, user=None, today=today)
    rows = []
    for roadmap in figures.roadmaps():
        # Without what is shared with its area: that has a snapshot of its own, and stands above once.
        own = mean_over_objectives(roadmap.focus, cycle=cycle, today=today)
        rows.append(Snapshot(roadmap=roadmap.roadmap, taken_on=today, **_fields(own)))
        rows += [
            Snapshot(objective=row.objective, taken_on=today, **_fields(row.mean))
            for row in roadmap.objectives
        ]
    with transaction.atomic():
        locks.lock_cycle(cycle.pk)  # two runs at once would both find nothing to replace
        Snapshot.objects.filter(taken_on=today, roadmap__cycle=cycle).delete()
        Snapshot.objects.filter(taken_on=today, objective__roadmap__cycle=cycle).delete()
        Snapshot.objects.bulk_create(rows)
    return len(rows)


def _fields(mean: MeanFigures) -> dict:
    def stored(share: Decimal | None) -> Decimal | None:
        return None if share is None else round_half_up(share, COMPLETION_PLACES)

    return {
        "completion": stored(mean.completion),
        "expected": stored(mean.expected),
        "weight": mean.weight,
        "counted": mean.coverage.counted,
        "reported": mean.coverage.reported,
        "older_than_14_days": mean.coverage.older_than_14_days,
        **{name: getattr(mean.health, name) for name in COUNTS},
    }

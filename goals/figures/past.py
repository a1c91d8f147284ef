"""A plan as it stood on a day that has passed, as far as a person may see it today.

What counts is what was known at the end of that day: check-ins made until then, and the definitions then in
force. Who may see it is decided by today. The tree of areas, words and people are those of today too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.key_result import KeyResultFigures, key_result_figures
from goals.figures.means import ObjectiveFigures, objective_figures
from goals.figures.plan import Plan
from goals.figures.record import Record
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet


class Past:
    """Rows that a person sees, whether they count today or not, with the record of them up to a day.

    Twelve queries at most, whatever its size.
    """

    def __init__(
        self,
        cycle: Cycle,
        *,
        until: date,
        roadmaps: Sequence[Roadmap] = (),
        objectives: QuerySet[Objective],
        key_results: KeyResultQuerySet,
        hidden: Sequence[HiddenPart] = (),
    ) -> None:
        related = objectives.select_related("owner", "roadmap__cycle", "roadmap__area")
        self.until = until
        self.roadmaps = list(roadmaps)
        self.objectives = list(related.order_by("position", "number"))
        by_pk = {row.pk: row for row in self.objectives}
        rows = key_results.filter(objective__in=list(by_pk)).select_related("owner")
        self.key_results = list(rows.order_by("objective", "position", "number"))
        for row in self.key_results:
            row.objective = by_pk[row.objective_id]
        self.hidden = hidden
        self.record = Record(
            cycle,
            roadmap_ids={row.pk for row in roadmaps} | {part.roadmap_id for part in hidden},
            objective_ids=by_pk.keys() | {part.objective_id for part in hidden},
            key_result_ids={row.pk for row in self.key_results} | {part.key_result_id for part in hidden},
            until=until,
        )

    @classmethod
    def of_cycle(cls, cycle: Cycle, *, user: Any, until: date) -> Past:
        """All of a cycle, without what belongs to archived areas: that is in no figure of today either."""
        roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
        if user is not None:
            roadmaps = roadmaps.visible_to(user)
        rows = list(roadmaps.select_related("area", "cycle").order_by("pk"))
        return cls._of_roadmaps(
            cycle, rows, user=user, until=until, scope={"objective__roadmap__cycle": cycle}
        )

    @classmethod
    def of_roadmap(cls, roadmap: Roadmap, *, user: Any, until: date) -> Past:
        """Of one roadmap that the person is known to see."""
        scope = {"objective__roadmap": roadmap}
        return cls._of_roadmaps(roadmap.cycle, [roadmap], user=user, until=until, scope=scope)

    @classmethod
    def _of_roadmaps(
        cls, cycle: Cycle, roadmaps: list[Roadmap], *, user: Any, until: date, scope: dict[str, Any]
    ) -> Past:
        objectives = Objective.objects.filter(roadmap__in=[row.pk for row in roadmaps])
        key_results = KeyResult.objects.all()
        if user is not None:
            objectives = Objective.objects.visible_to(user).filter(roadmap__in=[row.pk for row in roadmaps])
            key_results = key_results.visible_to(user)
        return cls(
            cycle,
            until=until,
            roadmaps=roadmaps,
            objectives=objectives,
            key_results=key_results,
            hidden=hidden_parts(user, **scope),
        )

    @classmethod
    def of_objective(
        cls, objective: Objective, *, user: Any, until: date, hidden: Sequence[HiddenPart]
    ) -> Past:
        """Of one objective that the person is known to see; `hidden` are the parts of it that are not."""
        return cls(
            objective.roadmap.cycle,
            until=until,
            objectives=Objective.objects.filter(pk=objective.pk),
            key_results=KeyResult.objects.visible_to(user),
            hidden=hidden,
        )

    @classmethod
    def of_key_result(cls, key_result: KeyResult, *, until: date) -> Past:
        """Of one key result that the person is known to see, be its objective hidden or not."""
        return cls(
            key_result.cycle,
            until=until,
            objectives=Objective.objects.filter(pk=key_result.objective_id),
            key_results=KeyResult.objects.filter(pk=key_result.pk),
        )

    def key_results_on(self, day: date, *, objective: Objective | None = None) -> list[KeyResult]:
        """Those that were there, as they stood, dropped and archived ones too."""
        rows = (
            self.record.key_result_on(row, day)
            for row in self.key_results
            if objective is None or row.objective_id == objective.pk
        )
        return [row for row in rows if row is not None]

    def figures_on(self, key_results: Sequence[KeyResult], day: date) -> list[KeyResultFigures]:
        """The figures of key results that stand as they stood on a day."""
        return [
            key_result_figures(row, today=day, points=self.record.points_until(row.pk, day))
            for row in key_results
        ]

    def objective_on(self, day: date) -> tuple[ObjectiveFigures, list[KeyResult]] | None:
        """The only objective of this past, and what had been dropped from it; None where it was not there."""
        objective = self.record.objective_on(self.objectives[0], day)
        if objective is None:
            return None
        rows = [row for row in self.key_results_on(day) if row.archived_at is None]
        counting = self.figures_on([row for row in rows if row.dropped_at is None], day)
        is_partial = objective.pk in self.hidden_on(day).objectives
        figures = objective_figures(objective, counting, today=day, is_partial=is_partial)
        return figures, [row for row in rows if row.dropped_at is not None]

    def plan_on(self, day: date) -> Plan:
        objectives = (self.record.objective_on(row, day) for row in self.objectives)
        rows = [row for row in self.key_results_on(day) if row.is_counting]
        return Plan(
            day=day,
            cycle=self.record.cycle_on(day),
            roadmaps=[row for row in self.roadmaps if self.record.has_roadmap(row.pk, day)],
            objectives=[row for row in objectives if row is not None and row.is_counting],
            key_results=self.figures_on(rows, day),
            hidden=self.hidden_on(day),
            past_hidden=frozenset(part.area_id for part in self.hidden),
        )

    def hidden_on(self, day: date) -> Hidden:
        return Hidden.of(
            part._replace(kind=self.record.kind_on(part.objective_id, day))
            for part in self.hidden
            if self.record.counted_on(part.key_result_id, part.objective_id, day)
        )

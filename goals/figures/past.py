"""A plan as it stood on a day that has passed, as far as a person may see it today.

What counts is what was known at the end of that day: check-ins made until then, and the definitions then in
force. Who may see it is decided by today. The tree of areas, words and people are those of today too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.key_result import KeyResultFigures, key_result_figures
from goals.figures.means import ObjectiveFigures
from goals.figures.plan import Plan, areas_hiding, planned_in
from goals.figures.record import AlignmentRecord, Record
from goals.figures.shared import ShareRecord, Shares
from goals.figures.support import figures_of_objectives
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet
from goals.models.moved_code import in_or_out_of, moved_away, moved_out_of

NEVER_SHARED = ShareRecord({})


class Past:
    """Rows that a person sees, whether they count today or not, with the record of them up to a day.

    Sixteen queries at most, whatever its size. What counts in the means of these rows is among them, as far
    as the person may see it, though it be of another roadmap.
    """

    def __init__(
        self,
        cycle: Cycle,
        *,
        until: date,
        roadmaps: Sequence[Roadmap] = (),
        objectives: QuerySet[Objective],
        key_results: KeyResultQuerySet,
        alignments: AlignmentRecord,
        shares: ShareRecord = NEVER_SHARED,
        hidden: Sequence[HiddenPart] = (),
        follows: bool = True,
    ) -> None:
        """`follows`: what moved is shown where it was on a day; else in the place it has today."""
        related = objectives.select_related("owner", "roadmap__cycle", "roadmap__area")
        self.until = until
        self.roadmaps = list(roadmaps)
        self.objectives = list(related.order_by("position", "number"))
        by_pk = {row.pk: row for row in self.objectives}
        there = Q(objective__in=list(by_pk)) | moved_out_of(by_pk)
        rows = key_results.filter(there).select_related("owner")
        self.key_results = list(rows.order_by("objective", "position", "number"))
        for row in self.key_results:
            if row.objective_id in by_pk:
                row.objective = by_pk[row.objective_id]
        self.hidden = hidden
        self.shares = shares
        self.record = Record(
            cycle,
            roadmap_ids={row.pk for row in roadmaps} | {part.roadmap_id for part in hidden},
            objective_ids=by_pk.keys()
            | {part.objective_id for part in hidden}
            | {end for row in alignments.ever.rows for end in row[:2]},
            key_result_ids={row.pk for row in self.key_results} | {part.key_result_id for part in hidden},
            alignments=alignments,
            until=until,
            roadmaps={row.pk: row for row in roadmaps},
            objectives=by_pk if follows else None,
        )
        self._is_aligned = bool(alignments.ever.rows)

    @classmethod
    def of_cycle(cls, cycle: Cycle, *, user: Any, until: date) -> Past:
        """All of a cycle, without what belongs to archived areas: that is in no figure of today either."""
        roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
        if user is not None:
            roadmaps = roadmaps.visible_to(user)
        rows = list(roadmaps.select_related("area", "cycle").order_by("pk"))
        shares = ShareRecord.of_cycle(cycle)
        # What is shared is shown wherever it is planned, but for areas that are archived.
        objectives = Objective.objects.filter(
            planned_in([row.pk for row in rows], shares.ever), roadmap__area__archived_at__isnull=True
        )
        return cls(
            cycle,
            until=until,
            roadmaps=rows,
            objectives=objectives if user is None else objectives.visible_to(user),
            key_results=_key_results(user),
            alignments=AlignmentRecord.of_cycle(cycle, until),
            shares=shares,
            hidden=hidden_parts(user, Q(objective__roadmap__cycle=cycle)),
        )

    @classmethod
    def of_roadmap(cls, roadmap: Roadmap, *, user: Any, until: date) -> Past:
        """Of one roadmap that the person is known to see, with what its area owned beside it."""
        cycle = roadmap.cycle
        alignments = AlignmentRecord.of_cycle(cycle, until)
        shares = ShareRecord.of(Q(objective__roadmap__cycle=cycle, area=roadmap.area_id))
        shared = Q(pk__in=shares.ever.objective_ids, roadmap__area__archived_at__isnull=True)
        own = Objective.objects.filter(Q(roadmap=roadmap) | moved_away([roadmap.pk]) | shared)
        below: set[int] = set()
        if alignments.ever.rows:
            below = alignments.ever.below(own.values_list("pk", flat=True))
        return cls(
            cycle,
            until=until,
            roadmaps=[roadmap],
            objectives=(own if user is None else own.visible_to(user)) | _supporting(below, user),
            key_results=_key_results(user),
            alignments=alignments,
            shares=shares,
            hidden=hidden_parts(user, in_or_out_of([*below, *shares.ever.objective_ids], [roadmap.pk])),
        )

    @classmethod
    def of_objective(cls, objective: Objective, *, user: Any, until: date) -> Past:
        """Of one objective that the person is known to see, whatever holds for its roadmap."""
        alignments = AlignmentRecord.of_cycle(objective.roadmap.cycle, until)
        below = alignments.ever.below([objective.pk])
        scope = in_or_out_of([objective.pk, *below])
        return cls(
            objective.roadmap.cycle,
            until=until,
            objectives=Objective.objects.filter(pk=objective.pk) | _supporting(below, user),
            key_results=_key_results(user),
            alignments=alignments,
            hidden=hidden_parts(user, scope, by_themselves=[objective.pk]),
        )

    @classmethod
    def of_key_result(cls, key_result: KeyResult, *, until: date) -> Past:
        """Of one key result that the person is known to see, be its objective hidden or not."""
        return cls(
            key_result.cycle,
            until=until,
            objectives=Objective.objects.filter(pk=key_result.objective_id),
            key_results=KeyResult.objects.filter(pk=key_result.pk),
            alignments=AlignmentRecord({}),
            follows=False,
        )

    def key_results_on(self, day: date, *, objective: Objective | None = None) -> list[KeyResult]:
        """Those that were there, as they stood, dropped and archived ones too."""
        rows = (self.record.key_result_on(row, day) for row in self.key_results)
        there = [row for row in rows if row is not None]
        return [row for row in there if objective is None or row.objective_id == objective.pk]

    def figures_on(self, key_results: Sequence[KeyResult], day: date) -> list[KeyResultFigures]:
        """The figures of key results that stand as they stood on a day."""
        return [
            key_result_figures(row, today=day, points=self.record.points_until(row.pk, day))
            for row in key_results
        ]

    def objective_on(self, wanted: Objective, day: date) -> tuple[ObjectiveFigures, list[KeyResult]] | None:
        """An objective of this past, and what had been dropped from it; None where it was not there."""
        objective = self.record.objective_on(wanted, day)
        if objective is None:
            return None
        rows = [row for row in self.key_results_on(day) if row.archived_at is None]
        plan = self.plan_on(day)
        others = [row for row in plan.objectives if row.pk != wanted.pk]
        own = [row for row in rows if row.objective_id == wanted.pk]
        counting = self.figures_on([row for row in own if row.dropped_at is None], day)
        below = [row for row in plan.key_results if row.key_result.objective_id != wanted.pk]
        figures = figures_of_objectives(
            [objective, *others], [*counting, *below], today=day, supports=plan.supports, hidden=plan.hidden
        )
        return figures[wanted.pk], [row for row in own if row.dropped_at is not None]

    def plan_on(self, day: date) -> Plan:
        found = (self.record.objective_on(row, day) for row in self.objectives)
        objectives = [row for row in found if row is not None and row.is_counting]
        rows = [row for row in self.key_results_on(day) if row.is_counting]
        shares = self.shares.on(day)
        return Plan(
            day=day,
            cycle=self.record.cycle_on(day),
            roadmaps=[row for row in self.roadmaps if self.record.has_roadmap(row.pk, day)],
            objectives=objectives,
            key_results=self.figures_on(rows, day),
            hidden=self.hidden_on(day, objectives, shares),
            past_hidden=areas_hiding(
                self.roadmaps, self.hidden, is_aligned=self._is_aligned, shares=self.shares.ever
            ),
            supports=self.record.supports_on(day),
            shares=shares,
        )

    def hidden_on(self, day: date, objectives: Sequence[Objective], shares: Shares) -> Hidden:
        counted = (
            part._replace(kind=self.record.kind_on(part.objective_id, day))
            for part in self.hidden
            if self.record.counted_on(part.key_result_id, part.objective_id, part.roadmap_id, day)
        )
        return Hidden.of(counted, shares).and_homes_of(objectives, {row.pk for row in self.roadmaps})


def _key_results(user: Any) -> KeyResultQuerySet:
    return KeyResult.objects.all() if user is None else KeyResult.objects.visible_to(user)


def _supporting(below: Collection[int], user: Any) -> QuerySet[Objective]:
    """What counts from below, in plans that the person sees."""
    rows = Objective.objects.filter(pk__in=below)
    return rows if user is None else rows.in_plans_of(user)

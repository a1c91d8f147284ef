"""What the world may read of a roadmap: its public objectives with their public key results, and their means.

What is not public is absent: from the means and counts, and from the codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from goals.figures.hidden import Hidden
from goals.figures.key_result import key_results_figures
from goals.figures.means import MeanFigures, ObjectiveFigures, mean_over_objectives
from goals.figures.shared import SharedObjective, shared_parts
from goals.figures.support import Supports, figures_of_objectives, supports_in
from goals.models import Concern, Cycle, KeyResult, Objective, Risk, Roadmap, Share


@dataclass(frozen=True)
class PublicPlan:
    """The figures of what is public of a roadmap, as of a day."""

    roadmap: Roadmap
    mean: MeanFigures
    focus: tuple[ObjectiveFigures, ...]
    excellence: tuple[ObjectiveFigures, ...]
    shared: tuple[SharedObjective, ...]  # what its area owns of other public plans
    below: frozenset[int]  # objectives of other plans that count in it, whether they are public or not
    supporting: tuple[ObjectiveFigures, ...]  # those of them that are
    shares: tuple[Share, ...]

    @property
    def objectives(self) -> tuple[ObjectiveFigures, ...]:
        return self.focus + self.excellence

    @property
    def is_selection(self) -> bool:
        """Whether something counts in the roadmap, or in what it counts, that is not public. Two queries."""
        return _is_selection(self)

    def owners(self) -> dict[int, str]:
        """The names of the areas that own objectives of this roadmap too, by objective."""
        names: dict[int, list[str]] = defaultdict(list)
        for row in self.shares:
            if row.area_id != self.roadmap.area_id:
                names[row.objective_id].append(row.area.name)
        return {pk: ", ".join(found) for pk, found in names.items()}


@dataclass(frozen=True)
class PublicLine:
    """A public roadmap in the index of its cycle: the same mean as on its own page."""

    roadmap: Roadmap
    mean: MeanFigures
    focus_count: int
    excellence_count: int


def public_lines(cycle: Cycle, *, today: date) -> list[PublicLine]:
    """Every roadmap of a cycle that is public, by the name of its area. The number of queries is fixed."""
    roadmaps = Roadmap.objects.public().filter(cycle=cycle).select_related("area", "cycle")
    rows = list(roadmaps.order_by("area__name", "area__key"))
    figures = _public_figures(
        Q(roadmap__in=[row.pk for row in rows]), supports_in([cycle.pk]), today=today, with_forecasts=False
    )
    shares = _public_shares(Q(objective__roadmap__cycle=cycle), cycle)
    own: dict[int, list[ObjectiveFigures]] = defaultdict(list)
    for row in figures.values():
        own[row.objective.roadmap_id].append(row)
    owned: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for share in shares:
        owned[share.area_id][share.objective_id] = share.weight
    return [_line(row, own[row.pk], owned[row.area_id], figures, today=today) for row in rows]


def _line(
    roadmap: Roadmap,
    own: Sequence[ObjectiveFigures],
    owned: dict[int, Decimal],
    figures: dict[int, ObjectiveFigures],
    *,
    today: date,
) -> PublicLine:
    focus = [row for row in own if row.objective.kind == Objective.Kind.FOCUS]
    shared = shared_parts(owned, figures, kind=Objective.Kind.FOCUS)
    mean = mean_over_objectives([*focus, *shared], cycle=roadmap.cycle, today=today)
    return PublicLine(roadmap, mean, len(focus), len(own) - len(focus))


def public_plan(roadmap: Roadmap, *, today: date) -> PublicPlan:
    """Of a roadmap that is public, with its area and cycle. The number of queries is fixed."""
    supports, below = _supporting(roadmap)
    shares = _public_shares(Q(objective__roadmap=roadmap) | Q(area=roadmap.area_id), roadmap.cycle)
    owned = {row.objective_id: row.weight for row in shares if row.area_id == roadmap.area_id}
    figures = _public_figures(Q(roadmap=roadmap) | Q(pk__in={*below, *owned}), supports, today=today)
    own = [row for row in figures.values() if row.objective.roadmap_id == roadmap.pk]
    focus, excellence = (
        tuple(row for row in own if row.objective.kind == kind)
        for kind in (Objective.Kind.FOCUS, Objective.Kind.EXCELLENCE)
    )
    shared = list(shared_parts(owned, figures, kind=Objective.Kind.FOCUS))
    return PublicPlan(
        roadmap=roadmap,
        mean=mean_over_objectives([*focus, *shared], cycle=roadmap.cycle, today=today),
        focus=focus,
        excellence=excellence,
        shared=(*shared, *shared_parts(owned, figures, kind=Objective.Kind.EXCELLENCE)),
        below=frozenset({*below, *owned}),
        supporting=tuple(row for pk, row in figures.items() if pk in below),
        shares=tuple(shares),
    )


def _public_shares(which: Q, cycle: Cycle) -> list[Share]:
    """With its area, as far as both areas have a public plan of the cycle. One query."""
    public = Roadmap.objects.public().filter(cycle=cycle).values("area")
    rows = Share.objects.live().filter(which, objective__roadmap__cycle=cycle, area__in=public)
    return list(rows.select_related("area").order_by("area__key"))


def _public_figures(
    which: Q, supports: Supports, *, today: date, with_forecasts: bool = True
) -> dict[int, ObjectiveFigures]:
    """The public ones of some objectives with their public key results; the means are of these alone. Four
    queries.

    What supports them from other public roadmaps counts where they count it, as far as it is among them.
    """
    objectives = Objective.objects.public().counting().filter(which)
    rows = list(objectives.select_related("roadmap__cycle", "roadmap__area").order_by("position", "number"))
    keys = [row.pk for row in rows]
    key_results = KeyResult.objects.public().filter(objective__in=keys).with_context()
    figures = figures_of_objectives(
        rows,
        key_results_figures(
            key_results.order_by("objective", "position", "number"),
            today=today,
            without_forecast=() if with_forecasts else set(keys),
        ),
        today=today,
        supports=supports,
        hidden=Hidden(),
    )
    return {row.pk: figures[row.pk] for row in rows}


def _supporting(roadmap: Roadmap) -> tuple[Supports, set[int]]:
    """What counts in whose mean in the cycle, and what of it counts in this roadmap from elsewhere."""
    supports = supports_in([roadmap.cycle_id])
    if not supports.rows:
        return supports, set()
    return supports, supports.below(Objective.objects.filter(roadmap=roadmap).values_list("pk", flat=True))


def _is_selection(plan: PublicPlan) -> bool:
    """Whether something counts in the roadmap, or in what it counts, that is not public. Two queries.

    By keys, against what is shown: to put together all that is public in the organisation takes far longer.
    """
    shown: list[ObjectiveFigures | SharedObjective] = [*plan.objectives, *plan.shared, *plan.supporting]
    counts = Q(roadmap=plan.roadmap) | Q(pk__in=plan.below) | Q(shares__area=plan.roadmap.area_id)
    objectives = Objective.objects.counting().filter(counts, roadmap__cycle=plan.roadmap.cycle_id)
    ids = set(objectives.order_by().values_list("pk", flat=True))
    if not ids <= {row.objective.pk for row in shown}:
        return True
    key_results = KeyResult.objects.counting().filter(objective__in=ids).order_by()
    return not set(key_results.values_list("pk", flat=True)) <= {
        found.key_result.pk for row in shown for found in row.key_results
    }


def public_risks(roadmap: Roadmap) -> dict[int, list[Risk]]:
    """By objective: its own, then public ones of other objectives that concern it. Three queries."""
    risks: dict[int, list[Risk]] = defaultdict(list)
    rows = Risk.objects.public().open().prefetch_related("mitigations")
    for risk in rows.filter(objective__roadmap=roadmap).order_by("objective", "number"):
        risks[risk.objective_id].append(risk)
    concerns = Concern.objects.filter(objective__roadmap=roadmap, risk__in=rows.order_by().values("pk"))
    for concern in (
        concerns.select_related("risk").prefetch_related("risk__mitigations").order_by("risk__code")
    ):
        risks[concern.objective_id].append(concern.risk)
    return risks

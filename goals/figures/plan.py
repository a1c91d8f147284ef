"""The rows that figures are made of: a plan as a person sees it, of today or as it stood on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, Value

from areas.models import Area
from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.key_result import KeyResultFigures, key_results_figures
from goals.figures.means import ObjectiveFigures
from goals.figures.shared import SHARE_FIELDS, Owned, ShareRecord, Shares, share_rows, shares_with
from goals.figures.support import (
    SUPPORT_FIELDS,
    Support,
    Supports,
    figures_of_objectives,
    support_rows,
    supports_in,
)
from goals.models import Alignment, Cycle, KeyResult, Objective, Roadmap
from goals.models.key_result import KeyResultQuerySet
from goals.models.moved_code import in_or_out_of
from goals.models.objective import ObjectiveQuerySet

NO_SHARES = Shares()


@dataclass(frozen=True)
class Plan:
    """Roadmaps of a cycle with what counts in them, in the order of the pages."""

    day: date
    cycle: Cycle
    roadmaps: list[Roadmap]
    objectives: list[Objective]
    key_results: list[KeyResultFigures]
    hidden: Hidden
    past_hidden: frozenset[int]  # areas in whose past, too, something is hidden
    # Who counts in whose mean. What counts and is of no roadmap here is among the objectives all the same.
    supports: Supports = field(default_factory=Supports)
    shares: Shares = field(default_factory=Shares)  # likewise
    shares_since: ShareRecord = field(
        default_factory=lambda: ShareRecord({})
    )  # where the course is asked for

    def figures(self) -> dict[int, ObjectiveFigures]:
        """Of each objective, by primary key."""
        return figures_of_objectives(
            self.objectives, self.key_results, today=self.day, supports=self.supports, hidden=self.hidden
        )

    def by_roadmap(self, figures: Mapping[int, ObjectiveFigures]) -> dict[int, list[ObjectiveFigures]]:
        found: dict[int, list[ObjectiveFigures]] = defaultdict(list)
        for objective in self.objectives:
            found[objective.roadmap_id].append(figures[objective.pk])
        return found


def plan_of_cycle(
    cycle: Cycle,
    *,
    user: Any,
    today: date,
    inside: Collection[int] | None = None,
    has_forecasts: bool = True,
) -> Plan:
    """All of a cycle, without what belongs to archived areas. Ten queries at most.

    `inside` narrows it to some areas: what they plan and own, and what counts in that. One query more then.
    Forecasts read many check-ins; who shows few rows adds them to these (`with_forecasts`).
    """
    roadmaps = Roadmap.objects.filter(cycle=cycle, area__archived_at__isnull=True)
    if user is not None:
        roadmaps = roadmaps.visible_to(user)
    rows = list(roadmaps.select_related("area", "cycle").order_by("pk"))
    hidden = hidden_parts(user, Q(objective__roadmap__cycle=cycle))
    supports = supports_in([cycle.pk])
    record = ShareRecord.of_cycle(cycle)
    shares, roadmap_ids = record.now, {row.pk for row in rows}
    planned = planned_in(roadmap_ids, shares)
    below: set[int] = set()
    if inside is None:
        objectives = list(_objectives(planned, user=user))
        key_results = _key_results(Q(objective__roadmap__cycle=cycle), objectives, user=user)
    else:
        own = Q(roadmap__area__in=inside) | Q(pk__in=list(shares.inside(inside)))
        objectives = list(_objectives(planned & own, user=user))
        if below := supports.below(row.pk for row in objectives):
            objectives += _objectives(planned & Q(pk__in=below), user=user)
        key_results = _key_results(Q(objective__in=[row.pk for row in objectives]), objectives, user=user)
    counting = Hidden.of((part for part in hidden if part.counts), shares)
    is_aligned = bool(hidden) and _was_aligned(cycle)
    return Plan(
        day=today,
        cycle=cycle,
        roadmaps=rows,
        objectives=objectives,
        key_results=key_results_figures(
            key_results,
            today=today,
            without_forecast=below if has_forecasts else {row.pk for row in objectives},
        ),
        hidden=counting.and_homes_of(objectives, roadmap_ids),
        past_hidden=areas_hiding(rows, hidden, is_aligned=is_aligned, shares=record.ever),
        supports=supports,
        shares=shares,
        shares_since=record,
    )


def planned_in(roadmap_ids: Collection[int], shares: Shares) -> Q:
    """Objectives of roadmaps, and those that are shared, wherever they are planned."""
    planned = Q(roadmap__in=list(roadmap_ids))
    return planned | Q(pk__in=shares.objective_ids) if shares.rows else planned


def plan_of_roadmap(roadmap: Roadmap, *, user: Any, today: date) -> Plan:
    """One roadmap that the person is known to see, with what its area owns beside it.

    Seven queries at most.
    """
    shares, supports = ties_of_area(roadmap.area_id, roadmap.cycle_id)
    objectives = list(_objectives(planned_in([roadmap.pk], shares), user=user))
    return _plan_with_supporters(
        roadmap.cycle, [roadmap], objectives, user=user, today=today, shares=shares, supports=supports
    )


def ties_of_area(area_id: int, cycle_id: int) -> tuple[Shares, Supports]:
    """What an area owns in a cycle beside what it plans, and who counts in whose mean there. One query."""
    shares = share_rows([area_id], cycle_id).annotate(is_share=Value(True)).order_by()
    supports = support_rows([cycle_id]).annotate(is_share=Value(False)).order_by()
    rows = shares.values_list("is_share", *SHARE_FIELDS)
    found = sorted(rows.union(supports.values_list("is_share", *SUPPORT_FIELDS), all=True))
    return (
        Shares(tuple(Owned(*row) for is_share, _pk, *row in found if is_share)),
        Supports(tuple(Support(*row) for is_share, _pk, *row in found if not is_share)),
    )


def plan_of_area(area: Area, cycle: Cycle, *, user: Any, today: date) -> Plan:
    """What an area owns of the plans of others; for one whose own roadmap is not shown, or not there.

    As above; one query where it owns nothing.
    """
    shares = shares_with([area.pk], cycle.pk)
    objectives = list(_objectives(planned_in([], shares), user=user)) if shares.rows else []
    if not objectives:
        hidden = Hidden()
        return Plan(today, cycle, [], [], [], hidden, frozenset(), shares=shares)
    return _plan_with_supporters(cycle, [], objectives, user=user, today=today, shares=shares)


def figures_of(
    objectives: Sequence[Objective], *, user: Any, today: date, by_themselves: bool = True
) -> dict[int, ObjectiveFigures]:
    """Of some objectives that the person is known to see, and of what counts in them. Six queries at most.

    They may be of several cycles. `by_themselves`: whatever holds for their roadmaps.
    """
    if not objectives:
        return {}
    plan = _plan_with_supporters(
        objectives[0].roadmap.cycle, [], objectives, user=user, today=today, by_themselves=by_themselves
    )
    return plan.figures()


def figures_of_one(
    objective: Objective, key_results: Sequence[KeyResultFigures], *, user: Any, today: date
) -> tuple[ObjectiveFigures, bool]:
    """Of an objective that the person is known to see and whose key results are at hand; given up or not.

    And whether its snapshots are for this person: nothing is hidden in what its mean is and was made of.
    """
    cycle = objective.roadmap.cycle
    plan = _plan_with_supporters(
        cycle, [], [objective], user=user, today=today, by_themselves=True, own=key_results
    )
    was_supported = Alignment.history.filter(supported=objective)
    shows_all = not plan.past_hidden and (user is None or user.is_manager or not was_supported.exists())
    return plan.figures()[objective.pk], shows_all


def _plan_with_supporters(
    cycle: Cycle,
    roadmaps: list[Roadmap],
    objectives: Sequence[Objective],
    *,
    user: Any,
    today: date,
    by_themselves: bool = False,
    own: Sequence[KeyResultFigures] | None = None,
    shares: Shares = NO_SHARES,
    supports: Supports | None = None,
) -> Plan:
    ids = {row.pk for row in objectives}
    if supports is None:
        supports = supports_in({row.roadmap.cycle_id for row in objectives})
    below = supports.below(ids)
    supporting: list[Objective] = []
    if below:
        supporting = list(_in_plans(Q(pk__in=below), user=user))
    in_scope = in_or_out_of([*ids, *below, *shares.objective_ids], [row.pk for row in roadmaps])
    hidden = hidden_parts(user, in_scope, by_themselves=ids if by_themselves else ())
    wanted = {row.pk for row in supporting} | (ids if own is None else set())
    key_results: list[KeyResultFigures] = []
    if wanted:
        # Of the objectives that were given it is not known what came with them.
        rows = _counting(Q(objective__in=wanted), user=user).with_context()
        key_results = key_results_figures(rows, today=today, without_forecast=below)
    return Plan(
        day=today,
        cycle=cycle,
        roadmaps=roadmaps,
        objectives=[*objectives, *supporting],
        key_results=[*(own or ()), *key_results],
        hidden=Hidden.of((part for part in hidden if part.counts), shares),
        past_hidden=frozenset(part.area_id for part in hidden),
        supports=supports,
        shares=shares,
    )


def _objectives(where: Q, *, user: Any) -> ObjectiveQuerySet:
    rows = Objective.objects.counting().filter(where)
    if user is not None:
        rows = rows.visible_to(user)
    return rows.select_related("owner", "roadmap__cycle", "roadmap__area").order_by("position", "number")


def _in_plans(where: Q, *, user: Any) -> ObjectiveQuerySet:
    rows = _objectives(where, user=user)
    return rows if user is None else rows.in_plans_of(user)


def _key_results(where: Q, objectives: Iterable[Objective], *, user: Any) -> list[KeyResult]:
    """Those of objectives that are at hand, each with its objective from there. Two queries.

    Rows of their own for objective, roadmap, area and cycle of each, as `with_context` has them, took most of
    the time of a cycle.
    """
    known = {row.pk: row for row in objectives}
    rows = _counting(where, user=user).select_related("owner", "last_check_in").with_interim_targets()
    found = [row for row in rows if row.objective_id in known]
    for row in found:
        row.objective = known[row.objective_id]
    return found


def _counting(where: Q, *, user: Any) -> KeyResultQuerySet:
    rows = KeyResult.objects.counting().filter(where)
    if user is not None:
        rows = rows.visible_to(user)
    return rows.order_by("objective", "position", "number")


def areas_hiding(
    roadmaps: Sequence[Roadmap], hidden: Sequence[HiddenPart], *, is_aligned: bool, shares: Shares
) -> frozenset[int]:
    """The areas whose snapshots hold something hidden; with alignments or shares, that may be any of them.

    `shares` are all there ever were: an area without a roadmap has a past through them alone.
    """
    areas = {part.area_id for part in hidden}
    if hidden and (is_aligned or shares.rows):
        areas |= {row.area_id for row in roadmaps} | shares.by_area.keys()
    return frozenset(areas)


def _was_aligned(cycle: Cycle) -> bool:
    """Whether anything supports something, or did."""
    return Alignment.history.filter(supporter__roadmap__cycle=cycle).exists()

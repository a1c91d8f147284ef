"""Figures of the rows of a page, in a number of queries that does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from rest_framework.request import Request

from accounts.api.base import today_of
from goals.api import reach
from goals.figures import (
    KeyResultFigures,
    ObjectiveFigures,
    RoadmapFigures,
    figures_of,
    key_results_figures,
)
from goals.figures.given_up import tell_reasons
from goals.figures.hidden import Hidden, HiddenPart, hidden_parts
from goals.figures.plan import Plan
from goals.figures.shared import Owned, Shares
from goals.figures.tree import roadmap_of
from goals.models import KeyResult, Objective, Roadmap, Share


def key_result_now(request: Request, key_result_id: int) -> KeyResultFigures:
    """A key result as it stands after a write, told as a GET of it tells it."""
    return key_results_now(request, [key_result_id])[key_result_id]


def key_results_now(request: Request, key_result_ids: Collection[int]) -> dict[int, KeyResultFigures]:
    """The same of several, by primary key, in as many queries as for one."""
    rows = reach.with_kin(KeyResult.objects.with_context(), reach.visible_key_results(request))
    rows = list(reach.with_kpi(rows, request).filter(pk__in=key_result_ids))
    return {row.key_result.pk: row for row in told_key_results(rows, today=today_of(request))}


def told_key_results(key_results: Sequence[KeyResult], *, today: date) -> list[KeyResultFigures]:
    """As `KeyResultSerializer` tells them; they come with their context and their kin."""
    tell_reasons(key_results)
    return key_results_figures(key_results, today=today)


def objectives_figures(
    objectives: Sequence[Objective], *, user: Any, today: date, by_themselves: bool = True
) -> list[ObjectiveFigures]:
    """Each with those of its key results and supporters that the person sees, in the objectives' order."""
    found = figures_of(objectives, user=user, today=today, by_themselves=by_themselves)
    return [found[row.pk] for row in objectives]


def roadmaps_figures(roadmaps: Sequence[Roadmap], *, user: Any, today: date) -> list[RoadmapFigures]:
    """Each with those of its objectives that the person sees, in the roadmaps' order.

    Both means count what its area owns of the plans of others too.
    """
    if not roadmaps:
        return []
    shares = shares_of(roadmaps)
    owned = {row.objective_id for rows in shares.values() for row in rows.rows}
    objectives = (
        Objective.objects.counting()
        .visible_to(user)
        .filter(Q(roadmap__in=[row.pk for row in roadmaps]) | Q(pk__in=owned))
        .select_related("owner", "roadmap__area", "roadmap__cycle")
        .order_by("position", "number")
    )
    found = objectives_figures(list(objectives), user=user, today=today, by_themselves=False)
    scope = Q(objective__roadmap__in=[row.pk for row in roadmaps]) | Q(objective__in=owned)
    parts = [part for part in hidden_parts(user, scope) if part.counts]
    return [_figures_of_roadmap(row, found, parts, shares[row.pk], today=today) for row in roadmaps]


def shares_of(roadmaps: Sequence[Roadmap]) -> dict[int, Shares]:
    """What the areas of roadmaps own beside them, by roadmap. One query."""
    found: dict[int, list[Owned]] = {row.pk: [] for row in roadmaps}
    by_plan = {(row.area_id, row.cycle_id): row.pk for row in roadmaps}
    shares = Share.objects.live().filter(area__in=[row.area_id for row in roadmaps])
    fields = ("objective__roadmap__cycle", "objective", "area", "weight")
    for cycle_id, *row in shares.order_by("pk").values_list(*fields):
        owned = Owned(*row)
        if (owned.area_id, cycle_id) in by_plan:
            found[by_plan[owned.area_id, cycle_id]].append(owned)
    return {pk: Shares(tuple(rows)) for pk, rows in found.items()}


def _figures_of_roadmap(
    roadmap: Roadmap,
    objectives: Sequence[ObjectiveFigures],
    hidden: Sequence[HiddenPart],
    shares: Shares,
    *,
    today: date,
) -> RoadmapFigures:
    in_it = [
        part for part in hidden if part.roadmap_id == roadmap.pk or part.objective_id in shares.objective_ids
    ]
    plan = Plan(
        day=today,
        cycle=roadmap.cycle,
        roadmaps=[roadmap],
        objectives=[],
        key_results=[],
        hidden=Hidden.of(in_it, shares),
        past_hidden=frozenset(),
        shares=shares,
    )
    own = [row for row in objectives if row.objective.roadmap_id == roadmap.pk]
    return roadmap_of(roadmap, own, {row.objective.pk: row for row in objectives}, plan)

"""Figures of the rows of a page, in a number of queries that does not depend on how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
from goals.figures.hidden import Hidden, hidden_parts
from goals.figures.means import mean_over_objectives
from goals.models import KeyResult, Objective, Roadmap


def key_result_now(request: Request, key_result_id: int) -> KeyResultFigures:
    """A key result as it stands after a write, told as a GET of it tells it."""
    rows = reach.with_kin(KeyResult.objects.with_context(), reach.visible_key_results(request))
    rows = reach.with_kpi(rows, request)
    return told_key_results([rows.get(pk=key_result_id)], today=today_of(request))[0]


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
    """Each with those of its objectives that the person sees, in the roadmaps' order."""
    objectives = (
        Objective.objects.counting()
        .visible_to(user)
        .filter(roadmap__in=[row.pk for row in roadmaps])
        .select_related("owner", "roadmap__area", "roadmap__cycle")
        .order_by("position", "number")
    )
    by_kind: dict[tuple[int, str], list[ObjectiveFigures]] = defaultdict(list)
    for row in objectives_figures(list(objectives), user=user, today=today, by_themselves=False):
        by_kind[row.objective.roadmap_id, row.objective.kind].append(row)
    parts = hidden_parts(user, Q(objective__roadmap__in=[row.pk for row in roadmaps]))
    hidden = Hidden.of(part for part in parts if part.counts).roadmaps
    found = []
    for roadmap in roadmaps:
        focus = tuple(by_kind[roadmap.pk, Objective.Kind.FOCUS])
        excellence = tuple(by_kind[roadmap.pk, Objective.Kind.EXCELLENCE])
        found.append(
            RoadmapFigures(
                roadmap=roadmap,
                focus=focus,
                excellence=excellence,
                mean=mean_over_objectives(
                    focus,
                    cycle=roadmap.cycle,
                    today=today,
                    is_partial=(roadmap.pk, Objective.Kind.FOCUS) in hidden,
                ),
                excellence_mean=mean_over_objectives(
                    excellence,
                    cycle=roadmap.cycle,
                    today=today,
                    is_partial=(roadmap.pk, Objective.Kind.EXCELLENCE) in hidden,
                ),
            )
        )
    return found

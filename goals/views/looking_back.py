"""The day a page shows: today, or one that has passed and that its address names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area
from goals.figures import (
    AreaFigures,
    Course,
    CycleFigures,
    KeyResultFigures,
    Past,
    RoadmapFigures,
    SnapshotCourse,
    area_figures,
    course_of,
    cycle_figures,
    cycle_tree,
    roadmap_branch,
    roadmap_figures,
)
from goals.figures.key_result import with_forecasts
from goals.figures.steps import end_of
from goals.forms.as_of import day_asked_for
from goals.models import CheckIn, Cycle, Roadmap
from goals.models.check_in import CheckInQuerySet
from goals.views.context import Reader


@dataclass(frozen=True)
class ShownDay:
    """`as_of` is the day looked back to, None for today; `problem` says why an address was not followed."""

    today: date
    as_of: date | None = None
    problem: str = ""

    @property
    def day(self) -> date:
        return self.as_of or self.today


def shown_day(request: HttpRequest, cycle: Cycle) -> ShownDay:
    """A day that cannot be shown says so in a sentence, and the page is of today."""
    today = timezone.localdate()
    written = request.GET.get("as_of", "")
    if not written:
        return ShownDay(today)
    try:
        day = day_asked_for(written, cycle=cycle, today=today)
    except ValidationError as error:
        sentence = _("%(problem)s These are the figures of today.") % {"problem": error.message}
        return ShownDay(today, problem=sentence)
    return ShownDay(today, as_of=day if day < today else None)


def day_context(
    request: HttpRequest, cycle: Cycle, shown: ShownDay, *, filters: Collection[str] = ()
) -> dict[str, Any]:
    """What the frame needs to show and change the day, and links to stay on it.

    `filters` are the parts of the address that stay when the day changes, beside the cycle.
    """
    day = {"as_of": shown.as_of.isoformat()} if shown.as_of else {}
    kept = {name: request.GET[name] for name in ("cycle", *filters) if name in request.GET}
    return {
        "shown": shown,
        "today": shown.today,
        "day_page": request.path,
        "day_kept": kept,
        "day_page_today": request.path + (f"?{urlencode(kept)}" if kept else ""),
        # For pages that know their cycle by themselves, and for those that are told.
        "as_of_query": f"?{urlencode(day)}" if day else "",
        "plan_query": f"?{urlencode({'cycle': cycle.key} | day)}" if day else "",
    }


def tree_of_cycle(cycle: Cycle, *, user: Reader, shown: ShownDay) -> CycleFigures:
    """The figures of a cycle on the shown day; of today, forecasts are left to `forecast_rows`."""
    if shown.as_of:
        return cycle_tree(Past.of_cycle(cycle, user=user, until=shown.as_of).plan_on(shown.as_of))
    return cycle_figures(cycle, user=user, today=shown.today, has_forecasts=False)


def forecast_rows(rows: Sequence[KeyResultFigures], shown: ShownDay) -> list[KeyResultFigures]:
    """The rows that a page shows, with their forecasts, which their sentences tell. One query at most."""
    return list(rows) if shown.as_of else with_forecasts(rows, today=shown.today)


def figures_of_area(
    area: Area, cycle: Cycle, *, user: Reader, shown: ShownDay
) -> tuple[AreaFigures, Course | SnapshotCourse] | None:
    """An area on the shown day, and how its figures came about; None where it is in no tree."""
    if shown.as_of:
        whole, course = figures_of_cycle(cycle, user=user, shown=shown)
        past = whole.find_area(area.key)
        return None if past is None else (past, course)
    branch = area_figures(cycle, area.key, user=user, today=shown.today, has_forecasts=False)
    figures = None if branch is None else branch.find_area(area.key)
    if branch is None or figures is None:
        return None
    return figures, course_of(branch, cycle=cycle, user=user, until=shown.today, areas=branch.area_ids)


def figures_of_cycle(
    cycle: Cycle, *, user: Reader, shown: ShownDay
) -> tuple[CycleFigures, Course | SnapshotCourse]:
    """As `tree_of_cycle`, and how the figures came about."""
    if shown.as_of:
        past = Past.of_cycle(cycle, user=user, until=shown.as_of)
        return cycle_tree(past.plan_on(shown.as_of)), Course(past)
    figures = cycle_figures(cycle, user=user, today=shown.today, has_forecasts=False)
    return figures, course_of(figures, cycle=cycle, user=user, until=shown.today)


def figures_of_roadmap(roadmap: Roadmap, *, user: Reader, shown: ShownDay) -> RoadmapFigures:
    if shown.as_of:
        past = Past.of_roadmap(roadmap, user=user, until=shown.as_of)
        return roadmap_branch(past.plan_on(shown.as_of), roadmap)
    return roadmap_figures(roadmap, user=user, today=shown.today)


def known_check_ins(key_result_ids: list[int], shown: ShownDay) -> CheckInQuerySet:
    """The check-ins of key results; looking back, those that were known then."""
    rows = CheckIn.objects.filter(key_result__in=key_result_ids).select_related("key_result", "author")
    if shown.as_of:
        rows = rows.filter(effective_on__lte=shown.as_of, created_at__lt=end_of(shown.as_of))
    return rows

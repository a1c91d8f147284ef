"""One objective: its key results, how its mean comes about, risks, needs and what was reported."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from goals.figures import (
    Course,
    ObjectiveFigures,
    Past,
    SeriesPoint,
    key_results_figures,
    objective_changes,
)
from goals.figures.aligned import alignments_of_objective
from goals.figures.given_up import given_up
from goals.figures.initiatives import initiatives_of
from goals.figures.plan import figures_of_one
from goals.figures.scores import score_of
from goals.figures.series import snapshots_of_objective
from goals.figures.shared import owners_of
from goals.models import Alignment, CheckIn, Comment, Cycle, KeyResult, Objective, Share
from goals.models.subscription import with_followed
from goals.views.carried import carried_objective
from goals.views.context import ABOVE, Reader, area_crumbs, may_edit, with_rights
from goals.views.courses import mean_chart, moments_of
from goals.views.looking_back import ShownDay, day_context, known_check_ins, shown_day
from goals.views.need_lines import lines_of
from goals.views.risks_and_needs import needs_around, risks_of
from goals.views.roadmaps import checkable_ids
from goals.views.subscriptions import press_for
from goals.views.threads import thread_of

LATEST_SHOWN = 10
# What `day_context` says where a page shows today.
TODAY = {"as_of_query": "", "plan_query": ""}


@require_safe
def objective_detail(request: HttpRequest, code: str) -> HttpResponse:
    objectives = Objective.objects.visible_to(request.user).filter(roadmap__area__archived_at__isnull=True)
    related = objectives.select_related("owner", "reviewer", f"roadmap__area__{ABOVE}", "roadmap__cycle")
    asked = with_rights(with_followed(related, request.user, "objective"), request.user, "roadmap__area")
    objective = get_object_or_404(asked, code=code)
    shown = shown_day(request, objective.roadmap.cycle)
    figures, dropped, course = _figures(objective, request.user, shown)
    cycle = figures.objective.roadmap.cycle
    days = day_context(request, objective.roadmap.cycle, shown)
    rows = [row.key_result for row in figures.key_results] + dropped
    ids = [row.pk for row in rows]
    changes = objective_changes(objective, ids, user=request.user, until=shown.as_of)
    comments = list(Comment.objects.filter(objective=objective).for_page())
    context = {
        "nav": "areas",
        "objective": objective,
        "follow": None if shown.as_of else press_for(objective, "objective"),
        "thread": thread_of(objective, comments, request.user, is_open=not objective.roadmap.cycle.is_closed),
        "cycle": objective.roadmap.cycle,
        "crumbs": objective_crumbs(objective, last=True, days=days),
        "figures": figures,
        "dropped": given_up(dropped),
        "given_up": given_up([figures.objective]),
        "checkable": set() if shown.as_of else checkable_ids(ids, request.user, cycle, shown.today),
        "initiatives": initiatives_of(ids, until=shown.as_of),
        "risks": risks_of([objective.pk], request.user, shown)[objective.pk],
        **_needs(objective, request.user, shown),
        **_alignments_of(objective, request.user, shown),
        **_owners(objective, request.user, shown),
        "chart": mean_chart(cycle, course, figures.mean, moments_of(changes), today=shown.day),
        "changes": changes,
        "carried": carried_objective(objective, request.user),
        "score": score_of(row.key_result for row in figures.key_results),
        "check_ins": _latest(ids, shown),
        **may_edit(request.user, objective.roadmap.area, cycle, as_of=shown.as_of, asked=objective),
        **days,
    }
    return render(request, "goals/objective_detail.html", context)


def _figures(
    objective: Objective, user: Reader, shown: ShownDay
) -> tuple[ObjectiveFigures, list[KeyResult], Sequence[SeriesPoint]]:
    """On the shown day, with what had been dropped and the course until then. Raises Http404.

    What is archived has no page; looking back to a day on which it was not, it has one.
    """
    if not shown.as_of and objective.archived_at is not None:
        raise Http404
    if not shown.as_of:
        key_results = objective.key_results.live().visible_to(user).with_context()
        rows = list(key_results.order_by("position", "number"))
        counting = key_results_figures([row for row in rows if row.dropped_at is None], today=shown.day)
        figures, shows_all = figures_of_one(objective, counting, user=user, today=shown.day)
        dropped = [row for row in rows if row.dropped_at is not None]
        if shows_all:
            return figures, dropped, snapshots_of_objective(objective, until=shown.day)
    past = Past.of_objective(objective, user=user, until=shown.day)
    if shown.as_of:
        found = past.objective_on(objective, shown.day)
        if found is None or found[0].objective.archived_at is not None:
            raise Http404
        figures, dropped = found
    course = Course(past)
    return figures, dropped, course.of_objective(objective, course.days(shown.day))


def objective_crumbs(
    objective: Objective, *, last: bool, days: Mapping[str, Any] = TODAY
) -> list[tuple[str, str]]:
    """From the list of areas to the objective, on the day that is shown."""
    roadmap = objective.roadmap
    areas = area_crumbs(roadmap.area, query=days["plan_query"])[:-1]
    own = "" if last else objective.get_absolute_url() + days["as_of_query"]
    title = f"{roadmap.area.name} · {roadmap.cycle.name}"
    return [*areas, (title, roadmap.get_absolute_url() + days["as_of_query"]), (objective.code, own)]


def _alignments_of(objective: Objective, user: Reader, shown: ShownDay) -> dict[str, Sequence[Alignment]]:
    """What it supports and what supports it, as far as a person sees them, given up or not."""
    found = alignments_of_objective(objective, user=user, as_of=shown.as_of)
    return {
        "supports": sorted((r for r in found if r.supporter_id == objective.pk), key=_supported_code),
        "supporters": sorted((r for r in found if r.supported_id == objective.pk), key=_supporter_code),
    }


def _owners(objective: Objective, user: Reader, shown: ShownDay) -> dict[str, Any]:
    """Which areas own it too; `may_weigh` are the shares that the person weighs and ends now."""
    shares = owners_of(objective, as_of=shown.as_of)
    is_open = objective.roadmap.cycle.state in (Cycle.State.PLANNING, Cycle.State.ACTIVE)
    if not shares or shown.as_of or not is_open:
        return {"shares": shares, "may_weigh": set(), "may_share": is_open and not shown.as_of}
    keys = Share.objects.changeable_by(user).filter(objective=objective).values_list("pk", flat=True)
    return {"shares": shares, "may_weigh": set(keys), "may_share": True}


def _needs(objective: Objective, user: Reader, shown: ShownDay) -> dict[str, Any]:
    """Both directions; `pressing` stands at the top of the page."""
    own, asked = (lines_of(rows, user, shown) for rows in needs_around([objective.pk], user, shown))
    return {"needs": own, "needed_by": asked, "pressing": [line.row for line in own if line.row.is_pressing]}


def _supported_code(row: Alignment) -> str:
    return row.supported.code


def _supporter_code(row: Alignment) -> str:
    return row.supporter.code


def _latest(key_result_ids: list[int], shown: ShownDay) -> list[CheckIn]:
    """The newest check-ins, with how much was said about each."""
    rows = known_check_ins(key_result_ids, shown).annotate(
        comment_count=Count("comments", filter=Q(comments__deleted_at__isnull=True), distinct=True)
    )
    rows = rows.prefetch_related("acknowledgements__person")
    return list(rows.order_by("-created_at", "-pk")[:LATEST_SHOWN])

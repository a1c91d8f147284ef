"""One objective: its key results, how its mean comes about, risks, needs and what was reported."""

from datetime import date

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from goals.figures import (
    ObjectiveFigures,
    SeriesPoint,
    key_results_figures,
    objective_changes,
    objective_figures,
)
from goals.models import CheckIn, Comment, Dependency, KeyResult, Objective, Risk, Snapshot
from goals.views.context import Reader, area_crumbs, may_edit
from goals.views.courses import mean_chart
from goals.views.roadmaps import checkable_ids, visible_needs
from goals.views.threads import thread_of

LATEST_SHOWN = 10


def objective_detail(request: HttpRequest, code: str) -> HttpResponse:
    objectives = Objective.objects.live().visible_to(request.user)
    related = objectives.select_related("owner", "roadmap__area__parent", "roadmap__cycle")
    objective = get_object_or_404(related, code=code)
    today = timezone.localdate()
    key_results = (
        objective.key_results.live().visible_to(request.user).with_context().order_by("position", "number")
    )
    rows = list(key_results)
    counting = key_results_figures([row for row in rows if row.dropped_at is None], today=today)
    figures = objective_figures(objective, counting, today=today)
    changes = objective_changes(objective, [row.pk for row in rows])
    comments = list(Comment.objects.filter(objective=objective).for_page())
    context = {
        "nav": "areas",
        "today": today,
        "objective": objective,
        "thread": thread_of(objective, comments, request.user, is_open=not objective.roadmap.cycle.is_closed),
        "cycle": objective.roadmap.cycle,
        "crumbs": objective_crumbs(objective, last=True),
        "figures": figures,
        "dropped": [row for row in rows if row.dropped_at is not None],
        "checkable": checkable_ids([row.pk for row in rows], request.user, objective.roadmap.cycle),
        "risks": _risks(objective, request.user),
        "needs": visible_needs([figures], request.user),
        "needed_by": _needed_by(objective, request.user),
        "chart": mean_chart(
            objective.roadmap.cycle, _series(figures, today), figures.mean, changes, today=today
        ),
        "changes": changes,
        "check_ins": _latest(rows),
        **may_edit(request.user, objective.roadmap.area, objective.roadmap.cycle),
    }
    return render(request, "goals/objective_detail.html", context)


def objective_crumbs(objective: Objective, *, last: bool) -> list[tuple[str, str]]:
    """From the list of areas to the objective."""
    roadmap = objective.roadmap
    areas = area_crumbs(roadmap.area)[:-1]
    own = "" if last else objective.get_absolute_url()
    title = f"{roadmap.area.name} · {roadmap.cycle.name}"
    return [*areas, (title, roadmap.get_absolute_url()), (objective.code, own)]


def _series(figures: ObjectiveFigures, today: date) -> list[SeriesPoint]:
    rows = Snapshot.objects.filter(objective=figures.objective, taken_on__lte=today).order_by("taken_on")
    return [SeriesPoint(*row) for row in rows.values_list("taken_on", "completion", "expected")]


def _risks(objective: Objective, user: Reader) -> list[Risk]:
    risks = Risk.objects.live().visible_to(user).filter(objective=objective)
    return list(risks.select_related("owner").prefetch_related("mitigations__owner").order_by("number"))


def _needed_by(objective: Objective, user: Reader) -> list[Dependency]:
    seen = Objective.objects.live().visible_to(user)
    rows = Dependency.objects.filter(on_objective=objective, objective__in=seen)
    return list(rows.select_related("objective__roadmap__area"))


def _latest(key_results: list[KeyResult]) -> list[CheckIn]:
    rows = CheckIn.objects.filter(key_result__in=[row.pk for row in key_results])
    rows = rows.annotate(
        comment_count=Count("comments", filter=Q(comments__deleted_at__isnull=True), distinct=True)
    ).prefetch_related("acknowledgements__person")
    return list(rows.select_related("key_result", "author").order_by("-created_at", "-pk")[:LATEST_SHOWN])

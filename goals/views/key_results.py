"""One key result: its course, its definition and every check-in."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from goals.figures import key_result_figures, plan_changes
from goals.models import CheckIn, KeyResult
from goals.views.context import may_edit
from goals.views.courses import key_result_chart
from goals.views.objectives import objective_crumbs
from goals.views.roadmaps import checkable_ids
from goals.views.threads import talk_by_check_in

CHECK_INS_PER_PAGE = 50


def key_result_detail(request: HttpRequest, code: str) -> HttpResponse:
    key_results = KeyResult.objects.live().visible_to(request.user).with_context()
    key_result = get_object_or_404(key_results, code=code)
    today = timezone.localdate()
    check_ins = list(key_result.check_ins.with_authors().prefetch_related("corrections").newest_first())
    points = [(row.effective_on, row.value) for row in sorted(check_ins, key=lambda row: row.sequence)]
    figures = key_result_figures(key_result, today=today, points=points)
    changes = plan_changes([key_result.pk])
    page = Paginator(check_ins, CHECK_INS_PER_PAGE).get_page(request.GET.get("page"))
    may = may_edit(request.user, key_result.area, key_result.cycle)
    talk = talk_by_check_in(
        list(page), request.user, is_open=not key_result.cycle.is_closed, can_edit=may["can_edit"]
    )
    context = {
        "nav": "areas",
        "today": today,
        "key_result": key_result,
        "cycle": key_result.cycle,
        "crumbs": [*objective_crumbs(key_result.objective, last=False), (key_result.short_code, "")],
        "figures": figures,
        "chart": key_result_chart(figures, counting_check_ins(check_ins), changes, today=today),
        "changes": changes,
        "is_checkable": key_result.pk in checkable_ids([key_result.pk], request.user, key_result.cycle),
        "page": page,
        "log": [(row, talk[row.pk]) for row in page],
        **may,
    }
    return render(request, "goals/key_result_detail.html", context)


def counting_check_ins(check_ins: list[CheckIn]) -> list[CheckIn]:
    """One per day, the last one said about it, oldest first; what was corrected is not drawn."""
    by_day = {row.effective_on: row for row in reversed(check_ins)}
    return list(by_day.values())

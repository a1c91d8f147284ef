"""One key result: its course, its definition and every check-in."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.figures import KeyResultFigures, Past, key_result_figures, plan_changes
from goals.figures.given_up import given_up
from goals.models import CheckIn, KeyResult
from goals.models.key_result import KeyResultQuerySet
from goals.models.subscription import with_followed
from goals.views.carried import carried_key_result
from goals.views.context import ABOVE, may_edit, with_rights
from goals.views.courses import key_result_chart
from goals.views.initiatives import initiatives_card
from goals.views.kpis import seen_kpi
from goals.views.looking_back import ShownDay, day_context, known_check_ins, shown_day
from goals.views.nudges import NudgePress, presses_for
from goals.views.objectives import objective_crumbs
from goals.views.pauses import asking_of
from goals.views.subscriptions import press_for
from goals.views.threads import talk_by_check_in

CHECK_INS_PER_PAGE = 50


@require_safe
def key_result_detail(request: HttpRequest, code: str) -> HttpResponse:
    key_result: Any = get_object_or_404(_seen(request), code=code)
    shown = shown_day(request, key_result.cycle)
    days = day_context(request, key_result.cycle, shown)
    known = known_check_ins([key_result.pk], shown).with_authors()
    corrections = Prefetch("corrections", known_check_ins([key_result.pk], shown))
    check_ins = list(known.prefetch_related(corrections).newest_first())
    figures = _figures(key_result, check_ins, shown)
    changes = plan_changes([key_result.pk], until=shown.as_of)
    page = Paginator(check_ins, CHECK_INS_PER_PAGE).get_page(request.GET.get("page"))
    may = may_edit(request.user, key_result.area, key_result.cycle, as_of=shown.as_of, asked=key_result)
    is_open = not key_result.cycle.is_closed and not shown.as_of
    talk = talk_by_check_in(
        list(page),
        request.user,
        is_open=not key_result.cycle.is_closed,
        can_edit=may["can_edit"] or (is_open and key_result.objective.reviewer_id == request.user.pk),
    )
    context = {
        "nav": "areas",
        "key_result": figures.key_result,
        "follow": None if shown.as_of else press_for(key_result, "key_result"),
        "cycle": key_result.cycle,
        "crumbs": [
            *objective_crumbs(key_result.objective, last=False, days=days),
            (key_result.short_code, ""),
        ],
        "figures": figures,
        # By itself, or with its objective.
        "given_up": given_up([figures.key_result]) or given_up([figures.key_result.objective]),
        "chart": key_result_chart(figures, counting_check_ins(check_ins), changes, today=shown.day),
        "changes": changes,
        "asking": None
        if shown.as_of
        else asking_of(key_result, shown.today, may_change=key_result.is_planned_by_reader),
        "card": initiatives_card(
            figures.key_result, request.user, shown, may_run=key_result.is_checkable_by_reader
        ),
        "press": None if shown.as_of else _press(key_result, request, shown),
        "kpi": None if shown.as_of else seen_kpi(key_result, request.user),
        "carried": carried_key_result(key_result, request.user),
        "is_checkable": not shown.as_of
        and key_result.cycle.takes_check_ins
        and key_result.is_counting
        and key_result.is_checkable_by_reader,
        "page": page,
        "log": [(row, talk[row.pk]) for row in page],
        **may,
        "query": days["as_of_query"].removeprefix("?"),
        **days,
    }
    return render(request, "goals/key_result_detail.html", context)


def _seen(request: HttpRequest) -> KeyResultQuerySet:
    """What its reader sees, each with all that the page asks of its area and of the reader's rights there."""
    today = timezone.localdate()
    seen = KeyResult.objects.visible_to(request.user).filter(
        objective__roadmap__area__archived_at__isnull=True
    )
    rows = with_followed(seen.with_context(), request.user, "key_result")
    rows = with_rights(rows, request.user, "objective__roadmap__area")
    checkable = KeyResult.objects.checkable_by(request.user, today).filter(pk=OuterRef("pk"))
    return rows.select_related(f"objective__roadmap__area__{ABOVE}").annotate(
        is_checkable_by_reader=Exists(checkable.order_by())
    )


def _press(key_result: Any, request: HttpRequest, shown: ShownDay) -> NudgePress | None:
    led = {key_result.area.pk} if key_result.is_planned_by_reader else set()
    presses = presses_for([key_result], request.user, today=shown.today, now=timezone.now(), led=led)
    return presses.get(key_result.pk)


def _figures(key_result: KeyResult, check_ins: list[CheckIn], shown: ShownDay) -> KeyResultFigures:
    """On the shown day. Raises Http404 where it was not there, or archived, then."""
    row: KeyResult | None = key_result
    if shown.as_of:
        row = Past.of_key_result(key_result, until=shown.as_of).record.key_result_on(key_result, shown.as_of)
    if row is None or row.archived_at is not None or row.objective.archived_at is not None:
        raise Http404
    in_order = sorted(check_ins, key=lambda check_in: check_in.sequence)
    points = [(found.effective_on, found.value) for found in in_order if found.value is not None]
    return key_result_figures(row, today=shown.day, points=points)


def counting_check_ins(check_ins: list[CheckIn]) -> list[CheckIn]:
    """One per day, the last one said about it, oldest first; what was corrected is not drawn."""
    by_day = {row.effective_on: row for row in reversed(check_ins)}
    return list(by_day.values())

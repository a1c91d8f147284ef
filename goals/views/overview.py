"""The overview: where a cycle stands, for those who look at all of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from areas.permissions import can_manage_cycles
from goals.figures.attention import attention_list, silent_list
from goals.figures.changes import target_moments
from goals.figures.means import contributions_of
from goals.figures.recent import RECENT_DAYS, mean_change, recent_check_ins
from goals.figures.risk_trend import risk_levels
from goals.models import Cycle, Risk
from goals.views.area_table import area_row, high_by_area
from goals.views.context import chosen_cycle, cycle_context
from goals.views.courses import mean_chart
from goals.views.looking_back import day_context, figures_of_cycle, forecast_rows, shown_day
from goals.views.nudges import with_presses
from goals.views.risks_and_needs import needs_of_cycle, open_risks_of_cycle, reviewable_areas, stale_among
from goals.views.tag_filter import NAME, TagFilter

ROWS_SHOWN = 8
MORE_SHOWN = 20  # with those; what is beyond has a page of its own (goals.views.whole_lists)


@dataclass(frozen=True)
class RiskCounts:
    open: int
    high_without_mitigation: int
    overdue_mitigations: int
    occurred: int
    stale: int
    high_by_area: Counter[int]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Completion, health, risks and areas of a cycle, and what needs attention."""
    cycle = chosen_cycle(request)
    context = {"nav": "overview", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/overview.html", context)
    shown = shown_day(request, cycle)
    figures, course = figures_of_cycle(cycle, user=request.user, shown=shown)
    since = shown.day - timedelta(days=RECENT_DAYS)
    before = course.before(since)
    targets = target_moments([row.key_result.pk for row in figures.key_results()], until=shown.as_of)
    everywhere = figures.area_ids
    series = course.line(everywhere, shown.day)
    open_risks = open_risks_of_cycle(cycle, request.user, shown)
    stale = stale_among(open_risks, cycle, shown)
    risks = _risk_counts(open_risks, stale)
    tags = TagFilter.of(request, [row for roadmap in figures.roadmaps() for row in roadmap.objectives])
    attention = tags.key_results(attention_list(figures))
    shows_silent = can_manage_cycles(request.user)
    silent = tags.key_results(silent_list(figures)) if shows_silent else []
    silent_rows = with_presses(silent[:MORE_SHOWN], request.user, shown)
    shown_rows = forecast_rows(attention[:MORE_SHOWN], shown)
    context |= {
        **day_context(request, cycle, shown, filters=[NAME]),
        "tags": tags,
        "figures": figures,
        "contributions": contributions_of(figures.focus)[:MORE_SHOWN],
        "all_contributions": len(figures.focus),
        "days": days_of(figures.cycle, shown.day),
        "change": mean_change(figures.mean, everywhere, before),
        "check_ins": recent_check_ins(figures, since=since, until=shown.as_of),
        "target_changes": sum(timezone.localdate(moment) > since for moment in targets),
        "risks": risks,
        "stale": stale[:ROWS_SHOWN],
        "more_stale": stale[ROWS_SHOWN:MORE_SHOWN],
        "reviewable": reviewable_areas(request.user, cycle) if stale and not shown.as_of else set(),
        "rows": [area_row(area, before, risks.high_by_area) for area in figures.areas],
        "pressing_needs": sum(need.is_pressing for need in needs_of_cycle(cycle, request.user, shown)),
        "attention": shown_rows[:ROWS_SHOWN],
        "more_attention": shown_rows[ROWS_SHOWN:],
        "most_shown": MORE_SHOWN,
        "all_attention": len(attention),
        "shows_silent": shows_silent,
        "silent": silent_rows[:ROWS_SHOWN],
        "more_silent": silent_rows[ROWS_SHOWN:],
        "all_silent": len(silent),
        "chart": mean_chart(figures.cycle, series, figures.mean, targets, today=shown.day),
    }
    return render(request, "goals/overview.html", context)


def days_of(cycle: Cycle, today: date) -> dict[str, int | Decimal]:
    """Which day of how many it is, never outside the cycle, and the share of the time that is gone."""
    total = (cycle.ends_on - cycle.starts_on).days + 1
    number = min(max((today - cycle.starts_on).days + 1, 0), total)
    return {"number": number, "total": total, "gone": Decimal(number) / total}


def _risk_counts(rows: list[Risk], stale: list[Risk]) -> RiskCounts:
    levels = risk_levels(rows)
    return RiskCounts(
        open=levels.open,
        high_without_mitigation=sum(risk.is_high and not risk.is_mitigated for risk in rows),
        overdue_mitigations=sum(risk.overdue_count for risk in rows),
        occurred=levels.occurred,
        stale=len(stale),
        high_by_area=high_by_area(rows),
    )

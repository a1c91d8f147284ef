"""The risk register: every open risk of a cycle, narrowed down by the address."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from areas.models import Area
from goals.figures.risk_trend import RiskDay, risk_trend
from goals.forms.risk_filters import RESIDUAL, SHOW_CHOICES, RiskFilterForm
from goals.models import Concern, Cycle, Mitigation, Risk
from goals.models.risk_queries import RiskQuerySet
from goals.views.context import Reader, chosen_cycle, cycle_context
from goals.views.risk_chart import trend_charts
from goals.views.risk_matrix import matrix_of
from goals.views.risks_and_needs import reviewable_areas, risks_of_cycle

RISKS_PER_PAGE = 100
CSV_NAMES = (
    *("code", "title", "area", "objective", "concerns", "kind", "likelihood", "impact", "score"),
    *("residual_likelihood", "residual_impact", "residual_score", "response", "state", "stale", "owner"),
    *("trigger", "review_on", "reviewed_on", "occurred_on", "consequence", "outcome", "outcome_note"),
    *("closed_on", "mitigations", "mitigations_overdue"),
)
TREND_CSV_NAMES = ("day", "open", "high", "occurred", "mitigated", "score_sum")


@dataclass(frozen=True)
class Tally:
    """How many open risks one choice of the filter "show" would leave."""

    show: str
    label: str
    count: int
    is_chosen: bool


@require_safe
def risk_list(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context = {"nav": "risks", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/risk_list.html", context)
    today = timezone.localdate()
    form, visible = _form(request, cycle, today)
    rows = with_concerns(form.narrow(visible).for_register(), request.user)
    page = Paginator(rows.with_last_change(), RISKS_PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    places = form.narrow(visible, by_level=False).order_by().values_list(*form.level_names)
    matrix, without_place = matrix_of(places)
    context |= {
        "today": today,
        "form": form,
        "matrix": matrix,
        "without_place": without_place,
        "page": page,
        "stale": form.stale,
        "reviewable": reviewable_areas(request.user, cycle) if form.stale else set(),
        "tallies": risk_tallies(visible.open().with_mitigation_state(today), form, form.stale),
        "without_show": form.query_without("show"),
        "query": query.urlencode(),
        "csv_query": f"{form.query_without('cycle')}&cycle={cycle.key}".lstrip("&"),
        "without_levels": form.query_without("likelihood", "impact"),
        "matrix_views": _matrix_views(form),
        "trend": trend_charts(_trend(cycle, request.user, form, today), cycle),
    }
    return render(request, "goals/risk_list.html", context)


@require_safe
def risk_csv(request: HttpRequest) -> HttpResponse:
    """The table, all of it; what cannot be read in the address is not guessed at."""
    cycle, form, visible = _readable(request)
    rows = with_concerns(form.narrow(visible).for_register(), request.user)
    stale = form.stale
    answer = _csv_answer(f"risks-{cycle.key}.csv")
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    writer.writerows(_csv_row(risk, form.today, is_stale=risk.pk in stale) for risk in rows)
    return answer


@require_safe
def risk_trend_csv(request: HttpRequest) -> HttpResponse:
    """The table beside the trend, oldest day first."""
    cycle, form, _visible = _readable(request)
    answer = _csv_answer(f"risk-trend-{cycle.key}.csv")
    writer = csv.writer(answer)
    writer.writerow(TREND_CSV_NAMES)
    for row in _trend(cycle, request.user, form, form.today):
        levels = row.levels
        counts = (levels.open, levels.high, levels.occurred, levels.mitigated, levels.score_sum)
        writer.writerow([row.day.isoformat(), *counts])
    return answer


def with_concerns(rows: RiskQuerySet, user: Reader) -> RiskQuerySet:
    """Each with `seen_concerns`: the other objectives it concerns, as far as the person sees them."""
    seen = Concern.objects.visible_to(user).live().select_related("objective__roadmap__area")
    return rows.prefetch_related(
        Prefetch("concerns", seen.order_by("objective__code"), to_attr="seen_concerns")
    )


def risk_tallies(risks: RiskQuerySet, form: RiskFilterForm, stale: set[int]) -> list[Tally]:
    """Counts of all open risks of the cycle, whatever else the filters say. One query."""
    rows = list(risks)
    counts = {
        "": len(rows),
        "high": sum(risk.is_high for risk in rows),
        "without_mitigation": sum(not risk.is_mitigated for risk in rows),
        "overdue": sum(risk.overdue_count > 0 for risk in rows),
        "occurred": sum(risk.state == Risk.State.OCCURRED for risk in rows),
        "stale": sum(risk.pk in stale for risk in rows),
    }
    chosen = form.cleaned_data.get("show", "")
    return [
        Tally(show, str(label), counts[show], show == chosen)
        for show, label in SHOW_CHOICES
        if show in counts
    ]


def _form(request: HttpRequest, cycle: Cycle, today: date) -> tuple[RiskFilterForm, RiskQuerySet]:
    visible = Risk.objects.visible_to(request.user).of_cycle(cycle).live()
    form = RiskFilterForm(request.GET, risks=visible, today=today)
    form.is_valid()
    return form, visible


def _readable(request: HttpRequest) -> tuple[Cycle, RiskFilterForm, RiskQuerySet]:
    """Raises Http404."""
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    form, visible = _form(request, cycle, timezone.localdate())
    if not form.is_valid():
        raise Http404(_("There is no such area, person or kind of risk."))
    return cycle, form, visible


def _trend(cycle: Cycle, user: Reader, form: RiskFilterForm, today: date) -> list[RiskDay]:
    """Of the area that is looked at, as all of the register is; the other filters are of today."""
    rows = risks_of_cycle(cycle, user)
    if area := form.cleaned_data.get("area"):
        rows = rows.filter(objective__roadmap__area__in=Area.objects.at_or_below([area]))
    return risk_trend(rows, cycle, until=today)


def _matrix_views(form: RiskFilterForm) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is shown) of what the matrix can place risks by."""
    rest = form.query_without("levels", "likelihood", "impact")
    residual = f"{rest}&levels={RESIDUAL}".lstrip("&")
    return [(_("as it is"), rest, not form.is_residual), (_("residual"), residual, form.is_residual)]


def _csv_answer(name: str) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv_row(risk: Any, today: date, *, is_stale: bool) -> list[str]:
    steps = list(risk.mitigations.all())
    return [
        risk.code,
        text_cell(risk.title),
        risk.objective.roadmap.area.key,
        risk.objective.code,
        " ".join(concern.objective.code for concern in risk.seen_concerns),
        risk.kind,
        *map(_number, (risk.likelihood, risk.impact, risk.score)),
        *map(_number, (risk.residual_likelihood, risk.residual_impact, risk.residual_score)),
        risk.response,
        risk.state,
        "yes" if is_stale else "no",
        text_cell(risk.owner.name if risk.owner else ""),
        text_cell(risk.trigger),
        *map(_day, (risk.review_on, risk.reviewed_on, risk.occurred_on)),
        text_cell(risk.consequence),
        risk.outcome,
        text_cell(risk.outcome_note),
        _day(risk.closed_on),
        text_cell("; ".join(_step(step) for step in steps)),
        str(sum(step.is_overdue(today) for step in steps)),
    ]


def _step(step: Mitigation) -> str:
    due = f", due {step.due_on.isoformat()}" if step.due_on else ""
    return f"{step.text} ({step.state}{due})"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()

"""KPIs: the list of them all, the page of one, and both as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from areas.models import Area
from areas.permissions import can_edit_plan
from goals.figures.kpis import WINDOWS, KpiFigures, kpi_figures, kpis_figures, series_of
from goals.forms.kpis import KpiFilterForm
from goals.models import KeyResult, Kpi, KpiEntry
from goals.values import plain_number
from goals.views.charts import Course, LineChart, value_chart
from goals.views.context import Reader, area_crumbs

KPIS_PER_PAGE = 100
ENTRIES_PER_PAGE = 50
CSV_NAMES = (
    *("code", "title", "area", "unit", "aim", "lower_bound", "upper_bound", "value", "as_of", "standing"),
    *("stale", "change", *(f"change_{days}_days" for days in WINDOWS), "owner", "due_on"),
)
ENTRY_CSV_NAMES = (
    "sequence",
    "as_of",
    "value",
    "note",
    "evidence_url",
    "author",
    "corrects",
    "reason",
    "made_at",
)


@require_safe
def kpi_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = _filters(request, today)
    page = Paginator(form.rows(), KPIS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "kpis",
        "today": today,
        "form": form,
        "page": page,
        "rows": kpis_figures(page.object_list, today=today),
        "query": form.query,
    }
    return render(request, "goals/kpi_list.html", context)


@require_safe
def kpi_csv(request: HttpRequest) -> HttpResponse:
    """The list; what cannot be read in the address is not guessed at."""
    today = timezone.localdate()
    form = _filters(request, today)
    if not form.is_valid():
        raise Http404(_("There is no such area, owner or choice."))
    rows = (_csv_row(row) for row in kpis_figures(form.rows(), today=today))
    return _csv_answer("kpis", CSV_NAMES, rows)


def _filters(request: HttpRequest, today: Any) -> KpiFilterForm:
    return KpiFilterForm(request.GET, kpis=Kpi.objects.live().visible_to(request.user), today=today)


@require_safe
def kpi_detail(request: HttpRequest, code: str) -> HttpResponse:
    kpi = visible_kpi(request, code, live=False)
    today = timezone.localdate()
    corrections = Prefetch("corrections", KpiEntry.objects.order_by("sequence"))
    entries = list(kpi.entries.with_authors().prefetch_related(corrections).newest_first())
    in_order = sorted(entries, key=lambda entry: entry.sequence)
    points = [(entry.effective_on, entry.value) for entry in in_order if entry.value is not None]
    figures = kpi_figures(kpi, today=today, points=points)
    context = {
        "nav": "kpis",
        "kpi": kpi,
        "today": today,
        "crumbs": [*area_crumbs(kpi.area, last=False), (kpi.code, "")],
        "figures": figures,
        "chart": kpi_chart(figures, today=today),
        "days": series_of(kpi, points)[::-1],
        "page": Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page")),
        "taken_by": taken_by(kpi, request.user),
        "can_edit": can_edit_plan(request.user, kpi.area),
        "is_enterable": kpi.is_live
        and Kpi.objects.checkable_by(request.user, timezone.localdate()).filter(pk=kpi.pk).exists(),
    }
    return render(request, "goals/kpi_detail.html", context)


@require_safe
def kpi_entries_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Every value, the oldest first, with what was corrected."""
    kpi = visible_kpi(request, code, live=False)
    rows = (_entry_row(entry) for entry in kpi.entries.with_authors().order_by("sequence"))
    return _csv_answer(kpi.code, ENTRY_CSV_NAMES, rows)


def visible_kpi(request: HttpRequest, code: str, *, live: bool = True) -> Kpi:
    """Raises Http404, also where the person may not see it. An archived one keeps its page."""
    rows = Kpi.objects.visible_to(request.user).filter(area__archived_at__isnull=True)
    rows = rows.live() if live else rows
    return get_object_or_404(rows.with_context(), code=code)


def taken_by(kpi: Kpi, user: Reader) -> list[KeyResult]:
    """The key results that take its value, of the newest cycle first, as far as a person sees them."""
    rows = KeyResult.objects.counting().visible_to(user).filter(kpi=kpi)
    related = rows.select_related("objective__roadmap__cycle")
    return list(related.order_by("-objective__roadmap__cycle__starts_on", "code"))


def seen_kpi(key_result: KeyResult, user: Reader) -> Kpi | None:
    """The KPI a key result takes its value from, where the reader sees it. A query where it is restricted."""
    kpi = key_result.kpi
    if kpi is None or kpi.visibility == Kpi.Visibility.INTERNAL:
        return kpi
    return kpi if Kpi.objects.visible_to(user).filter(pk=kpi.pk).exists() else None


def kpis_of_area(area: Area, user: Reader) -> dict[str, Any]:
    """The card on the page of an area. Two queries, one where there is no KPI."""
    today = timezone.localdate()
    rows = Kpi.objects.live().visible_to(user).filter(area=area).with_context().order_by("number")
    return {"kpis": kpis_figures(rows, today=today)}


def kpi_chart(figures: KpiFigures, *, today: Any) -> LineChart | None:
    """The values with the bounds that hold now; None before there is a line to draw."""
    kpi = figures.kpi
    if not figures.points:
        return None
    first = figures.points[0][0]
    last = max(today, figures.points[-1][0], first + timedelta(days=1))
    upper, lower = (
        [(first, bound), (last, bound)] if bound is not None else []
        for bound in (kpi.upper_bound, kpi.lower_bound)
    )
    course = Course(actual=figures.points, target=upper, stretch=lower)
    return value_chart(course, starts_on=first, ends_on=last, places=6)


def _csv_answer(name: str, names: Iterable[str], rows: Iterable[list[str]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(answer)
    writer.writerow(names)
    writer.writerows(rows)
    return answer


def _number(value: Any) -> str:
    return "" if value is None else plain_number(value)


def _csv_row(figures: KpiFigures) -> list[str]:
    kpi = figures.kpi
    changes = (figures.since_last, *figures.windows)
    return [
        kpi.code,
        text_cell(kpi.title),
        kpi.area.key,
        text_cell(kpi.unit),
        kpi.aim,
        _number(kpi.lower_bound),
        _number(kpi.upper_bound),
        _number(kpi.current_value),
        kpi.last_on.isoformat() if kpi.last_on else "",
        figures.standing,
        str(figures.stale).lower(),
        *(_number(change.difference if change else None) for change in changes),
        text_cell(kpi.owner.name if kpi.owner else ""),
        kpi.due_on.isoformat(),
    ]


def _entry_row(entry: KpiEntry) -> list[str]:
    return [
        str(entry.sequence),
        entry.effective_on.isoformat(),
        _number(entry.value),
        text_cell(entry.note),
        text_cell(entry.evidence_url),
        text_cell(entry.author.name),
        str(entry.corrects.sequence) if entry.corrects else "",
        text_cell(entry.reason),
        timezone.localtime(entry.created_at).isoformat(),
    ]

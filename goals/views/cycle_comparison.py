"""Two cycles side by side, as a page and as CSV."""

from __future__ import annotations

import csv
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.spreadsheets import text_cell
from goals.figures import cycle_figures
from goals.figures.comparison import ComparisonRow, compare
from goals.figures.means import HEALTH_WORDS
from goals.forms.cycles import OtherCycleForm
from goals.models import Cycle
from goals.progress import COMPLETION_PLACES, round_half_up
from goals.values import plain_number
from goals.views.cycles import crumbs_of


@require_safe
def cycle_compare(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """`?with=` names the other cycle; without it the one before is taken."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    form = _form(request, cycle)
    other = form.cleaned_data["with"] if form.is_valid() else None
    context = {
        "nav": "cycles",
        "this_cycle": cycle,
        "other": other,
        "form": form,
        "crumbs": crumbs_of(cycle, here=_("Compare")),
        "rows": _rows(request, cycle, other) if other else [],
    }
    return render(request, "goals/cycle_compare.html", context)


@require_safe
def cycle_compare_csv(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """The same figures for a spreadsheet: one line per area, shares as ratios. Without a pair, the page."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    form = _form(request, cycle)
    if not form.is_valid():
        return redirect("cycles:cycle_compare", cycle.key)
    other = form.cleaned_data["with"]
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{cycle.key}-{other.key}.csv"'
    writer = csv.writer(answer)
    columns = ["completion", "score", "objectives", "key_results", *HEALTH_WORDS]
    heads = [f"{found.key}_{column}" for found in (cycle, other) for column in columns]
    writer.writerow(["area", "name", *heads])
    for row in _rows(request, cycle, other):
        writer.writerow(_cells(row))
    return answer


def _form(request: HttpRequest, cycle: Cycle) -> OtherCycleForm:
    others = Cycle.objects.exclude(pk=cycle.pk)
    asked = {"with": request.GET["with"]} if "with" in request.GET else {"with": _usual(cycle, others)}
    return OtherCycleForm(asked, name="with", label=_("With"), cycles=others)


def _usual(cycle: Cycle, others: QuerySet[Cycle]) -> str:
    """The key of the cycle before, else of the next one; empty where there is no other."""
    before = others.filter(starts_on__lte=cycle.starts_on).order_by("-starts_on").first()
    found = before or others.order_by("starts_on").first()
    return found.key if found else ""


def _rows(request: HttpRequest, cycle: Cycle, other: Cycle) -> list[ComparisonRow]:
    today = timezone.localdate()
    return compare(
        cycle_figures(cycle, user=request.user, today=today),
        cycle_figures(other, user=request.user, today=today),
    )


def _cells(row: ComparisonRow) -> list[str | int]:
    cells: list[str | int] = ["", "everything"]
    if row.area is not None:
        cells = [row.area.key, text_cell(row.area.name)]
    for side in (row.one, row.other):
        cells += [_number(side.mean.completion), _number(side.score), side.objectives, side.key_results]
        cells += [getattr(side.mean.health, word) for word in HEALTH_WORDS]
    return cells


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain_number(round_half_up(value, COMPLETION_PLACES))

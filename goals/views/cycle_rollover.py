"""Rolling a cycle over: what becomes of each unfinished key result, shown as a dry run, then carried out."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from goals.actions.refusals import Refused
from goals.actions.rollover import PlanChanged, RolloverReport, roll_over, unfinished
from goals.forms.cycles import OtherCycleForm
from goals.forms.rollover import RolloverForm
from goals.models import Cycle, KeyResult
from goals.views.cycles import crumbs_of, refuse_who_runs_no_cycles

# Both cycles are held while these are carried over, so they are few enough for seconds; the rest follows.
ROWS_SHOWN = 40


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_roll_over(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """`?into=` names the cycle that is planned. Nothing is written before the plan was shown."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    refuse_who_runs_no_cycles(request)
    later = Cycle.objects.filter(
        starts_on__gt=cycle.starts_on, state__in=[Cycle.State.PLANNING, Cycle.State.ACTIVE]
    ).order_by("starts_on")
    choose = OtherCycleForm(
        request.GET if "into" in request.GET else None, name="into", label=_("Into the cycle"), cycles=later
    )
    into = choose.cleaned_data["into"] if choose.is_valid() else None
    if into is None or cycle.state == Cycle.State.PLANNING:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
        return _answer(request, cycle, status=status, choose=choose, has_later=later.exists())
    rows = unfinished(cycle, into)
    if request.method != "POST":
        return _ask(request, cycle, into, rows, [RolloverForm(row=row) for row in rows[:ROWS_SHOWN]])
    wanted = set(request.POST.getlist("row"))
    forms = [RolloverForm(request.POST, row=row) for row in rows if row.code in wanted][:ROWS_SHOWN]
    if not forms:
        messages.info(request, _("Nothing is left to decide about; it was carried over before."))
        return redirect(into)
    if "edit" in request.POST or not all(form.is_valid() for form in forms):
        status = HTTPStatus.OK if "edit" in request.POST else HTTPStatus.UNPROCESSABLE_ENTITY
        return _ask(request, cycle, into, rows, forms, status=status)
    return _show_or_carry_out(request, cycle, into, rows, forms)


def _show_or_carry_out(
    request: HttpRequest, cycle: Cycle, into: Cycle, rows: list[KeyResult], forms: list[RolloverForm]
) -> HttpResponse:
    is_asked = "carry_out" in request.POST
    try:
        report = _run(request, cycle, into, forms, dry_run=not is_asked)
    except PlanChanged as refusal:
        messages.error(request, refusal.sentence)
        report = _run(request, cycle, into, forms, dry_run=True)
        return _show(request, cycle, into, forms, report, status=HTTPStatus.CONFLICT)
    except Refused as refusal:
        for form in forms:
            form.refuse(refusal.errors)
        if "" in refusal.errors:
            messages.error(request, refusal.sentence)
        is_invalid = refusal.code == "invalid"
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_invalid else HTTPStatus.CONFLICT
        return _ask(request, cycle, into, rows, forms, status=status)
    if not is_asked:
        return _show(request, cycle, into, forms, report)
    messages.success(request, _done(report, into))
    if len(rows) > len(forms):
        return redirect(f"{request.path}?into={into.key}")
    return redirect(into)


def _run(
    request: HttpRequest, cycle: Cycle, into: Cycle, forms: list[RolloverForm], *, dry_run: bool
) -> RolloverReport:
    return roll_over(
        cycle,
        into=into,
        by=request.user,
        now=timezone.now(),
        today=timezone.localdate(),
        decisions={form.row.code: form.decision for form in forms},
        dry_run=dry_run,
        expected=None if dry_run else request.POST.get("fingerprint", ""),
    )


def _done(report: RolloverReport, into: Cycle) -> str:
    sentence = ngettext(
        "%(count)d key result goes on in %(cycle)s; %(dropped)d dropped.",
        "%(count)d key results go on in %(cycle)s; %(dropped)d dropped.",
        report.carried_count,
    )
    return sentence % {"count": report.carried_count, "cycle": into.name, "dropped": report.dropped_count}


def _ask(
    request: HttpRequest,
    cycle: Cycle,
    into: Cycle,
    rows: list[KeyResult],
    forms: list[RolloverForm],
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    sections = groupby(forms, key=lambda form: form.row.objective)
    context = {
        "into": into,
        "sections": [(objective, list(found)) for objective, found in sections],
        "row_count": len(rows),
        "not_shown": len(rows) - len(forms),
    }
    return _answer(request, cycle, status=status, **context)


def _show(
    request: HttpRequest,
    cycle: Cycle,
    into: Cycle,
    forms: list[RolloverForm],
    report: RolloverReport,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    return _answer(request, cycle, status=status, into=into, forms=forms, report=report)


def _answer(request: HttpRequest, cycle: Cycle, *, status: int, **context: Any) -> HttpResponse:
    frame = {"nav": "cycles", "this_cycle": cycle, "crumbs": crumbs_of(cycle, here=_("Roll over"))}
    return render(request, "goals/cycle_roll_over.html", frame | context, status=status)

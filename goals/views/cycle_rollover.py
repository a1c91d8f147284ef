"""Rolling a cycle over: what becomes of each unfinished key result, shown as a dry run, then carried out."""

from __future__ import annotations

from http import HTTPStatus
from itertools import accumulate, groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from goals.actions.following import (
    concerns_to_follow,
    initiatives_to_follow,
    needs_to_follow,
    risks_to_follow,
    shares_to_follow,
    supports_to_follow,
)
from goals.actions.refusals import Refused
from goals.actions.rollover import PlanChanged, RolloverReport, roll_over, unfinished
from goals.forms.cycles import OtherCycleForm
from goals.forms.rollover import RolloverForm
from goals.models import Cycle, KeyResult
from goals.views.cycles import crumbs_of, refuse_who_runs_no_cycles

# Both cycles are held while these are carried over, so they are few enough for seconds; the rest follows.
ROWS_SHOWN = 200
# Of more than this, the fields for what is modified or dropped are shown once that is chosen.
ROWS_WITH_DETAILS = 40
# What a page sends beside its rows: the CSRF token, the fingerprint, the button.
OTHER_FIELDS = 10


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
        return _ask(request, cycle, into, rows, _forms(_page(request, rows), None))
    forms = _forms([row for row in rows if f"{row.code}-choice" in request.POST], request.POST)
    if not forms and not _late(cycle, into):
        messages.info(request, _("Nothing is left to decide about; it was carried over before."))
        return redirect(into)
    if "edit" in request.POST or not all(form.is_valid() for form in forms):
        status = HTTPStatus.OK if "edit" in request.POST else HTTPStatus.UNPROCESSABLE_ENTITY
        return _ask(request, cycle, into, rows, forms, status=status)
    return _show_or_carry_out(request, cycle, into, rows, forms)


def _page(request: HttpRequest, rows: list[KeyResult]) -> list[KeyResult]:
    return list(Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page")))


def _forms(rows: list[KeyResult], sent: Any) -> list[RolloverForm]:
    """As many as are carried over at a time, and as a page may send fields of; the others follow."""
    is_compact = len(rows) > ROWS_WITH_DETAILS
    forms = [RolloverForm(sent, row=row, is_compact=is_compact) for row in rows[:ROWS_SHOWN]]
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - OTHER_FIELDS
    sums = accumulate(form.field_count for form in forms)
    return [form for form, count in zip(forms, sums, strict=True) if count <= most]


def _late(cycle: Cycle, into: Cycle) -> dict[str, int]:
    """What came to what was carried over since then, and so is not there yet; empty for nothing."""
    counts = {
        "risks": risks_to_follow(cycle, into).count(),
        "needs": len(needs_to_follow(cycle, into)),
        "initiatives": initiatives_to_follow(cycle, into).count(),
        "supports": len(supports_to_follow(cycle, into)),
        "concerns": len(concerns_to_follow(cycle, into)),
        "shares": len(shares_to_follow(cycle, into)),
    }
    return counts if any(counts.values()) else {}


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
        if "" in refusal.errors or not forms:
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
    told = sentence % {"count": report.carried_count, "cycle": into.name, "dropped": report.dropped_count}
    followed = len(report.risks) + len(report.needs) + len(report.initiatives)
    if not followed:
        return told
    along = ngettext(
        "%(count)d risk, need or initiative follows.",
        "%(count)d risks, needs and initiatives follow.",
        followed,
    )
    return f"{told} {along % {'count': followed}}"


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
        "not_shown": len(rows) - len(forms),
        "is_compact": any(form.is_compact for form in forms),
        "page": Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page")),
        "query": f"into={into.key}",
        "late": {} if rows else _late(cycle, into),
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

"""Entering values of KPIs: one by itself, and the rows of them on My check-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.actions.kpi_entries import Entered
from goals.actions.refusals import Archived, EnteredMeanwhile
from goals.figures.kpis import KpiFigures, kpis_figures
from goals.forms.kpi_entries import KpiEntryForm
from goals.models import KeyResult, Kpi, KpiEntry
from goals.views.kpis import taken_by, visible_kpi
from goals.views.plan_flow import get_and_post

SEQUENCE = re.compile("[0-9]{1,9}")
CONFLICTS = (Archived, EnteredMeanwhile)
ROWS_SHOWN = 40


@dataclass(frozen=True)
class KpiRow:
    """A KPI with the fields to enter its value."""

    figures: KpiFigures
    form: KpiEntryForm

    @property
    def kpi(self) -> Kpi:
        return self.figures.kpi


@get_and_post
def kpi_enter(request: HttpRequest, code: str) -> HttpResponse:
    """A value of one KPI, or the correction of the one that `?corrects=` names."""
    kpi = visible_kpi(request, code)
    if not Kpi.objects.checkable_by(request.user, _today()).filter(pk=kpi.pk).exists():
        raise PermissionDenied(
            _("Values of %(code)s are entered by its owner, or who stands in, and the people of its area.")
            % {"code": code}
        )
    corrects = _entry_to_correct(request, kpi)
    if request.method != "POST":
        return _answer(request, KpiEntryForm(kpi=kpi, corrects=corrects))
    form = KpiEntryForm(request.POST, kpi=kpi, corrects=corrects)
    kept = form.record(author=request.user, now=timezone.now(), today=_today()) if form.is_valid() else None
    if kept is None:
        is_conflict = isinstance(form.refusal, CONFLICTS)
        return _answer(request, form, HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Saved: %(what)s.") % {"what": form.told}, extra_tags=code)
    say_where_recorded(request, [kept])
    return redirect(kpi)


def _today() -> date:
    return timezone.localdate()


def _entry_to_correct(request: HttpRequest, kpi: Kpi) -> KpiEntry | None:
    if "corrects" not in request.GET:
        return None
    sequence = request.GET["corrects"]
    if not SEQUENCE.fullmatch(sequence):
        raise Http404
    return get_object_or_404(kpi.entries.with_authors(), sequence=sequence)


def _answer(request: HttpRequest, form: KpiEntryForm, status: int = HTTPStatus.OK) -> HttpResponse:
    # Read anew: whoever entered a value since the form was opened stands beside its fields.
    kpi = get_object_or_404(Kpi.objects.with_context(), pk=form.kpi.pk)
    [figures] = kpis_figures([kpi], today=_today())
    context = {
        "nav": "kpis",
        "today": _today(),
        "kpi": kpi,
        "figures": figures,
        "form": form,
        "corrects": form.corrects,
        "taken_by": [row for row in taken_by(kpi, request.user) if row.cycle.takes_check_ins],
    }
    return render(request, "goals/kpi_entry_form.html", context, status=status)


def say_where_recorded(request: HttpRequest, kept: Iterable[Entered]) -> None:
    """Of the key results that take these values, which got them and which did not, and why."""
    seen = KeyResult.objects.visible_to(request.user)
    told = [entered.among(seen) for entered in kept]
    codes = [check_in.key_result.code for entered in told for check_in in entered.check_ins]
    if codes:
        messages.info(request, _("Recorded too: %(codes)s.") % {"codes": ", ".join(codes)})
    for entered in told:
        for left in entered.not_recorded:
            what = {"code": left.key_result.code, "why": left.refusal.sentence}
            messages.warning(request, _("Not recorded at %(code)s: %(why)s") % what)


def filled_in_kpis(request: HttpRequest) -> list[KpiEntryForm]:
    """The rows of My check-ins that were sent. What its sender may not read any more is named."""
    codes = list(dict.fromkeys(request.POST.getlist("kpi")))[:ROWS_SHOWN]
    if not codes:
        return []
    visible = Kpi.objects.live().visible_to(request.user).with_context()
    found = {row.code: row for row in visible.filter(code__in=[code for code in codes if "\0" not in code])}
    if lost := [code for code in codes if code not in found]:
        messages.error(request, _("Not open to you any more: %(codes)s.") % {"codes": ", ".join(lost)[:200]})
    return [KpiEntryForm(request.POST, kpi=found[code]) for code in codes if code in found]


def owed_kpi_rows(user: Any, today: date, *, entered: Iterable[KpiEntryForm]) -> dict[str, Any]:
    """For My check-ins: what is due, the longest first, and what was typed; the rest comes next.

    What was typed is of KPIs that the person sees: `filled_in_kpis` found them.
    """
    forms = {form.code: form for form in entered}
    rows = list(Kpi.objects.answered_for_by(user, today).with_context())
    answered = {row.pk for row in rows}
    if others := forms.keys() - {row.code for row in rows}:
        rows += Kpi.objects.live().filter(code__in=others).with_context()
    figures = sorted(kpis_figures(rows, today=today), key=lambda row: (row.kpi.due_on, row.kpi.code))
    owed = [row for row in figures if row.kpi.pk in answered and row.kpi.owes_entry(today)]
    shown = [row for row in figures if row in owed[:ROWS_SHOWN] or row.kpi.code in forms]
    return {
        "kpi_rows": [KpiRow(row, forms.get(row.kpi.code) or KpiEntryForm(kpi=row.kpi)) for row in shown],
        "due_kpis": len(owed),
        "later_kpis": [row for row in figures if row not in owed and row not in shown],
    }

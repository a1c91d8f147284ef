"""What becomes of the rows of My check-ins, of key results and of KPIs: each is saved for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.forms.check_ins import CheckInForm
from goals.forms.kpi_entries import KpiEntryForm
from goals.models import KeyResult, Kpi

Row = CheckInForm | KpiEntryForm


def pressed(request: HttpRequest, entered: list[Row]) -> tuple[list[Row], list[Row]]:
    """(rows to save, rows to show again as typed): a row with a conflict has buttons of its own."""
    if (only := request.POST.get("only")) is not None:
        chosen = [form for form in entered if form.code == only]
        return chosen, [form for form in entered if form not in chosen]
    if (dropped := request.POST.get("drop")) is not None:
        waiting = [form for form in entered if form.code != dropped]
        if len(waiting) < len(entered):
            messages.info(request, _("%(code)s: yours is dropped.") % {"code": dropped}, extra_tags=dropped)
        return [], waiting
    return entered, []


def record_rows(entered: list[Row], user: Any, today: date) -> tuple[list[Row], list[Row]]:
    """What was saved and what was not. Each row for itself: one that fails takes no other with it."""
    open_to = _open_to(entered, user, today)
    saved: list[Row] = []
    kept_back: list[Row] = []
    for form in entered:
        if form.code not in open_to:
            form.add_error(None, _no_longer_yours(form))
        elif isinstance(form, CheckInForm) and any(_feeds(other, form) for other in saved):
            form.made_meanwhile = 1
        is_saved = form.is_valid() and form.record(author=user, now=timezone.now(), today=today)
        (saved if is_saved else kept_back).append(form)
    return saved, kept_back


def _no_longer_yours(form: Row) -> str:
    if isinstance(form, KpiEntryForm):
        return _("Values of this KPI are no longer yours to enter.")
    return _("This key result is no longer yours to check in on.")


def _open_to(entered: list[Row], user: Any, today: date) -> set[str]:
    """The codes of what a person may check in on."""
    of_kpis = [form.code for form in entered if isinstance(form, KpiEntryForm)]
    codes = [form.code for form in entered if isinstance(form, CheckInForm)]
    rows = KeyResult.objects.checkable_by(user, today).filter(code__in=codes).values_list("code", flat=True)
    kpis = Kpi.objects.checkable_by(user, today).filter(code__in=of_kpis).values_list("code", flat=True)
    return {*rows, *(kpis if of_kpis else ())}


def _feeds(saved: Row, form: CheckInForm) -> bool:
    """Whether saving one row made a check-in on the key result of another."""
    if not isinstance(saved, KpiEntryForm) or saved.entered is None:
        return False
    return form.key_result.pk in {check_in.key_result_id for check_in in saved.entered.check_ins}


def say_what_was_saved(request: HttpRequest, saved: list[Row], kept_back: list[Row]) -> None:
    if saved:
        sentence = ngettext(
            "%(count)d check-in saved: %(what)s.", "%(count)d check-ins saved: %(what)s.", len(saved)
        )
        what = ", ".join(form.told for form in saved)
        # The codes let the browser forget the drafts it kept of these rows.
        codes = " ".join(form.code for form in saved)
        messages.success(request, sentence % {"count": len(saved), "what": what}, extra_tags=codes)
    if kept_back:
        sentence = ngettext(
            "%(count)d was not saved, its row says why: %(codes)s.",
            "%(count)d were not saved, their rows say why: %(codes)s.",
            len(kept_back),
        )
        codes = ", ".join(form.code for form in kept_back)
        messages.error(request, sentence % {"count": len(kept_back), "codes": codes})
    if not saved and not kept_back and "drop" not in request.POST:
        messages.info(request, _("Nothing was entered, so nothing was saved."))

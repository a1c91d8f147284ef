"""Reporting: everything a person owes in one form, one key result by itself, and what a value would make."""

import re
from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from goals.actions.check_ins import refuse_unless_open
from goals.actions.refusals import Archived, CycleClosed, CycleNotActive, Refused, ReportedMeanwhile
from goals.figures import key_results_figures
from goals.figures.reviews import asked_of
from goals.forms.check_ins import CheckInForm
from goals.forms.drafts import SendTimeForm
from goals.forms.kpi_entries import KpiEntryForm
from goals.models import Absence, CheckIn, KeyResult
from goals.models.key_result import KeyResultQuerySet
from goals.views import drafts
from goals.views.check_in_rows import check_in_rows
from goals.views.check_in_saving import Row, pressed, record_rows, say_what_was_saved
from goals.views.initiatives import my_initiatives
from goals.views.kpi_entries import filled_in_kpis, owed_kpi_rows, say_where_recorded
from goals.views.kpis import seen_kpi
from goals.views.need_lines import asked_needs

# A form of this many rows stays below the number of fields that Django reads.
ROWS_SHOWN = 60
SEQUENCE = re.compile("[0-9]{1,9}")
CONFLICTS = (Archived, CycleClosed, CycleNotActive, ReportedMeanwhile)


@require_http_methods(["GET", "HEAD", "POST"])
def my_check_ins(request: HttpRequest) -> HttpResponse:
    """Every key result the reader owes, each with its fields; what can be saved is, the rest says why not."""
    today = timezone.localdate()
    if request.method != "POST":
        return render(request, "goals/my_check_ins.html", _owed(request.user, today))
    if "draft" in request.POST:
        return _keep_drafts(request, today)
    entered = _entered(request)
    if "preview" in request.POST:
        return render(request, "goals/my_check_ins.html", _owed(request.user, today, entered=entered))
    entered, waiting = pressed(request, entered)
    saved, kept_back = record_rows(entered, request.user, today)
    say_what_was_saved(request, saved, kept_back)
    say_where_recorded(
        request, [form.entered for form in saved if isinstance(form, KpiEntryForm) and form.entered]
    )
    if not kept_back and not waiting:
        return redirect("goals:my_check_ins")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if kept_back else HTTPStatus.OK
    context = _owed(request.user, today, entered=kept_back + waiting)
    return render(request, "goals/my_check_ins.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_create(request: HttpRequest, code: str) -> HttpResponse:
    """A check-in on one key result, or the correction of the one that `?corrects=` names."""
    key_result = checkable_or_refuse(request, code)
    today = timezone.localdate()
    corrects = _check_in_to_correct(request, key_result)
    closed = why_closed(key_result)
    form: CheckInForm
    draft = drafts.begun_about(request.user, key_result) if corrects is None else None
    if request.method != "POST":
        form = CheckInForm(key_result=key_result, corrects=corrects, draft=draft)
        return _answer_form(request, form, today=today, closed=closed)
    times = SendTimeForm(request.POST, key_result=key_result, draft=draft)
    if "draft" in request.POST and corrects is None:
        form = drafts.form_of(request, key_result, draft)
        if closed is None and drafts.keep(request, form, times, today=today):
            return redirect("goals:draft_list")
    else:
        form = CheckInForm(request.POST, key_result=key_result, corrects=corrects, draft=draft)
        if closed is None and "preview" in request.POST:
            form.is_valid()
            return _answer_form(request, form, today=today)
        if closed is None and _is_recorded(request, form, times, today=today):
            messages.success(request, _("Saved: %(what)s.") % {"what": form.told}, extra_tags=code)
            return redirect("goals:key_result_detail", code)
    is_conflict = closed is not None or isinstance(form.refusal, CONFLICTS)
    status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    return _answer_form(request, form, today=today, closed=closed, status=status, times=times)


def _is_recorded(request: HttpRequest, form: CheckInForm, times: SendTimeForm, *, today: date) -> bool:
    # Whoever chose a time and pressed the other button does not mean to send it at once.
    if form.corrects is None and not times.is_left_alone:
        times.is_valid()
        times.add_error("send_on", _("Press “Send it then”, or empty the day to save it now."))
        return False
    return form.is_valid() and bool(form.record(author=request.user, now=timezone.now(), today=today))


@require_safe
def check_in_preview(request: HttpRequest, code: str) -> HttpResponse:
    """A fragment: what the value being typed would make of the key result. Nothing is written."""
    key_result = checkable_or_refuse(request, code)
    today = timezone.localdate()
    form = CheckInForm(request.GET, key_result=key_result, corrects=_check_in_to_correct(request, key_result))
    [row] = check_in_rows([key_result], today=today, forms={code: form})
    errors = list(form.errors.get("value", ())) if form.was_written("value") else []
    return render(request, "goals/_check_in_preview.html", {"effect": row.effect, "errors": errors})


def _visible_to(user: Any) -> KeyResultQuerySet:
    return KeyResult.objects.live().visible_to(user).with_context()


def checkable_or_refuse(request: HttpRequest, code: str) -> KeyResult:
    user: Any = request.user
    key_result = get_object_or_404(_visible_to(user), code=code)
    if not KeyResult.objects.checkable_by(user, timezone.localdate()).filter(pk=key_result.pk).exists():
        raise PermissionDenied(
            _("On %(code)s its owner and the people of its area check in.") % {"code": code}
        )
    return key_result


def _check_in_to_correct(request: HttpRequest, key_result: KeyResult) -> CheckIn | None:
    if "corrects" not in request.GET:
        return None
    sequence = request.GET["corrects"]
    if not SEQUENCE.fullmatch(sequence):
        raise Http404
    return get_object_or_404(key_result.check_ins.with_authors(), sequence=sequence)


def why_closed(key_result: KeyResult) -> Refused | None:
    """Why nobody checks in here now; None when it is open."""
    try:
        refuse_unless_open(key_result.cycle, key_result)
    except Refused as refusal:
        return refusal
    return None


def _answer_form(
    request: HttpRequest,
    form: CheckInForm,
    *,
    today: date,
    closed: Refused | None = None,
    status: int = HTTPStatus.OK,
    times: SendTimeForm | None = None,
) -> HttpResponse:
    # Read anew: whoever reported since the form was opened stands beside its fields.
    key_result = get_object_or_404(_visible_to(request.user), pk=form.key_result.pk)
    [row] = check_in_rows([key_result], today=today, forms={key_result.code: form})
    context = {
        "nav": "check_ins",
        "today": today,
        "cycle": key_result.cycle,
        "row": row,
        "form": form,
        "corrects": form.corrects,
        "closed": closed,
        "times": times or SendTimeForm(key_result=key_result, draft=form.draft),
        "kpi": seen_kpi(key_result, request.user),
    }
    return render(request, "goals/check_in_form.html", context, status=status)


def _keep_drafts(request: HttpRequest, today: date) -> HttpResponse:
    """What was typed about key results, kept. A KPI's value has no draft: it stands below as typed."""
    kept_back = drafts.keep_rows(request, _filled_in(request), today=today)
    values = [form for form in filled_in_kpis(request) if form.is_entered]
    if not kept_back and not values:
        return redirect("goals:my_check_ins")
    if values:
        messages.info(request, _("Values of KPIs are kept in no draft; they stand below and are not saved."))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if kept_back else HTTPStatus.OK
    context = _owed(request.user, today, entered=[*values, *kept_back])
    return render(request, "goals/my_check_ins.html", context, status=status)


def _entered(request: HttpRequest) -> list[Row]:
    """The rows with something to save. KPIs first: what their key results say beside is the last word."""
    forms: list[Row] = [*filled_in_kpis(request), *_filled_in(request)]
    if request.POST.get("rest") == "no_change":
        for form in forms:
            form.mark_no_change()
    return [form for form in forms if form.is_entered]


def _filled_in(request: HttpRequest) -> list[CheckInForm]:
    """The rows that were sent. What its sender may not read any more is named."""
    codes = list(dict.fromkeys(request.POST.getlist("row")))[:ROWS_SHOWN]
    found = {row.code: row for row in _visible_to(request.user).filter(code__in=codes)}
    if lost := [code for code in codes if code not in found]:
        messages.error(request, _("Not open to you any more: %(codes)s.") % {"codes": ", ".join(lost)[:200]})
    begun = drafts.drafts_of(request.user)
    forms = [
        CheckInForm(request.POST, key_result=found[code], draft=begun.get(found[code].pk))
        for code in codes
        if code in found
    ]
    return forms


def _owed(user: Any, today: date, *, entered: Sequence[Row] = ()) -> dict[str, Any]:
    """The page: what is due, the longest first; what comes next; what is done. `entered`: as typed."""
    forms = {form.code: form for form in entered if isinstance(form, CheckInForm)}
    kpis = owed_kpi_rows(user, today, entered=[form for form in entered if isinstance(form, KpiEntryForm)])
    owned = (
        KeyResult.objects.owned_in_active_cycles()
        .answered_for_by(user, today)
        .with_context()
        .order_by("code")
    )
    due: list[KeyResult] = []
    later: list[KeyResult] = []
    paused: list[KeyResult] = []
    done: list[KeyResult] = []
    for key_result in owned:
        if key_result.is_done:
            done.append(key_result)
        elif key_result.is_paused(today):
            paused.append(key_result)
        else:
            (due if key_result.owes_check_in(today) else later).append(key_result)
    due.sort(key=lambda row: row.check_in_due_on or date.max)
    later.sort(key=lambda row: row.check_in_due_on or date.max)
    shown = due[:ROWS_SHOWN]
    if others := forms.keys() - {row.code for row in shown}:
        shown += list(_visible_to(user).filter(code__in=others).order_by("code"))
    begun = drafts.drafts_of(user)
    return {
        "nav": "check_ins",
        "today": today,
        "cycle": owned[0].cycle if owned else None,
        "rows": check_in_rows(shown, today=today, forms=forms, drafts=begun),
        "draft_count": len(begun),
        "stood_in": Absence.objects.stood_in_by(user, today).select_related("person"),
        "refused_count": sum(draft.refused_at is not None for draft in begun.values()),
        **kpis,
        "due_key_results": len(due),
        "due_count": len(due) + kpis["due_kpis"],
        "questions": list(asked_of(user)),
        "due_since": due[0].check_in_due_on if due else None,
        "is_due_alike": len({row.check_in_due_on for row in due}) == 1,
        "not_shown": len(due) - len(due[:ROWS_SHOWN]),
        "later": key_results_figures(later, today=today),
        "paused": key_results_figures(paused, today=today),
        "done": key_results_figures(done, today=today),
        "is_error": any(form.errors for form in entered),
        **my_initiatives(user),
        "asked_needs": asked_needs(user),
    }

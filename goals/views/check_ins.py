"""Reporting: everything a person owes in one form, one key result by itself, and what a value would make."""

import re
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from goals.actions.check_ins import refuse_unless_open
from goals.actions.refusals import Archived, CycleClosed, CycleNotActive, Refused, ReportedMeanwhile
from goals.figures import key_results_figures
from goals.figures.reviews import asked_of
from goals.forms.check_ins import CheckInForm
from goals.forms.drafts import SendTimeForm
from goals.models import CheckIn, KeyResult
from goals.models.key_result import KeyResultQuerySet
from goals.sentences import value_text
from goals.views import drafts
from goals.views.check_in_rows import check_in_rows
from goals.views.initiatives import my_initiatives
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
    sent = _filled_in(request)
    if "draft" in request.POST:
        kept_back: list[CheckInForm] = drafts.keep_rows(request, sent, today=today)
        if not kept_back:
            return redirect("goals:my_check_ins")
        context = _owed(request.user, today, entered=kept_back)
        return render(request, "goals/my_check_ins.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    entered = [form for form in sent if form.is_entered]
    if "preview" in request.POST:
        return render(request, "goals/my_check_ins.html", _owed(request.user, today, entered=entered))
    entered, waiting = _pressed(request, entered)
    saved, kept_back = _record(entered, request.user, today)
    _say_what_was_saved(request, saved, kept_back)
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
            messages.success(request, _("Saved: %(what)s.") % {"what": _reported(form)}, extra_tags=code)
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
    if not KeyResult.objects.checkable_by(user).filter(pk=key_result.pk).exists():
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
    }
    return render(request, "goals/check_in_form.html", context, status=status)


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
    if request.POST.get("rest") == "no_change":
        for form in forms:
            form.mark_no_change()
    return forms


def _pressed(request: HttpRequest, entered: list[CheckInForm]) -> tuple[list[CheckInForm], list[CheckInForm]]:
    """(rows to save, rows to show again as typed): a row with a conflict has buttons of its own."""
    if (only := request.POST.get("only")) is not None:
        chosen = [form for form in entered if form.key_result.code == only]
        return chosen, [form for form in entered if form not in chosen]
    if (dropped := request.POST.get("drop")) is not None:
        waiting = [form for form in entered if form.key_result.code != dropped]
        if len(waiting) < len(entered):
            messages.info(request, _("%(code)s: yours is dropped.") % {"code": dropped}, extra_tags=dropped)
        return [], waiting
    return entered, []


def _record(
    entered: list[CheckInForm], user: Any, today: date
) -> tuple[list[CheckInForm], list[CheckInForm]]:
    """What was saved and what was not. Each row for itself: one that fails takes no other with it."""
    ids = [form.key_result.pk for form in entered]
    checkable = set(KeyResult.objects.checkable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    saved: list[CheckInForm] = []
    kept_back: list[CheckInForm] = []
    for form in entered:
        if form.key_result.pk not in checkable:
            form.add_error(None, _("This key result is no longer yours to check in on."))
        is_saved = form.is_valid() and form.record(author=user, now=timezone.now(), today=today)
        (saved if is_saved else kept_back).append(form)
    return saved, kept_back


def _say_what_was_saved(request: HttpRequest, saved: list[CheckInForm], kept_back: list[CheckInForm]) -> None:
    if saved:
        sentence = ngettext(
            "%(count)d check-in saved: %(what)s.", "%(count)d check-ins saved: %(what)s.", len(saved)
        )
        what = ", ".join(_reported(form) for form in saved)
        # The codes let the browser forget the drafts it kept of these rows.
        codes = " ".join(form.key_result.code for form in saved)
        messages.success(request, sentence % {"count": len(saved), "what": what}, extra_tags=codes)
    if kept_back:
        sentence = ngettext(
            "%(count)d was not saved, its row says why: %(codes)s.",
            "%(count)d were not saved, their rows say why: %(codes)s.",
            len(kept_back),
        )
        codes = ", ".join(form.key_result.code for form in kept_back)
        messages.error(request, sentence % {"count": len(kept_back), "codes": codes})
    if not saved and not kept_back and "drop" not in request.POST:
        messages.info(request, _("Nothing was entered, so nothing was saved."))


def _reported(form: CheckInForm) -> str:
    key_result, value = form.key_result, form.cleaned_data["value"]
    if value is None:
        return _("%(code)s no change") % {"code": key_result.code}
    shown = value_text(value, unit=key_result.unit, kind=key_result.formula_kind)
    return f"{key_result.code} {shown}"


def _owed(user: Any, today: date, *, entered: list[CheckInForm] | None = None) -> dict[str, Any]:
    """The page: what is due, the longest first; what comes next; what is done. `entered`: as typed."""
    forms = {form.key_result.code: form for form in entered or []}
    owned = KeyResult.objects.owned_in_active_cycles().filter(owner=user).with_context().order_by("code")
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
        "refused_count": sum(draft.refused_at is not None for draft in begun.values()),
        "due_count": len(due),
        "questions": list(asked_of(user)),
        "due_since": due[0].check_in_due_on if due else None,
        "is_due_alike": len({row.check_in_due_on for row in due}) == 1,
        "not_shown": len(due) - len(due[:ROWS_SHOWN]),
        "later": key_results_figures(later, today=today),
        "paused": key_results_figures(paused, today=today),
        "done": key_results_figures(done, today=today),
        "is_error": any(form.errors for form in forms.values()),
        **my_initiatives(user),
        "asked_needs": asked_needs(user),
    }

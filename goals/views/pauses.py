"""Skipping and pausing check-ins of a key result, and the rhythm of an area."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.models import Area
from areas.permissions import can_edit_plan
from goals.actions.key_results import change_key_result
from goals.actions.pauses import pause_key_result, resume_key_result, set_area_rhythm
from goals.actions.refusals import Refused
from goals.forms.pauses import PauseForm, RhythmForm
from goals.models import KeyResult
from goals.models.pausing import SAID_BY_AREA, Rhythm
from goals.views.check_ins import checkable_or_refuse, why_closed
from goals.views.context import area_crumbs, saying_area


@require_http_methods(["GET", "HEAD", "POST"])
def key_result_pause(request: HttpRequest, code: str) -> HttpResponse:
    """Skip the next check-in, pause until a day, or end a pause."""
    key_result = checkable_or_refuse(request, code)
    today = timezone.localdate()
    if request.method == "POST" and "resume" in request.POST:
        return _resume(request, key_result)
    form = PauseForm(request.POST or None, key_result=key_result, today=today)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and _pause(request, form, key_result):
            until = formats.date_format(form.cleaned_data["until"], "j M Y")
            messages.success(request, _("%(code)s is paused until %(day)s.") % {"code": code, "day": until})
            return redirect("goals:key_result_detail", code)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "nav": "check_ins",
        "today": today,
        "cycle": key_result.cycle,
        "key_result": key_result,
        "is_paused": key_result.is_paused(today),
        "form": form,
        "closed": why_closed(key_result),
    }
    return render(request, "goals/key_result_pause.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def key_result_rhythm(request: HttpRequest, code: str) -> HttpResponse:
    """How often this key result is asked about; who else says so stands beside it."""
    user: Any = request.user
    key_results = KeyResult.objects.live().visible_to(user).with_context()
    key_result = get_object_or_404(key_results, code=code)
    if not can_edit_plan(user, key_result.area):
        raise PermissionDenied(_("The rhythm of %(code)s is set by the leads of its area.") % {"code": code})
    form = RhythmForm(
        request.POST or None,
        initial={"days": key_result.check_in_every_days, "version": key_result.version},
    )

    def save(days: int | None, version: int) -> None:
        change_key_result(key_result, by=user, now=timezone.now(), version=version, check_in_every_days=days)

    context = {"key_result": key_result, "cycle": key_result.cycle, "title": key_result.title}
    return _answer_rhythm(request, form, save=save, back=key_result.get_absolute_url(), context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def area_rhythm(request: HttpRequest, area_key: str) -> HttpResponse:
    """How often the key results of an area, and of all areas below, are asked about."""
    area = get_object_or_404(Area.objects.live(), key=area_key)
    if not can_edit_plan(request.user, area):
        raise PermissionDenied(_("The rhythm of %(name)s is set by its leads.") % {"name": area.name})
    form = RhythmForm(
        request.POST or None, initial={"days": area.check_in_every_days, "version": area.version}
    )

    def save(days: int | None, version: int) -> None:
        set_area_rhythm(area, by=request.user, now=timezone.now(), days=days, version=version)

    context = {"area": area, "crumbs": area_crumbs(area, last=False), "title": area.name}
    back = redirect("areas:area_detail", area.key).url
    return _answer_rhythm(request, form, save=save, back=back, context=context)


@dataclass(frozen=True)
class Asking:
    """When the reader is told that a key result is asked about: its rhythm and who says so, a pause."""

    rhythm: Rhythm
    area: Area | None  # whose rhythm it is, where it is an area's
    may_change: bool
    is_paused: bool


def asking_of(key_result: KeyResult, today: date, *, may_change: bool) -> Asking:
    rhythm = key_result.rhythm
    area = saying_area(key_result.area) if rhythm.said_by == SAID_BY_AREA else None
    return Asking(rhythm, area, may_change, key_result.is_paused(today))


def _answer_rhythm(
    request: HttpRequest, form: RhythmForm, *, save: Any, back: str, context: dict[str, Any]
) -> HttpResponse:
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            try:
                save(form.cleaned_data["days"], int(form.cleaned_data["version"]))
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("The rhythm of check-ins is saved."))
                return redirect(back)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(
        request,
        "goals/rhythm_form.html",
        {"nav": "areas", "form": form, "back": back} | context,
        status=status,
    )


def _pause(request: HttpRequest, form: PauseForm, key_result: KeyResult) -> bool:
    try:
        pause_key_result(
            key_result,
            by=request.user,
            now=timezone.now(),
            today=timezone.localdate(),
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            version=form.seen_version(),
        )
    except Refused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentences)
        return False
    return True


def _resume(request: HttpRequest, key_result: KeyResult) -> HttpResponse:
    try:
        resume_key_result(key_result, by=request.user, now=timezone.now(), today=timezone.localdate())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(code)s is asked about again.") % {"code": key_result.code})
    return redirect("goals:key_result_detail", key_result.code)

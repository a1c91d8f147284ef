"""When the reader is away and who stands in, beside their preferences."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goals.actions.absences import add_absence, end_absence, left_out
from goals.actions.refusals import Refused
from goals.forms.absences import AbsenceForm
from goals.models import Absence


@require_http_methods(["GET", "HEAD", "POST"])
def absence_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = AbsenceForm(request.POST if request.method == "POST" else None, person=user)
    if form.is_valid():
        try:
            absence = add_absence(user, now=timezone.now(), today=timezone.localdate(), **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            _say_what_is_left_out(request, absence)
            return redirect("goals:absence_list")
    today = timezone.localdate()
    rows = Absence.objects.not_over(today).select_related("person", "stand_in")
    context = {
        "form": form,
        "absences": rows.filter(person=user),
        "stood_in": rows.filter(stand_in=user),
        "today": today,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "goals/absence_list.html", context, status=status)


@require_POST
def absence_end(request: HttpRequest, absence_id: int) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.select_related("person"), pk=absence_id, person=request.user)
    try:
        end_absence(absence, by=request.user, now=timezone.now(), today=timezone.localdate())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Welcome back: you are asked yourself again."))
    return redirect("goals:absence_list")


def _say_what_is_left_out(request: HttpRequest, absence: Absence) -> None:
    messages.success(request, _("%(name)s stands in for you.") % {"name": absence.stand_in.name})
    if hidden := left_out(absence.person, absence.stand_in):
        sentence = _("Left out, as %(name)s does not see them: %(codes)s.")
        codes = ", ".join(row.code for row in hidden)
        messages.warning(request, sentence % {"name": absence.stand_in.name, "codes": codes})

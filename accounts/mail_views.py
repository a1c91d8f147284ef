"""The page that a mail's link to stop it leads to. Mail scanners open links: looking changes nothing."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.days import DayField
from accounts.mails import ONE_CLICK, Mails, reader_of, snooze_reminders, stop_mails
from accounts.models import User

A_WEEK = timedelta(days=7)


class SnoozeForm(forms.Form):
    until = DayField(label=_("No reminders until"), help_text=_("The day on which they come again"))


@login_not_required
@never_cache
@csrf_exempt  # Mail programs post here; what lets them in is the signed token in the address.
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest) -> HttpResponse:
    """Says what the link stops; a press, or one click in the mail program (RFC 8058), stops it."""
    found = reader_of(request.GET.get("token", ""))
    if found is None:
        return _refuse(request)
    user, mails = found
    name, value = ONE_CLICK
    if request.method == "POST" and request.POST.get(name) == value:
        user = stop_mails(user, mails)
    return _page(request, user, mails)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_snooze(request: HttpRequest) -> HttpResponse:
    """Puts reminders off until a day."""
    found = reader_of(request.GET.get("token", ""))
    if found is None or not found[1].can_wait:
        return _refuse(request)
    user, mails = found
    if request.method != "POST":
        return _page(request, user, mails)
    with timezone.override(user.time_zone):
        form = SnoozeForm(request.POST)
        if form.is_valid():
            until = form.cleaned_data["until"]
            try:
                user = snooze_reminders(user, until=until, today=timezone.localdate())
            except ValidationError as error:
                form.add_error("until", error)
    return _page(request, user, mails, form=form)


def _page(request: HttpRequest, user: User, mails: Mails, *, form: SnoozeForm | None = None) -> HttpResponse:
    with timezone.override(user.time_zone):
        today = timezone.localdate()
        snoozed = user.reminders_snoozed_until
        context: dict[str, Any] = {
            "reader": user,
            "mails": mails,
            "token": request.GET["token"],
            "is_stopped": not getattr(user, mails.field),
            "snoozed_until": snoozed if mails.can_wait and snoozed and snoozed > today else None,
            "form": form or SnoozeForm(initial={"until": today + A_WEEK}),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
        return render(request, "accounts/mail_stop.html", context, status=status)


def _refuse(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/mail_stop_unknown.html", status=HTTPStatus.NOT_FOUND)

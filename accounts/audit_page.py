"""The record of changes as administrators read it: a page with filters, and the same as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import AuditEntry
from accounts.models.audit import AuditEntryQuerySet

PAGE_SIZE = 100
CSV_CHUNK = 500
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class AuditFilterForm(forms.Form):
    """What the addresses of page and CSV may ask for."""

    who = forms.CharField(label=_("Who"), required=False, max_length=254)
    what = forms.CharField(label=_("What"), required=False, max_length=200)
    action = forms.ChoiceField(
        label=_("Action"), required=False, choices=[("", _("every action")), *AuditEntry.Action.choices]
    )
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def entries(self) -> AuditEntryQuerySet:
        """Newest first, by the order they were written in; nothing while the form does not hold."""
        entries = AuditEntry.objects.select_related("actor").order_by("-pk")
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        if asked["who"]:
            entries = entries.filter(
                Q(actor_email__icontains=asked["who"]) | Q(actor__name__icontains=asked["who"])
            )
        if asked["what"]:
            entries = entries.filter(subject__istartswith=asked["what"])
        if asked["action"]:
            entries = entries.filter(action=asked["action"])
        if asked["since"]:
            entries = entries.filter(made_at__gte=_midnight(asked["since"]))
        if asked["until"]:
            entries = entries.filter(made_at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
        return entries


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    _refuse_all_but_administrators(request)
    form = AuditFilterForm(request.GET)
    entries = form.entries()
    if form.is_valid() and form.cleaned_data["before"]:
        entries = entries.filter(pk__lt=form.cleaned_data["before"])
    rows = list(entries[: PAGE_SIZE + 1])
    asked = request.GET.copy()
    asked.pop("before", None)
    context = {
        "form": form,
        "entries": rows[:PAGE_SIZE],
        "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "query": asked.urlencode(),
        "nav": "record",
    }
    return render(request, "accounts/audit_list.html", context, status=200 if form.is_valid() else 422)


@require_safe
def audit_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same entries, all of them, streamed."""
    _refuse_all_but_administrators(request)
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/audit_list.html", {"form": form, "nav": "record"}, status=422)
    return StreamingHttpResponse(
        _csv_lines(form.entries()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="record.csv"'},
    )


def _refuse_all_but_administrators(request: HttpRequest) -> None:
    if not request.user.is_authenticated or not request.user.is_administrator:
        raise PermissionDenied


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class _Line:
    """A file for the csv module that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(entries: AuditEntryQuerySet) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    names = ["made_at", "actor", "origin", "address", "action", "kind", "subject", "changes", "reason"]
    yield writer.writerow(names)
    for entry in entries.iterator(chunk_size=CSV_CHUNK):
        changes = json.dumps(entry.changes, ensure_ascii=False) if entry.changes else ""
        made_at = entry.made_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        texts = [entry.actor_email, entry.origin, entry.address or "", entry.action, entry.kind]
        yield writer.writerow([made_at, *map(_cell, [*texts, entry.subject, changes, entry.reason])])


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text

"""The record of changes as administrators read it: a page with filters, and the same as CSV."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit_csv import csv_response
from accounts.audit_filters import AuditFilterForm
from accounts.audit_words import told

PAGE_SIZE = 100


class PageForm(AuditFilterForm):
    """The filters, and where a page begins: before an entry."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    _refuse_all_but_administrators(request)
    form = PageForm(request.GET)
    entries = form.entries().select_related("actor", "about")
    if form.is_valid() and form.cleaned_data["before"]:
        entries = entries.filter(pk__lt=form.cleaned_data["before"])
    rows = list(entries[: PAGE_SIZE + 1])
    asked = request.GET.copy()
    is_later_page = bool(asked.pop("before", None))
    context = {
        "form": form,
        "rows": told(rows[:PAGE_SIZE]),
        "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "query": asked.urlencode(),
        "is_later_page": is_later_page,
        "nav": "record",
    }
    return render(request, "accounts/audit_list.html", context, status=200 if form.is_valid() else 422)


@require_safe
def audit_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same entries, all of them, streamed."""
    _refuse_all_but_administrators(request)
    form = PageForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/audit_list.html", {"form": form, "nav": "record"}, status=422)
    return csv_response(form.entries())


def _refuse_all_but_administrators(request: HttpRequest) -> None:
    if not request.user.is_authenticated or not request.user.is_administrator:
        raise PermissionDenied

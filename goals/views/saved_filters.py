"""Saved filters: what stands beside the filter of a page, saving one, and forgetting it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ways import is_path_here
from goals.actions.refusals import Refused
from goals.actions.saved_filters import forget_filter, save_filter
from goals.forms.saved_filters import SavedFilterForm
from goals.models import SavedFilter


@require_POST
def saved_filter_create(request: HttpRequest) -> HttpResponse:
    """Back to the page that was narrowed; a refused name comes back in a form of its own."""
    form = SavedFilterForm(request.POST)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("page", "name", "query")}
        try:
            saved = save_filter(request.user, **told)
        except Refused as refusal:
            form.refuse(refusal.errors)
        else:
            messages.success(request, _("The filter “%(name)s” is saved.") % {"name": saved.name})
            return _back(request, saved.get_absolute_url())
    context: dict[str, Any] = {"form": form}
    return render(request, "goals/saved_filter_form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def saved_filter_forget(request: HttpRequest, filter_id: int) -> HttpResponse:
    saved = get_object_or_404(SavedFilter.objects.of(request.user), pk=filter_id)
    forget_filter(saved)
    messages.success(request, _("The filter “%(name)s” is forgotten.") % {"name": saved.name})
    return _back(request, saved.get_absolute_url())


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To where the press stood, with the cycle and the day that were chosen there."""
    back = request.POST.get("back", "")
    return redirect(back if is_path_here(back) else otherwise)

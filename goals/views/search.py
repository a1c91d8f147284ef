"""Search by code, title and note; the box in the header asks while somebody types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from goals.figures.search import Found, hit, named, rows_of, search
from goals.forms.search import KINDS, SearchForm

SHOWN = 8
SUGGESTED = 3
ROWS_PER_PAGE = 50
NAMES = dict(KINDS)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What is found, by kind; all of one kind in pages; the page itself of what has exactly this code."""
    form = SearchForm(request.GET)
    text, kind = (form.cleaned_data["q"], form.cleaned_data["kind"]) if form.is_valid() else ("", "")
    if text and not kind and (row := named(request.user, text)):
        return redirect(row.get_absolute_url())
    context: dict[str, Any] = {"form": form, "text": text, "kind_name": NAMES.get(kind, "")}
    if text and kind:
        page = Paginator(rows_of(kind, request.user, text), ROWS_PER_PAGE).get_page(request.GET.get("page"))
        hits = [hit(kind, row, text) for row in page]
        context |= {"page": page, "hits": hits, "query": urlencode({"q": text, "kind": kind})}
    elif text:
        context["found"] = _groups(request, text, limit=SHOWN)
    return render(request, "goals/search.html", context)


@require_safe
def search_panel(request: HttpRequest) -> HttpResponse:
    """What the box in the header shows while somebody types."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = _groups(request, text, limit=SUGGESTED) if text else []
    return render(request, "goals/_search_panel.html", {"text": text, "found": found})


def _groups(request: HttpRequest, text: str, *, limit: int) -> list[tuple[Found, str]]:
    """What is found of each kind, with the kind's name."""
    return [(group, str(NAMES[group.kind])) for group in search(request.user, text, limit=limit)]

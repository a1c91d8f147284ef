"""What the reader was told, and what of it is unread."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goals.figures.activity import Place
from goals.figures.inbox import InboxPage, inbox
from goals.views.activity import seen_until_of

ROWS = 50


@require_safe
def inbox_list(request: HttpRequest) -> HttpResponse:
    """One's own alone, the newest first. Looking marks nothing: the press does."""
    before = _before(request)
    page = inbox(request.user, limit=ROWS, seen_until=seen_until_of(request.user), before=before)
    context = {
        "nav": "activity",
        "rows": page.rows,
        "is_newest": before is None,
        "older": page.older.isoformat() if page.older else "",
        "seen": seen_by(page) if before is None else "",
    }
    return render(request, "goals/inbox_list.html", context)


def seen_by(page: InboxPage) -> str:
    """Until where who sees this has seen, for the press that marks it; empty where nothing is new."""
    return str(Place(page.rows[0].at, 0, 0)) if any(row.is_new for row in page.rows) else ""


def _before(request: HttpRequest) -> datetime | None:
    """Raises Http404 for what is no moment."""
    written = request.GET.get("before")
    if written is None:
        return None
    try:
        moment = parse_datetime(written)
    except ValueError:
        moment = None
    if moment is None or not is_aware(moment):
        raise Http404(_("There is no such page."))
    return moment

"""What happened: to what the reader follows, or to one area, objective, key result, or by one person."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.languages import in_english
from accounts.models import User
from accounts.spreadsheets import Line
from accounts.ways import is_path_here
from areas.models import Area
from areas.permissions import can_see_people
from goals.actions.activity_marks import mark_seen
from goals.figures.activity import Happening, Place, activity, whole_activity
from goals.figures.activity_scope import Scope
from goals.figures.inbox import Told, inbox
from goals.forms.activity import ActivityForm
from goals.models import ActivityMark
from goals.views.changes import CSV_NAMES, csv_row
from goals.views.plan_flow import visible_key_result, visible_objective

ROWS = 50
AT_ONCE = 500
# What one feed is of; without any of them it is of what the reader follows.
THINGS = ("area", "objective", "key_result", "person")


@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    form = ActivityForm(request.GET)
    scope = scope_of(request, form)
    seen_until = seen_until_of(request.user) if scope.is_followed else None
    page = activity(scope, after=_place(request), limit=ROWS, seen_until=seen_until)
    _refuse_unknown_person(request, scope, page.rows)
    query = {name: request.GET[name] for name in (*THINGS, "kind", "since") if request.GET.get(name)}
    is_newest = scope.is_followed and not query and "after" not in request.GET
    told = unread_told(request.user, seen_until) if is_newest else []
    context = {
        "nav": "activity",
        "form": form,
        "scope": scope,
        "thing_query": {name: value for name, value in query.items() if name in THINGS},
        "rows": page.rows,
        "older": urlencode(query | {"after": str(page.older)}) if page.older else "",
        "newest": urlencode(query) if "after" in request.GET else None,
        "csv_query": urlencode(query),
        "told": told,
        # Only who sees all of what is newest has seen it.
        "seen": _seen(page.rows, told) if is_newest else "",
    }
    return render(request, "goals/activity_list.html", context)


def unread_told(user: Any, seen_until: dt.datetime | None) -> list[Told]:
    """What of the inbox is unread; what mentions the reader is among what happened."""
    if seen_until is None:
        return []
    return inbox(user, limit=ROWS, seen_until=seen_until, after=seen_until, has_mentions=False).rows


def _seen(rows: list[Happening], told: list[Told]) -> str:
    """The newest place of both, where anything is new."""
    if not told and not any(row.is_new for row in rows):
        return ""
    places = [row.place for row in rows[:1]] + [Place(row.at, 0, 0) for row in told[:1]]
    return str(max(places))


@require_safe
def activity_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same, all of it; what cannot be read in the address is not guessed at."""
    form = ActivityForm(request.GET)
    if not form.is_valid():
        raise Http404(_("There is no such kind or day."))
    scope = scope_of(request, form)
    rows = whole_activity(scope, at_once=AT_ONCE)
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="activity.csv"'
    return answer


@require_POST
def activity_seen(request: HttpRequest) -> HttpResponse:
    """Marks as seen what stood on the page; posted, so that who fetches a page ahead marks nothing."""
    place = Place.read(request.POST.get("until", ""))
    if place is not None:
        mark_seen(request.user, until=place.at, now=timezone.now())
    back = str(request.POST.get("back", ""))
    return redirect(back) if is_path_here(back) else redirect("goals:activity_list")


def scope_of(request: HttpRequest, form: ActivityForm) -> Scope:
    """Raises Http404 for what is not there, or not for this reader."""
    found: dict[str, Any] = {}
    asked = {name: value for name in THINGS if (value := request.GET.get(name))}
    if any("\0" in value for value in asked.values()):
        raise Http404(_("There is nothing of this name."))
    if "area" in asked:
        areas = Area.objects.live().without_tree_fields()
        found["area"] = get_object_or_404(areas, key=asked["area"])
    if "objective" in asked:
        found["objective"] = visible_objective(request, asked["objective"])
    if "key_result" in asked:
        found["key_result"] = visible_key_result(request, asked["key_result"])
    if "person" in asked:
        found["person"] = _person(asked["person"])
    return Scope(request.user, is_followed=not found, **found, **form.chosen)


def _person(written: str) -> User:
    if not (written.isascii() and written.isdecimal() and len(written) <= 18):
        raise Http404(_("There is nobody of this number."))
    person: User = get_object_or_404(User, pk=int(written))
    return person


def _refuse_unknown_person(request: HttpRequest, scope: Scope, rows: list[Happening]) -> None:
    """Who did nothing that the reader may see is not named to them. Raises Http404."""
    if scope.person is None or rows or scope.person == request.user or can_see_people(request.user):
        return
    if not activity(Scope(request.user, person=scope.person), limit=1).rows:
        raise Http404(_("There is nobody of this number."))


def _place(request: HttpRequest) -> Place | None:
    written = request.GET.get("after")
    place = None if written is None else Place.read(written)
    if written is not None and place is None:
        raise Http404(_("There is no such page."))
    return place


def seen_until_of(user: Any) -> dt.datetime | None:
    return ActivityMark.objects.filter(person=user.pk).values_list("seen_until", flat=True).first()


def _lines(rows: Iterator[Happening]) -> Iterator[str]:
    """For spreadsheets and programs: what a column holds must not change with who asks."""
    writer: Any = csv.writer(Line())
    keys = dict(Area.objects.without_tree_fields().values_list("pk", "key"))
    yield writer.writerow(CSV_NAMES)
    while True:
        with in_english():
            row = next(rows, None)
            if row is None:
                return
            told = [writer.writerow(csv_row(line, keys)) for line in row.lines]
        yield from told

"""Calendars of due dates and feeds of what happens, for programs that read them without signing in.

What opens them, and until when, is said by accounts.private_addresses; what is in them, by what their holder
sees. In the holder's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe
from icalendar import Calendar, Event

from accounts.models import User
from accounts.private_addresses import holder_of, private_address, renew_addresses
from areas.models import Area
from goals.figures.activity import Happening, activity
from goals.figures.activity_scope import Scope
from goals.figures.due_dates import DueDate, due_dates_of_area, due_dates_of_person

ENTRIES = 50
EVERY = timedelta(hours=1)
private_for_a_while = cache_control(private=True, max_age=300)


class AreaFeeds(NamedTuple):
    area: Area
    calendar: str
    feed: str


@require_safe
def feed_list(request: HttpRequest) -> HttpResponse:
    """The addresses of whoever asks, to copy into a calendar or a feed reader."""
    user: Any = request.user
    areas = Area.objects.live().without_tree_fields().order_by("position", "key")
    if chosen := request.GET.get("area"):
        areas = areas.filter(key="" if "\0" in chosen else chosen)
    rows = [
        AreaFeeds(area, _own(user, "area_calendar", area.key), _own(user, "area_feed", area.key))
        for area in areas
    ]
    context = {
        "nav": "follows",
        "calendar": _own(user, "own_calendar"),
        "rows": rows,
        "is_one_area": bool(chosen),
        "renewed_at": user.addresses_renewed_at,
    }
    return render(request, "goals/feed_list.html", context)


@require_POST
def feed_renew(request: HttpRequest) -> HttpResponse:
    """Ends the addresses there are: calendars, feeds and badges."""
    renew_addresses(request.user, now=timezone.now())
    messages.success(request, _("Your old addresses have ended; here are new ones."))
    return redirect("goals:feed_list")


@login_not_required
@require_safe
@private_for_a_while
@conditional_page
def own_calendar(request: HttpRequest) -> HttpResponse:
    with _holder(request) as person:
        rows = due_dates_of_person(person, today=timezone.localdate())
        return _calendar(request, _("My due dates"), rows)


@login_not_required
@require_safe
@private_for_a_while
@conditional_page
def area_calendar(request: HttpRequest, area_key: str) -> HttpResponse:
    with _holder(request) as person:
        area = _area(area_key)
        rows = due_dates_of_area(area, user=person)
        return _calendar(request, _("%(area)s: due dates") % {"area": area.name}, rows)


@login_not_required
@require_safe
@private_for_a_while
@conditional_page
def area_feed(request: HttpRequest, area_key: str) -> HttpResponse:
    """The newest of what happened in an area and below, as Atom (RFC 4287)."""
    with _holder(request) as person:
        area = _area(area_key)
        page = activity(Scope(person, area=area), limit=ENTRIES)
        address = f"{reverse('goals:activity_list')}?area={area.key}"
        feed = Atom1Feed(
            title=_("%(area)s: activity") % {"area": area.name},
            link=settings.SITE_URL + address,
            description=None,
            language=person.language,
            feed_url=settings.SITE_URL + request.get_full_path(),
            feed_guid=_tag(f"area:{area.key}"),
        )
        for row in page.rows:
            _add(feed, row, address)
        request.session.accessed = False
        return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@contextmanager
def _holder(request: HttpRequest) -> Iterator[User]:
    """Whom the address was made for, whose words and days hold inside. Raises Http404."""
    person = holder_of(request)
    if person is None:
        raise Http404
    with translation.override(person.language), timezone.override(person.time_zone):
        yield person


def _area(key: str) -> Area:
    if "\0" in key:
        raise Http404
    area: Area = get_object_or_404(Area.objects.live().without_tree_fields(), key=key)
    return area


def _own(person: User, name: str, *arguments: str) -> str:
    return settings.SITE_URL + private_address(reverse(f"goals:{name}", args=arguments), person)


def _tag(name: str) -> str:
    """A name that stays, also where the product moves to another address later (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2024:okrtracker:{name}"


def _calendar(request: HttpRequest, name: str, rows: Sequence[DueDate]) -> HttpResponse:
    """Whole days (RFC 5545); all of it, as programs replace what they had by what they get."""
    calendar = Calendar()
    calendar.add("prodid", "-//okrtracker//due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    host = urlsplit(settings.SITE_URL).hostname
    for row in rows:
        event = Event()
        event.add("uid", f"{row.key}@{host}")
        event.add("dtstamp", row.changed_at.astimezone(UTC))
        event.add("dtstart", row.day)
        event.add("summary", f"{row.code} {row.what}: {row.title}")
        event.add("url", settings.SITE_URL + row.address)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    request.session.accessed = False
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")


def _add(feed: Atom1Feed, row: Happening, instead: str) -> None:
    """One entry; what has left the lists has no page, and leads to the activity instead."""
    first = row.first
    named = f"{first.code} {first.title}".strip()
    lines = [_line(line.what, line.old, line.new) for line in row.lines]
    link = settings.SITE_URL + (first.address or instead)
    feed.add_item(
        title=f"{named}: {lines[0]}",
        link=link,
        description="\n".join([*lines, *([first.reason] if first.reason else [])]),
        author_name=row.by.name if row.by else "okrtracker",
        unique_id=_tag(f"happening:{row.place}"),
        pubdate=row.place.at,
        updateddate=row.place.at,
    )


def _line(what: str, old: str, new: str) -> str:
    if not old and not new:
        return what
    return f"{what} {old} → {new}" if old else f"{what} {new}"

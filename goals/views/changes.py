"""What changed since a chosen day: a page, and the same as CSV."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.days import DayField
from accounts.languages import in_english
from accounts.spreadsheets import text_cell
from areas.models import Area
from goals.figures.changed_line import PEOPLE, PLAN, RISKS, SECTIONS, TALK, VALUES, Change
from goals.figures.what_changed import what_changed
from goals.forms.people import AreaField
from goals.models import Cycle
from goals.views.context import Reader, chosen_cycle, cycle_context

SINCE_DAYS = 14
ROWS_SHOWN = 8
ROWS_AT_HAND = 50
FIRST_DAY = dt.date(2000, 1, 1)
CSV_NAMES = ("at", "area", "section", "code", "title", "what", "old", "new", "status", "by", "reason")


class ChangesFilterForm(forms.Form):
    since = DayField(label=gettext_lazy("Since"), required=False)
    area = AreaField(required=False, empty_label=gettext_lazy("all areas"))

    def clean_since(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["since"]
        if day is not None and not FIRST_DAY <= day <= timezone.localdate():
            raise ValidationError(_("Choose a day that has been, from 2000 on."))
        return day

    @property
    def day(self) -> dt.date:
        """The chosen one; where there is none to be read, two weeks ago."""
        self.is_valid()
        chosen: dt.date | None = self.cleaned_data.get("since")
        return chosen or timezone.localdate() - dt.timedelta(days=SINCE_DAYS)

    def changes(self, cycle: Cycle, user: Reader) -> list[Change]:
        since = timezone.make_aware(dt.datetime.combine(self.day, dt.time.min))
        area = self.cleaned_data.get("area")
        areas = Area.objects.at_or_below([area]) if area else None
        return what_changed(cycle, user=user, since=since, areas=areas)


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    rows: list[Change]
    at_hand: list[Change]  # one click away
    more: int  # in the CSV alone


@dataclass(frozen=True)
class AreaGroup:
    """The changes of one area, by section; `area` None is the organisation."""

    area: Area | None
    sections: list[Section]
    count: int


@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context = {"nav": "overview", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/change_list.html", context)
    form = ChangesFilterForm(request.GET, initial={"since": None})
    changes = form.changes(cycle, request.user)
    query = request.GET.copy()
    query["cycle"], query["since"] = cycle.key, form.day.isoformat()
    context |= {
        "form": form,
        "since": form.day,
        "count": len(changes),
        "groups": grouped(changes),
        "query": query.urlencode(),
    }
    return render(request, "goals/change_list.html", context)


@require_safe
def change_csv(request: HttpRequest) -> HttpResponse:
    """The same, all of it; what cannot be read in the address is not guessed at."""
    cycle = chosen_cycle(request)
    form = ChangesFilterForm(request.GET)
    if cycle is None or not form.is_valid():
        raise Http404(_("There is no such cycle, day or area."))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="changes-{cycle.key}.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_NAMES)
    keys = dict(Area.objects.without_tree_fields().values_list("pk", "key"))
    # For spreadsheets and programs: what a column holds must not change with who asks.
    with in_english():
        for change in form.changes(cycle, request.user):
            writer.writerow(csv_row(change, keys))
    return answer


def grouped(changes: list[Change]) -> list[AreaGroup]:
    """By area, in the order of the areas, and what concerns all of them last. One query."""
    by_area: dict[int | None, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        by_area[change.area_id][change.section].append(change)
    areas = Area.objects.without_tree_fields().filter(pk__in=[pk for pk in by_area if pk is not None])
    groups = [_group(area, by_area[area.pk]) for area in areas.order_by("position", "key")]
    if None in by_area:
        groups.append(_group(None, by_area[None]))
    return groups


def _group(area: Area | None, by_section: dict[str, list[Change]]) -> AreaGroup:
    titles = {VALUES: _("Values"), PLAN: _("Plan"), RISKS: _("Risks")}
    titles |= {TALK: _("Comments"), PEOPLE: _("People")}
    sections = [
        Section(
            name,
            titles[name],
            by_section[name][:ROWS_SHOWN],
            by_section[name][ROWS_SHOWN:ROWS_AT_HAND],
            max(len(by_section[name]) - ROWS_AT_HAND, 0),
        )
        for name in SECTIONS
        if by_section.get(name)
    ]
    return AreaGroup(area, sections, sum(len(rows) for rows in by_section.values()))


def csv_row(change: Change, keys: dict[int, str]) -> list[str]:
    at = change.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    old, new, status = text_cell(change.old), text_cell(change.new), ""
    if change.check_in is not None:
        status = change.check_in.status
        # Numbers stay numbers, a minus before them too.
        values = (change.check_in.previous_value, change.check_in.value)
        old, new = ("" if value is None else f"{value.normalize():f}" for value in values)
    area = keys.get(change.area_id, "") if change.area_id else ""
    texts = [change.by, change.reason]
    return [
        at,
        area,
        change.section,
        change.code,
        *map(text_cell, [change.title, change.what]),
        old,
        new,
        status,
        *map(text_cell, texts),
    ]

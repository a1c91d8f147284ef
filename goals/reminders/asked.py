"""What people are asked for on a day, found for many of them at once: the one home of who owes what.

A person is asked about what they own, not while they are away, and about what those own whom they stand in
for, as far as they see it. `days` is the day that each person has now: with time zones not all have the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import Q

from accounts.models import User
from goals.models import Absence, KeyResult, Kpi

Days = Mapping[User, date]
Asked = Mapping[int, set[int]]
Row = TypeVar("Row", KeyResult, Kpi)


def owed_by(user: User, *, today: date) -> list[KeyResult]:
    """What one person is asked to check in on, the latest first."""
    days = {user: today}
    return owed_key_results(days, asked_for(days_by_key(days))).get(user.pk, [])


def owed_key_results(days: Days, asked: Asked) -> dict[int, list[KeyResult]]:
    """What each is asked to check in on, by person, the latest first; who owes nothing has no key.

    Two queries, and one for each who stands in for somebody.
    """
    rows = KeyResult.objects.owned_in_active_cycles().filter(owner__in=asked).with_context()
    found = _by_reader(rows, asked, days, owes=KeyResult.owes_check_in)
    for owed in found.values():
        owed.sort(key=_due)
    return found


def owed_kpis(days: Days, asked: Asked) -> dict[int, list[Kpi]]:
    """What each is asked for a value of, in the same way. One query, and one for each who stands in."""
    rows = Kpi.objects.live().filter(owner__in=asked).with_context()
    found = _by_reader(rows, asked, days, owes=Kpi.owes_entry)
    for owed in found.values():
        owed.sort(key=lambda row: (row.due_on, row.code))
    return found


def asked_for(days: Mapping[int, date]) -> Asked:
    """Who of these people is asked for what somebody owns, by owner: not its owner while away. One query."""
    asked: dict[int, set[int]] = {person: {person} for person in days}
    if not days:
        return asked
    about = Q(person__in=days) | Q(stand_in__in=days)
    for absence in Absence.objects.overlapping(min(days.values()), max(days.values())).filter(about):
        own_day, day = days.get(absence.person_id), days.get(absence.stand_in_id)
        if own_day and absence.first_on <= own_day <= absence.last_on:
            asked[absence.person_id].discard(absence.person_id)
        if day and absence.first_on <= day <= absence.last_on:
            asked.setdefault(absence.person_id, set()).add(absence.stand_in_id)
    return asked


def away_on(days: Mapping[int, date]) -> set[int]:
    """Those of the people who are away on the day that each has now."""
    if not days:
        return set()
    around = Absence.objects.overlapping(min(days.values()), max(days.values())).filter(person__in=days)
    return {
        absence.person_id
        for absence in around
        if absence.first_on <= days[absence.person_id] <= absence.last_on
    }


def days_by_key(days: Days) -> dict[int, date]:
    return {person.pk: day for person, day in days.items()}


def _due(row: KeyResult) -> tuple[date, str]:
    # What is owed has a day on which it fell due.
    return row.check_in_due_on or date.min, row.code


def _by_reader(
    rows: Iterable[Row], asked: Asked, days: Days, *, owes: Callable[[Row, date], bool]
) -> dict[int, list[Row]]:
    """What each owes of the rows that they are asked for; of what others own, what its reader sees."""
    people = {person.pk: person for person in days}
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        for key in asked.get(row.owner_id or 0, ()):
            if owes(row, days[people[key]]):
                found[key].append(row)
    for key, owed in found.items():
        if others := [row for row in owed if row.owner_id != key]:
            hidden = {row.pk for row in others} - _seen(others, people[key])
            found[key] = [row for row in owed if row.pk not in hidden]
    return {key: owed for key, owed in found.items() if owed}


def _seen(rows: list[Any], reader: User) -> set[int]:
    visible = type(rows[0])._default_manager.visible_to(reader)
    return set(visible.filter(pk__in=[row.pk for row in rows]).order_by().values_list("pk", flat=True))

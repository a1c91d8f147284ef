"""What the mails of several people need, asked at once: a batch takes as many queries as one person does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from accounts.models import User
from goals.figures import KeyResultFigures, key_results_figures
from goals.models import CheckInDraft, KeyResult, Kpi
from goals.reminders.asked import asked_for, days_by_key, owed_key_results, owed_kpis
from goals.reminders.due import local_time
from goals.reminders.duties import Duty, duties_seen_by
from goals.reminders.lateness import Late, lateness_of


@dataclass(frozen=True)
class Gathered:
    """What one person is asked for on their day, not in words yet: those are of the language of each."""

    today: date
    figures: list[KeyResultFigures] = field(default_factory=list)
    kpis: list[Kpi] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    begun: frozenset[int] = frozenset()  # key results of which they wrote a draft
    late: Mapping[int, Late] = field(default_factory=dict)  # of their own, by key result


def gather(people: Iterable[User], *, now: datetime) -> dict[int, Gathered]:
    """By person. The number of queries is fixed, but for two to each who stands in or owes for a risk, and
    for one to each day that somebody has now.
    """
    days = {person: local_time(person, now).date() for person in people}
    asked = asked_for(days_by_key(days))
    owed = owed_key_results(days, asked)
    kpis = owed_kpis(days, asked)
    duties = duties_seen_by({person: day for person, day in days.items() if person.pk in asked[person.pk]})
    figures = _figures(days, owed)
    # Of what somebody is asked for in the place of another, nobody else is told.
    own = {key: [row for row in rows if row.owner_id == key] for key, rows in owed.items()}
    announced = lateness_of(chain.from_iterable(own.values()), now=now, is_announced=True)
    late = {told.key_result.pk: told for told in announced}
    begun = _begun(days)
    return {
        person.pk: Gathered(
            today=day,
            figures=[figures[day][row.pk] for row in owed.get(person.pk, ())],
            kpis=kpis.get(person.pk, []),
            duties=duties.get(person.pk, []),
            begun=frozenset(begun[person.pk]),
            late={row.pk: late[row.pk] for row in own.get(person.pk, ()) if row.pk in late},
        )
        for person, day in days.items()
    }


def _figures(
    days: Mapping[User, date], owed: Mapping[int, list[KeyResult]]
) -> dict[date, dict[int, KeyResultFigures]]:
    rows: dict[date, dict[int, KeyResult]] = defaultdict(dict)
    for person, day in days.items():
        rows[day] |= {row.pk: row for row in owed.get(person.pk, ())}
    return {
        day: {told.key_result.pk: told for told in key_results_figures(found.values(), today=day)}
        for day, found in rows.items()
    }


def _begun(days: Mapping[User, date]) -> dict[int, set[int]]:
    begun: dict[int, set[int]] = defaultdict(set)
    drafts = CheckInDraft.objects.filter(author__in=[person.pk for person in days])
    for author_id, key_result_id in drafts.order_by().values_list("author_id", "key_result_id"):
        begun[author_id].add(key_result_id)
    return begun

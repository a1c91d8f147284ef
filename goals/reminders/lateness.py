"""Who is told that a check-in of somebody else stays overdue, and from which day on (docs/reminders.md).

Working days of the owner are counted from the day on which their own mail asked for it; where none comes to
them, as they switched them off, put them off or have left, from the day on which it was due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import OrgRole, User
from areas.models import Area, Membership, Role
from goals.models import Absence, Cycle, KeyResult, OutboxMail
from goals.reminders.due import KIND, local_time
from goals.reminders.periods import is_snoozed
from goals.reminders.working_days import ONE_DAY, Away, is_away, working_day_after

# Working days after the owner was asked.
LEADS_AFTER = 2
MANAGERS_AFTER = 7


@dataclass(frozen=True)
class Late:
    """A key result whose check-in is due, and who is told of it when. Nobody to tell: no day."""

    key_result: KeyResult
    leads: frozenset[int]
    leads_on: date | None
    managers: frozenset[int]
    managers_on: date | None
    away: Away  # of its owner

    def is_told(self, person_id: int, today: date) -> bool:
        """Not while the owner is away: their stand-in is asked."""
        days = [
            day
            for people, day in ((self.leads, self.leads_on), (self.managers, self.managers_on))
            if person_id in people and day is not None
        ]
        return bool(days) and min(days) <= today and not is_away(today, self.away)


def announcement(late: Late, *, today: date) -> str:
    """What its owner reads: who is told next, and when; or who is told by now. Empty where nobody is."""
    if late.leads_on and today < late.leads_on:
        return _("From %(day)s on, your lead is told.") % {"day": _day(late.leads_on)}
    if late.managers_on and today < late.managers_on:
        return _("From %(day)s on, the managers are told.") % {"day": _day(late.managers_on)}
    if late.leads_on and late.managers_on:
        return _("Your lead and the managers are told.")
    if late.managers_on:
        return _("The managers are told.")
    return _("Your lead is told.") if late.leads_on else ""


def _day(day: date) -> str:
    return formats.date_format(day, "l, j M")


def late_key_results(*, now: datetime) -> list[Late]:
    """All there are whose owners were told beforehand, wherever it may be the next day by now.

    The number of queries is fixed.
    """
    rows = KeyResult.objects.owned_in_active_cycles().with_context()
    # Of an early zone: whether the day has come for its owner is asked below.
    latest = now.date()
    owed = [row for row in rows if (due := row.check_in_due_on) is not None and due <= latest]
    return lateness_of(owed, now=now)


def lateness_of(key_results: Iterable[KeyResult], *, now: datetime, is_announced: bool = False) -> list[Late]:
    """`is_announced`: what no mail has told its owner yet is told by the one that is made now."""
    rows = [row for row in key_results if row.owner and row.cycle.state == Cycle.State.ACTIVE]
    if not rows:
        return []
    people = _People.around(rows)
    found = []
    for row in rows:
        begins = people.asked_on(row, now=now) or (
            local_time(row.owner, now).date() if is_announced and row.owner else None
        )
        if begins is not None:
            found.append(people.late(row, begins))
    return found


@dataclass(frozen=True)
class _People:
    """What has to be known about people to tell about any key result: five queries."""

    leads: dict[int, set[int]]  # by area
    above: dict[int, int | None]  # the area above, by area
    managers: frozenset[int]
    away: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    mails: dict[int, list[datetime]] = field(default_factory=dict)  # in which a person was asked

    @classmethod
    def around(cls, rows: list[KeyResult]) -> _People:
        owners = {row.owner_id for row in rows}
        first = min(row.check_in_due_on or row.cycle.starts_on for row in rows)
        leads: dict[int, set[int]] = defaultdict(set)
        roles = Membership.objects.filter(role=Role.LEAD, user__is_active=True)
        for area_id, user_id in roles.order_by().values_list("area_id", "user_id"):
            leads[area_id].add(user_id)
        managers = User.objects.filter(is_active=True, org_role=OrgRole.MANAGER)
        away: dict[int, list[tuple[date, date]]] = defaultdict(list)
        absences = Absence.objects.not_over(first).filter(person__in=owners)
        for person_id, *days in absences.values_list("person_id", "first_on", "last_on"):
            away[person_id].append((days[0], days[1]))
        mails: dict[int, list[datetime]] = defaultdict(list)
        # What was given up counts too: whom no mail reaches is not left out for ever.
        came = OutboxMail.objects.filter(user__in=owners, kind=KIND, state__in=["sent", "dead"])
        # A day earlier, as days begin sooner elsewhere than here.
        asked = came.filter(created_at__date__gte=first - ONE_DAY).annotate(
            at=Coalesce("sent_at", "created_at")
        )
        for user_id, moment in asked.order_by("at").values_list("user_id", "at"):
            mails[user_id].append(moment)
        return cls(
            leads=leads,
            above=dict(Area.objects.without_tree_fields().values_list("pk", "parent_id")),
            managers=frozenset(managers.values_list("pk", flat=True)),
            away=away,
            mails=mails,
        )

    def asked_on(self, row: KeyResult, *, now: datetime) -> date | None:
        """The day from which working days count; None while the owner's mail is still to come."""
        owner, due_on = row.owner, row.check_in_due_on
        if owner is None or due_on is None:
            return None
        days = [local_time(owner, moment).date() for moment in self.mails.get(owner.pk, ())]
        told = next((day for day in days if day >= due_on), None)
        if told is not None:
            return told
        gets_mail = owner.is_active and owner.reminders_enabled
        return None if gets_mail and not is_snoozed(owner, local_time(owner, now)) else due_on

    def late(self, row: KeyResult, begins: date) -> Late:
        owner_id = row.owner_id or 0
        away = self.away.get(owner_id, [])
        leads = self._leads_of(row.area.pk, but=owner_id)
        managers = self.managers - {owner_id}
        return Late(
            key_result=row,
            leads=leads,
            leads_on=working_day_after(begins, LEADS_AFTER, away=away) if leads else None,
            managers=managers,
            managers_on=working_day_after(begins, MANAGERS_AFTER, away=away) if managers else None,
            away=away,
        )

    def _leads_of(self, area_id: int, *, but: int) -> frozenset[int]:
        """Of the area; where nobody else leads it, of the nearest area above that somebody else leads."""
        place: int | None = area_id
        seen: set[int] = set()
        while place is not None and place not in seen:
            if others := self.leads.get(place, set()) - {but}:
                return frozenset(others)
            seen.add(place)
            place = self.above.get(place)
        return frozenset()

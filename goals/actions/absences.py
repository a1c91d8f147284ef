"""Absences: who is away and who stands in. What a stand-in may do says `KeyResultQuerySet.checkable_by`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from goals.actions.people import lock_person
from goals.actions.refusals import Invalid, WrongState
from goals.actions.rows import delete_row, save_row
from goals.models import Absence, KeyResult, Kpi


@transaction.atomic
def add_absence(
    person: Any,
    *,
    now: datetime,
    today: date,
    first_on: date,
    last_on: date,
    stand_in: User,
    note: str = "",
) -> Absence:
    """Said by the person themselves. Raises Invalid with a sentence per field.

    Two at once are judged one after the other: no two of a person overlap.
    """
    person = lock_person(person)
    if last_on < first_on:
        raise Invalid(_("The last day is the first day or a later one."), field="last_on")
    if last_on < today:
        raise Invalid(_("These days are over."), field="last_on")
    if stand_in == person:
        raise Invalid(_("Nobody stands in for themselves."), field="stand_in")
    if not User.objects.filter(pk=stand_in.pk, is_active=True).exists():
        raise Invalid(_("%(name)s is deactivated.") % {"name": stand_in.name}, field="stand_in")
    if other := person.absences.overlapping(first_on, last_on).first():
        days = {"first": _day(other.first_on), "last": _day(other.last_on)}
        raise Invalid(_("You are away from %(first)s to %(last)s already.") % days, field="first_on")
    hidden = left_out(person, stand_in)
    owned = KeyResult.objects.owned_in_active_cycles().filter(owner=person).count()
    if hidden and len(hidden) == owned + Kpi.objects.owned_by(person).count():
        sentence = _("%(name)s sees none of your key results and KPIs.")
        raise Invalid(sentence % {"name": stand_in.name}, field="stand_in")
    absence = Absence(person=person, stand_in=stand_in, first_on=first_on, last_on=last_on, note=note)
    save_row(absence, by=person, now=now)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: Any, now: datetime, today: date) -> None:
    """Takes back one that has not begun; ends one that has with yesterday: today they are here.

    Raises WrongState when it is over.
    """
    lock_person(absence.person)
    absence = Absence.objects.get(pk=absence.pk)
    if absence.last_on < today:
        raise WrongState(_("These days are over."))
    if absence.first_on >= today:
        delete_row(absence, by=by, now=now)
        return
    absence.last_on = today - timedelta(days=1)
    save_row(absence, by=by, now=now)


def left_out(person: Any, stand_in: Any) -> list[KeyResult | Kpi]:
    """What the person owns in open cycles, and of KPIs, that the stand-in does not see."""
    owned = KeyResult.objects.owned_in_active_cycles().filter(owner=person)
    hidden = owned.exclude(pk__in=KeyResult.objects.visible_to(stand_in)).order_by("code")
    kpis = Kpi.objects.owned_by(person).exclude(pk__in=Kpi.objects.visible_to(stand_in)).order_by("code")
    return [*hidden, *kpis]


def _day(day: date) -> str:
    return formats.date_format(day, "j M Y")

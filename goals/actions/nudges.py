"""Asking the owner of an overdue key result for a check-in: by one mail, and no second within seven days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from areas.permissions import can_edit_plan
from goals.actions import locks
from goals.actions.activity_marks import begin_mark
from goals.actions.check_ins import refuse_unless_open
from goals.actions.refusals import WrongState
from goals.actions.rows import save_row
from goals.models import Absence, KeyResult, Nudge
from goals.reminders.nudges import owe_nudge


@transaction.atomic
def nudge(key_result: KeyResult, *, by: Any, now: datetime, today: date, sentence: str = "") -> Nudge:
    """The nudge, and a mail owed to the owner, or to their stand-in while they are away.

    Whether the person may is asked at the door (`may_nudge`). Raises CycleClosed, CycleNotActive, Archived,
    WrongState (nothing overdue, nobody to ask, oneself, or nudged within seven days), Invalid.
    """
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    # Two presses at once wait for each other here, so that the second finds the first.
    key_result = locks.lock_key_result(key_result.pk)
    refuse_unless_open(cycle, key_result)
    if not is_overdue(key_result, today):
        raise WrongState(_("No check-in of %(code)s is overdue.") % {"code": key_result.code})
    if last := Nudge.objects.recent(now).filter(key_result=key_result).select_related("author").first():
        raise WrongState(nudged_before(last))
    person = asked_person(key_result, today)
    if person is None:
        raise WrongState(_("There is nobody to ask about %(code)s.") % {"code": key_result.code})
    if person.pk == by.pk:
        raise WrongState(_("You answer for %(code)s yourself.") % {"code": key_result.code})
    made = Nudge(key_result=key_result, author=by, person=person, sentence=sentence, made_at=now)
    save_row(made, by=by, now=now)
    begin_mark(person, now=now)
    owe_nudge(made, now=now)
    return made


def may_nudge(user: Any, key_result: KeyResult) -> bool:
    """Leads of the area and managers."""
    return can_edit_plan(user, key_result.area)


def is_overdue(key_result: KeyResult, today: date) -> bool:
    """Its day has passed; on that day itself nobody is late."""
    due = key_result.check_in_due_on
    return due is not None and due < today


def asked_person(key_result: KeyResult, today: date) -> User | None:
    """The owner, or who stands in for them today and sees it; nobody who has left."""
    owner = key_result.owner
    if owner is None:
        return None
    absence = Absence.objects.covering(today).filter(person=owner).select_related("stand_in").first()
    person = absence.stand_in if absence else owner
    is_seen = KeyResult.objects.visible_to(person).filter(pk=key_result.pk).exists()
    return person if person.is_active and is_seen else None


def nudged_before(last: Nudge) -> str:
    """When and by whom it was done."""
    day = formats.date_format(timezone.localdate(last.made_at), "j M")
    names = {"code": last.key_result.code, "who": last.author.name, "day": day}
    return _("%(who)s nudged about %(code)s on %(day)s; again after seven days.") % names

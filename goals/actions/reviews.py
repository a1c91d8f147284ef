"""Reviewing check-ins: taking note of several at once, and asking back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.comments import acknowledge, add_comment, may_see, reviews
from goals.actions.refusals import Refused, WrongState
from goals.actions.rows import refuse_closed
from goals.models import CheckIn, Comment

OF_REVIEW = ("author", "key_result__owner", "key_result__objective__roadmap__cycle")


def acknowledge_all(check_ins: Iterable[CheckIn], *, by: Any, now: datetime) -> tuple[int, list[Refused]]:
    """Of how many it is news that this person has taken note; and why of others not. Each by itself."""
    count, refusals = 0, []
    for check_in in check_ins:
        try:
            count += acknowledge(check_in, by=by, now=now)
        except Refused as refusal:
            refusals.append(refusal)
    return count, refusals


@transaction.atomic
def ask_back(check_in: CheckIn, *, by: Any, now: datetime, text: str) -> Comment:
    """The reviewer's question, told by mail to those who can answer it. The check-in then waits for them.

    Raises WrongState (somebody else reviews, or note was taken of it), CycleClosed, Archived, Invalid.
    """
    # Who reviews, and whether note was taken, may change at the same moment: judged under the locks of both.
    refuse_closed(locks.share_cycle(check_in.key_result.cycle.pk))
    locks.lock_key_result(check_in.key_result_id)
    locks.lock_objective(check_in.key_result.objective_id)
    check_in = CheckIn.objects.select_related(*OF_REVIEW).get(pk=check_in.pk)
    if not reviews(by, check_in):
        raise WrongState(_("The reviewer of the objective asks back."))
    if check_in.acknowledgements.filter(person=by).exists():
        raise WrongState(_("You have taken note of this check-in; take that back first."))
    people = {person.pk: person for person in (check_in.author, check_in.key_result.owner) if person}
    told = [person for person in people.values() if may_see(person, check_in)]
    return add_comment(check_in, by=by, now=now, text=text, mentions=told, is_question=True)

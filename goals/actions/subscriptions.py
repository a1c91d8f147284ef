"""Following and no longer following: no change of any plan, so closed cycles allow it and no record tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions.activity_marks import begin_mark
from goals.actions.people import lock_person
from goals.actions.refusals import Invalid
from goals.models import KeyResult, Objective, Subscription

MOST_FOLLOWED = 200
KIND_OF: dict[type[Any], str] = {Area: "area", Objective: "objective", KeyResult: "key_result"}

Thing = Area | Objective | KeyResult


@transaction.atomic
def subscribe(thing: Thing, *, by: Any, now: datetime) -> bool:
    """Whether it is news that this person follows it. Whether they may see it is asked at the door.

    Two presses at once wait for each other: the second finds the first. Raises Invalid over MOST_FOLLOWED.
    """
    lock_person(by)
    own = Subscription.objects.filter(person=by)
    about = {KIND_OF[type(thing)]: thing}
    if own.filter(**about).exists():
        return False
    if own.count() >= MOST_FOLLOWED:
        sentence = _("You follow %(most)d things already; stop following some first.")
        raise Invalid(sentence % {"most": MOST_FOLLOWED})
    Subscription.objects.create(person=by, made_at=now, **about)
    begin_mark(by, now=now)
    return True


def unsubscribe(thing: Thing, *, by: Any) -> bool:
    """Whether the person followed it until now."""
    rows = Subscription.objects.filter(person=by, **{KIND_OF[type(thing)]: thing})
    deleted, _each = rows.delete()
    return bool(deleted)


def go_on_following(before: Objective | KeyResult, successor: Any, *, now: datetime) -> None:
    """Who follows what was carried over follows what it became. Two queries at most."""
    kind = KIND_OF[type(before)]
    people = before.subscriptions.order_by("pk").values_list("person", flat=True)
    Subscription.objects.bulk_create(
        Subscription(person_id=person, made_at=now, **{kind: successor}) for person in people
    )

"""The mark of what a person has seen: it goes forward alone, whoever comes first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from goals.models import ActivityMark


@transaction.atomic
def mark_seen(person: Any, *, until: datetime, now: datetime) -> bool:
    """Whether the mark went forward. Of two windows the one that saw more is right, whichever comes first.

    A moment ahead of `now` is none that was seen: then it goes to `now`.
    """
    until = min(until, now)
    _mark, is_new = ActivityMark.objects.get_or_create(person=person, defaults={"seen_until": until})
    if is_new:
        return True
    # One statement: the database compares what stands there at the moment of writing.
    behind = ActivityMark.objects.filter(person=person, seen_until__lt=until)
    return bool(behind.update(seen_until=until))


def begin_mark(person: Any, *, now: datetime) -> None:
    """For who follows, or is told of something, for the first time: what happens from now on is unread."""
    just_before = now - timedelta(microseconds=1)
    ActivityMark.objects.get_or_create(person=person, defaults={"seen_until": just_before})

"""Looks at stored figures under the locks of whoever writes them, and puts right what differs."""

from __future__ import annotations

from django.db import transaction

from goals.actions import locks
from goals.actions.stored import differences, refresh_key_result, refresh_objective
from goals.models import KeyResult, Objective


def rebuild_progress(*, store: bool) -> list[str]:
    """Codes and fields whose stored figure differed from its formula; without `store` they stay as they are.

    One transaction for each objective, so that nobody's check-in waits for the whole.
    """
    found: list[str] = []
    for objective in list(Objective.objects.select_related("roadmap").order_by("code")):
        found += _rebuild_objective(objective, store=store)
    return found


@transaction.atomic
def _rebuild_objective(objective: Objective, *, store: bool) -> list[str]:
    """Its figure follows from those of its key results, so they are put right first; a check undoes that."""
    locks.share_cycle(objective.roadmap.cycle_id)
    rows = KeyResult.objects.filter(objective=objective).order_by("pk").values_list("pk", flat=True)
    key_results = [locks.lock_key_result(pk) for pk in rows]
    locked = locks.lock_objective(objective.pk)
    found = []
    for key_result in key_results:
        if differing := differences([key_result], []):
            found += differing
            refresh_key_result(key_result)
    found += differences([], [locked])
    if found and store:
        refresh_objective(locked.pk)
    elif found:
        transaction.set_rollback(True)
    return found

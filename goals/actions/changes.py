"""Notes what changed, and gives changes their order (docs/adr/0014-changes.md).

What people edit has a history, and each of its rows marks its thing here, in the same transaction. What has
none, or is stored by `update`, is marked where it is written: check-ins, values of KPIs, stored figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import receiver
from simple_history.signals import post_create_historical_record

from accounts.models import AuditEntry
from areas.models import Area
from goals.models import (
    Alignment,
    Change,
    ChangeCount,
    CheckIn,
    Comment,
    Concern,
    Cycle,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Kpi,
    KpiEntry,
    Mitigation,
    MovedCode,
    Objective,
    Risk,
    Roadmap,
    Share,
)

Kind = Change.Kind
KINDS: dict[type[Model], str] = {
    Area: Kind.AREA,
    Cycle: Kind.CYCLE,
    Roadmap: Kind.ROADMAP,
    Objective: Kind.OBJECTIVE,
    KeyResult: Kind.KEY_RESULT,
    CheckIn: Kind.CHECK_IN,
    Risk: Kind.RISK,
    Mitigation: Kind.MITIGATION,
    Dependency: Kind.DEPENDENCY,
    Initiative: Kind.INITIATIVE,
    Comment: Kind.COMMENT,
    Kpi: Kind.KPI,
    MovedCode: Kind.OLD_CODE,
}
# What is told as a part of something else: (the kind of that, the field that leads to it).
PARTS: dict[type[Model], tuple[tuple[str, str], ...]] = {
    Alignment: ((Kind.OBJECTIVE, "supporter_id"), (Kind.OBJECTIVE, "supported_id")),
    Share: ((Kind.OBJECTIVE, "objective_id"),),
    Concern: ((Kind.RISK, "risk_id"),),
    InterimTarget: ((Kind.KEY_RESULT, "key_result_id"),),
    KpiEntry: ((Kind.KPI, "kpi_id"),),
}
# From what lies below an objective up to it.
BELOW_OBJECTIVES: tuple[tuple[type[Model], str], ...] = (
    (KeyResult, "objective"),
    (CheckIn, "key_result__objective"),
    (Risk, "objective"),
    (Mitigation, "risk__objective"),
    (Dependency, "objective"),
    (Dependency, "on_objective"),
    (Initiative, "key_result__objective"),
    (Comment, "objective"),
    (Comment, "check_in__key_result__objective"),
)
BELOW: dict[str, tuple[tuple[type[Model], str], ...]] = {
    "areas.area": (
        (Roadmap, "area"),
        (Kpi, "area"),
        (Objective, "roadmap__area"),
        *((model, f"{path}__roadmap__area") for model, path in BELOW_OBJECTIVES),
    ),
    "goals.roadmap": (
        (Objective, "roadmap"),
        *((model, f"{path}__roadmap") for model, path in BELOW_OBJECTIVES),
    ),
    "goals.objective": BELOW_OBJECTIVES,
    "goals.keyresult": (
        (CheckIn, "key_result"),
        (Initiative, "key_result"),
        (Comment, "check_in__key_result"),
    ),
    "goals.risk": ((Mitigation, "risk"),),
}
# Changes of these fields let others see what lies below, or take it out of the lists.
SHOWS_BELOW = {"visibility", "owner", "roadmap", "objective", "archived_at", "dropped_at"}


@receiver(post_create_historical_record)
def mark_history(instance: Any, history_instance: Any, **signal: Any) -> None:
    """Every row of history marks its thing, or what it is a part of."""
    mark_row(type(instance), history_instance, history_instance.id)


@receiver(post_save, sender=CheckIn)
@receiver(post_save, sender=KpiEntry)
@receiver(post_save, sender=MovedCode)
def mark_saved(sender: type[Model], instance: Any, **signal: Any) -> None:
    """What has no history, as it never changes."""
    mark_row(sender, instance, instance.pk)


def mark_rows(rows: Sequence[Any]) -> None:
    """The same of many rows of one model, whose histories were written in one statement without a signal."""
    for row in rows[:1]:
        Change.objects.mark(KINDS[type(row)], [row.pk for row in rows])


def mark_row(model: type[Model], row: Any, pk: int) -> None:
    if model in KINDS:
        Change.objects.mark(KINDS[model], [pk])
    for kind, field in PARTS.get(model, ()):
        Change.objects.mark(kind, [getattr(row, field)])


@receiver(post_save, sender=AuditEntry)
def mark_what_lies_below(instance: AuditEntry, **signal: Any) -> None:
    """Where a change of one thing shows or hides others, they are marked with it.

    By the record, as it knows which fields changed. A share lets the members of another area see an objective
    and all that lies below it.
    """
    if instance.model == "goals.share":
        objective = instance.changes.get("objective")
        if objective:
            _mark_below("goals.objective", int(objective[1] or objective[0] or 0))
    elif (
        instance.model in BELOW
        and instance.action == AuditEntry.Action.CHANGED
        and SHOWS_BELOW & set(instance.changes)
        and instance.object_id is not None
    ):
        _mark_below(instance.model, instance.object_id)


def _mark_below(model: str, pk: int) -> None:
    for lower, path in BELOW[model]:
        ids = lower._default_manager.filter(**{path: pk}).order_by().values_list("pk", flat=True)
        Change.objects.mark(KINDS[lower], ids)


def number_changes() -> None:
    """Gives a position to every change that is committed and has none, the oldest first.

    Called by readers. One at a time, so that a position is seen only when all before it can be. A change that
    is being marked anew is passed over: it gets its position when that is committed.
    """
    if not Change.objects.unnumbered().exists():
        return
    with transaction.atomic():
        ChangeCount.objects.get_or_create(pk=1)
        count = ChangeCount.objects.select_for_update().get(pk=1)
        with connection.cursor() as cursor:
            cursor.execute(_NUMBER[connection.vendor], [count.last_position])
            count.last_position += cursor.rowcount
        count.save()


_NUMBERING = (
    "UPDATE goals_change SET position = %s + numbered.place FROM ("
    "SELECT id, row_number() OVER (ORDER BY changed_at, id) AS place FROM ("
    "SELECT id, changed_at FROM goals_change WHERE position IS NULL{lock}) AS free"
    ") AS numbered WHERE goals_change.id = numbered.id"
)
# SQLite has one writer at a time, and nothing to pass over.
_NUMBER = {
    "postgresql": _NUMBERING.format(lock=" FOR UPDATE SKIP LOCKED"),
    "sqlite": _NUMBERING.format(lock=""),
}

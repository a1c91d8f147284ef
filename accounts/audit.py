"""Writes the record of who did what.

What people edit has a history table, and each of its rows becomes one entry here, in the same transaction:
whatever writes a history is in the record, and nothing has to be remembered where a change is made. What has
no history (invitations, second steps, passwords, sessions, sign-ins) is added by `record` or by the signals
in audit_sign_in.py. Check-ins are not: they are a record of their own, append-only too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Field, Max
from django.dispatch import receiver
from django.utils import timezone
from simple_history.models import HistoricalRecords
from simple_history.signals import post_create_historical_record

from accounts.languages import kind_of
from accounts.models.audit import AuditEntry

Action = AuditEntry.Action
ACTIONS = {"+": Action.CREATED, "~": Action.CHANGED, "-": Action.DELETED}
# Changes with a name of their own: the field, what it becomes (None is anything), and the name.
NAMED = (
    ("revoked_at", None, Action.REVOKED),
    ("is_active", "True", Action.JOINED),
    ("is_active", "False", Action.DEACTIVATED),
)
# Moves with every change and says nothing of its own.
UNTOLD = {"version", "updated_at", "created_at"}
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Origin:
    """Through what, and from which address, something is asked for."""

    through: str = AuditEntry.Origin.COMMAND
    address: str | None = None


FROM_A_COMMAND = Origin()
_origin: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """For the time of a request. The address is no business of the actions, which pass on who and when."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def person_signed_in() -> Any:
    """Who sent the request that is answered; None for a visitor, and outside of requests."""
    user = getattr(getattr(HistoricalRecords.context, "request", None), "user", None)
    return user if user is not None and user.is_authenticated else None


def record(action: str, **told: Any) -> None:
    """Writes one entry; `told` is what `_entry` takes."""
    _entry(action, **told).save()


def _entry(
    action: str,
    *,
    actor: Any,
    kind: str,
    subject: str,
    of: Any = None,
    about: int | None = None,
    changes: dict[str, list[str | None]] | None = None,
    reason: str = "",
    made_at: Any = None,
    actor_email: str = "",
) -> AuditEntry:
    """Not saved yet; `of` is the row it tells about, `changes` maps a field to [old, new] in words."""
    origin = _origin.get() or FROM_A_COMMAND
    return AuditEntry(
        made_at=made_at or timezone.now(),
        actor=actor,
        actor_email=(actor.email if actor else actor_email)[:254],
        origin=origin.through,
        address=origin.address,
        action=action,
        kind=kind[:60],
        subject=subject[:LONGEST_SUBJECT],
        model=of._meta.label_lower if of else "",
        object_id=of.pk if of else None,
        about_id=about or getattr(of, "recorded_about", None),
        changes=changes or {},
        reason=reason,
    )


@receiver(post_create_historical_record)
def record_history(instance: Any, history_instance: Any, **signal: Any) -> None:
    """Every row of history is one entry; a save that changed nothing worth telling is none."""
    before = None
    if history_instance.history_type == "~":
        # The row written before this one; `prev_record` goes by the moments given, which may be equal.
        rows = type(history_instance).objects.filter(**_same_row(history_instance))
        before = rows.filter(history_id__lt=history_instance.history_id).order_by("-history_id").first()
    entry = _entry_of(instance, history_instance, before)
    if entry is not None:
        entry.save()


def record_changes(instances: Iterable[Any], history_instances: Sequence[Any]) -> None:
    """The same for changes of many rows of one model, whose histories were written in one statement.

    Such a statement sends no signal, so whoever makes one calls this. Two queries.
    """
    if not history_instances:
        return
    history = type(history_instances[0]).objects
    key = history_instances[0].instance_type._meta.pk.attname
    written = [row.history_id for row in history_instances]
    earlier = history.filter(**{f"{key}__in": [getattr(row, key) for row in history_instances]})
    newest = earlier.exclude(history_id__in=written).order_by().values(key).annotate(last=Max("history_id"))
    before = {getattr(row, key): row for row in history.filter(history_id__in=newest.values("last"))}
    entries = (
        _entry_of(instance, row, before.get(getattr(row, key)))
        for instance, row in zip(instances, history_instances, strict=True)
    )
    AuditEntry.objects.bulk_create(filter(None, entries))


def _entry_of(instance: Any, history_instance: Any, before: Any) -> AuditEntry | None:
    changes = _changes(history_instance, before)
    action: str = ACTIONS[history_instance.history_type]
    if action == Action.CHANGED:
        if not changes:
            return None
        action = _name_of(changes)
    return _entry(
        action,
        actor=history_instance.history_user,
        kind="role in the organisation" if set(changes) == {"org_role"} else kind_of(instance),
        subject=_subject(instance),
        of=instance,
        changes=changes,
        reason=history_instance.history_change_reason or "",
        made_at=history_instance.history_date,
    )


def _subject(row: Any) -> str:
    names = (getattr(row, name, "") for name in ("recorded_as", "code", "key"))
    return str(next(filter(None, names), row))


def _name_of(changes: dict[str, list[str | None]]) -> str:
    for field, becomes, name in NAMED:
        old, new = changes.get(field, (None, None))
        if old != new and becomes in (None, new):
            return name
    return Action.CHANGED


def _changes(history_instance: Any, before: Any) -> dict[str, list[str | None]]:
    changes = {}
    for field in history_instance.tracked_fields:
        new = _in_words(history_instance, field)
        old = _in_words(before, field) if before else None
        if field.name not in UNTOLD and new != old:
            changes[field.name] = [old, new]
    return changes


def _same_row(history_instance: Any) -> dict[str, Any]:
    key = history_instance.instance_type._meta.pk.attname
    return {key: getattr(history_instance, key)}


def _in_words(row: Any, field: Field) -> str | None:
    """A value as it is kept: references by their key, so that nothing has to be looked up to tell it."""
    value = getattr(row, field.attname)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None or value == "" else str(value)

"""Saving a row of the plan: judged by its model, under a lock, with who, when and why in its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField, TextField
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record_changes
from goals.actions.changes import mark_rows
from goals.actions.refusals import (
    Archived,
    CycleClosed,
    Invalid,
    NumberTaken,
    ReasonNeeded,
    StaleVersion,
    WrongState,
)
from goals.models import Cycle
from goals.models.fields import validate_storable


def save_row(row: Any, *, by: Any, now: datetime, reason: str = "") -> None:
    """Validates and saves; the history names the person, the moment and the reason. Raises Invalid."""
    refuse_unstorable(row)
    try:
        validate_storable(reason)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="reason") from error
    try:
        row.full_clean()
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    row._history_user = by
    row._history_date = now
    row._change_reason = reason or None
    row.save()


def create_row(row: Any, *, by: Any, now: datetime) -> None:
    """`save_row` of something new that is unique and begun under no lock of its own. Raises Invalid.

    Of two at once, both valid, the database takes one; the other is judged again, beside what is there now.
    """
    try:
        with transaction.atomic():
            save_row(row, by=by, now=now)
    except IntegrityError:
        save_row(row, by=by, now=now)


def save_rows(
    rows: Sequence[Any],
    fields: Sequence[str],
    *,
    by: Any,
    now: datetime,
    reason: str = "",
    makes_version: bool = True,
) -> None:
    """What `save_row` does to changed rows of one model, in a few statements however many they are.

    For values that a formula gives: only the database judges them. Each row gets its version, its history and
    its entry in the record, as if it were saved alone; without `makes_version` what no form shows changes.
    """
    if not rows:
        return
    model = type(rows[0])
    for row in rows:
        row.version += makes_version
        row.updated_at = timezone.now()
    model._default_manager.bulk_update(rows, [*fields, "version", "updated_at"])
    written = model.history.bulk_history_create(
        rows, update=True, default_user=by, default_change_reason=reason or None, default_date=now
    )
    record_changes(rows, written)
    mark_rows(rows)


def delete_row(row: Any, *, by: Any, now: datetime, reason: str = "") -> None:
    """For the few rows that are deleted at all; their history names the person, the moment and the reason."""
    row._history_user = by
    row._history_date = now
    row._change_reason = reason or None
    row.delete()


def refuse_unstorable(row: Any) -> None:
    """Refuses what a database, a document or a mail cannot carry, in every text. Raises Invalid.

    First of all: PostgreSQL would break off at the first query that such a text is part of.
    """
    errors = {}
    for field in row._meta.concrete_fields:
        text = getattr(row, field.attname)
        if not isinstance(field, CharField | TextField) or not isinstance(text, str):
            continue
        try:
            validate_storable(text)
            if isinstance(field, CharField) and ("\n" in text or "\r" in text):
                raise ValidationError(_("This text is one line; it holds a line break."))
        except ValidationError as error:
            errors[field.name] = error
    if errors:
        raise Invalid.from_validation(ValidationError(errors))


def apply_changes(row: Any, changes: dict[str, Any]) -> list[str]:
    """Sets the fields that differ; answers their names."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def change_row(
    row: Any, *, by: Any, now: datetime, version: int | None, changes: dict[str, Any], reason: str = ""
) -> bool:
    """Whether something changed in a row that the caller has locked. Raises StaleVersion, Invalid."""
    refuse_stale(row, version)
    if not apply_changes(row, changes):
        return False
    save_row(row, by=by, now=now, reason=reason)
    return True


def next_number(parent: Any, counter: str, *, wanted: int | None = None) -> int:
    """The next number of a counter of its parent, which the caller has locked; or the one a document names.

    A number is never given out twice, so a wanted one has to lie above all that were. Raises NumberTaken.
    """
    last = getattr(parent, counter)
    number = last + 1 if wanted is None else wanted
    if number <= last:
        raise NumberTaken(
            _("Number %(number)s was given out before; the next free one is %(next)s.")
            % {"number": number, "next": last + 1}
        )
    setattr(parent, counter, number)
    # `update`: a counter is no part of the plan's history.
    type(parent).objects.filter(pk=parent.pk).update(**{counter: number})
    return number


def refuse_closed(cycle: Cycle) -> None:
    if cycle.is_closed:
        raise CycleClosed(cycle.name)


def refuse_given_up(row: Any) -> None:
    """An objective or key result that is archived or dropped, by itself or from above, is not changed."""
    if not row.is_counting:
        raise Archived(_("%(code)s is archived or dropped; restore it first.") % {"code": row.code})


def take_out(row: Any, field: str, *, by: Any, now: datetime, reason: str) -> None:
    """Notes the moment at which a row was archived or dropped. Raises WrongState when it is out already."""
    if row.archived_at is not None or getattr(row, "dropped_at", None) is not None:
        raise WrongState(
            _("%(code)s is archived already.") % {"code": row.code}
            if row.archived_at is not None
            else _("%(code)s is dropped already; restore it first.") % {"code": row.code}
        )
    setattr(row, field, now)
    save_row(row, by=by, now=now, reason=reason)


def take_back(row: Any, *, by: Any, now: datetime, reason: str) -> None:
    """Puts an archived or dropped row back into the plan. Raises WrongState when it is in it."""
    if row.archived_at is None and getattr(row, "dropped_at", None) is None:
        raise WrongState(_("%(code)s is neither archived nor dropped.") % {"code": row.code})
    row.archived_at = row.dropped_at = None
    save_row(row, by=by, now=now, reason=reason)


def refuse_stale(row: Any, version: int | None) -> None:
    """`version` is the one the writer saw; None skips the question (imports, commands)."""
    if version is not None and version != row.version:
        raise StaleVersion(str(row))


def refuse_without_reason(row: Any, changed: list[str], *, reason: str) -> None:
    """In a cycle that has begun, what its model names as locked changes with a reason only."""
    if set(changed) & set(row.LOCKED) and not reason.strip():
        raise ReasonNeeded(
            _("Say why the definition of %(code)s changes; the cycle has begun.") % {"code": row.code}
        )

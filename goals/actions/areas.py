"""The organisation: areas are made, changed, archived and put back.

Whether the person may is asked at the door. All writes are under the lock of the tree, as a rhythm or a place
above is told to all below (areas.models).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area, lock_tree
from goals.actions.refusals import Archived, Invalid, WrongState
from goals.actions.rows import apply_changes, refuse_stale, save_row


@transaction.atomic
def create_area(*, by: Any, now: datetime, **fields: Any) -> Area:
    """Raises Invalid."""
    lock_tree()
    area = Area(created_at=now, **fields)
    _refuse_archived_parent(area)
    save_row(area, by=by, now=now)
    return area


@transaction.atomic
def change_area(area: Area, *, by: Any, now: datetime, version: int | None = None, **changes: Any) -> bool:
    """Whether something changed; the key never does. Raises Archived, StaleVersion, Invalid."""
    area = _lock(area, version)
    if area.archived_at is not None:
        raise Archived(_("%(area)s is archived.") % {"area": area.name})
    changed = apply_changes(area, {name: value for name, value in changes.items() if name != "key"})
    if not changed:
        return False
    if "parent" in changed:
        _refuse_archived_parent(area)
    _save(area, by=by, now=now)
    return True


@transaction.atomic
def archive_area(area: Area, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """Takes an area out of lists and figures with all of its plans. What is below it goes first.

    Raises StaleVersion, WrongState.
    """
    area = _lock(area, version)
    if area.archived_at is not None:
        raise WrongState(_("%(code)s is archived already.") % {"code": area.key})
    if area.children.filter(archived_at__isnull=True).exists():
        raise WrongState(_("%(area)s has areas below it; archive these first.") % {"area": area.name})
    area.archived_at = now
    _save(area, by=by, now=now, reason=reason)


@transaction.atomic
def restore_area(area: Area, *, by: Any, now: datetime, version: int | None = None, reason: str = "") -> None:
    """Puts an archived one back where what is above it is. Raises StaleVersion, WrongState, Invalid."""
    area = _lock(area, version)
    if area.archived_at is None:
        raise WrongState(_("%(area)s is not archived.") % {"area": area.name})
    _refuse_archived_parent(area)
    area.archived_at = None
    _save(area, by=by, now=now, reason=reason)


def _lock(area: Area, version: int | None) -> Area:
    lock_tree()
    area = Area.objects.without_tree_fields().select_related("parent").get(pk=area.pk)
    refuse_stale(area, version)
    return area


def _save(area: Area, *, by: Any, now: datetime, reason: str = "") -> None:
    area.version += 1
    save_row(area, by=by, now=now, reason=reason)


def _refuse_archived_parent(area: Area) -> None:
    if area.parent is not None and area.parent.archived_at is not None:
        raise Invalid(_("%(area)s is archived.") % {"area": area.parent.name}, field="parent")

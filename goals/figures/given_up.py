"""Why an objective or a key result is out of the plan, as its history keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q


@dataclass(frozen=True)
class GivenUp:
    """A row that was dropped or archived: when, by whom (None: nobody is known) and why."""

    row: Any
    at: datetime
    by: Any
    reason: str

    @property
    def is_archived(self) -> bool:
        return self.row.archived_at is not None


def given_up(rows: Sequence[Any]) -> list[GivenUp]:
    """What of these rows, all of one model, is out of the plan; one query, and none where nothing is.

    They may be as they stood on a past day: what counts is the moment they hold.
    """
    out = [row for row in rows if row.archived_at or row.dropped_at]
    if not out:
        return []
    history = type(out[0]).history.filter(id__in=[row.pk for row in out])
    versions = history.filter(Q(archived_at__isnull=False) | Q(dropped_at__isnull=False))
    firsts: dict[tuple[int, Any, Any], Any] = {}
    for version in versions.select_related("history_user").order_by("history_date", "history_id"):
        firsts.setdefault((version.id, version.archived_at, version.dropped_at), version)
    found = []
    for row in out:
        first = firsts.get((row.pk, row.archived_at, row.dropped_at))
        by, reason = (first.history_user, first.history_change_reason or "") if first else (None, "")
        found.append(GivenUp(row, row.archived_at or row.dropped_at, by, reason))
    return found


def tell_reasons(rows: Sequence[Any]) -> None:
    """Sets on each of these rows `given_up_reason`, empty for what is in the plan; one query at most."""
    reasons = {found.row.pk: found.reason for found in given_up(rows)}
    for row in rows:
        row.given_up_reason = reasons.get(row.pk, "")

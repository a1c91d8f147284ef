"""Lines about what ties rows of a plan together, about interim targets, and about who took note.

Most of these are deleted when they end. So a line is made of any row, also of a history, that names its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from goals.figures.changed_line import PLAN, RISKS, TALK, Change, address_of
from goals.figures.changes import interim_label
from goals.models import Acknowledgement, Alignment, Concern, InterimTarget, Share
from goals.values import DASH, format_number

CREATED, DELETED = AuditEntry.Action.CREATED, AuditEntry.Action.DELETED
# What a line tells of each beside that it came or went.
NUMBERS: dict[Any, str] = {Alignment: "weight", Share: "weight", InterimTarget: "value"}
# What a line says of each beside its own fields; what has an end by deletion is read from its history.
RELATED: dict[Any, tuple[str, ...]] = {
    InterimTarget: ("key_result__objective__roadmap",),
    Alignment: ("supporter__roadmap", "supported"),
    Share: ("objective__roadmap", "area"),
    Concern: ("risk__objective__roadmap", "objective"),
    Acknowledgement: ("check_in__key_result__objective__roadmap",),
}


@dataclass(frozen=True)
class Step:
    """One step in the life of a tie: its number before and after it; None where there was, or is, none."""

    at: datetime
    by: str
    reason: str = ""
    old: Decimal | None = None
    new: Decimal | None = None
    is_over: bool = False

    @classmethod
    def of_history(cls, version: Any, before: Decimal | None = None, number: Decimal | None = None) -> Step:
        is_over = version.history_type == "-"
        by = version.history_user.name if version.history_user else ""
        reason = version.history_change_reason or ""
        return cls(version.history_date, by, reason, before, None if is_over else number, is_over)

    @classmethod
    def of_entry(cls, model: Any, entry: AuditEntry) -> Step:
        """An entry of the record keeps what was deleted as what it was last."""
        is_over = entry.action == DELETED
        words = entry.changes.get(NUMBERS.get(model, ""), (None, None))
        old, new = (None if word is None else Decimal(word) for word in words)
        by = entry.actor.name if entry.actor else ""
        return cls(entry.made_at, by, entry.reason, *((new, None) if is_over else (old, new)), is_over)


def line_of(model: Any, row: Any, step: Step) -> Change:
    """`row` is of the model or of its history, with what RELATED names."""
    line: Change = LINES[model](row, step)
    return line


def alignment_line(row: Any, step: Step) -> Change:
    what = _("supports %(code)s no more") if step.is_over else _("supports %(code)s")
    return _tied(row.supporter, step, what % {"code": row.supported.code})


def share_line(row: Any, step: Step) -> Change:
    what = _("shared with %(area)s no more") if step.is_over else _("shared with %(area)s")
    return _tied(row.objective, step, what % {"area": row.area.key})


def concern_line(row: Any, step: Step) -> Change:
    what = _("concerns %(code)s no more") if step.is_over else _("concerns %(code)s")
    return _line(RISKS, row.risk, row.risk.objective, step, what % {"code": row.objective.code})


def interim_line(row: Any, step: Step) -> Change:
    old, new = _or_dash(step.old), _or_dash(step.new)
    key_result = row.key_result
    return _line(PLAN, key_result, key_result.objective, step, interim_label(row.on), old, new)


def note_line(row: Any, step: Step) -> Change:
    """Somebody took note of a check-in."""
    key_result, number = row.check_in.key_result, row.check_in.sequence
    what = _("taken note of check-in %(number)d") % {"number": number}
    return _line(TALK, key_result, key_result.objective, step, what, anchor=f"#check-in-{number}")


LINES: dict[Any, Any] = {
    InterimTarget: interim_line,
    Alignment: alignment_line,
    Share: share_line,
    Concern: concern_line,
    Acknowledgement: note_line,
}


def _tied(objective: Any, step: Step, what: str) -> Change:
    old = "" if step.old is None else format_number(step.old)
    return _line(PLAN, objective, objective, step, what, old, _or_dash(step.new))


def _or_dash(number: Decimal | None) -> str:
    return DASH if number is None else format_number(number)


def _line(
    section: str,
    row: Any,
    objective: Any,
    step: Step,
    what: str,
    old: str = "",
    new: str = "",
    *,
    anchor: str = "",
) -> Change:
    page = address_of(row)
    return Change(
        section=section,
        area_id=objective.roadmap.area_id,
        at=step.at,
        by=step.by,
        code=row.code,
        title=row.title,
        address=page and f"{page}{anchor}",
        what=what,
        old=old,
        new=new,
        reason=step.reason,
    )

"""A line of what changed: one thing, where it belongs, and how the row it is about is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from goals.models import CheckIn, Dependency, Initiative, KeyResult, Kpi, Mitigation, Objective, Risk, Roadmap

VALUES, PLAN, RISKS, TALK, PEOPLE = "values", "plan", "risks", "comments", "people"
SECTIONS = (VALUES, PLAN, RISKS, TALK, PEOPLE)


@dataclass(frozen=True)
class Change:
    """One thing that changed. `area_id` None: the organisation. No `address`: it is out of the lists."""

    section: str
    area_id: int | None
    at: datetime
    by: str
    code: str
    title: str
    address: str
    what: str
    old: str = ""
    new: str = ""
    reason: str = ""
    check_in: CheckIn | None = None
    status_before: str = ""

    @property
    def is_new_status(self) -> bool:
        return self.check_in is not None and self.status_before not in ("", self.check_in.status)


def code_of(row: Any) -> str:
    if isinstance(row, Mitigation):
        return ""
    if isinstance(row, Dependency):
        return str(row.objective.code)
    code: str = row.key_result.code if isinstance(row, Initiative) else row.code
    return code


def title_of(row: Any) -> str:
    if isinstance(row, Dependency):
        on = f"{row.on_objective.code} {row.on_objective.title}" if row.on_objective else row.partner
        return _("needs %(what)s") % {"what": on}
    if isinstance(row, Roadmap):
        return row.title or _("Roadmap")
    return row.text if isinstance(row, Mitigation) else str(row.title)


def address_of(row: Any) -> str:
    """Where to read on; nowhere for what has left the lists, or where it would take another query to tell."""
    if isinstance(row, Initiative):
        page = address_of(row.key_result)
        return f"{page}#initiative-{row.pk}" if page else ""
    if isinstance(row, Dependency):
        page = address_of(row.objective)
        return f"{page}#need-{row.pk}" if page and row.archived_at is None else page
    if isinstance(row, Objective | KeyResult):
        is_out = row.archived_at is not None
        is_out = is_out or (isinstance(row, KeyResult) and row.objective.archived_at is not None)
        return "" if is_out else row.get_absolute_url()
    if isinstance(row, Kpi):
        return row.get_absolute_url() if row.archived_at is None else ""
    if isinstance(row, Risk):
        return "" if row.archived_at or row.objective.archived_at else row.get_absolute_url()
    return ""

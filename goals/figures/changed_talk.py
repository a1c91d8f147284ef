"""Lines about what people report and say: check-ins, values of KPIs and comments."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from goals.figures.changed_line import TALK, VALUES, Change, address_of
from goals.models import CheckIn, Comment, KpiEntry
from goals.values import format_number

# What a line says of a value of a KPI and of a comment, beside their own fields.
OF_ENTRY = ("author", "kpi")
OF_COMMENT = ("author", "objective__roadmap", "check_in__key_result__objective__roadmap")


def with_status_before(rows: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
    """Check-ins with what a line says of each."""
    before = CheckIn.objects.filter(
        key_result=OuterRef("key_result"), sequence=OuterRef("sequence") - 1
    ).values("status")
    annotated = rows.annotate(
        area_pk=F("key_result__objective__roadmap__area"), status_before=Subquery(before[:1])
    )
    return annotated.select_related("key_result__objective", "author")


def check_in_line(row: Any) -> Change:
    """Of a check-in as `with_status_before` reads it."""
    return Change(
        section=VALUES,
        area_id=row.area_pk,
        at=row.created_at,
        by=row.author.name,
        code=row.key_result.code,
        title=row.key_result.title,
        address=address_of(row.key_result),
        what=_("check-in"),
        old="" if row.previous_value is None else format_number(row.previous_value),
        new=format_number(row.value),
        reason=row.note,
        check_in=row,
        status_before=row.status_before or "",
    )


def kpi_entry_line(entry: KpiEntry) -> Change:
    return Change(
        section=VALUES,
        area_id=entry.kpi.area_id,
        at=entry.created_at,
        by=entry.author.name,
        code=entry.kpi.code,
        title=entry.kpi.title,
        address=address_of(entry.kpi),
        what=_("value"),
        old="" if entry.previous_value is None else format_number(entry.previous_value),
        new=format_number(entry.value),
        reason=entry.note,
    )


def comment_line(comment: Comment) -> Change:
    check_in = comment.check_in
    row: Any = check_in.key_result if check_in else comment.objective
    what = _("comment on check-in %(number)d") % {"number": check_in.sequence} if check_in else _("comment")
    return Change(
        section=TALK,
        area_id=(check_in.key_result.objective if check_in else row).roadmap.area_id,
        at=comment.created_at,
        by=comment.author.name,
        code=row.code,
        title=row.title,
        address=address_of(row) and comment.get_absolute_url(),
        what=what,
        reason=comment.text,
    )

"""What the history of visible rows says since a moment, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from goals.figures.changed_line import Change, address_of, code_of, title_of
from goals.models import Dependency, Initiative, KeyResult, Kpi, Mitigation, Objective, Risk, Roadmap
from goals.values import DASH, format_number

OUT = ("archived_at", "dropped_at")
FIELDS: dict[Any, tuple[str, ...]] = {
    Roadmap: ("title", "background", "state", "visibility"),
    Objective: (
        "title",
        "owner",
        "reviewer",
        "commitment",
        "priority",
        "confidence",
        "weight",
        "counts_supporters",
        "visibility",
        "tags",
        *OUT,
    ),
    KeyResult: (
        "title",
        "kind",
        "metric",
        "start_value",
        "commit_value",
        "target_value",
        "stretch_value",
        "lower_bound",
        "upper_bound",
        "weight",
        "owner",
        "due_on",
        "visibility",
        "tags",
        *OUT,
    ),
    Initiative: ("title", "state", "due_on", "owner", "link"),
    Dependency: ("state", "note", "answer", "answer_note", "archived_at"),
    Risk: (
        "title",
        "kind",
        "likelihood",
        "impact",
        "response",
        "state",
        "owner",
        "description",
        "trigger",
        "review_on",
        "reviewed_on",
        "residual_likelihood",
        "residual_impact",
        "occurred_on",
        "consequence",
        "outcome",
        "outcome_note",
        "closed_on",
        "visibility",
        "archived_at",
    ),
    Mitigation: ("text", "state", "due_on", "owner"),
    Kpi: (
        "title",
        "metric",
        "unit",
        "aim",
        "lower_bound",
        "upper_bound",
        "owner",
        "check_in_every_days",
        "visibility",
        "archived_at",
    ),
}
# What tells that a row moved; a risk goes with its key result and is not told by itself.
PLACES: dict[Any, str] = {Objective: "roadmap_id", KeyResult: "objective_id"}
PEOPLE = ("owner", "reviewer")
# Told by their name alone: two versions of a page of text are nothing to read in a list.
LONG = {"background", "description"}


def row_changes(visible: QuerySet[Any], since: datetime, section: str) -> list[Change]:
    """What the history of these rows says since then. Two queries, and one for owners."""
    model = visible.model
    history = model.history
    recent = history.filter(history_date__gte=since).values("id")
    versions = list(
        history.filter(id__in=visible.order_by().values("pk"))
        .filter(id__in=recent)
        .select_related("history_user")
        .order_by("id", "history_id")
    )
    rows = {row.pk: row for row in visible.filter(pk__in=recent)}
    owners = _owners(versions)
    changes: list[Change] = []
    before: Any = None
    for version in versions:
        is_first = before is None or before.id != version.id
        if version.history_date >= since and version.id in rows:
            told = _told(model, None if is_first else before, version, owners)
            row = rows[version.id]
            changes += [
                Change(
                    section=section,
                    area_id=row.area_pk,
                    at=version.history_date,
                    by=version.history_user.name if version.history_user else "",
                    code=code_of(row),
                    title=title_of(row),
                    address=address_of(row),
                    what=what,
                    old=old,
                    new=new,
                    reason=version.history_change_reason or "",
                )
                for what, old, new in told
            ]
        before = version
    return changes


def _told(model: Any, before: Any, after: Any, owners: dict[int, str]) -> list[tuple[str, str, str]]:
    """(what, old, new) of each field that differs; one line for what is new, archived, dropped, restored."""
    if before is None:
        return [(_("new"), "", "")] if after.history_type == "+" else []
    told = []
    place = PLACES.get(model)
    if place and getattr(before, place) != getattr(after, place):
        told.append((_("moved"), before.code, after.code))
    names = {name: model._meta.get_field(name).attname for name in FIELDS[model]}
    pairs = {name: (getattr(before, key), getattr(after, key)) for name, key in names.items()}
    return told + _told_pairs(model, pairs, owners)


def entry_lines(model: Any, entry: AuditEntry, owners: dict[int, str]) -> list[tuple[str, str, str]]:
    """The same of an entry of the record, which keeps values as words."""
    if entry.action == AuditEntry.Action.CREATED:
        return [(_("new"), "", "")]
    told = []
    place = PLACES.get(model, "").removesuffix("_id")
    if place in entry.changes and "code" in entry.changes:
        old, new = (code or "" for code in entry.changes["code"])
        told.append((_("moved"), old, new))
    pairs = {name: _kept(model, name, entry) for name in FIELDS[model] if name in entry.changes}
    return told + _told_pairs(model, pairs, owners)


def owner_keys(entries: Iterable[AuditEntry]) -> set[int]:
    """The people that entries name by key, for `entry_lines`."""
    keys = (key for entry in entries for name in PEOPLE for key in entry.changes.get(name, ()))
    return {int(key) for key in keys if key and key.isdecimal()}


def _kept(model: Any, name: str, entry: AuditEntry) -> tuple[Any, Any]:
    field = model._meta.get_field(name)
    try:
        old, new = (None if word is None else field.to_python(word) for word in entry.changes[name])
    except ValidationError:  # kept when the field was another one
        old, new = entry.changes[name]
    return old, new


def _told_pairs(
    model: Any, pairs: Mapping[str, tuple[Any, Any]], owners: dict[int, str]
) -> list[tuple[str, str, str]]:
    told = []
    for name, (old, new) in pairs.items():
        field = model._meta.get_field(name)
        if old == new:
            continue
        if name in OUT:
            gone = _("archived") if name == "archived_at" else _("dropped")
            told.append((gone if new else _("restored"), "", ""))
        elif name in LONG:
            told.append((str(field.verbose_name), "", _("rewritten")))
        else:
            words = _in_words(field, old, owners), _in_words(field, new, owners)
            told.append((str(field.verbose_name), *words))
    return told


def _in_words(field: Any, value: Any, owners: dict[int, str]) -> str:
    if value is None or value == "":
        return DASH
    if field.name in PEOPLE:
        return owners.get(value, DASH)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, Decimal):
        return format_number(value)
    return formats.date_format(value, "j M Y") if isinstance(value, date) else str(value)


def _owners(versions: Sequence[Any]) -> dict[int, str]:
    found = (getattr(version, f"{name}_id", None) for version in versions for name in PEOPLE)
    ids = {person for person in found if person}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))

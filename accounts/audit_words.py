"""Entries of the record as people read them: labels of fields, names instead of keys, and a link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, DateTimeField, Field, Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEntry

# Where the pages of things are, by their code or key.
PAGES = {
    "areas.area": "areas:area_detail",
    "goals.objective": "goals:objective_detail",
    "goals.keyresult": "goals:key_result_detail",
    "goals.risk": "goals:risk_detail",
}
# Who reads the record knows which row it is; its numbers say nothing.
UNSHOWN = {"id"}
MOST_LINES = 6


@dataclass(frozen=True)
class Line:
    """One field that changed."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Told:
    """An entry in words."""

    entry: AuditEntry
    url: str
    lines: list[Line] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What the entry is about, in the reader's language; kept is its English name."""
        return _(self.entry.kind)

    @property
    def few(self) -> list[Line]:
        """The lines that a list shows; something new has many, and few of them are looked for."""
        return self.lines[:MOST_LINES]

    @property
    def more(self) -> list[Line]:
        return self.lines[MOST_LINES:]


def told(entries: Iterable[AuditEntry]) -> list[Told]:
    """The entries in words: a query for each kind of thing that they refer to, however many they are."""
    entries = list(entries)
    names = _names(entries)
    return [
        Told(entry, _url(entry), [_line(entry, name, pair, names) for name, pair in _shown(entry)])
        for entry in entries
    ]


def sentence(row: Told) -> str:
    """What was done to a person's account, in one sentence."""
    entry, pairs = row.entry, row.entry.changes
    if entry.kind == "role in an area":
        role = {"area": entry.subject, "role": " → ".join(_role_steps(row))}
        if entry.action == "deleted":
            return _("Role in %(area)s removed: %(role)s") % role
        return _("Role in %(area)s: %(role)s") % role
    words = str(entry.get_action_display())
    if entry.kind == "role in the organisation":
        steps = [f"{line.old} → {line.new}" for line in row.lines] or [entry.reason]
        return _("Role in the organisation: %(steps)s") % {"steps": steps[0]}
    if entry.kind not in ("person", "invitation"):
        name = (pairs.get("name") or [None, None])[1]
        words = f"{_(entry.kind)} {entry.subject} {words}" + (f": {name}" if name else "")
    elif entry.kind == "invitation" and entry.action == "revoked":
        words = _("invitation revoked")
    return capfirst(f"{words}: {entry.reason}" if entry.reason else words)


def _role_steps(row: Told) -> list[str]:
    for line, (name, _pair) in zip(row.lines, _shown(row.entry), strict=True):
        if name == "role":
            return [step for step in (line.old, line.new) if step]
    return []


def _shown(entry: AuditEntry) -> list[tuple[str, list[str | None]]]:
    return [(name, pair) for name, pair in entry.changes.items() if name not in UNSHOWN and any(pair)]


def _model(entry: AuditEntry) -> type[Model] | None:
    try:
        return apps.get_model(entry.model) if entry.model else None
    except (LookupError, ValueError):
        return None


def _field(entry: AuditEntry, name: str) -> Field | None:
    model = _model(entry)
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:  # it was there when the entry was written
        return None
    return found if isinstance(found, Field) else None


def _names(entries: list[AuditEntry]) -> dict[tuple[type[Model], str], str]:
    """What rows are called that changes refer to by their keys."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for entry in entries:
        for name, pair in _shown(entry):
            related = _related(_field(entry, name))
            if related:
                wanted[related] |= {int(key) for key in pair if key and key.isdecimal()}
    found = {}
    for model, keys in wanted.items():
        for key, row in model._base_manager.in_bulk(keys).items():
            found[model, str(key)] = str(getattr(row, "code", "") or getattr(row, "key", "") or row)
    return found


def _related(field: Field | None) -> type[Model] | None:
    related = field.related_model if field is not None and field.many_to_one else None
    return related if isinstance(related, type) else None


def _line(entry: AuditEntry, name: str, pair: list[str | None], names: dict[Any, str]) -> Line:
    found = _field(entry, name)
    label = str(found.verbose_name) if found is not None else name.replace("_", " ")
    old, new = (_value(found, value, names) for value in pair)
    return Line(label, old, new)


def _value(field: Field | None, value: str | None, names: dict[Any, str]) -> str | None:
    if field is None:
        return value
    if value is None:  # as it is kept; a choice may have a name for it
        return next((str(label) for key, label in field.flatchoices if key == ""), None)
    if related := _related(field):
        return names.get((related, value), value)
    if field.choices:
        return str({str(key): label for key, label in field.flatchoices}.get(value, value))
    if isinstance(field, BooleanField):
        return _("yes") if value == "True" else _("no")
    if isinstance(field, DateTimeField):
        return _moment(value)
    return value


def _moment(value: str) -> str:
    try:
        moment = parse_datetime(value)
        return date_format(timezone.localtime(moment), "j M Y, H:i") if moment else value
    except (ValueError, OverflowError):
        return value


def _url(entry: AuditEntry) -> str:
    """Where the thing is looked at; empty where it has no page."""
    try:
        if entry.model == "goals.roadmap" and "-" in entry.subject:
            return reverse("goals:roadmap_detail", args=entry.subject.split("-", 1))
        if entry.model == "goals.concern":
            return reverse("goals:risk_detail", args=[entry.subject.partition(" ")[0]])
        if entry.model == "goals.initiative":
            return reverse("goals:key_result_detail", args=[entry.subject.partition(":")[0]])
        if entry.model in PAGES:
            return reverse(PAGES[entry.model], args=[entry.subject])
        if entry.about_id:
            return reverse("people:person_detail", args=[entry.about_id])
    except NoReverseMatch:  # a code that is none any more
        pass
    return ""

"""What changed in a cycle since a moment: values, the plan, risks and people, as a person may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.audit_words import sentence, told
from accounts.models import AuditEntry, User
from areas.models import Area, Membership, Role
from goals.figures.changes import interim_changes
from goals.models import (
    Alignment,
    CheckIn,
    Cycle,
    Dependency,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
)
from goals.values import DASH, format_number

VALUES, PLAN, RISKS, PEOPLE = "values", "plan", "risks", "people"
SECTIONS = (VALUES, PLAN, RISKS, PEOPLE)

OUT = ("archived_at", "dropped_at")
FIELDS: dict[Any, tuple[str, ...]] = {
    Roadmap: ("title", "background", "state", "visibility"),
    Objective: (
        "title",
        "owner",
        "commitment",
        "priority",
        "confidence",
        "weight",
        "counts_supporters",
        "visibility",
        *OUT,
    ),
    KeyResult: (
        "title",
        "kind",
        "metric",
        "start_value",
        "target_value",
        "stretch_value",
        "lower_bound",
        "upper_bound",
        "weight",
        "owner",
        "due_on",
        "visibility",
        *OUT,
    ),
    Dependency: ("state", "note"),
    Risk: (
        "title",
        "kind",
        "likelihood",
        "impact",
        "response",
        "state",
        "owner",
        "review_on",
        "visibility",
        "archived_at",
    ),
    Mitigation: ("text", "state", "due_on", "owner"),
}
# Told by their name alone: two versions of a page of text are nothing to read in a list.
LONG = {"background"}
ROLE_IN_AREA = str(Membership._meta.verbose_name)


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


def what_changed(
    cycle: Cycle, *, user: Any, since: datetime, areas: QuerySet[Area] | None = None
) -> list[Change]:
    """Newest first. People are for managers alone. The same number of queries whatever changed.

    `areas` narrows it down; then what concerns the organisation as a whole is left out.
    """
    of_cycle = Q(area__archived_at__isnull=True, cycle=cycle)
    if areas is not None:
        of_cycle &= Q(area__in=areas)
    roadmaps = Roadmap.objects.visible_to(user).filter(of_cycle)
    objectives = Objective.objects.visible_to(user).filter(roadmap__in=roadmaps)
    key_results = KeyResult.objects.visible_to(user).filter(objective__in=objectives)
    risks = Risk.objects.visible_to(user).filter(objective__in=objectives)
    needs = Dependency.objects.filter(
        Q(on_objective__isnull=True) | Q(on_objective__in=Objective.objects.visible_to(user)),
        objective__in=objectives,
    )
    changes = [
        *_check_ins(key_results, since),
        *_rows(roadmaps.annotate(area_pk=F("area")), since, PLAN),
        *_rows(objectives.annotate(area_pk=F("roadmap__area")), since, PLAN),
        *_rows(
            key_results.annotate(area_pk=F("objective__roadmap__area")).select_related("objective"),
            since,
            PLAN,
        ),
        *_interim(key_results, since),
        *_alignments(objectives, since, user),
        *_rows(needs.annotate(area_pk=F("objective__roadmap__area")), since, PLAN),
        *_rows(risks.annotate(area_pk=F("objective__roadmap__area")), since, RISKS),
        *_rows(
            Mitigation.objects.filter(risk__in=risks).annotate(area_pk=F("risk__objective__roadmap__area")),
            since,
            RISKS,
        ),
    ]
    if user.is_manager:
        changes += _people(since, areas)
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _check_ins(key_results: QuerySet[KeyResult], since: datetime) -> list[Change]:
    before = CheckIn.objects.filter(
        key_result=OuterRef("key_result"), sequence=OuterRef("sequence") - 1
    ).values("status")
    rows = (
        CheckIn.objects.filter(key_result__in=key_results.order_by().values("pk"), created_at__gte=since)
        .annotate(area_pk=F("key_result__objective__roadmap__area"), status_before=Subquery(before[:1]))
        .select_related("key_result__objective", "author")
    )
    return [
        Change(
            section=VALUES,
            area_id=row.area_pk,
            at=row.created_at,
            by=row.author.name,
            code=row.key_result.code,
            title=row.key_result.title,
            address=_address(row.key_result),
            what=_("check-in"),
            old="" if row.previous_value is None else format_number(row.previous_value),
            new=format_number(row.value),
            reason=row.note,
            check_in=row,
            status_before=row.status_before or "",
        )
        for row in rows
    ]


def _rows(visible: QuerySet[Any], since: datetime, section: str) -> list[Change]:
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
                    code=_code(row),
                    title=_title(row),
                    address=_address(row),
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
    for name in FIELDS[model]:
        field = model._meta.get_field(name)
        old, new = getattr(before, field.attname), getattr(after, field.attname)
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
    if field.name == "owner":
        return owners.get(value, DASH)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, Decimal):
        return format_number(value)
    return formats.date_format(value, "j M Y") if isinstance(value, date) else str(value)


def _owners(versions: Sequence[Any]) -> dict[int, str]:
    ids = {owner for version in versions if (owner := getattr(version, "owner_id", None))}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _interim(key_results: QuerySet[KeyResult], since: datetime) -> list[Change]:
    recent = KeyResult.history.filter(history_date__gte=since).values("id")
    moved = key_results.filter(pk__in=recent).annotate(area_pk=F("objective__roadmap__area"))
    rows = {row.pk: row for row in moved.select_related("objective")}
    return [
        Change(
            section=PLAN,
            area_id=rows[change.key_result_id].area_pk,
            at=change.changed_at,
            by=change.by.name if change.by else "",
            code=change.code,
            title=rows[change.key_result_id].title,
            address=_address(rows[change.key_result_id]),
            what=change.label,
            old=DASH if change.old is None else format_number(change.old),  # type: ignore[arg-type]
            new=DASH if change.new is None else format_number(change.new),  # type: ignore[arg-type]
            reason=change.reason,
        )
        for change in interim_changes(list(rows))
        if change.changed_at >= since
    ]


def _alignments(objectives: QuerySet[Objective], since: datetime, user: Any) -> Iterable[Change]:
    """What came to support what, was weighed otherwise, or ceased to. One query."""
    seen = Objective.objects.visible_to(user).filter(roadmap__in=Roadmap.objects.visible_to(user))
    versions = Alignment.history.filter(
        id__in=Alignment.history.filter(history_date__gte=since).values("id"),
        supporter__in=objectives.order_by().values("pk"),
        supported__in=seen.order_by().values("pk"),
    ).select_related("supporter__roadmap", "supported", "history_user")
    weights: dict[int, Decimal] = {}
    for row in versions.order_by("id", "history_id"):
        before = weights.get(row.id)
        weights[row.id] = row.weight
        if row.history_date < since:
            continue
        is_over = row.history_type == "-"
        what = _("supports %(code)s no more") if is_over else _("supports %(code)s")
        yield Change(
            section=PLAN,
            area_id=row.supporter.roadmap.area_id,
            at=row.history_date,
            by=row.history_user.name if row.history_user else "",
            code=row.supporter.code,
            title=row.supporter.title,
            address=_address(row.supporter),
            what=what % {"code": row.supported.code},
            old="" if before is None else format_number(before),
            new=DASH if is_over else format_number(row.weight),
            reason=row.history_change_reason or "",
        )


def _people(since: datetime, areas: QuerySet[Area] | None) -> Iterable[Change]:
    rows = Membership.history.filter(history_date__gte=since).select_related("user", "area", "history_user")
    if areas is not None:
        rows = rows.filter(area__in=areas)
    for row in rows:
        role = str(Role(row.role).label)
        yield Change(
            section=PEOPLE,
            area_id=row.area_id,
            at=row.history_date,
            by=row.history_user.name if row.history_user else "",
            code="",
            title=row.user.name,
            address="",
            what=_("no role any more") if row.history_type == "-" else _("role"),
            new="" if row.history_type == "-" else role,
        )
    if areas is not None:
        return
    # Roles in areas were told above, from the history that also tells the area.
    entries = AuditEntry.objects.of_accounts(with_tokens=False).exclude(kind=ROLE_IN_AREA)
    for row in told(entries.filter(made_at__gte=since).select_related("about", "actor")):
        yield Change(
            section=PEOPLE,
            area_id=None,
            at=row.entry.made_at,
            by=row.entry.actor.name if row.entry.actor else "",
            code="",
            title=row.entry.about.name if row.entry.about else "",
            address="",
            what=sentence(row),
        )


def _code(row: Any) -> str:
    if isinstance(row, Mitigation | Dependency):
        return ""
    code: str = row.code
    return code


def _title(row: Any) -> str:
    if isinstance(row, Dependency):
        return _("Need")
    if isinstance(row, Roadmap):
        return row.title or _("Roadmap")
    return row.text if isinstance(row, Mitigation) else str(row.title)


def _address(row: Any) -> str:
    """Where to read on; nowhere for what has left the lists, or where it would take another query to tell."""
    if isinstance(row, Objective | KeyResult):
        is_out = row.archived_at is not None
        is_out = is_out or (isinstance(row, KeyResult) and row.objective.archived_at is not None)
        return "" if is_out else row.get_absolute_url()
    return ""

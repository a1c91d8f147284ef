"""What changed in a cycle since a moment: values, plan, risks, words and people, as a person may see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.audit_words import sentence, told
from accounts.languages import kind_of
from accounts.models import AuditEntry
from areas.models import Area, Membership, Role
from goals.figures.changed_line import PEOPLE, PLAN, RISKS, Change
from goals.figures.changed_rows import row_changes
from goals.figures.changed_talk import (
    OF_COMMENT,
    OF_ENTRY,
    check_in_line,
    comment_line,
    kpi_entry_line,
    with_status_before,
)
from goals.figures.changes import interim_changes
from goals.figures.link_lines import RELATED, Step, alignment_line, interim_line, note_line
from goals.figures.risk_changes import concern_changes
from goals.figures.share_changes import share_changes
from goals.models import (
    Acknowledgement,
    Alignment,
    CheckIn,
    Comment,
    Cycle,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Kpi,
    KpiEntry,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
)

ROLE_IN_AREA = kind_of(Membership)


def what_changed(
    cycle: Cycle, *, user: Any, since: datetime, areas: QuerySet[Area] | None = None
) -> list[Change]:
    """Newest first. People are for managers alone. The same number of queries whatever changed.

    KPIs are of no cycle and told whichever it is. `areas` narrows it down; then what concerns the
    organisation as a whole is left out.
    """
    of_cycle = Q(area__archived_at__isnull=True, cycle=cycle)
    if areas is not None:
        of_cycle &= Q(area__in=areas)
    roadmaps = Roadmap.objects.visible_to(user).filter(of_cycle)
    of_areas = Q(area__archived_at__isnull=True) & (Q() if areas is None else Q(area__in=areas))
    kpis = Kpi.objects.visible_to(user).filter(of_areas)
    objectives = Objective.objects.visible_to(user).filter(roadmap__in=roadmaps)
    key_results = KeyResult.objects.visible_to(user).filter(objective__in=objectives)
    risks = Risk.objects.visible_to(user).filter(objective__in=objectives)
    needs = Dependency.objects.visible_to(user).filter(objective__in=objectives)
    changes = [
        *_check_ins(key_results, since),
        *row_changes(roadmaps.annotate(area_pk=F("area")), since, PLAN),
        *row_changes(objectives.annotate(area_pk=F("roadmap__area")), since, PLAN),
        *row_changes(
            key_results.annotate(area_pk=F("objective__roadmap__area")).select_related("objective"),
            since,
            PLAN,
        ),
        *_interim(key_results, since),
        *_alignments(objectives, since, user),
        *share_changes(objectives, cycle, since, user, areas),
        *row_changes(
            Initiative.objects.filter(key_result__in=key_results)
            .annotate(area_pk=F("key_result__objective__roadmap__area"))
            .select_related("key_result__objective"),
            since,
            PLAN,
        ),
        *row_changes(
            needs.annotate(area_pk=F("objective__roadmap__area")).select_related("objective", "on_objective"),
            since,
            PLAN,
        ),
        *row_changes(
            risks.annotate(area_pk=F("objective__roadmap__area")).select_related("objective"), since, RISKS
        ),
        *row_changes(
            Mitigation.objects.filter(risk__in=risks).annotate(area_pk=F("risk__objective__roadmap__area")),
            since,
            RISKS,
        ),
        *concern_changes(risks, since, user),
        *_kpi_entries(kpis, since),
        *row_changes(kpis.annotate(area_pk=F("area")), since, PLAN),
        *_comments(objectives, key_results, since),
        *_notes_taken(key_results, since),
    ]
    if user.is_manager:
        changes += _people(since, areas)
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _check_ins(key_results: QuerySet[KeyResult], since: datetime) -> list[Change]:
    keys = key_results.order_by().values("pk")
    rows = CheckIn.objects.filter(key_result__in=keys, created_at__gte=since)
    return [check_in_line(row) for row in with_status_before(rows)]


def _kpi_entries(kpis: QuerySet[Kpi], since: datetime) -> list[Change]:
    rows = KpiEntry.objects.filter(kpi__in=kpis.order_by().values("pk"), created_at__gte=since)
    return [kpi_entry_line(row) for row in rows.select_related(*OF_ENTRY)]


def _comments(
    objectives: QuerySet[Objective], key_results: QuerySet[KeyResult], since: datetime
) -> list[Change]:
    """What was said about these, and not taken back since. One query."""
    about = Q(objective__in=objectives.order_by().values("pk"))
    about |= Q(check_in__key_result__in=key_results.order_by().values("pk"))
    rows = Comment.objects.filter(about, created_at__gte=since, deleted_at__isnull=True)
    return [comment_line(row) for row in rows.select_related(*OF_COMMENT)]


def _notes_taken(key_results: QuerySet[KeyResult], since: datetime) -> list[Change]:
    """Who has taken note of which check-in, and has not taken it back since. One query."""
    about = Q(check_in__key_result__in=key_results.order_by().values("pk"))
    rows = Acknowledgement.objects.filter(about, made_at__gte=since)
    related = rows.select_related("person", *RELATED[Acknowledgement])
    return [note_line(note, Step(note.made_at, note.person.name)) for note in related]


def _interim(key_results: QuerySet[KeyResult], since: datetime) -> list[Change]:
    recent = KeyResult.history.filter(history_date__gte=since).values("id")
    moved = key_results.filter(pk__in=recent).select_related("objective__roadmap")
    rows = {row.pk: row for row in moved}
    return [
        interim_line(
            InterimTarget(key_result=rows[change.key_result_id], on=change.day or since.date()),
            Step(
                change.changed_at,
                change.by.name if change.by else "",
                change.reason,
                change.old,  # type: ignore[arg-type]
                change.new,  # type: ignore[arg-type]
            ),
        )
        for change in interim_changes(list(rows))
        if change.changed_at >= since
    ]


def _alignments(objectives: QuerySet[Objective], since: datetime, user: Any) -> Iterable[Change]:
    """What came to support what, was weighed otherwise, or ceased to. One query."""
    seen = Objective.objects.in_plans_of(user)
    versions = Alignment.history.filter(
        id__in=Alignment.history.filter(history_date__gte=since).values("id"),
        supporter__in=objectives.order_by().values("pk"),
        supported__in=seen.order_by().values("pk"),
    ).select_related(*RELATED[Alignment], "history_user")
    weights: dict[int, Decimal] = {}
    for row in versions.order_by("id", "history_id"):
        before = weights.get(row.id)
        weights[row.id] = row.weight
        if row.history_date >= since:
            yield alignment_line(row, Step.of_history(row, before, row.weight))


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

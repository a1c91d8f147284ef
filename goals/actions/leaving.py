"""Leaving: what a person owns goes to others, and every way in is shut, all at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import ApiToken, AuditEntry, User
from areas.models import Area
from goals.actions import locks
from goals.actions.absences import end_absence
from goals.actions.comments import may_see
from goals.actions.dashboards import delete_dashboards_of
from goals.actions.people import (
    NotAllowed,
    end_invitations,
    lock_administrators,
    lock_person,
    save_person,
    skip_mails,
)
from goals.actions.refusals import Refused, WrongState
from goals.actions.rows import save_row
from goals.actions.saved_filters import delete_filters_of
from goals.actions.webhooks import stop_webhooks_of
from goals.models import (
    Absence,
    CheckInDraft,
    Cycle,
    Initiative,
    KeyResult,
    Kpi,
    Mitigation,
    Objective,
    Risk,
)


class SuccessorNeeded(Refused):
    """Something in an area has nobody to go to."""

    code = "successor_needed"


@dataclass
class Holding:
    """What a person owns or reviews in one area, in cycles that are not closed."""

    area: Area
    objectives: list[Objective] = field(default_factory=list)
    reviews: list[Objective] = field(default_factory=list)
    key_results: list[KeyResult] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    mitigations: list[Mitigation] = field(default_factory=list)
    initiatives: list[Initiative] = field(default_factory=list)
    # Of no cycle: handed over before the others, as locks ask for it.
    kpis: list[Kpi] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.reviews) + len(self.kpis)

    @property
    def rows(self) -> list[Any]:
        return [*self.objectives, *self.key_results, *self.risks, *self.mitigations, *self.initiatives]


def holdings(person: User) -> list[Holding]:
    """What a person answers for, by area. Seven queries.

    Left out is what nobody has to carry on: closed cycles, what was archived or dropped, risks that are
    closed, mitigations and initiatives that are done or dropped. It keeps the name of who answered for it.
    """
    found: dict[int, Holding] = {}
    for kpi in Kpi.objects.owned_by(person).select_related("area", "last_entry").order_by("code"):
        found.setdefault(kpi.area_id, Holding(kpi.area)).kpis.append(kpi)

    def of(objective: Objective) -> Holding:
        area = objective.roadmap.area
        return found.setdefault(area.pk, Holding(area))

    way = "roadmap__area", "roadmap__cycle"
    objectives = Objective.objects.live().filter(owner=person, dropped_at__isnull=True)
    for objective in _carried_on(objectives, "").select_related(*way).order_by("code"):
        of(objective).objectives.append(objective)
    reviewed = Objective.objects.live().filter(reviewer=person, dropped_at__isnull=True)
    for objective in _carried_on(reviewed, "").select_related(*way).order_by("code"):
        of(objective).reviews.append(objective)
    key_results = KeyResult.objects.counting().filter(owner=person).order_by("code")
    related = [f"objective__{step}" for step in way]
    for key_result in _carried_on(key_results, "objective__").select_related(*related, "last_check_in"):
        of(key_result.objective).key_results.append(key_result)
    risks = Risk.objects.open().filter(owner=person).select_related(*related, "key_result").order_by("code")
    for risk in _carried_on(risks, "objective__"):
        of(risk.objective).risks.append(risk)
    steps = Mitigation.objects.unfinished().filter(owner=person, risk__in=Risk.objects.open())
    related = [f"risk__objective__{step}" for step in way]
    for step in _carried_on(steps, "risk__objective__").select_related(*related).order_by("risk__code", "pk"):
        of(step.risk.objective).mitigations.append(step)
    doing = Initiative.objects.unfinished().filter(owner=person, key_result__in=KeyResult.objects.counting())
    doing = _carried_on(doing, "key_result__objective__").with_context()
    for initiative in doing.order_by("key_result__code", "position", "pk"):
        of(initiative.key_result.objective).initiatives.append(initiative)
    return sorted(found.values(), key=lambda holding: holding.area.key)


@transaction.atomic
def deactivate_person(
    person: User, *, by: Any, now: datetime, successors: Mapping[str, User], successor: User | None = None
) -> int:
    """How many things went to others: by key of their area, else to `successor`.

    Ends sessions, tokens and invitations, and what waits in the outbox is not sent. Nothing is deleted; in
    closed cycles nothing changes. Raises NotAllowed, WrongState, SuccessorNeeded, Invalid.
    """
    # Who acts is an administrator and stays one: nobody who leaves here is the last.
    lock_administrators(by)
    person = lock_person(person)
    if person == by:
        raise NotAllowed(_("Nobody deactivates themselves; another administrator can."))
    is_gone = not person.is_active and not person.invitations.open().exists()
    if is_gone and not holdings(person):
        raise WrongState(_("%(name)s is deactivated already.") % {"name": person.name})
    handed = _hand_over(person, by=by, now=now, successors=successors, successor=successor)
    names = ", ".join(sorted({heir.name for heir in handed.values()}))
    count = len(handed)
    # The record keeps it: in English, whoever deactivates.
    detail = f"{count} {'thing' if count == 1 else 'things'} went to {names}" if handed else ""
    _shut_out(person, by=by, now=now, detail=detail)
    return count


def _hand_over(
    person: User, *, by: Any, now: datetime, successors: Mapping[str, User], successor: User | None
) -> dict[Any, User]:
    """Every row with its new owner. The open cycles are held alone: it is many rows in one transaction."""
    handed: dict[Any, User] = {}
    for kpi in locks.lock_kpis_of(person):
        heir = _heir_of(kpi.area, person, successors=successors, successor=successor)
        kpi.owner = handed[kpi] = heir
        save_row(kpi, by=by, now=now, reason=taken_over_from(person.name))
    for cycle_id in (
        Cycle.objects.exclude(state=Cycle.State.CLOSED).order_by("pk").values_list("pk", flat=True)
    ):
        locks.lock_cycle(cycle_id)
    for holding in holdings(person):
        if not holding.rows and not holding.reviews:
            continue
        heir = _heir_of(holding.area, person, successors=successors, successor=successor)
        for row in holding.rows:
            row.owner = heir
            save_row(row, by=by, now=now, reason=taken_over_from(person.name))
            handed[row] = heir
        for objective in holding.reviews:
            _hand_review(objective, heir, by=by, now=now, reason=taken_over_from(person.name))
            handed["review", objective.pk] = heir
    return handed


def _heir_of(area: Area, person: User, *, successors: Mapping[str, User], successor: User | None) -> User:
    """Raises SuccessorNeeded."""
    heir = successors.get(area.key, successor)
    if heir is None:
        told = {"name": person.name, "area": area.name}
        raise SuccessorNeeded(_("Choose who takes over what %(name)s owns in %(area)s.") % told)
    if heir == person or not User.objects.filter(pk=heir.pk, is_active=True).exists():
        raise SuccessorNeeded(_("%(name)s cannot take over anything.") % {"name": heir.name})
    return heir


def _hand_review(objective: Objective, heir: User, *, by: Any, now: datetime, reason: str) -> None:
    """What waits goes on waiting, for the other one; for nobody where they cannot see it."""
    objective.refresh_from_db()  # it may have its new owner by now
    sees = may_see(heir, objective)
    objective.reviewer = heir if sees else None
    objective.reviewer_since = objective.reviewer_since if sees else None
    save_row(objective, by=by, now=now, reason=reason)


def taken_over_from(name: str) -> str:
    """Why a row has a new owner; anonymising looks for this sentence, so it is not translated."""
    return f"taken over from {name}"


def _shut_out(person: User, *, by: Any, now: datetime, detail: str) -> None:
    was_active, person.is_active = person.is_active, False
    # Sessions and links hang on the password: none of them works again, also after a return. Nor do
    # calendars, feeds and badges.
    person.set_unusable_password()
    person.addresses_renewed_at = now
    fields = ["is_active", "password", "addresses_renewed_at"]
    save_person(person, fields, by=by, now=now, reason=detail)
    if not was_active:  # invited only, or handing over later: no change of the row that told it
        action = AuditEntry.Action.DEACTIVATED
        record(action, actor=by, kind="person", subject=person.name, of=person, reason=detail, made_at=now)
    for token in ApiToken.objects.filter(owner=person, revoked_at__isnull=True):
        token.revoke(now=now, by=by)
    end_invitations(person, by=by, now=now)
    skip_mails(person)
    # Nobody else may read them, and nobody is left to send them.
    CheckInDraft.objects.of(person).delete()
    delete_dashboards_of(person)
    delete_filters_of(person)
    stop_webhooks_of(person, by=by, now=now)
    # Whom they stood in for is asked again.
    absences = Absence.objects.not_over(now.date()).filter(Q(person=person) | Q(stand_in=person))
    for absence in absences.select_related("person"):
        end_absence(absence, by=by, now=now, today=now.date())


def _carried_on(rows: Any, way: str) -> Any:
    """Those in cycles that are not closed and under an objective nobody gave up."""
    up_to_objective = {f"{way}dropped_at__isnull": True, f"{way}archived_at__isnull": True}
    return rows.filter(**up_to_objective).exclude(**{f"{way}roadmap__cycle__state": Cycle.State.CLOSED})

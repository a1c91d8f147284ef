"""What a person owes besides check-ins: steps against risks, looks at risks, scores. In the same mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count

from accounts.models import User
from areas.models import Membership, Role
from goals.models import Cycle, KeyResult, Mitigation, Objective, Risk, Roadmap
from goals.models.risk_queries import RiskQuerySet
from goals.reminders.letters import address_of


class DutyKind(StrEnum):
    MITIGATION = "mitigation"
    REVIEW = "review"
    SCORES = "scores"


@dataclass(frozen=True)
class Duty:
    """`title` is that of the step, of the risk or of the area; `missing` is how many scores are not given."""

    kind: DutyKind
    code: str
    title: str
    cycle: Cycle
    due_on: date
    url: str
    missing: int = 0


def duties_of(days: dict[int, date]) -> dict[int, list[Duty]]:
    """What each person, by id, owes on the day that each has, the latest first; who owes nothing has no key.

    Steps and risks ask their owners, in cycles that are active or closing; missing scores ask the leads of
    the area from the moment the cycle closes. Whether they see it is not asked here. Five queries at most.
    """
    found: dict[int, list[Duty]] = defaultdict(list)
    if not days:
        return found
    for person, duty in (*_steps(days), *_reviews(days), *_scores(days)):
        if duty.due_on <= days[person] or duty.kind == DutyKind.SCORES:
            found[person].append(duty)
    for duties in found.values():
        duties.sort(key=lambda duty: (duty.due_on, duty.code, duty.title))
    return found


def duties_seen_by(days: Mapping[User, date]) -> dict[int, list[Duty]]:
    """What each owes on their day and still sees: a step may be of a risk that was hidden from them.

    One query more for each who owes a step or a look.
    """
    found = duties_of({person.pk: day for person, day in days.items()})
    for person in days:
        codes = {duty.code for duty in found.get(person.pk, ()) if duty.kind != DutyKind.SCORES}
        if codes:
            visible = Risk.objects.visible_to(person).filter(code__in=codes)
            hidden = codes - set(visible.values_list("code", flat=True))
            found[person.pk] = [duty for duty in found[person.pk] if duty.code not in hidden]
    return found


def _steps(days: dict[int, date]) -> Iterator[tuple[int, Duty]]:
    rows = Mitigation.objects.unfinished().filter(owner__in=days, due_on__lte=max(days.values()))
    rows = rows.filter(risk__in=_risks().values("pk"))
    for row in rows.select_related("risk__objective__roadmap__cycle"):
        if row.owner_id and row.due_on:
            yield row.owner_id, _about(DutyKind.MITIGATION, row.risk, row.text, row.due_on)


def _reviews(days: dict[int, date]) -> Iterator[tuple[int, Duty]]:
    rows = _risks().filter(owner__in=days)
    rows = rows.exclude(pk__in=rows.goes_on().values("pk")).with_last_change()
    for row in rows.select_related("objective__roadmap__cycle"):
        if row.owner_id:
            yield row.owner_id, _about(DutyKind.REVIEW, row, row.title, row.review_due_on)


def _scores(days: dict[int, date]) -> Iterator[tuple[int, Duty]]:
    led = Membership.objects.filter(user__in=days, role=Role.LEAD, area__archived_at__isnull=True)
    leads: dict[int, list[int]] = defaultdict(list)
    for person, area in led.values_list("user_id", "area_id"):
        leads[area].append(person)
    if not leads:
        return
    unscored = KeyResult.objects.counting().filter(
        final_score__isnull=True,
        objective__roadmap__area__in=leads,
        objective__roadmap__cycle__state=Cycle.State.CLOSING,
    )
    missing = dict(unscored.order_by().values_list("objective__roadmap").annotate(Count("pk")))
    for roadmap in Roadmap.objects.filter(pk__in=missing).select_related("cycle", "area"):
        area, cycle = roadmap.area, roadmap.cycle
        url = address_of("cycles:roadmap_scores", cycle.key, area.key)
        duty = Duty(DutyKind.SCORES, area.key, area.name, cycle, cycle.ends_on, url, missing[roadmap.pk])
        yield from ((person, duty) for person in leads[area.pk])


def _risks() -> RiskQuerySet:
    going_on = Objective.objects.counting().filter(roadmap__cycle__in=Cycle.objects.open_for_check_ins())
    return Risk.objects.open().filter(objective__in=going_on.values("pk")).order_by()


def _about(kind: DutyKind, risk: Risk, title: str, due_on: date) -> Duty:
    url = address_of("goals:risk_detail", risk.code)
    return Duty(kind, risk.code, title, risk.objective.roadmap.cycle, due_on, url)

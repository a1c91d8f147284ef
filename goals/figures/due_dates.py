"""Days on which something is due: of an area with all below it, or of what one person answers for.

Only of cycles that are not closed, and only what is still to be done. What has no day of its own is due when
its cycle ends, which is one day for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from areas.models import Area
from goals.models import Cycle, Initiative, KeyResult, Kpi, Mitigation, Risk, Roadmap

CLOSED = Cycle.State.CLOSED


@dataclass(frozen=True)
class DueDate:
    """`key` names it for ever, whatever its day, so that a calendar moves it instead of adding another."""

    key: str
    day: date
    what: str
    code: str
    title: str
    address: str
    changed_at: datetime


def due_dates_of_area(area: Area, *, user: Any) -> list[DueDate]:
    """What `user` sees of an area and all below it, by day. The number of queries is fixed."""
    areas = Area.objects.at_or_below([area])
    here = Q(objective__roadmap__area__in=areas)
    plans = Roadmap.objects.visible_to(user).filter(area__in=areas, area__archived_at__isnull=True)
    found = [
        *_cycle_ends(Q(pk__in=plans.order_by().values("cycle"))),
        *_key_results(here, user),
        *_initiatives(Q(key_result__objective__roadmap__area__in=areas), user),
        *_risks(here, user),
        *_mitigations(Q(risk__objective__roadmap__area__in=areas), user),
    ]
    return sorted(found, key=_by_day)


def due_dates_of_person(person: Any, *, today: date) -> list[DueDate]:
    """What a person owns, by day, and when the next value of it is asked for. The same number of queries."""
    own = Q(owner=person)
    found = [
        *_check_ins(person, today),
        *_key_results(own, person),
        *_initiatives(own, person),
        *_risks(own, person),
        *_mitigations(own, person),
    ]
    return sorted(found, key=_by_day)


def _by_day(row: DueDate) -> tuple[date, str, str]:
    return row.day, row.code, row.key


def _cycle_ends(which: Q) -> Iterator[DueDate]:
    for cycle in Cycle.objects.filter(which).exclude(state=CLOSED):
        yield DueDate(
            key=f"cycle-{cycle.pk}",
            day=cycle.ends_on,
            what=_("last day"),
            code=cycle.key,
            title=cycle.name,
            address=cycle.get_absolute_url(),
            changed_at=cycle.updated_at,
        )


def _key_results(which: Q, user: Any) -> Iterator[DueDate]:
    """Those with a day of their own that are not done."""
    rows = KeyResult.objects.counting().visible_to(user).filter(which, due_on__isnull=False).with_context()
    for row in rows.exclude(objective__roadmap__cycle__state=CLOSED):
        if not row.is_done:
            yield _of_key_result(row, "key-result", row.due_date, _("due"))


def _check_ins(person: Any, today: date) -> Iterator[DueDate]:
    owned = KeyResult.objects.owned_in_active_cycles().answered_for_by(person, today).with_context()
    for row in owned:
        if (day := row.check_in_due_on) is not None:
            yield _of_key_result(row, "check-in", day, _("check-in"))
    for kpi in Kpi.objects.answered_for_by(person, today).with_context():
        yield DueDate(
            key=f"kpi-{kpi.pk}",
            day=kpi.due_on,
            what=_("value"),
            code=kpi.code,
            title=kpi.title,
            address=kpi.get_absolute_url(),
            changed_at=kpi.updated_at,
        )


def _of_key_result(row: KeyResult, kind: str, day: date, what: str) -> DueDate:
    return DueDate(
        key=f"{kind}-{row.pk}",
        day=day,
        what=what,
        code=row.code,
        title=row.title,
        address=row.get_absolute_url(),
        changed_at=row.updated_at,
    )


def _initiatives(which: Q, user: Any) -> Iterator[DueDate]:
    rows: QuerySet[Any] = Initiative.objects.unfinished().visible_to(user).with_context()
    rows = rows.filter(which, due_on__isnull=False, key_result__in=KeyResult.objects.counting())
    for row in rows.exclude(key_result__objective__roadmap__cycle__state=CLOSED):
        yield DueDate(
            key=f"initiative-{row.pk}",
            day=row.due_on,
            what=_("initiative"),
            code=row.key_result.code,
            title=row.title,
            address=row.get_absolute_url(),
            changed_at=row.updated_at,
        )


def _risks(which: Q, user: Any) -> Iterator[DueDate]:
    """Those that somebody wants to look at again on a day."""
    rows: QuerySet[Any] = Risk.objects.open().visible_to(user).filter(which, review_on__isnull=False)
    for row in rows.exclude(objective__roadmap__cycle__state=CLOSED):
        yield DueDate(
            key=f"risk-{row.pk}",
            day=row.review_on,
            what=_("review of the risk"),
            code=row.code,
            title=row.title,
            address=row.get_absolute_url(),
            changed_at=row.updated_at,
        )


def _mitigations(which: Q, user: Any) -> Iterator[DueDate]:
    seen: QuerySet[Any] = (
        Risk.objects.open().visible_to(user).exclude(objective__roadmap__cycle__state=CLOSED)
    )
    rows: QuerySet[Any] = Mitigation.objects.unfinished().filter(which, due_on__isnull=False)
    for row in rows.filter(risk__in=seen.order_by().values("pk")).select_related("risk"):
        yield DueDate(
            key=f"mitigation-{row.pk}",
            day=row.due_on,
            what=_("mitigation"),
            code=row.risk.code,
            title=row.text,
            address=row.risk.get_absolute_url(),
            changed_at=row.updated_at,
        )

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


def _due(
    kind: str, row: Any, day: Any, what: str, *, of: Any = None, named: str = "", page: Any = None
) -> DueDate:
    """`of` is what lends its code, where the row has none; `named` stands for a name, `page` for its page."""
    return DueDate(
        key=f"{kind}-{row.pk}",
        day=day,
        what=what,
        code=(of or row).code,
        title=named or row.title,
        address=(page or row).get_absolute_url(),
        changed_at=row.updated_at,
    )


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
            yield _due("key-result", row, row.due_date, _("due"))


def _check_ins(person: Any, today: date) -> Iterator[DueDate]:
    owned = KeyResult.objects.owned_in_active_cycles().answered_for_by(person, today).with_context()
    for row in owned:
        if (day := row.check_in_due_on) is not None:
            yield _due("check-in", row, day, _("check-in"))
    for kpi in Kpi.objects.answered_for_by(person, today).with_context():
        yield _due("kpi", kpi, kpi.due_on, _("value"))


def _initiatives(which: Q, user: Any) -> Iterator[DueDate]:
    rows: QuerySet[Any] = Initiative.objects.unfinished().visible_to(user).with_context()
    rows = rows.filter(which, due_on__isnull=False, key_result__in=KeyResult.objects.counting())
    for row in rows.exclude(key_result__objective__roadmap__cycle__state=CLOSED):
        yield _due("initiative", row, row.due_on, _("initiative"), of=row.key_result)


def _risks(which: Q, user: Any) -> Iterator[DueDate]:
    """Those that somebody wants to look at again on a day."""
    rows = Risk.objects.open().visible_to(user).filter(which, review_on__isnull=False)
    for row in rows.exclude(objective__roadmap__cycle__state=CLOSED):
        yield _due("risk", row, row.review_on, _("review of the risk"))


def _mitigations(which: Q, user: Any) -> Iterator[DueDate]:
    seen = Risk.objects.open().visible_to(user).exclude(objective__roadmap__cycle__state=CLOSED)
    rows: QuerySet[Any] = Mitigation.objects.unfinished().filter(which, due_on__isnull=False)
    for row in rows.filter(risk__in=seen.order_by().values("pk")).select_related("risk"):
        risk = row.risk
        yield _due("mitigation", row, row.due_on, _("mitigation"), of=risk, named=row.text, page=risk)

"""What may keep objectives from being met and what they need, on the day that a page shows."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from areas.models import Area
from goals.figures.needs import needs_on
from goals.figures.risks import concerns_on, risks_on, there_on
from goals.models import Cycle, Dependency, Objective, Risk
from goals.models.risk_queries import RiskQuerySet
from goals.views.context import Reader
from goals.views.looking_back import ShownDay


def risks_of(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> dict[int, list[Risk]]:
    """All that the person may see, by objective: its own by number, then those of others that concern it."""
    concerned = concerns_on(objective_ids, shown.as_of)
    wanted = Q(objective__in=objective_ids) | Q(pk__in={risk for _objective, risk in concerned})
    rows = Risk.objects.visible_to(user).filter(wanted, objective__roadmap__area__archived_at__isnull=True)
    rows = rows.select_related("objective").order_by("objective__code", "number")
    if shown.as_of:
        found = risks_on(rows, shown.as_of)
    else:
        found = list(rows.live().select_related("owner").prefetch_related("mitigations__owner"))
    by_key = {risk.pk: risk for risk in found}
    listed: dict[int, list[Risk]] = {pk: [] for pk in objective_ids}
    for risk in found:
        if risk.objective_id in listed:
            listed[risk.objective_id].append(risk)
    for objective, key in concerned:
        if key in by_key:
            listed[objective].append(by_key[key])
    return listed


def open_risks_of_cycle(cycle: Cycle, user: Reader, shown: ShownDay) -> list[Risk]:
    """What a manager has to think about: not closed, with how far each is mitigated."""
    rows = risks_of_cycle(cycle, user).select_related("objective__roadmap")
    if shown.as_of:
        return [row for row in risks_on(rows, shown.as_of) if row.is_open]
    return list(rows.open().with_mitigation_state(shown.today).with_last_change())


def stale_among(rows: Collection[Risk], cycle: Cycle, shown: ShownDay) -> list[Risk]:
    """Those of `open_risks_of_cycle` to be looked at again, the gravest first. Today: two queries."""
    if shown.as_of:
        found = [risk for risk in rows if risk.is_stale(shown.day)]
    else:
        keys = set(Risk.objects.of_cycle(cycle).stale(shown.today).values_list("pk", flat=True))
        found = [risk for risk in rows if risk.pk in keys]
    return sorted(found, key=lambda risk: (-(risk.score or 0), risk.code))


def reviewable_areas(user: Reader, cycle: Cycle) -> set[int]:
    """Where the person may edit risks of this cycle. One query, none in a closed cycle."""
    if cycle.is_closed:
        return set()
    return set(Area.objects.without_tree_fields().contributable_by(user).values_list("pk", flat=True))


def risks_of_cycle(cycle: Cycle, user: Reader) -> RiskQuerySet:
    """Those that were or are in the cycle, as far as the person may see them; not those of archived areas."""
    rows = Risk.objects.visible_to(user).of_cycle(cycle)
    return rows.filter(objective__roadmap__area__archived_at__isnull=True)


def needs_of(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> list[Dependency]:
    """What these objectives need; a need of an objective that is hidden from the person is left out."""
    rows = Dependency.objects.filter(objective__in=objective_ids).order_by("objective__position", "pk")
    if shown.as_of:
        rows = rows.select_related("objective__roadmap__area")
        return needs_on(rows, shown.as_of, seen=Objective.objects.visible_to(user))
    return list(rows.live().visible_to(user).with_context())


def needed_by(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> list[Dependency]:
    """What other objectives, that the person may see, need of these."""
    seen = Objective.objects.visible_to(user)
    rows = Dependency.objects.with_context().order_by("on_objective__position", "pk")
    if not shown.as_of:
        asked = rows.live().filter(on_objective__in=objective_ids)
        return list(asked.filter(objective__in=seen.counting()))
    named = Dependency.history.filter(on_objective__in=objective_ids).values("id")
    rows = rows.filter(pk__in=named, objective__in=seen, objective__roadmap__area__archived_at__isnull=True)
    found = needs_on(rows, shown.as_of, seen=seen)
    return [row for row in found if row.on_objective_id in set(objective_ids)]


def needs_of_cycle(cycle: Cycle, user: Reader, shown: ShownDay) -> list[Dependency]:
    """Who waits for whom in a cycle, of all that is in the plan and the person may see."""
    rows = Dependency.objects.of_cycle(cycle).with_context()
    if not shown.as_of:
        return list(rows.in_plan().visible_to(user))
    seen = Objective.objects.visible_to(user)
    rows = rows.filter(objective__in=seen, objective__roadmap__area__archived_at__isnull=True)
    there = there_on(
        Objective,
        set(rows.values_list("objective", flat=True)),
        shown.as_of,
        out=("archived_at", "dropped_at"),
    )
    return needs_on(rows.filter(objective__in=there), shown.as_of, seen=seen)

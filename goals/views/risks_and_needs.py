"""What may keep objectives from being met and what they need, on the day that a page shows."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from goals.figures.risks import needs_on, risks_on
from goals.models import Cycle, Dependency, Objective, Risk
from goals.views.context import Reader
from goals.views.looking_back import ShownDay


def risks_of(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> list[Risk]:
    """All that the person may see, by objective and number, with owners and steps."""
    rows = Risk.objects.visible_to(user).filter(objective__in=objective_ids).order_by("objective", "number")
    if shown.as_of:
        return risks_on(rows.select_related("objective"), shown.as_of)
    return list(rows.live().select_related("objective", "owner").prefetch_related("mitigations__owner"))


def open_risks_of_cycle(cycle: Cycle, user: Reader, shown: ShownDay) -> list[Risk]:
    """What a manager has to think about: not closed, with how far each is mitigated."""
    rows = Risk.objects.visible_to(user).of_cycle(cycle).select_related("objective__roadmap")
    if shown.as_of:
        rows = rows.filter(objective__roadmap__area__archived_at__isnull=True)
        return [row for row in risks_on(rows, shown.as_of) if row.is_open]
    return list(rows.open().with_mitigation_state(shown.today))


def needs_of(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> list[Dependency]:
    """What these objectives need; a need of an objective that is hidden from the person is left out."""
    seen = Objective.objects.visible_to(user)
    rows = Dependency.objects.filter(objective__in=objective_ids).select_related("objective")
    rows = rows.order_by("objective__position", "pk")
    if shown.as_of:
        return needs_on(rows, shown.as_of, seen=seen)
    named = Q(on_objective__isnull=True) | Q(on_objective__in=seen)
    return list(rows.filter(named).select_related("on_objective__roadmap__area"))


def needed_by(objective: Objective, user: Reader, shown: ShownDay) -> list[Dependency]:
    """What other objectives, that the person may see, need of this one."""
    seen = Objective.objects.visible_to(user)
    rows = Dependency.objects.select_related("objective__roadmap__area")
    if not shown.as_of:
        return list(rows.filter(on_objective=objective, objective__in=seen.live()))
    named = Dependency.history.filter(on_objective=objective.pk).values("id")
    rows = rows.filter(pk__in=named, objective__in=seen, objective__roadmap__area__archived_at__isnull=True)
    found = needs_on(rows, shown.as_of, seen=seen)
    return [row for row in found if row.on_objective_id == objective.pk]

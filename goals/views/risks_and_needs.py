"""What may keep objectives from being met and what they need, on the day that a page shows."""

from __future__ import annotations

from collections.abc import Collection

from goals.figures.needs import needs_on
from goals.figures.risks import risks_on, there_on
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

"""What may keep objectives from being met and what they need, on the day that a page shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from areas.models import Area
from goals.figures.needs import most_pressing_first, needs_on
from goals.figures.risks import concerns_on, risks_on, there_on
from goals.models import Cycle, Dependency, Mitigation, Objective, Risk
from goals.models.dependency import DependencyQuerySet
from goals.models.risk_queries import RiskQuerySet
from goals.views.context import Reader
from goals.views.looking_back import ShownDay


def risks_of(objective_ids: Collection[int], user: Reader, shown: ShownDay) -> dict[int, list[Risk]]:
    """All that the person may see, by objective: its own by number, then those of others that concern it."""
    rows = Risk.objects.visible_to(user).filter(objective__roadmap__area__archived_at__isnull=True)
    rows = rows.select_related("objective").order_by("objective__code", "number")
    if shown.as_of:
        concerned = concerns_on(objective_ids, shown.as_of)
        wanted = Q(objective__in=objective_ids) | Q(pk__in={risk for _objective, risk in concerned})
        found = risks_on(rows.filter(wanted), shown.as_of)
    else:
        found, concerned = _risks_today(objective_ids, rows)
    by_key = {risk.pk: risk for risk in found}
    listed: dict[int, list[Risk]] = {pk: [] for pk in objective_ids}
    for risk in found:
        if risk.objective_id in listed:
            listed[risk.objective_id].append(risk)
    for objective, key in concerned:
        if key in by_key:
            listed[objective].append(by_key[key])
    return listed


def _risks_today(
    objective_ids: Collection[int], rows: RiskQuerySet
) -> tuple[list[Risk], list[tuple[int, int]]]:
    """The risks of objectives and those that concern them, and which concerns which, as `concerns_on` tells.

    Two queries: a risk is there once for each objective that it concerns.
    """
    rows = rows.live().annotate(concern=F("concerns"), concerned=F("concerns__objective"))
    wanted = Q(objective__in=objective_ids) | Q(concerned__in=objective_ids)
    steps = Prefetch("mitigations", Mitigation.objects.select_related("owner"))
    found = list(rows.filter(wanted).select_related("owner").prefetch_related(steps))
    concerned = {row.concern: (row.concerned, row.pk) for row in found if row.concerned in objective_ids}
    return list({row.pk: row for row in found}.values()), [pair for _pk, pair in sorted(concerned.items())]


def open_risks_of_cycle(cycle: Cycle, user: Reader, shown: ShownDay) -> list[Risk]:
    """What a manager has to think about: not closed, with how far each is mitigated."""
    rows = risks_of_cycle(cycle, user).select_related("objective__roadmap")
    if shown.as_of:
        return [row for row in risks_on(rows, shown.as_of) if row.is_open]
    rows = rows.open().with_mitigation_state(shown.today).with_last_change()
    taken_on = Risk.objects.goes_on().filter(pk=OuterRef("pk")).order_by()
    return list(rows.annotate(is_taken_on=Exists(taken_on)))


def stale_among(rows: Collection[Risk], cycle: Cycle, shown: ShownDay) -> list[Risk]:
    """Those of `open_risks_of_cycle` to be looked at again, the gravest first. No query.

    Today they are those of `RiskQuerySet.stale`: nothing can be written down about others.
    """
    found = [risk for risk in rows if risk.is_stale(shown.day)]
    if not shown.as_of:
        found = [risk for risk in found if not (cycle.is_closed or vars(risk)["is_taken_on"])]
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


def needs_around(
    objective_ids: Collection[int], user: Reader, shown: ShownDay
) -> tuple[list[Dependency], list[Dependency]]:
    """What objectives need, and what others need of them, what presses first, as far as the person sees both.

    Today in one query, and each with whether the person may edit or answer it (`lines_of`).
    """
    if shown.as_of:
        own, asked = _needs_then(objective_ids, user, shown.as_of)
    else:
        rows = list(_needs_today(objective_ids, user))
        own, asked = ([row for row in rows if getattr(row, name)] for name in ("is_own", "is_asked"))
    return own, most_pressing_first(asked)


def _needs_today(objective_ids: Collection[int], user: Reader) -> DependencyQuerySet:
    """A need of an objective that is hidden from the person is left out."""
    seen = Objective.objects.visible_to(user).counting().order_by().values("pk")
    own = Dependency.objects.filter(objective__in=objective_ids).visible_to(user)
    asked = Dependency.objects.filter(on_objective__in=objective_ids, objective__in=seen)
    these = Q(objective__in=objective_ids) | Q(on_objective__in=objective_ids)
    rows = Dependency.objects.live().filter(these).with_context()
    rows = rows.annotate(is_own=_among(own), is_asked=_among(asked)).filter(Q(is_own=True) | Q(is_asked=True))
    rights = {
        "is_editable": _among(Dependency.objects.editable_by(user)),
        "is_answerable": _among(Dependency.objects.answerable_by(user)),
    }
    return rows.annotate(**rights).order_by("objective__position", "pk")


def _among(rows: DependencyQuerySet) -> Exists:
    return Exists(rows.filter(pk=OuterRef("pk")).order_by())


def _needs_then(
    objective_ids: Collection[int], user: Reader, day: date
) -> tuple[list[Dependency], list[Dependency]]:
    seen = Objective.objects.visible_to(user)
    own = Dependency.objects.filter(objective__in=objective_ids).order_by("objective__position", "pk")
    named = Dependency.history.filter(on_objective__in=objective_ids).values("id")
    others = Dependency.objects.with_context().order_by("on_objective__position", "pk")
    others = others.filter(
        pk__in=named, objective__in=seen, objective__roadmap__area__archived_at__isnull=True
    )
    asked = [row for row in needs_on(others, day, seen=seen) if row.on_objective_id in set(objective_ids)]
    return needs_on(own.select_related("objective__roadmap__area"), day, seen=seen), asked


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

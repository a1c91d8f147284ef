"""What a badge says of a key result, an objective, a roadmap or a KPI: a name, a figure and a colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from goals.figures.key_result import KeyResultFigures, key_results_figures
from goals.figures.kpis import KpiFigures, kpis_figures
from goals.figures.means import MeanFigures, ObjectiveFigures
from goals.figures.plan import figures_of
from goals.figures.public import public_plan
from goals.figures.tree import roadmap_figures
from goals.models import KeyResult, Kpi, MovedCode, Objective, Roadmap
from goals.values import format_share, format_value


@dataclass(frozen=True)
class Badge:
    """`look` is the name of a colour: a pace, or stale. `address` is the page of the thing."""

    code: str
    title: str
    message: str
    look: str
    address: str


def badge_of(code: str, *, user: Any, today: date) -> Badge | None:
    """With what a person sees; None where there is nothing of that code for them, or it is given up.

    Of what has moved the old code does, too.
    """
    return _first(code, user, today) or _of_moved(code, lambda now: _first(now, user, today))


def public_badge_of(code: str, *, today: date) -> Badge | None:
    """With what the world may read, as on the public page of the roadmap: the means are of that alone."""
    return _public(code, today) or _of_moved(code, lambda now: _public(now, today))


def _first(code: str, user: Any, today: date) -> Badge | None:
    finders = (_key_result, _objective, _roadmap, _kpi)
    return next(filter(None, (find(code, user, today) for find in finders)), None)


def _of_moved(code: str, find: Callable[[str], Badge | None]) -> Badge | None:
    """The thing that had the code before it moved; whether it is shown is asked of where it is now."""
    moved = MovedCode.objects.with_thing().filter(code=code, risk__isnull=True).first()
    return None if moved is None else find(moved.thing.code)


def _public(code: str, today: date) -> Badge | None:
    roadmaps = Roadmap.objects.public().select_related("area", "cycle")
    own = Objective.objects.public().counting().filter(code=code).values("roadmap")
    above = KeyResult.objects.public().filter(code=code).order_by().values("objective__roadmap")
    found = roadmaps.filter(code=code) | roadmaps.filter(pk__in=own) | roadmaps.filter(pk__in=above)
    roadmap = found.first()
    if roadmap is None:
        return None
    plan = public_plan(roadmap, today=today)
    if roadmap.code == code:
        return _of_roadmap(roadmap, plan.mean)
    return _among(code, plan.objectives)


def _among(code: str, objectives: Iterable[ObjectiveFigures]) -> Badge | None:
    for row in objectives:
        if row.objective.code == code:
            return _of_objective(row)
        for part in row.key_results:
            if part.key_result.code == code:
                return _of_key_result(part)
    return None


def _key_result(code: str, user: Any, today: date) -> Badge | None:
    rows = KeyResult.objects.counting().visible_to(user).with_context().filter(code=code)
    return next(map(_of_key_result, key_results_figures(rows, today=today)), None)


def _objective(code: str, user: Any, today: date) -> Badge | None:
    rows = Objective.objects.counting().visible_to(user).filter(code=code)
    found = list(rows.select_related("owner", "roadmap__area", "roadmap__cycle"))
    figures = figures_of(found, user=user, today=today)
    return _of_objective(figures[found[0].pk]) if found else None


def _roadmap(code: str, user: Any, today: date) -> Badge | None:
    rows = Roadmap.objects.visible_to(user).filter(area__archived_at__isnull=True, code=code)
    roadmap = rows.select_related("area", "cycle").first()
    if roadmap is None:
        return None
    return _of_roadmap(roadmap, roadmap_figures(roadmap, user=user, today=today).mean)


def _kpi(code: str, user: Any, today: date) -> Badge | None:
    rows = Kpi.objects.live().visible_to(user).filter(code=code).select_related("area", "last_entry")
    return next(map(_of_kpi, kpis_figures(rows, today=today)), None)


def _of_key_result(row: KeyResultFigures) -> Badge:
    key_result = row.key_result
    word = _("Stale") if row.stale else row.word
    message = word if row.progress is None else f"{format_share(row.progress)} · {word}"
    return Badge(key_result.code, key_result.title, message, row.badge, key_result.get_absolute_url())


def _of_objective(row: ObjectiveFigures) -> Badge:
    objective = row.objective
    return Badge(
        objective.code, objective.title, _of_mean(row.mean), row.mean.badge, objective.get_absolute_url()
    )


def _of_roadmap(roadmap: Roadmap, mean: MeanFigures) -> Badge:
    title = f"{roadmap.area.name} · {roadmap.cycle.name}"
    return Badge(roadmap.code, title, _of_mean(mean), mean.badge, roadmap.get_absolute_url())


def _of_mean(mean: MeanFigures) -> str:
    return mean.word if mean.completion is None else f"{format_share(mean.completion)} · {mean.word}"


def _of_kpi(row: KpiFigures) -> Badge:
    value = format_value(row.value, unit=row.kpi.unit)
    return Badge(
        row.kpi.code, row.kpi.title, f"{value} · {row.badge_word}", row.badge, row.kpi.get_absolute_url()
    )

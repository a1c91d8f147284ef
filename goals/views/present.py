"""Present: a slide for the whole and one for each area, for a meeting; the same page without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goals.figures import AreaFigures, KeyResultFigures
from goals.figures.attention import attention_list
from goals.figures.recent import RECENT_DAYS, mean_change
from goals.figures.series import Before
from goals.figures.tree import Part
from goals.models import Risk
from goals.views.context import chosen_cycle, cycle_context
from goals.views.looking_back import ShownDay, day_context, figures_of_cycle, forecast_rows, shown_day
from goals.views.overview import days_of
from goals.views.risks_and_needs import open_risks_of_cycle

# What is read from the other end of a table; the pages that a slide leads to have the rest.
WHOLE = "all"  # in small letters, as no area has a key like this
OBJECTIVES_SHOWN, ATTENTION_SHOWN, RISKS_SHOWN = 8, 4, 3


@dataclass(frozen=True)
class Slide:
    """An area on a screen. `change` is a ratio, None without an earlier snapshot; `more_*`: what is cut."""

    figures: AreaFigures
    change: Decimal | None
    objectives: Sequence[Part]
    more_objectives: int
    attention: Sequence[KeyResultFigures]
    more_attention: int
    risks: Sequence[Risk]
    more_risks: int
    before: str  # what the slides around it are called in the address; `after` is empty for the last
    after: str


@require_safe
def present(request: HttpRequest) -> HttpResponse:
    """A cycle as slides, one below the other; present.js turns them by the keys of the arrows."""
    cycle = chosen_cycle(request)
    context = {"nav": "overview", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/present.html", context)
    shown = shown_day(request, cycle)
    figures, course = figures_of_cycle(cycle, user=request.user, shown=shown)
    before = course.before(shown.day - timedelta(days=RECENT_DAYS))
    high = [risk for risk in open_risks_of_cycle(cycle, request.user, shown) if risk.is_high]
    high.sort(key=lambda risk: (-(risk.score or 0), risk.code))
    context |= {
        **day_context(request, cycle, shown),
        "figures": figures,
        "days": days_of(cycle, shown.day),
        "change": mean_change(figures.mean, figures.area_ids, before),
        "slides": _with_forecasts(_slides(figures.areas, before, high), shown),
    }
    return render(request, "goals/present.html", context)


def _slides(areas: Sequence[AreaFigures], before: Before, high: Sequence[Risk]) -> list[Slide]:
    names = [WHOLE, *(area.area.key for area in areas), ""]
    turns = zip(names, names[2:], strict=False)
    return [_slide(area, before, high, *turn) for area, turn in zip(areas, turns, strict=True)]


def _with_forecasts(slides: Sequence[Slide], shown: ShownDay) -> list[Slide]:
    """What needs attention tells its forecast in its sentence. One query for all slides."""
    rows = forecast_rows([row for slide in slides for row in slide.attention], shown)
    told = {row.key_result.pk: row for row in rows}
    return [
        replace(slide, attention=[told[row.key_result.pk] for row in slide.attention]) for slide in slides
    ]


def _slide(area: AreaFigures, past: Before, high: Sequence[Risk], before: str, after: str) -> Slide:
    """`high` are the high risks of the cycle, the gravest first."""
    inside = area.ids
    attention = attention_list(area)
    risks = [risk for risk in high if risk.objective.roadmap.area_id in inside]
    return Slide(
        figures=area,
        change=mean_change(area.mean, inside, past),
        objectives=area.focus[:OBJECTIVES_SHOWN],
        more_objectives=max(len(area.focus) - OBJECTIVES_SHOWN, 0),
        attention=attention[:ATTENTION_SHOWN],
        more_attention=max(len(attention) - ATTENTION_SHOWN, 0),
        risks=risks[:RISKS_SHOWN],
        more_risks=max(len(risks) - RISKS_SHOWN, 0),
        before=before,
        after=after,
    )

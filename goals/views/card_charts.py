"""Cards that draw: the charts of other pages, of what a card is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from goals.figures import key_result_figures, plan_changes
from goals.figures.changes import target_moments
from goals.figures.kpis import entry_points, kpi_figures
from goals.figures.risk_trend import risk_trend
from goals.forms.risk_filters import RiskFilterForm
from goals.models import Card, KeyResult, Kpi
from goals.views.card_reading import NotShown, Reading
from goals.views.courses import key_result_chart, mean_chart
from goals.views.key_results import counting_check_ins
from goals.views.kpis import kpi_chart
from goals.views.looking_back import known_check_ins
from goals.views.risk_chart import trend_charts
from goals.views.risk_matrix import matrix_of
from goals.views.risks_and_needs import risks_of_cycle


def days_ago(today: date, days: int) -> date:
    return today - timedelta(days=days)


def completion(reading: Reading, card: Card) -> dict[str, Any]:
    """Areas with their means; of one area its teams, and first the area itself."""
    area = reading.area(card)
    rows = list(reading.figures.areas) if area is None else [area, *area.teams]
    mean = reading.mean(card)
    return {"rows": rows, "total": mean, "mean": mean, "link": _area_page(reading, card)}


def health(reading: Reading, card: Card) -> dict[str, Any]:
    mean = reading.mean(card)
    return {"health": mean.health, "mean": mean, "link": _area_page(reading, card)}


def course(reading: Reading, card: Card) -> dict[str, Any]:
    areas, mean = reading.area_ids(card), reading.mean(card)
    keys = [
        row.key_result.pk
        for row in reading.figures.key_results()
        if row.key_result.objective.roadmap.area_id in areas
    ]
    series = reading.course.line(areas, reading.today)
    chart = mean_chart(reading.figures.cycle, series, mean, target_moments(keys), today=reading.today)
    return {"chart": chart, "mean": mean, "link": _area_page(reading, card)}


def risk_matrix(reading: Reading, card: Card) -> dict[str, Any]:
    reading.area(card)
    query = reading.query(card)
    form = RiskFilterForm(query, risks=reading.risks, today=reading.today)
    places = form.narrow(reading.risks).order_by().values_list("likelihood", "impact")
    matrix, without_place = matrix_of(places)
    page = f"{reverse('goals:risk_list')}?{query.urlencode()}"
    return {"matrix": matrix, "without_place": without_place, "page": page, "link": page}


def risks_over_time(reading: Reading, card: Card) -> dict[str, Any]:
    rows = risks_of_cycle(reading.cycle, reading.reader)
    if card.settings.get("area"):
        rows = rows.filter(objective__roadmap__area__in=reading.area_ids(card))
    trend = trend_charts(risk_trend(rows, reading.cycle, until=reading.today), reading.cycle)
    link = f"{reverse('goals:risk_list')}?{reading.query(card).urlencode()}"
    return {"chart": trend.charts[0] if trend.charts else None, "link": link}


def kpi_course(reading: Reading, card: Card) -> dict[str, Any]:
    rows = Kpi.objects.live().visible_to(reading.reader).with_context()
    kpi = rows.filter(code=card.settings.get("code", "")).first()
    if kpi is None:
        raise NotShown(_hidden())
    figures = kpi_figures(kpi, today=reading.today, points=entry_points([kpi.pk]).get(kpi.pk, ()))
    return {
        "title": kpi.title,
        "figures": figures,
        "chart": kpi_chart(figures, today=reading.today),
        "link": kpi.get_absolute_url(),
    }


def key_result_course(reading: Reading, card: Card) -> dict[str, Any]:
    rows = KeyResult.objects.live().visible_to(reading.reader).with_context()
    row = rows.filter(code=card.settings.get("code", "")).first()
    if row is None:
        raise NotShown(_hidden())
    check_ins = list(known_check_ins([row.pk], reading.shown).newest_first())
    in_order = sorted(check_ins, key=lambda check_in: check_in.sequence)
    points = [(found.effective_on, found.value) for found in in_order if found.value is not None]
    figures = key_result_figures(row, today=reading.today, points=points)
    changes = plan_changes([row.pk], until=None)
    return {
        "title": row.title,
        "figures": figures,
        "chart": key_result_chart(figures, counting_check_ins(check_ins), changes, today=reading.today),
        "link": row.get_absolute_url(),
    }


def _hidden() -> str:
    """The same for what has gone and for what is hidden: which of them it is, is not told."""
    return _("This is not there any more, or hidden from you.")


def _area_page(reading: Reading, card: Card) -> str:
    area = card.settings.get("area")
    page = reverse("areas:area_detail", args=[area]) if area else reverse("goals:overview")
    return f"{page}?cycle={reading.cycle.key}"

"""The cards of a dashboard, from a kind and its settings to what a reader finds; what draws: card_charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from areas.permissions import can_manage_cycles
from goals.figures import KeyResultFigures, key_results_figures
from goals.figures.attention import attention_list, silent_list
from goals.figures.changed_line import SECTIONS
from goals.figures.kpis import kpis_figures
from goals.figures.needs import most_pressing_first, partners_of
from goals.figures.reviews import waiting_for
from goals.forms.dependency_filters import DependencyFilterForm
from goals.forms.kpis import KpiFilterForm
from goals.forms.risk_filters import RiskFilterForm
from goals.models import Card, KeyResult, Kpi
from goals.models.dependency import Standing
from goals.views import card_charts
from goals.views.card_reading import NotShown, Reading, ShownCard
from goals.views.changes import ChangesFilterForm
from goals.views.looking_back import forecast_rows
from goals.views.need_lines import SHAPES

Read = Callable[[Reading, Card], dict[str, Any]]


def shown_cards(reading: Reading, cards: Iterable[Card]) -> list[ShownCard]:
    return [shown_card(reading, card) for card in cards]


def shown_card(reading: Reading, card: Card) -> ShownCard:
    """What the reader finds; where that is nothing, neither its title nor its filter is told."""
    try:
        told = READ[card.kind](reading, card)
    except NotShown as reason:
        return ShownCard(card, str(card.get_kind_display()), instead=reason.sentence)
    title = card.title or told.pop("title", "") or str(card.get_kind_display())
    told.pop("title", None)
    if not card.title and (area := card.settings.get("area")):
        found = reading.figures.find_area(area)
        title = f"{title}: {found.area.name}" if found else title
    own = {name: told.pop(name) for name in ("link", "more", "mean") if name in told}
    return ShownCard(card, title, f"goals/cards/{card.kind}.html", told, **own)


def _cut(reading: Reading, rows: Sequence[Any], **more: Any) -> dict[str, Any]:
    return {"rows": rows[: reading.most], "more": max(len(rows) - reading.most, 0), **more}


def _key_rows(reading: Reading, card: Card, rows: Iterable[KeyResultFigures]) -> dict[str, Any]:
    told = _cut(reading, reading.narrowed(card, rows), mean=reading.mean(card))
    return told | {"rows": forecast_rows(told["rows"], reading.shown)}


def attention(reading: Reading, card: Card) -> dict[str, Any]:
    return _key_rows(reading, card, attention_list(reading.figures))


def silent(reading: Reading, card: Card) -> dict[str, Any]:
    if not can_manage_cycles(reading.reader):
        raise NotShown(_("Who is silent is shown to managers alone."))
    return _key_rows(reading, card, silent_list(reading.figures))


def key_results(reading: Reading, card: Card) -> dict[str, Any]:
    return _key_rows(reading, card, reading.figures.key_results())


def objectives(reading: Reading, card: Card) -> dict[str, Any]:
    areas, owner = reading.area_ids(card), reading.owner(card)
    tag, health = card.settings.get("tag"), card.settings.get("health")
    rows = [
        row
        for roadmap in reading.figures.roadmaps()
        if roadmap.roadmap.area_id in areas
        for row in roadmap.objectives
        if owner in (None, row.objective.owner_id)
        and (not tag or tag in row.objective.tag_list)
        and (not health or health == row.mean.badge or (health == "stale" and row.silent))
    ]
    return _cut(reading, rows, mean=reading.mean(card))


def risks(reading: Reading, card: Card) -> dict[str, Any]:
    reading.area(card)
    query = reading.query(card)
    form = RiskFilterForm(query, risks=reading.risks, today=reading.today)
    rows = form.narrow(reading.risks).for_register()
    count = rows.count()
    link = f"{reverse('goals:risk_list')}?{query.urlencode()}"
    shown = list(rows[: reading.most])
    return {"rows": shown, "more": count - len(shown), "link": link}


def changes(reading: Reading, card: Card) -> dict[str, Any]:
    reading.area(card)
    since = card_charts.days_ago(reading.today, int(card.settings.get("days", "7")))
    query = reading.query(card, since=since.isoformat(), days="")
    query.pop("days", None)
    form = ChangesFilterForm(query)
    form.is_valid()
    # Values first and people last, as on the page; each the newest first.
    rows = sorted(
        form.changes(reading.cycle, reading.reader), key=lambda change: SECTIONS.index(change.section)
    )
    link = f"{reverse('goals:change_list')}?{query.urlencode()}"
    return _cut(reading, rows, link=link, since=since)


def dependencies(reading: Reading, card: Card) -> dict[str, Any]:
    reading.area(card)
    query = reading.query(card)
    form = DependencyFilterForm(query, partners=partners_of(reading.needs), mine=reading.mine)
    rows = most_pressing_first(form.narrow(reading.needs))
    lines = [(need, SHAPES[Standing(need.standing)]) for need in rows]
    return _cut(reading, lines, link=f"{reverse('goals:dependency_list')}?{query.urlencode()}")


def kpis(reading: Reading, card: Card) -> dict[str, Any]:
    reading.area(card)
    query = reading.query(card)
    query.pop("cycle")
    seen = Kpi.objects.live().visible_to(reading.reader)
    form = KpiFilterForm(query, kpis=seen, today=reading.today)
    # Somebody who owns no KPI is no choice of the filter; nothing fits then, instead of everything.
    rows = form.rows() if form.is_valid() else []
    cut = _cut(reading, rows, link=f"{reverse('goals:kpi_list')}?{query.urlencode()}")
    cut["rows"] = kpis_figures(cut["rows"], today=reading.today)
    return cut


def my_check_ins(reading: Reading, card: Card) -> dict[str, Any]:
    """Of whoever reads."""
    owned = KeyResult.objects.owned_in_active_cycles().answered_for_by(reading.reader, reading.today)
    due = [row for row in owned.with_context().order_by("code") if row.owes_check_in(reading.today)]
    cut = _cut(reading, due, link=reverse("goals:my_check_ins"))
    cut["rows"] = key_results_figures(cut["rows"], today=reading.today)
    return cut


def reviews(reading: Reading, card: Card) -> dict[str, Any]:
    """Of whoever reads."""
    rows = waiting_for(reading.reader).select_related("author", "key_result__objective__roadmap")
    count = rows.count()
    shown = list(rows[: reading.most])
    return {"rows": shown, "more": count - len(shown), "link": reverse("goals:review_list")}


def note(reading: Reading, card: Card) -> dict[str, Any]:
    return {"text": card.settings.get("text", "")}


READ: dict[str, Read] = {
    Card.Kind.COMPLETION: card_charts.completion,
    Card.Kind.HEALTH: card_charts.health,
    Card.Kind.COURSE: card_charts.course,
    Card.Kind.ATTENTION: attention,
    Card.Kind.SILENT: silent,
    Card.Kind.KEY_RESULTS: key_results,
    Card.Kind.OBJECTIVES: objectives,
    Card.Kind.RISKS: risks,
    Card.Kind.RISK_MATRIX: card_charts.risk_matrix,
    Card.Kind.RISK_TREND: card_charts.risks_over_time,
    Card.Kind.CHANGES: changes,
    Card.Kind.DEPENDENCIES: dependencies,
    Card.Kind.KPIS: kpis,
    Card.Kind.KPI_COURSE: card_charts.kpi_course,
    Card.Kind.KEY_RESULT_COURSE: card_charts.key_result_course,
    Card.Kind.MY_CHECK_INS: my_check_ins,
    Card.Kind.REVIEWS: reviews,
    Card.Kind.NOTE: note,
}

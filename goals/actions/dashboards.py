"""Dashboards and their cards: made, arranged, shared, deleted; by their owner alone.

A card is written under the lock of its dashboard, whose version it moves: two windows, or a window and a
program, lose nothing of each other. Nothing that a dashboard shows is changed by arranging it, and nobody but
its owner arranges one, so there is neither history nor an entry in the record (docs/adr/0015-dashboards.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions.card_settings import judged_settings
from goals.actions.people import lock_person
from goals.actions.refusals import Invalid, Refused, StaleVersion
from goals.actions.rows import apply_changes, refuse_unstorable
from goals.models import Card, Dashboard
from goals.models.dashboard import MOST_CARDS, MOST_DASHBOARDS, WIDEST

UP, DOWN, WIDER, NARROWER = "up", "down", "wider", "narrower"
Kind = Card.Kind
# What a manager looks at first; each has the kind, the width and the settings of a card.
STARTER: tuple[tuple[str, int, dict[str, str]], ...] = (
    (Kind.COMPLETION, 2, {}),
    (Kind.HEALTH, 1, {}),
    (Kind.ATTENTION, 2, {}),
    (Kind.SILENT, 1, {}),
    (Kind.RISKS, 2, {"show": "grave"}),
    (Kind.RISK_MATRIX, 1, {}),
    (Kind.CHANGES, 2, {"days": "7"}),
    (Kind.KPIS, 1, {}),
    (Kind.COURSE, 3, {}),
)


class ArrangedElsewhere(StaleVersion):
    """Its owner changed the dashboard or the card in another window, or by a program."""

    def __init__(self) -> None:
        Refused.__init__(self, _("You changed this in another window in the meantime; look at it again."))


@transaction.atomic
def create_dashboard(
    owner: Any, *, title: str, is_shared: bool = False, is_start: bool = False, cards: Iterable[Mapping] = ()
) -> Dashboard:
    """The owner is locked: of two start pages made at once, the later is one. Raises Invalid."""
    owner = lock_person(owner)
    if Dashboard.objects.of(owner).count() >= MOST_DASHBOARDS:
        raise Invalid(_("A person has at most %(most)d dashboards.") % {"most": MOST_DASHBOARDS})
    dashboard = Dashboard(owner=owner, title=title, is_shared=is_shared)
    _save(dashboard)
    if is_start:
        _make_start(dashboard)
    _replace_cards(dashboard, cards)
    return dashboard


@transaction.atomic
def create_starter(owner: Any) -> Dashboard:
    """The manager's dashboard that comes with the product; from then on it is the person's own."""
    cards = [{"kind": kind, "width": width, "settings": told} for kind, width, told in STARTER]
    return create_dashboard(owner, title=_("Manager's dashboard"), cards=cards)


@transaction.atomic
def change_dashboard(
    dashboard: Dashboard,
    *,
    version: int | None = None,
    cards: Iterable[Mapping] | None = None,
    **changes: Any,
) -> bool:
    """Whether something changed: title, is_shared, is_start; `cards` are all there are to be, in order.

    A card with an `id` of this dashboard stays that card. Raises StaleVersion, Invalid.
    """
    lock_person(dashboard.owner)
    dashboard = _lock(dashboard, version)
    is_start = changes.pop("is_start", dashboard.is_start)
    changed = bool(apply_changes(dashboard, changes))
    if cards is not None:
        changed = _replace_cards(dashboard, cards) or changed
    if is_start != dashboard.is_start:
        changed = True
        if is_start:
            _end_start_of(dashboard.owner_id)
        dashboard.is_start = is_start
    if changed:
        _save(dashboard)
    return changed


@transaction.atomic
def delete_dashboard(dashboard: Dashboard, *, version: int | None = None) -> None:
    """With its cards. Raises StaleVersion."""
    dashboard = _lock(dashboard, version)
    dashboard.cards.all().delete()
    dashboard.delete()


@transaction.atomic
def add_card(dashboard: Dashboard, **told: Any) -> Card:
    """The last one of its dashboard; `told` is kind, title, width, settings. Raises Invalid."""
    dashboard = _lock(dashboard)
    count = dashboard.cards.count()
    _refuse_too_many(count + 1)
    card = Card(dashboard=dashboard, position=count + 1)
    _write(card, told, by=dashboard.owner)
    _save(dashboard)
    return card


@transaction.atomic
def change_card(card: Card, *, version: int | None = None, **told: Any) -> None:
    """Title, width, settings; its kind stays. Raises StaleVersion, Invalid."""
    dashboard = _lock(card.dashboard)
    card = _held(card)
    if version is not None and version != card.version:
        raise ArrangedElsewhere
    _write(card, told, by=dashboard.owner)
    _save(dashboard)


@transaction.atomic
def arrange_card(card: Card, to: str) -> bool:
    """One place up or down, or one column wider or narrower, from where it is now. Whether it moved.

    Raises Invalid.
    """
    dashboard = _lock(card.dashboard)
    rows = list(dashboard.cards.all())
    index = next((place for place, row in enumerate(rows) if row.pk == card.pk), None)
    if index is None:
        raise ArrangedElsewhere
    if to in (UP, DOWN):
        place = index + (1 if to == DOWN else -1)
        if not 0 <= place < len(rows):
            return False
        rows[index], rows[place] = rows[place], rows[index]
        _number(rows)
    elif to in (WIDER, NARROWER):
        width = rows[index].width + (1 if to == WIDER else -1)
        if not 1 <= width <= WIDEST:
            return False
        rows[index].width = width
        _save(rows[index])
    else:
        raise Invalid(_("There is no such choice."), field="to")
    _save(dashboard)
    return True


@transaction.atomic
def remove_card(card: Card) -> None:
    """The others close up. Raises StaleVersion where it has gone already."""
    dashboard = _lock(card.dashboard)
    _held(card).delete()
    _number(list(dashboard.cards.all()))
    _save(dashboard)


def delete_dashboards_of(person: Any) -> None:
    """Of somebody who leaves: an arrangement is nobody else's, so nothing of it is handed over."""
    Card.objects.filter(dashboard__owner=person).delete()
    Dashboard.objects.filter(owner=person).delete()


def _replace_cards(dashboard: Dashboard, told: Iterable[Mapping[str, Any]]) -> bool:
    present = {card.pk: card for card in dashboard.cards.all()}
    before = [(card.pk, card.kind, card.title, card.width, card.settings) for card in present.values()]
    rows = []
    told = list(told)
    _refuse_too_many(len(told))
    for number, one in enumerate(told, start=1):
        given = dict(one)
        key = given.pop("id", None)
        card = present.pop(key, None) if key is not None else Card(dashboard=dashboard)
        if card is None:
            raise Invalid(_("The dashboard has no card %(id)s.") % {"id": key}, field="cards")
        card.position = number
        try:
            _write(card, {"title": "", "width": 1, "settings": {}} | given, by=dashboard.owner)
        except Invalid as refusal:
            sentence = _("Card %(number)d: %(sentence)s")
            told_so = sentence % {"number": number, "sentence": refusal.sentence}
            raise Invalid(told_so, field="cards") from refusal
        rows.append(card)
    for card in present.values():
        card.delete()
    return before != [(card.pk, card.kind, card.title, card.width, card.settings) for card in rows]


def _write(card: Card, told: Mapping[str, Any], *, by: Any) -> None:
    changes = dict(told)
    if card.pk is not None:
        changes.pop("kind", None)
    kind = card.kind or changes.get("kind", "")
    if "settings" in changes or card.pk is None:
        changes["settings"] = judged_settings(kind, changes.get("settings", {}), by=by)
    apply_changes(card, changes)
    _save(card)


def _save(row: Dashboard | Card) -> None:
    refuse_unstorable(row)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    row.save()


def _end_start_of(owner_id: int) -> None:
    """A person has one start page."""
    Dashboard.objects.filter(owner=owner_id, is_start=True).update(is_start=False)


def _make_start(dashboard: Dashboard) -> None:
    _end_start_of(dashboard.owner_id)
    dashboard.is_start = True
    _save(dashboard)


def _number(rows: list[Card]) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            _save(row)


def _refuse_too_many(count: int) -> None:
    if count > MOST_CARDS:
        raise Invalid(_("A dashboard has at most %(most)d cards.") % {"most": MOST_CARDS}, field="cards")


def _held(card: Card) -> Card:
    found = Card.objects.filter(pk=card.pk).first()
    if found is None:
        raise ArrangedElsewhere
    return found


def _lock(dashboard: Dashboard, version: int | None = None) -> Dashboard:
    rows = Dashboard.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
    found = rows.filter(pk=dashboard.pk).first()
    if found is None or (version is not None and version != found.version):
        raise ArrangedElsewhere
    return found

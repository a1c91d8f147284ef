"""What the cards of a dashboard are read from: each thing once, however many cards show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from goals.actions.card_settings import ME
from goals.figures import AreaFigures, Course, CycleFigures, KeyResultFigures, MeanFigures, SnapshotCourse
from goals.models import Card, Cycle, Dependency, Risk
from goals.models.risk_queries import RiskQuerySet
from goals.views.context import Reader
from goals.views.looking_back import ShownDay, figures_of_cycle
from goals.views.risks_and_needs import needs_of_cycle

SHOWN_ON_DASHBOARD, SHOWN_ALONE = 6, 200


@dataclass(frozen=True)
class ShownCard:
    """A card as its reader finds it: what it holds, or in `instead` why not. `link` leads to all of it."""

    card: Card
    title: str
    template: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    link: str = ""
    more: int = 0
    instead: str = ""
    mean: MeanFigures | None = None  # says whether parts of it are hidden from the reader


class NotShown(Exception):
    """The sentence that stands on a card instead of what it would show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Reading:
    """Everything is of one reader, one day and one cycle; with what they may not see left out."""

    def __init__(self, reader: Reader, cycle: Cycle, *, today: date, most: int = SHOWN_ON_DASHBOARD) -> None:
        self.reader, self.cycle, self.most = reader, cycle, most
        self.shown = ShownDay(today)
        self.today = today

    @cached_property
    def _figures(self) -> tuple[CycleFigures, Course | SnapshotCourse]:
        return figures_of_cycle(self.cycle, user=self.reader, shown=self.shown)

    @property
    def figures(self) -> CycleFigures:
        return self._figures[0]

    @property
    def course(self) -> Course | SnapshotCourse:
        return self._figures[1]

    @cached_property
    def needs(self) -> list[Dependency]:
        return needs_of_cycle(self.cycle, self.reader, self.shown)

    @cached_property
    def mine(self) -> set[int]:
        """The needs that wait for the reader's answer."""
        waiting = Dependency.objects.of_cycle(self.cycle).awaiting_answer_of(self.reader)
        return set(waiting.values_list("pk", flat=True))

    @property
    def risks(self) -> RiskQuerySet:
        return Risk.objects.visible_to(self.reader).of_cycle(self.cycle).live()

    def area(self, card: Card) -> AreaFigures | None:
        """The one that the card is about; None is all of them. Raises NotShown."""
        key = card.settings.get("area")
        if not key:
            return None
        found = self.figures.find_area(key)
        if found is None:
            raise NotShown(_("This area is archived, or not there any more."))
        return found

    def area_ids(self, card: Card) -> set[int]:
        area = self.area(card)
        return self.figures.area_ids if area is None else area.ids

    def mean(self, card: Card) -> MeanFigures:
        area = self.area(card)
        return self.figures.mean if area is None else area.mean

    def owner(self, card: Card) -> int | None:
        told = card.settings.get("owner")
        if told == ME:
            return getattr(self.reader, "pk", None)
        return int(told) if told else None

    def narrowed(self, card: Card, rows: Iterable[KeyResultFigures]) -> list[KeyResultFigures]:
        """Key results of the area, person, tag and health that the card is about."""
        areas, owner = self.area_ids(card), self.owner(card)
        tag, health = card.settings.get("tag"), card.settings.get("health")
        return [
            row
            for row in rows
            if row.key_result.objective.roadmap.area_id in areas
            and owner in (None, row.key_result.owner_id)
            and (not tag or tag in row.key_result.tag_list)
            and (not health or health in (row.health, row.badge))
        ]

    def query(self, card: Card, **more: str) -> QueryDict:
        """The card's filter as the address of the page that shows all of it."""
        query = QueryDict(mutable=True)
        query["cycle"] = self.cycle.key
        told = {name: value for name, value in card.settings.items() if name != "owner"}
        if owner := self.owner(card):
            told["owner"] = str(owner)
        for name, value in (told | more).items():
            if value:
                query[name] = value
        return query

"""Objectives that several areas own: in whose mean they count beside their home's, and by what weight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from areas.models import Area
from goals.figures.steps import Steps, day_of
from goals.models import Cycle, Objective, Share
from goals.models.share import ShareQuerySet
from goals.values import format_number

if TYPE_CHECKING:
    from goals.figures.key_result import KeyResultFigures
    from goals.figures.means import MeanFigures, ObjectiveFigures


class Owned(NamedTuple):
    """An area owns an objective that another one plans; it counts there by the weight, which may be 0."""

    objective_id: int
    area_id: int
    weight: Decimal


class Home(NamedTuple):
    """Where an objective is planned and what it weighs there; whether that roadmap is shown to who asks."""

    area_id: int
    weight: Decimal
    is_shown: bool


@dataclass(frozen=True)
class Shares:
    """Who owns what beside its home, of a cycle, whether it is shown to somebody or not."""

    rows: tuple[Owned, ...] = ()

    @cached_property
    def by_area(self) -> dict[int, list[Owned]]:
        found: dict[int, list[Owned]] = defaultdict(list)
        for row in self.rows:
            found[row.area_id].append(row)
        return dict(found)

    @property
    def objective_ids(self) -> set[int]:
        return {row.objective_id for row in self.rows}

    def inside(self, area_ids: Collection[int]) -> dict[int, Decimal]:
        """What some areas own of others' plans, each with the largest of the weights it has in them.

        The largest, as in each of them it is at least this important to somebody; a sum would count it as
        often as it is shared, and a mean would let a new co-owner make it count less for the others.
        """
        found: dict[int, Decimal] = {}
        for area_id in area_ids:
            for row in self.by_area.get(area_id, ()):
                found[row.objective_id] = max(row.weight, found.get(row.objective_id, row.weight))
        return found

    def weights_in(self, area_ids: Collection[int], homes: Mapping[int, Home]) -> dict[int, Decimal]:
        """By which weight each objective counts, once, in the mean of areas; what does not is absent.

        Where its home is among them that is the home's weight, else the largest of the shares in them. What
        is seen through a share alone, as its home's roadmap is not shown, counts where the share is.
        """
        inside = self.inside(area_ids)
        found = {}
        for pk, home in homes.items():
            if home.area_id in area_ids and (home.is_shown or pk in inside):
                found[pk] = home.weight
            elif pk in inside:
                found[pk] = inside[pk]
        return found


def shares_with(area_ids: Collection[int], *cycle_ids: int) -> Shares:
    """What areas own in cycles beside what they plan, as it is today. One query."""
    rows = share_rows(area_ids, *cycle_ids).order_by("pk").values_list(*SHARE_FIELDS)
    return Shares(tuple(Owned(*row) for _pk, *row in rows))


SHARE_FIELDS = ("pk", *Owned._fields)


def share_rows(area_ids: Collection[int], *cycle_ids: int) -> ShareQuerySet:
    return Share.objects.live().filter(area__in=area_ids, objective__roadmap__cycle__in=cycle_ids)


class ShareRecord:
    """Who owned what beside its home, from day to day, and who does now."""

    def __init__(self, changes: Mapping[int, list[tuple[datetime, Owned | None]]]) -> None:
        self._steps = {
            pk: Steps((day_of(moment), row) for moment, row in found) for pk, found in changes.items()
        }
        last = (found[-1][1] for found in changes.values())
        self.now = Shares(tuple(row for row in last if row is not None))
        told = (row for found in changes.values() for _moment, row in found if row is not None)
        # Whatever was shared with whom at any time, for knowing early what will be asked for.
        self.ever = Shares(tuple({row[:2]: row for row in told}.values()))

    @classmethod
    def of_cycle(cls, cycle: Cycle | int) -> ShareRecord:
        """One query, as for the shares of today alone."""
        return cls.of(Q(objective__roadmap__cycle=cycle))

    @classmethod
    def of(cls, wanted: Q) -> ShareRecord:
        """Of the shares that fit with areas that are not archived, whether they are still there or not."""
        changes: dict[int, list[tuple[datetime, Owned | None]]] = defaultdict(list)
        rows = Share.history.filter(wanted, area__archived_at__isnull=True)
        fields = ("id", "history_date", "history_type", "objective", "area", "weight")
        for pk, moment, kind, *row in rows.order_by("history_date", "history_id").values_list(*fields):
            changes[pk].append((moment, None if kind == "-" else Owned(*row)))
        return cls(changes)

    def on(self, day: date) -> Shares:
        """At the end of a day."""
        found = (steps.on(day) for _pk, steps in sorted(self._steps.items()))
        return Shares(tuple(row for row in found if row is not None))

    @property
    def days(self) -> list[date]:
        """The last on which each changed."""
        return [steps.days[-1] for steps in self._steps.values()]


def homes_since(objective_ids: Collection[int]) -> dict[int, Steps[int]]:
    """The areas that planned objectives, from day to day: an objective may move. One query."""
    changes: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = Objective.history.filter(id__in=list(objective_ids)).order_by("history_date", "history_id")
    for pk, moment, area_id in rows.values_list("id", "history_date", "roadmap__area"):
        changes[pk].append((day_of(moment), area_id))
    return defaultdict(Steps, {pk: Steps(found) for pk, found in changes.items()})


@dataclass(frozen=True)
class SharedObjective:
    """An objective of another plan as a part of a mean, by the weight that it has there."""

    weight: Decimal
    figures: ObjectiveFigures

    @property
    def objective(self) -> Objective:
        return self.figures.objective

    @property
    def home(self) -> str:
        """The key of the area that plans it."""
        return str(self.objective.roadmap.area.key)

    @property
    def sentence(self) -> str:
        """How it comes to stand here, in the reader's language."""
        if self.weight == 0:
            return _("shared by %(area)s, not counted here") % {"area": self.home}
        names = {"area": self.home, "weight": format_number(self.weight)}
        return _("shared by %(area)s, counts here with %(weight)s") % names

    @property
    def home_id(self) -> int:
        return self.objective.roadmap.area_id

    @property
    def mean(self) -> MeanFigures:
        return self.figures.mean

    @property
    def completion(self) -> Decimal | None:
        return self.figures.completion

    @property
    def progress(self) -> Decimal | None:
        return self.figures.progress

    @property
    def counted(self) -> Mapping[int, KeyResultFigures]:
        return self.figures.counted

    @property
    def key_results(self) -> tuple[KeyResultFigures, ...]:
        return self.figures.key_results

    @property
    def silent(self) -> tuple[KeyResultFigures, ...]:
        return self.figures.silent

    @property
    def left_out_because(self) -> str:
        if self.completion is None:
            return _("no key result counts")
        return _("its weight is 0") if self.weight == 0 else ""


def shared_parts(
    weights: Mapping[int, Decimal], figures: Mapping[int, ObjectiveFigures], *, kind: str
) -> Iterator[SharedObjective]:
    """Those of a kind that are among the figures, in the order of their codes."""
    found = [(figures[pk], weight) for pk, weight in weights.items() if pk in figures]
    for row, weight in sorted(found, key=lambda pair: pair[0].objective.code):
        if row.objective.kind == kind:
            yield SharedObjective(weight, row)


def homes_of(objectives: Iterable[Objective], roadmap_ids: Collection[int], *, kind: str) -> dict[int, Home]:
    """Of objectives of a kind; `roadmap_ids` are the roadmaps that are shown."""
    return {
        row.pk: Home(row.roadmap.area_id, row.weight, row.roadmap_id in roadmap_ids)
        for row in objectives
        if row.kind == kind
    }


def owners_of(objective: Objective, *, as_of: date | None) -> list[Share]:
    """The shares of an objective with areas that are not archived, by the areas' keys. One query.

    Looking back, two; then they are copies without a key: nothing can be done to what has passed.
    """
    if as_of is None:
        return list(
            Share.objects.live().filter(objective=objective).select_related("area").order_by("area__key")
        )
    rows = ShareRecord.of(Q(objective=objective)).on(as_of).rows
    areas = Area.objects.without_tree_fields().in_bulk([row.area_id for row in rows])
    found = [Share(objective=objective, area=areas[row.area_id], weight=row.weight) for row in rows]
    return sorted(found, key=lambda row: row.area.key)

"""Means: of an objective over its key results, of anything above over its objectives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, localcontext

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals import pace as paces
from goals.figures.key_result import KeyResultFigures
from goals.figures.shared import SharedObjective
from goals.models import Cycle, KeyResult, Objective
from goals.progress import COMPLETION_PLACES, EXACT, round_half_up, weighted_mean
from goals.reasons import Case, Reason, reason
from goals.sentences import pace_word, reason_text

HEALTH_WORDS = (paces.DONE, paces.ON_TRACK, paces.BEHIND, paces.AT_RISK, paces.NO_DATA)
OLD_AFTER_DAYS = 14


@dataclass(frozen=True)
class Coverage:
    """What a mean rests on: key results that count, that were reported, and reported long ago."""

    counted: int = 0
    reported: int = 0
    older_than_14_days: int = 0

    @property
    def sentence(self) -> str:
        """
        >>> Coverage(20, 14, 5).sentence
        'from 14 of 20 key results, 5 older than 14 days'
        """
        if not self.counted:
            return _("no key result counts")
        names = {"reported": self.reported, "counted": self.counted, "old": self.older_than_14_days}
        if self.older_than_14_days:
            sentence = ngettext(
                "from %(reported)d of %(counted)d key result, %(old)d older than 14 days",
                "from %(reported)d of %(counted)d key results, %(old)d older than 14 days",
                self.counted,
            )
        else:
            sentence = ngettext(
                "from %(reported)d of %(counted)d key result",
                "from %(reported)d of %(counted)d key results",
                self.counted,
            )
        return sentence % names


@dataclass(frozen=True)
class Health:
    """How many key results have which health; guardrails are among them. Stale ones are counted twice."""

    done: int = 0
    on_track: int = 0
    behind: int = 0
    at_risk: int = 0
    no_data: int = 0
    stale: int = 0

    def __add__(self, other: Health) -> Health:
        return Health(*(getattr(self, name) + getattr(other, name) for name in (*HEALTH_WORDS, "stale")))

    @property
    def total(self) -> int:
        return sum(getattr(self, word) for word in HEALTH_WORDS)

    @classmethod
    def of(cls, key_results: Iterable[KeyResultFigures]) -> Health:
        rows = list(key_results)
        counts = {word: sum(row.health == word for row in rows) for word in HEALTH_WORDS}
        return cls(**counts, stale=sum(row.stale for row in rows))


@dataclass(frozen=True)
class Contribution:
    """One line of "how is this mean computed": a part, its share of the weight, what it adds."""

    part: KeyResultFigures | ObjectiveFigures | Supporter | SharedObjective
    weight: Decimal
    weight_share: Decimal | None  # of all weights that count; None when left out
    adds: Decimal | None  # weight_share times progress: these sum up to the mean
    left_out_because: str = ""

    @property
    def row(self) -> KeyResult | Objective:
        """The row of the plan that the part is of."""
        return self.part.key_result if isinstance(self.part, KeyResultFigures) else self.part.objective

    @property
    def is_key_result(self) -> bool:
        return isinstance(self.part, KeyResultFigures)

    @property
    def shared_from(self) -> str:
        """The area that plans it, where it counts by the weight of a share and not by its own."""
        return self.part.home if isinstance(self.part, SharedObjective) else ""

    @property
    def shared_sentence(self) -> str:
        return self.part.sentence if isinstance(self.part, SharedObjective) else ""


@dataclass(frozen=True)
class MeanFigures:
    """A mean and what stands beside it."""

    completion: Decimal | None = None
    expected: Decimal | None = None
    pace: str = paces.NO_DATA
    why: Reason = field(default_factory=lambda: Reason(Case.NOTHING_TO_MEASURE))
    coverage: Coverage = field(default_factory=Coverage)
    health: Health = field(default_factory=Health)
    weight: Decimal = Decimal(0)  # the sum of the weights that count
    # Whether parts are hidden from whom these figures were made for; they are of the other parts alone.
    is_partial: bool = False

    @property
    def word(self) -> str:
        """The pace in the reader's language."""
        return pace_word(self.pace)

    @property
    def reason(self) -> str:
        """The sentence beside the pace, in the reader's language."""
        return reason_text(self.why)

    @property
    def progress(self) -> Decimal | None:
        """As on a key result; a mean of clamped shares needs no clamping."""
        return self.completion

    @property
    def badge(self) -> str:
        return self.pace

    @property
    def behind_by(self) -> Decimal | None:
        if self.completion is None or self.expected is None:
            return None
        return self.expected - self.completion


@dataclass(frozen=True)
class ObjectiveFigures:
    objective: Objective
    key_results: tuple[KeyResultFigures, ...]
    mean: MeanFigures
    contributions: tuple[Contribution, ...]
    supporters: tuple[Supporter, ...] = ()
    # What the mean rests on, each once: key results of its own, and of supporters however far below.
    counted: Mapping[int, KeyResultFigures] = field(default_factory=dict)

    @property
    def weight(self) -> Decimal:
        return self.objective.weight

    @property
    def completion(self) -> Decimal | None:
        return self.mean.completion

    @property
    def progress(self) -> Decimal | None:
        return self.mean.progress

    @property
    def left_out_because(self) -> str:
        if self.mean.completion is None:
            return _("no key result counts")
        return _("its weight is 0") if self.objective.weight == 0 else ""

    @property
    def silent(self) -> tuple[KeyResultFigures, ...]:
        return tuple(row for row in self.key_results if row.stale)


@dataclass(frozen=True)
class Supporter:
    """An objective as a part of the mean of one that counts it; the weight is of that one's choice."""

    weight: Decimal
    figures: ObjectiveFigures

    @property
    def objective(self) -> Objective:
        return self.figures.objective

    @property
    def completion(self) -> Decimal | None:
        """As it is stored: then what is stored above it is what is shown above it, to the last place."""
        completion = self.figures.mean.completion
        return None if completion is None else round_half_up(completion, COMPLETION_PLACES)

    @property
    def progress(self) -> Decimal | None:
        return self.completion

    @property
    def expected(self) -> Decimal | None:
        return self.figures.mean.expected

    @property
    def left_out_because(self) -> str:
        if self.completion is None:
            return _("no key result counts")
        return _("its weight is 0") if self.weight == 0 else ""


def objective_figures(
    objective: Objective,
    key_results: Sequence[KeyResultFigures],
    *,
    today: date,
    supporters: Sequence[Supporter] = (),
    is_partial: bool = False,
) -> ObjectiveFigures:
    """The mean of its reach key results and of the supporters it counts. No query.

    At best behind while a guardrail of its own is violated. `key_results` are those that count in the plan:
    neither dropped nor archived; `supporters` are given where it counts them. Its health is of its own key
    results: those of a supporter are told of that one.
    """
    counting = [row for row in key_results if row.counts]
    supporting = [row for row in supporters if not row.left_out_because]
    violated = next((row for row in key_results if row.violated), None)
    counted = _counted_once(row.figures.counted for row in supporting) | {
        row.key_result.pk: row for row in counting
    }
    mean = _mean(
        [
            *((row.key_result.weight, row.progress, row.expected) for row in counting),
            *((row.weight, row.completion, row.expected) for row in supporting),
        ],
        cycle=objective.roadmap.cycle,
        today=today,
        coverage=_coverage(counted.values(), today=today),
        health=Health.of(key_results),
        held_back_by=violated.key_result.code if violated else "",
        is_partial=is_partial,
    )
    parts = contributions_of([*key_results, *supporters])
    return ObjectiveFigures(objective, tuple(key_results), mean, parts, tuple(supporters), counted)


def _counted_once(parts: Iterable[Mapping[int, KeyResultFigures]]) -> dict[int, KeyResultFigures]:
    found: dict[int, KeyResultFigures] = {}
    for part in parts:
        found.update(part)
    return found


def mean_over_objectives(
    objectives: Sequence[ObjectiveFigures | SharedObjective],
    *,
    cycle: Cycle,
    today: date,
    is_partial: bool = False,
) -> MeanFigures:
    """The mean of a roadmap, an area or the organisation: over objectives by their weights. No query.

    What is shared with the area has the weight it has there, and stands among them once. Its coverage has
    each key result once, also where one of the objectives counts another.
    """
    counted = _counted_once(row.counted for row in objectives if not row.left_out_because)
    return _mean(
        [(row.weight, row.mean.completion, row.mean.expected) for row in objectives],
        cycle=cycle,
        today=today,
        coverage=_coverage(counted.values(), today=today),
        health=sum((row.mean.health for row in objectives), Health()),
        is_partial=is_partial or any(row.mean.is_partial for row in objectives),
    )


def _mean(
    parts: Sequence[tuple[Decimal, Decimal | None, Decimal | None]],
    *,
    cycle: Cycle,
    today: date,
    coverage: Coverage,
    health: Health,
    held_back_by: str = "",
    is_partial: bool = False,
) -> MeanFigures:
    """`parts` are (weight, completion, expected); what has no completion counts in neither mean."""
    counting = [part for part in parts if part[1] is not None]
    completion = weighted_mean((weight, share) for weight, share, _ in counting)
    expected = weighted_mean((weight, share) for weight, _, share in counting)
    pace = paces.pace(
        completion,
        expected,
        checked_in=coverage.reported > 0,
        started=today >= cycle.starts_on,
        thresholds=cycle.thresholds,
    )
    if held_back_by:
        pace = paces.at_best_behind(pace)
    return MeanFigures(
        completion=completion,
        expected=expected,
        pace=pace,
        why=reason(
            pace,
            completion=completion,
            expected=expected,
            held_back_by=held_back_by,
            starts_on=cycle.starts_on,
        ),
        coverage=coverage,
        health=health,
        weight=sum((weight for weight, _, _ in counting), Decimal(0)),
        is_partial=is_partial,
    )


def _coverage(counting: Collection[KeyResultFigures], *, today: date) -> Coverage:
    reported = [row.key_result.last_check_in_on for row in counting]
    old_before = today - timedelta(days=OLD_AFTER_DAYS)
    return Coverage(
        counted=len(counting),
        reported=sum(day is not None for day in reported),
        older_than_14_days=sum(day is not None and day < old_before for day in reported),
    )


def contributions_of(
    parts: Sequence[KeyResultFigures | ObjectiveFigures | Supporter | SharedObjective],
) -> tuple[Contribution, ...]:
    """How the mean over these parts came about, in their order. No query."""
    total = sum((part.weight for part in parts if not part.left_out_because), Decimal(0))
    return tuple(_contribution(part, total) for part in parts)


def _contribution(
    part: KeyResultFigures | ObjectiveFigures | Supporter | SharedObjective, total: Decimal
) -> Contribution:
    if part.left_out_because or part.progress is None:
        return Contribution(part, part.weight, None, None, part.left_out_because)
    with localcontext(EXACT):
        share = part.weight / total
        return Contribution(part, part.weight, share, share * part.progress)

"""Scores at the end of a cycle: proposed by the formula, given by people, summed up for objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.progress import (
    Band,
    asks_post_mortem,
    is_violated,
    objective_score,
    proposed_score,
    round_half_up,
    score_band,
    weighted_mean,
)


@dataclass(frozen=True)
class ObjectiveScore:
    """An objective with the key results that are scored, and the score they make so far."""

    objective: Objective
    key_results: tuple[KeyResult, ...]

    @property
    def score(self) -> Decimal | None:
        return score_of(self.key_results)

    @property
    def band(self) -> Band | None:
        return None if self.score is None else score_band(self.score)

    @property
    def asks_post_mortem(self) -> bool:
        committed = self.objective.commitment == Objective.Commitment.COMMITTED
        return asks_post_mortem(self.score, committed=committed)

    @property
    def is_post_mortem_missing(self) -> bool:
        return self.asks_post_mortem and not self.objective.post_mortem.strip()


@dataclass(frozen=True)
class RoadmapScores:
    """A roadmap at closing: its objectives with their scores, and what is missing."""

    roadmap: Roadmap
    objectives: tuple[ObjectiveScore, ...]

    @property
    def key_results(self) -> tuple[KeyResult, ...]:
        return tuple(row for entry in self.objectives for row in entry.key_results)

    @property
    def unscored(self) -> tuple[KeyResult, ...]:
        return tuple(row for row in self.key_results if row.final_score is None)

    @property
    def without_note(self) -> tuple[KeyResult, ...]:
        return tuple(row for row in self.key_results if not row.closing_note.strip())

    @property
    def without_post_mortem(self) -> tuple[Objective, ...]:
        return tuple(entry.objective for entry in self.objectives if entry.is_post_mortem_missing)

    @property
    def scored_count(self) -> int:
        return len(self.key_results) - len(self.unscored)

    @property
    def is_complete(self) -> bool:
        return not (self.unscored or self.without_note or self.without_post_mortem)

    @property
    def score(self) -> Decimal | None:
        """The mean of its focus objectives by their weights, two decimals."""
        return mean_score(
            (entry.objective.weight, entry.score)
            for entry in self.objectives
            if entry.objective.kind == Objective.Kind.FOCUS
        )


def proposed_score_of(key_result: KeyResult) -> Decimal | None:
    """The score its current value proposes; None for a guardrail nobody reported about."""
    violated = None
    if key_result.current_value is not None:
        violated = is_violated(
            key_result.current_value, lower=key_result.lower_bound, upper=key_result.upper_bound
        )
    return proposed_score(key_result.formula_kind, key_result.completion, violated=violated)


def told_proposal(key_result: KeyResult, cycle: Cycle) -> Decimal | None:
    """The proposal as it is told: frozen in a closed cycle, of now while closing, none before that."""
    if cycle.is_closed:
        return key_result.proposed_score
    return proposed_score_of(key_result) if cycle.state == Cycle.State.CLOSING else None


def score_of(key_results: Iterable[KeyResult]) -> Decimal | None:
    """An objective's score from the scores given so far; guardrails have none of its weight."""
    return objective_score(
        (row.weight, row.final_score) for row in key_results if row.kind != KeyResult.Kind.GUARDRAIL
    )


def mean_score(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The mean of the scores of objectives by their weights, two decimals."""
    mean = weighted_mean(pairs)
    return None if mean is None else round_half_up(mean, 2)


def roadmaps_scores(roadmaps: Iterable[Roadmap], *, user: Any) -> list[RoadmapScores]:
    """The scores of roadmaps, in their order, of what `user` sees; None sees all. Two queries."""
    listed = list(roadmaps)
    ids = [row.pk for row in listed]
    objectives = Objective.objects.counting().filter(roadmap__in=ids)
    key_results = KeyResult.objects.counting().filter(objective__roadmap__in=ids)
    if user is not None:
        objectives, key_results = objectives.visible_to(user), key_results.visible_to(user)
    of_objective: dict[int, list[KeyResult]] = defaultdict(list)
    for key_result in key_results.with_context().order_by("position", "number"):
        of_objective[key_result.objective_id].append(key_result)
    of_roadmap: dict[int, list[ObjectiveScore]] = defaultdict(list)
    for objective in objectives.select_related("roadmap").order_by("-kind", "position", "number"):
        entry = ObjectiveScore(objective, tuple(of_objective[objective.pk]))
        of_roadmap[objective.roadmap_id].append(entry)
    return [RoadmapScores(roadmap, tuple(of_roadmap[roadmap.pk])) for roadmap in listed]


def missing_counts(scores: Sequence[RoadmapScores]) -> dict[str, int]:
    """What a cycle that closes still lacks, counted over its roadmaps."""
    return {
        "unscored": sum(len(entry.unscored) for entry in scores),
        "without_note": sum(len(entry.without_note) for entry in scores),
        "without_post_mortem": sum(len(entry.without_post_mortem) for entry in scores),
    }

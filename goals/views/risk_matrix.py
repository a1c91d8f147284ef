"""The 5 x 5 matrix of likelihood and impact: where risks stand, and how grave each place is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from goals.models import Risk
from goals.models.risk_queries import HIGH_SCORE

LEVELS = range(1, 6)
Place = tuple[int | None, int | None]


@dataclass(frozen=True)
class MatrixCell:
    """How many risks have this likelihood and impact; of one risk, whether it is, and is to be, here."""

    likelihood: int
    impact: int
    count: int
    is_here: bool = False
    is_goal: bool = False

    @property
    def level(self) -> str:
        """Names the colour: high from the score on that counts as high, low below half of it."""
        score = self.likelihood * self.impact
        if score >= HIGH_SCORE:
            return "high"
        return "medium" if score * 2 >= HIGH_SCORE else "low"


Matrix = list[tuple[int, list[MatrixCell]]]


def matrix_of(places: Iterable[Place]) -> tuple[Matrix, int]:
    """Rows of likelihood, the likeliest first, each with its five cells of impact; and how many have no
    place, as a level is not known.
    """
    counts = Counter(places)
    rows = [
        (likelihood, [MatrixCell(likelihood, impact, counts[likelihood, impact]) for impact in LEVELS])
        for likelihood in reversed(LEVELS)
    ]
    return rows, sum(count for place, count in counts.items() if None in place)


def matrix_of_one(risk: Risk) -> Matrix:
    """Where a risk is, and where its steps are to bring it."""
    here, goal = (risk.likelihood, risk.impact), (risk.residual_likelihood, risk.residual_impact)
    return [
        (
            likelihood,
            [
                MatrixCell(likelihood, impact, 0, (likelihood, impact) == here, (likelihood, impact) == goal)
                for impact in LEVELS
            ],
        )
        for likelihood in reversed(LEVELS)
    ]

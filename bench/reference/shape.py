"""How large the organisation is, and when its cycles are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

AREAS, TEAMS_OF_AREA, CYCLES = 7, 4, 4
OBJECTIVES, PEOPLE = 10_000, 2_000
KEY_RESULTS_OF_OBJECTIVE, RISKS_OF_OBJECTIVE = 4, 2
CHECK_INS_OF_KEY_RESULT = 25
# Of a cycle, so that each has 20 key results at scale 1.
OWNERS = 500
# The first two teams of the organisation have roadmaps that pages are measured on: 52 and 300 key results.
SHORT_ROADMAP, LONG_ROADMAP = 13, 75
WEEKS_OF_CYCLE, WEEKS_GONE = 26, 21


@dataclass(frozen=True)
class Shape:
    scale: float
    today: date

    @property
    def areas(self) -> int:
        return AREAS * max(1, round(self.scale))

    @property
    def teams(self) -> int:
        return self.areas * TEAMS_OF_AREA

    @property
    def people(self) -> int:
        return max(self.teams, round(PEOPLE * self.scale))

    @property
    def owners(self) -> int:
        """How many people own the key results of one cycle."""
        return max(1, round(OWNERS * self.scale))

    @property
    def objectives_of_cycle(self) -> int:
        return round(OBJECTIVES * self.scale) // CYCLES

    def objectives_of_teams(self) -> list[int]:
        """For each team, how many objectives its roadmap of a cycle has."""
        wanted = self.objectives_of_cycle
        first = [SHORT_ROADMAP, LONG_ROADMAP] if wanted > 2 * (SHORT_ROADMAP + LONG_ROADMAP) else []
        others, left = self.teams - len(first), wanted - sum(first)
        return first + [left // others + (index < left % others) for index in range(others)]

    def cycles(self) -> list[tuple[date, date]]:
        """First and last days, the oldest first; four fifths of the last one are over."""
        monday = self.today - timedelta(days=self.today.weekday())
        begin = monday - timedelta(weeks=WEEKS_GONE + WEEKS_OF_CYCLE * (CYCLES - 1))
        starts = [begin + timedelta(weeks=WEEKS_OF_CYCLE * index) for index in range(CYCLES)]
        return [(start, start + timedelta(weeks=WEEKS_OF_CYCLE, days=-1)) for start in starts]

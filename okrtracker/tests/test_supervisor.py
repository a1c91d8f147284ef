"""A part that keeps dying is started again ever more slowly."""

import sys

from okrtracker.supervisor import LONGEST_WAIT_SECONDS, STEADY_SECONDS, Child

DIES_AT_ONCE = [sys.executable, "-c", "raise SystemExit(3)"]


def waits(child: Child, times: int, *, living_for: float = 0.0) -> list[float]:
    """How long it waits after each of its deaths."""
    found, now = [], 0.0
    for _ in range(times):
        child.look(now)
        child.process.wait(timeout=10)
        now += living_for
        sentence = child.look(now)
        assert "ended with status 3" in sentence
        found.append(child.start_again_at - now)
        assert child.look(child.start_again_at - 0.01) is None
        assert child.process is None, "started too early"
        now = child.start_again_at
    return found


def test_waits_grow_up_to_a_limit():
    assert waits(Child("A part", DIES_AT_ONCE), 7) == [1, 2, 4, 8, 16, 30, LONGEST_WAIT_SECONDS]


def test_a_part_that_ran_steadily_is_started_again_soon():
    assert waits(Child("A part", DIES_AT_ONCE), 3, living_for=STEADY_SECONDS + 1) == [1, 1, 1]

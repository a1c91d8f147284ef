"""Arithmetic of who supports whom: an edge goes from a supporter to what it supports.

Names in, names out; standard library only. Nothing here recurses, so no depth is too deep.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable

Edge = tuple[int, int]


def way(edges: Iterable[Edge], start: int, end: int) -> list[int]:
    """The shortest way along the edges, both ends included; empty where there is none.

    >>> way([(1, 2), (2, 3), (1, 4)], 1, 3)
    [1, 2, 3]
    >>> way([(1, 2)], 2, 1)
    []
    """
    above = _by_first(edges)
    came_from: dict[int, int | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            found = [here]
            while (before := came_from[found[-1]]) is not None:
                found.append(before)
            return found[::-1]
        for there in above[here]:
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []


def reached(edges: Iterable[Edge], starts: Iterable[int]) -> set[int]:
    """The starts and all that the edges lead to from them.

    >>> sorted(reached([(1, 2), (2, 3), (4, 3)], [1]))
    [1, 2, 3]
    """
    above = _by_first(edges)
    found = set(starts)
    waiting = list(found)
    while waiting:
        for there in above[waiting.pop()]:
            if there not in found:
                found.add(there)
                waiting.append(there)
    return found


def supporters_first(edges: Iterable[Edge], alone: Iterable[int] = ()) -> list[int]:
    """All ends of the edges, and those that stand `alone`, each after all of its supporters.

    One order for one graph: of several that could come next, the lowest comes. Raises ValueError on a loop.

    >>> supporters_first([(3, 1), (2, 3)], [9])
    [2, 3, 1, 9]
    """
    pairs = set(edges)
    above = _by_first(pairs)
    open_below: dict[int, int] = defaultdict(int, dict.fromkeys(alone, 0))
    for supporter, supported in pairs:
        open_below[supported] += 1
        open_below[supporter] += 0
    ready = [one for one, count in open_below.items() if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        found.append(here := heapq.heappop(ready))
        for there in above[here]:
            open_below[there] -= 1
            if not open_below[there]:
                heapq.heappush(ready, there)
    if len(found) < len(open_below):
        raise ValueError("These edges form a loop.")
    return found


def _by_first(edges: Iterable[Edge]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for first, second in edges:
        found[first].append(second)
    return found

"""Everything that is measured in this process, row by row."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, time, timedelta
from time import perf_counter

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.speed.asking import (
    SLOW,
    Asked,
    Times,
    ask,
    floor_handler,
    in_turns,
    peak_memory,
    queries_of,
)
from bench.speed.pairs import Pair, list_pair, pairs
from bench.speed.results import NOT_THERE, Result
from bench.speed.world import World
from goals.models import OutboxMail
from goals.reminders.due import find_due

MOST_REPEATS = 2
SNAPSHOT = "progress/?cycle= from a snapshot"
FRAGMENT = "roadmap page from a warm fragment"


class Bench:
    """Both handlers, and what they are asked for."""

    def __init__(self, world: World, *, repeats_misses: bool, say: Callable[[str], None]) -> None:
        self.world = world
        self.product: WSGIHandler = get_wsgi_application()
        self.floor = floor_handler()
        self.repeats_misses = repeats_misses
        self.say = say

    def results(self, rows: set[int]) -> Iterator[Result]:
        """In the order of `pairs`; what stands beside a pair follows it."""
        others = {
            1: [self.queries_of_lists],
            5: [self.fragment],
            9: [self.snapshot],
            13: [self.cycle_as_json],
            16: [self.reminders],
        }
        for pair in pairs(self.world, self.product):
            if pair.row in rows:
                yield self.told(self.measured(pair))
            for other in others.pop(pair.row, []):
                for result in other():
                    if result.row in rows:
                        yield self.told(result)

    def told(self, result: Result) -> Result:
        measured = f"{result.measured:.2f} {result.unit}" if result.measured is not None else ""
        self.say(f"{result.row:>3}  {result.name}: {measured} {result.verdict} {result.note}".rstrip())
        return result

    def measured(self, pair: Pair) -> Result:
        """The lowest ratio of up to three runs where misses are repeated, else that of one."""
        found = self._measured_once(pair)
        for _ in range(MOST_REPEATS if self.repeats_misses else 0):
            if found.verdict != "missed":
                break
            again = self._measured_once(pair)
            found = min(found, again, key=lambda result: result.ratio or 0)
        return found

    def _measured_once(self, pair: Pair) -> Result:
        answers, peaks = [], []

        def product() -> float:
            with peak_memory() as peak:
                answers.append(ask(self.product, pair.product))
            peaks.append(peak.mib)
            return answers[-1].seconds

        sides = in_turns(product, lambda: ask(self.floor, pair.floor).seconds)
        result = self._of(pair.row, pair.name, sides, goal=pair.goal, worst=pair.worst)
        result.size = answers[-1].size
        if pair.is_long:
            result.memory = max((mib for mib in peaks if mib is not None), default=None)
            result.first_byte = statistics.median(answer.first_byte for answer in answers) * 1000
        if not pair.is_long or answers[-1].seconds < SLOW:
            result.queries = queries_of(self.product, pair.product)
        return result

    @staticmethod
    def _of(row: int, name: str, sides: tuple[Times, Times], **budget: float | None) -> Result:
        product, floor = sides
        ratio = product.median / floor.median
        return Result(row, name, asdict(product), asdict(floor), ratio, **budget)  # type: ignore[arg-type]

    def queries_of_lists(self) -> Iterator[Result]:
        numbers = {}
        for limit in (10, 50):
            page, _ = list_pair(self.world, self.product, limit)
            ask(self.product, page)  # that the token was used is noted once a minute
            numbers[limit] = queries_of(self.product, page)
        note = "equal for 10 and 50 rows" if len(set(numbers.values())) == 1 else f"differ: {numbers}"
        yield Result(
            2, "its queries", value=max(numbers.values()), unit="queries", goal=3, worst=3, note=note
        )

    def fragment(self) -> Iterator[Result]:
        for rows in (52, 300):
            name = f"{FRAGMENT}, {rows} key results"
            yield Result(6, name, goal=1.5, worst=2, note=f"{NOT_THERE}: pages keep no fragments")

    def snapshot(self) -> Iterator[Result]:
        note = f"{NOT_THERE}: no answer is made from snapshots, and none ends at areas"
        yield Result(9, SNAPSHOT, goal=0.1, worst=0.2, note=note)

    def cycle_as_json(self) -> Iterator[Result]:
        """All pages of 500, one after the other."""
        first = f"/api/v1/key-results/?cycle={self.world.cycle}&limit=500"
        floor = Asked(f"/cycle/{self.world.cycle}/")
        sides = in_turns(lambda: self._pages(first), lambda: ask(self.floor, floor).seconds)
        yield self._of(13, "key results of a cycle as JSON, pages of 500", sides, goal=1.3, worst=1.6)

    def _pages(self, path: str | None) -> float:
        seconds = 0.0
        while path:
            answer = ask(self.product, Asked(path, self.world.by_token), keeps=True)
            seconds += answer.seconds
            following = json.loads(answer.body)["next"]
            path = following and "/api/" + following.split("/api/", 1)[1]
        return seconds

    def reminders(self) -> Iterator[Result]:
        """Who is to be asked three weeks from now, when everybody is silent; no mail is sent."""
        day = self.world.today + timedelta(days=21)
        day += timedelta(days=3 - day.weekday())
        now = timezone.make_aware(datetime.combine(day, time(12)))
        with peak_memory() as peak, CaptureQueriesContext(connection) as queries:
            started = perf_counter()
            find_due(now=now)
            seconds = perf_counter() - started
        found = OutboxMail.objects.filter(created_at=now)
        due = found.count()
        find_due(now=now)
        again = found.count() - due
        found.delete()
        note = f"{due} people are asked; a second run asks {again}"
        result = Result(15, "reminders found", value=seconds, unit="s", goal=1.5, worst=3, note=note)
        result.queries, result.memory = len(queries), peak.mib
        yield result

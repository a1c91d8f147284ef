"""What is measured: requests to the product, each beside the least that could answer it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit
from uuid import uuid4

from bench.speed.asking import Asked, ask
from bench.speed.world import World
from goals.models import KeyResult


@dataclass(frozen=True)
class Pair:
    """A line of the table; `row` is that of the budgets. Without a floor it has no ratio."""

    row: int
    name: str
    product: Asked
    floor: Asked
    goal: float | None = None
    worst: float | None = None
    # Streamed: its first byte and its memory are told too.
    is_long: bool = False
    # Asked over HTTP too.
    is_over_http: bool = False

    @property
    def sides(self) -> tuple[tuple[str, Asked], tuple[str, Asked]]:
        return ("product", self.product), ("floor", self.floor)


def second_page(world: World, handler: Callable, limit: int) -> str:
    """The path of the page after the first, as the product itself links to it."""
    first = f"/api/v1/key-results/?limit={limit}&cycle={world.cycle}&area=A1"
    told = json.loads(ask(handler, Asked(first, world.by_token), keeps=True).body)
    following = urlsplit(told["next"] or first)
    return f"{following.path}?{following.query}"


def list_pair(world: World, handler: Callable, limit: int) -> tuple[Asked, Asked]:
    rows = KeyResult.objects.filter(code__startswith=f"A1T1-{world.cycle}-").order_by("pk")
    before = rows[limit - 1].pk if rows.count() > limit else 0
    floor = f"/key-results/?cycle={world.cycle}&area=A1&limit={limit}&after={before}"
    return Asked(second_page(world, handler, limit), world.by_token), Asked(floor)


def pairs(world: World, handler: Callable) -> list[Pair]:
    cycle, code = world.cycle, world.key_results[0]
    page, page_floor = list_pair(world, handler, 50)
    etag = ask(handler, page).headers["ETag"]
    unchanged = Asked(page.path, world.by_token | {"If-None-Match": etag}, expects=(304,))
    small, long = f"A1T1-{cycle}", f"A1T2-{cycle}"
    values = count(1)
    report, report_floor = check_in(world, code, values), check_in_floor(world.key_results[1], values)
    return [
        Pair(1, "key-results/?limit=50, filtered, a page on", page, page_floor, 2.5, 3.5, is_over_http=True),
        Pair(3, "the same, unchanged (304)", unchanged, page_floor, 0.6, 0.8, is_over_http=True),
        Pair(4, "one key result", Asked(f"/api/v1/key-results/{code}/", world.by_token),
             Asked(f"/key-results/{code}/"), 2.5, 3.5, is_over_http=True),
        Pair(4, "one objective", Asked(f"/api/v1/objectives/{world.objective}/", world.by_token),
             Asked(f"/objectives/{world.objective}/"), 2.5, 3.5),
        Pair(5, "roadmap page, 52 key results", Asked(f"/areas/A1T1/{cycle}/", world.by_session),
             Asked(f"/roadmap/{small}/"), 5, 6.5, is_over_http=True),
        Pair(5, "roadmap page, 300 key results", Asked(f"/areas/A1T2/{cycle}/", world.by_session),
             Asked(f"/roadmap/{long}/"), 6, 8),
        Pair(7, "overview page", Asked(f"/?cycle={cycle}", world.by_session),
             Asked(f"/overview/{cycle}/"), 5, 6.5),
        Pair(7, "overview page of a manager", Asked(f"/?cycle={cycle}", {"Cookie": world.manager_cookie}),
             Asked(f"/overview/{cycle}/"), 5, 6.5),
        Pair(7, f"My check-ins, {world.owed} owed", Asked("/check-ins/", {"Cookie": world.debtor_cookie}),
             Asked(f"/my-check-ins/{world.debtor.pk}/"), 5, 6.5, is_over_http=True),
        Pair(9, "progress/?cycle=, live", Asked(f"/api/v1/progress/?cycle={cycle}", world.by_token),
             Asked(f"/progress/{cycle}/"), 1.3, 1.6),
        Pair(8, "an area as JSON (progress/?area=)",
             Asked(f"/api/v1/progress/?cycle={cycle}&area=A1", world.by_token),
             Asked(f"/areas/A1/{cycle}/"), 1.0, 1.3),
        Pair(10, "a check-in with all effects", report, report_floor, 2.5, 3.5, is_over_http=True),
        Pair(13, "key results of a cycle as CSV",
             Asked(f"/api/v1/key-results/?cycle={cycle}&format=csv", world.by_token),
             Asked(f"/cycle/{cycle}/"), 1.3, 1.6, is_long=True),
        Pair(16, "public roadmap page", Asked(f"/public/{cycle}/A1T1/"), Asked(f"/roadmap/{small}/"),
             0.5, 1.0, is_over_http=True),
        Pair(14, "all check-ins as CSV", Asked("/api/v1/check-ins/?format=csv", world.by_token),
             Asked("/check-ins.csv"), 1.4, 1.7, is_long=True),
    ]  # fmt: skip


def check_in(world: World, code: str, values: count) -> Asked:
    return Asked(
        f"/api/v1/key-results/{code}/check-ins/",
        world.by_token,
        method="POST",
        body=lambda: json.dumps({"value": f"{next(values)}", "status": "on_track"}).encode(),
        fresh=("Idempotency-Key", lambda: str(uuid4())),
        expects=(201,),
    )


def check_in_floor(code: str, values: count) -> Asked:
    return Asked(
        f"/check-in/{code}/",
        method="POST",
        body=lambda: json.dumps({"value": f"{next(values)}", "status": "on_track"}).encode(),
        expects=(201,),
    )

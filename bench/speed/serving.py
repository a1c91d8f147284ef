"""What is measured over HTTP: product and floor in turns, and many writers on one objective."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from django.db import connection

from bench.speed.over_http import load, peak_of_workers
from bench.speed.pairs import check_in, pairs
from bench.speed.results import Result
from bench.speed.world import World
from tests.e2e.product import Product, free_port, start_server

CONNECTIONS = (1, 16)
WRITERS, WRITES_OF_EACH = 16, 10
SETTINGS = {"product": "okrtracker.settings", "floor": "bench.floor.settings"}


@contextmanager
def both_served(folder: Path) -> Iterator[dict[str, tuple[str, subprocess.Popen]]]:
    """Gunicorn twice, with the settings of an installation: the product, and the floor on the same tables."""
    served = {}
    try:
        for side, settings in SETTINGS.items():
            url = f"http://127.0.0.1:{free_port()}"
            # SITE_URL stays as it is: links are part of an answer, and so of its ETag.
            environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings}
            server = start_server(Product(url, environment), folder / f"{side}.log", workers=2)
            served[side] = (url, server)
        yield served
    finally:
        for _, server in served.values():
            server.terminate()
            server.wait(30)


def over_http(world: World, handler, results: list[Result], folder: Path, rows: set[int]) -> dict[str, float]:
    """Adds to the results what HTTP gives; answers the peaks of memory."""
    by_name = {(result.row, result.name): result for result in results}
    with both_served(folder) as served:
        for pair in pairs(world, handler):
            result = by_name.get((pair.row, pair.name))
            if result is None or not pair.is_over_http:
                continue
            for side, asked in pair.sides:
                load(served[side][0], [asked], connections=max(CONNECTIONS), most=1)
            for connections in CONNECTIONS:
                for side, asked in pair.sides:
                    told = load(served[side][0], [asked], connections=connections)
                    result.http.append({"side": side} | told.as_json())
        if 11 in rows:
            results.append(writers(world, served["product"][0]))
        return {side: peak_of_workers(server.pid) for side, (_, server) in served.items()}


def writers(world: World, url: str) -> Result:
    """Row 11: many at once on the key results of one objective."""
    before, values = deadlocks(), count(1)
    codes = [code for code in world.key_results if code.startswith(f"{world.objective}-")]
    told = load(
        url,
        [check_in(world, code, values) for code in codes],
        connections=WRITERS,
        seconds=120,
        most=WRITES_OF_EACH,
    )
    found = deadlocks()
    note = f"{len(told.taken)} check-ins, {'no' if found == before else found - before} deadlocks"
    result = Result(
        11, "16 writers on one objective", value=told.wrong, unit="errors", goal=0, worst=0, note=note
    )
    result.http.append({"side": "product"} | told.as_json())
    return result


def deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]

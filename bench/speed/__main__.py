"""`python -m bench.speed --scale 0.1`: a scratch database, the organisation, both sides, a table and JSON."""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import django

ALL_ROWS = set(range(1, 17))


def main(arguments: list[str]) -> int:
    options = parsed(arguments)
    with tempfile.TemporaryDirectory() as name, scratch(Path(name), options) as url:
        os.environ |= environment(url, Path(name))
        if not options.database:
            fill = [sys.executable, "-m", "bench.reference", "--scale", str(options.scale)]
            subprocess.run(fill, check=True)
        django.setup()
        return measure(options, Path(name))


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1, help="0.1, 1 or 10 times the organisation")
    parser.add_argument("--rows", type=lambda text: {int(row) for row in text.split(",")}, default=ALL_ROWS)
    parser.add_argument("--database", help="the URL of one that holds the organisation already")
    parser.add_argument("--no-http", action="store_true", help="measure in this process alone")
    parser.add_argument(
        "--check", action="store_true", help="repeat what misses its budget, name what still does, exit 1"
    )
    return parser.parse_args(arguments)


@contextmanager
def scratch(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The URL of a database of its own, on the server that DATABASE_URL names, else an SQLite file."""
    from tests.e2e.product import create_database, drop_database

    if options.database:
        yield options.database
        return
    server = os.environ.get("DATABASE_URL", "")
    url, dropped = create_database(server, folder, suffix="_bench")
    try:
        yield url
    finally:
        close_connections()
        drop_database(server, dropped)


def close_connections() -> None:
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections.close_all()


def environment(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "okrtracker.settings",
        "DATABASE_URL": database_url,
        "EMAIL_URL": f"filemail:///{folder}/mail",
        "SITE_URL": "http://127.0.0.1:8000",
    }


def measure(options: argparse.Namespace, folder: Path) -> int:
    from django.db import connection
    from django.utils import timezone

    from bench.speed import results as told
    from bench.speed.measuring import Bench
    from bench.speed.serving import over_http
    from bench.speed.world import World

    bench = Bench(World.of(timezone.localdate()), repeats_misses=options.check, say=say)
    silence_the_log(folder)
    found = list(bench.results(options.rows))
    about = {
        "scale": options.scale,
        "database": {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[connection.vendor],
        "taken_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
    }
    if not options.no_http:
        about["workers"] = over_http(bench.world, bench.product, found, folder, options.rows)
    told.FOLDER.mkdir(exist_ok=True)
    names = f"{connection.vendor}-scale-"
    smaller = told.FOLDER / f"{names}{options.scale / 10:g}.json"
    if smaller.exists() and 12 in options.rows:
        found += told.grown(found, told.read(smaller))
    found.sort(key=lambda result: result.row)
    # What was measured of a few rows does not stand in the place of the whole table.
    part = "" if options.rows == ALL_ROWS else "-part"
    for ending, text in (("md", told.as_markdown(found, about)), ("json", told.as_json(found, about))):
        (told.FOLDER / f"{names}{options.scale:g}{part}.{ending}").write_text(text, encoding="utf-8")
    say(told.as_markdown(found, about))
    lost = told.missed(found) if options.check else []
    for sentence in lost:
        say(f"Missed: {sentence}")
    wrong = told.broken(found)
    for sentence in wrong:
        say(f"Broken: {sentence}")
    return 1 if lost or wrong else 0


def silence_the_log(folder: Path) -> None:
    """What the product logs of requests is written, as in an installation, and not among the results."""
    import logging

    stream = (folder / "product.log").open("w", encoding="utf-8")
    for name in ["", *logging.root.manager.loggerDict]:
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(stream)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

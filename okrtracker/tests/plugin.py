"""Markers, and what a run leaves out said in its last lines.

`needs("redis")` leaves a test out where the service is missing. `only_on("postgresql")` takes it out of the
run on the other database, which is no omission: `make test` runs the suite on both. REQUIRE=all lets nothing
be left out.

Tests of pages run on SQLite, and on PostgreSQL where `on_both` says so: what a page writes or computes is
tested below it on both, and the walk and the matrix of permissions ask for every address on both.
"""

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from okrtracker.tests.services import SERVICES

PAGES = Path("goals/tests/views")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("okrtracker")
    group.addoption("--only-database", action="store_true", help="run only tests that are about the database")
    group.addoption("--counts", metavar="FILE", help="write the outcome counts and what was left out as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(service): left out where postgresql, redis or chromium is missing"
    )
    config.addinivalue_line("markers", "only_on(vendor): runs on this database only, postgresql or sqlite")
    config.addinivalue_line("markers", "on_both: a test of pages that runs on PostgreSQL too")
    if os.environ.get("REQUIRE", "all") != "all":
        raise pytest.UsageError("REQUIRE knows one word: all.")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from django.db import connection

    only_database = config.getoption("--only-database")
    kept, deselected = [], []
    for item in items:
        vendor = item.get_closest_marker("only_on")
        is_wanted = (not vendor or connection.vendor in vendor.args) and (
            not only_database or is_about_database(item)
        )
        (kept if is_wanted else deselected).append(item)
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays to the end; to look for garbage in it costs a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


@pytest.fixture(autouse=True, scope="session")
def _record_may_be_flushed() -> Iterator[None]:
    from okrtracker.tests.flushing import record_may_be_flushed

    with record_may_be_flushed():
        yield


def is_about_database(item: pytest.Item) -> bool:
    is_of_pages = PAGES in item.path.relative_to(item.config.rootpath).parents
    if is_of_pages and not any(item.get_closest_marker(name) for name in ("on_both", "only_on")):
        return False
    return bool(item.get_closest_marker("django_db")) or bool(
        DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if reason := SERVICES[name]().missing:
                pytest.skip(f"{name}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = {
        str(report.longrepr[2]).removeprefix("Skipped: ") for report in terminalreporter.getreports("skipped")
    }
    if path := config.getoption("--counts"):
        stats = terminalreporter.stats
        names = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
        counts = {name: len(stats.get(name, ())) for name in names}
        Path(path).write_text(json.dumps({"counts": counts, "left_out": sorted(skipped)}), encoding="utf-8")
    elif skipped:
        terminalreporter.section("left out")
        for reason in sorted(skipped):
            terminalreporter.write_line(f"- {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With REQUIRE=all a test that was left out is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE") and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

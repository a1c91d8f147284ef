"""Measures which test executes which line of the product, once; a mutant then asks those tests alone.

.venv/bin/python -m okrtracker.tests.permissions.covering FILE PART OF    one part of several at once
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest

PRODUCT = Path(__file__).resolve().parents[3]
ROOMS = ("accounts", "areas", "goals", "okrtracker")
OPTIONS = ["-q", "-s", "--tb=no", "--no-summary", "-p", "no:cacheprovider", "-p", "no:cov"]


@dataclass
class Covering:
    """`seconds` of each test; `tests` by file and line, as places in `names`."""

    names: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[int, set[int]]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, path: str, lines: Collection[int]) -> set[str]:
        """The tests that execute any of these lines of a file."""
        found = self.tests.get(path, {})
        return {self.names[place] for line in lines for place in found.get(line, ())}

    def add(self, told: dict[str, Any]) -> None:
        start = len(self.names)
        self.names += told["names"]
        self.seconds |= told["seconds"]
        for path, lines in told["tests"].items():
            for line, places in lines.items():
                known = self.tests[path].setdefault(int(line), set())
                known.update(place + start for place in places)


class Watch:
    """Tells coverage which test runs, fixtures included, and keeps how long each takes."""

    def __init__(self, measuring: coverage.Coverage, part: int, parts: int) -> None:
        self.measuring, self.part, self.parts = measuring, part, parts
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Whole files: what they make once is made in one part."""
        files = sorted({item.nodeid.partition("::")[0] for item in items})
        ours = set(files[self.part :: self.parts])
        items[:] = [item for item in items if item.nodeid.partition("::")[0] in ours]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        begun = time.monotonic()
        self.measuring.switch_context(item.nodeid)
        result = yield
        self.measuring.switch_context("")
        self.seconds[item.nodeid] = round(time.monotonic() - begun, 3)
        return result


def measure(files: list[str], ignored: list[str], *, parts: int) -> Covering:
    """Runs these tests, in some processes at once."""
    found = Covering()
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, f"{part}.json") for part in range(parts)]
        command = [sys.executable, "-m", "okrtracker.tests.permissions.covering"]
        options = [*files, *(f"--ignore={path}" for path in ignored)]
        running = [
            subprocess.Popen([*command, str(place), str(part), str(parts), *options], cwd=PRODUCT)
            for part, place in enumerate(places)
        ]
        statuses = [process.wait() for process in running]
        if any(statuses):
            raise SystemExit("The tests fail when nothing is taken out: nothing can be said.")
        for place in places:
            found.add(json.loads(place.read_text(encoding="utf-8")))
    return found


def main(target: str, part: str, parts: str, *options: str) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "okrtracker.settings_test"
    source = [str(PRODUCT / room) for room in ROOMS]
    measuring = coverage.Coverage(
        data_file=None, source=source, omit=["*/tests/*", "*/migrations/*"], config_file=False
    )
    measuring.start()
    watch = Watch(measuring, int(part), int(parts))
    status = pytest.main([*OPTIONS, *options], plugins=[watch])
    measuring.stop()
    data = measuring.get_data()
    names = sorted(watch.seconds)
    places = {name: place for place, name in enumerate(names)}
    tests = {
        Path(path).relative_to(PRODUCT).as_posix(): {
            line: [places[name] for name in contexts if name in places]
            for line, contexts in data.contexts_by_lineno(path).items()
        }
        for path in data.measured_files()
    }
    told = {"names": names, "seconds": watch.seconds, "tests": tests}
    Path(target).write_text(json.dumps(told), encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

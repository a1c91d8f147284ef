"""Which tests run a line of the product: what coverage notes while the tests run once."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from coverage import CoverageData

PRODUCT = Path(__file__).resolve().parents[3]
SETTINGS = """\
[run]
source = accounts,areas,goals,okrtracker
omit = */tests/*,*/migrations/*
data_file = {path}
"""


class Reached:
    """What was recorded in a file; a test that does not run a line cannot notice what is missing there."""

    def __init__(self, path: Path) -> None:
        self._data = CoverageData(str(path))
        self._data.read()

    def tests_of(self, path: str, first: int, last: int) -> set[str]:
        """The node ids of the tests that run one of these lines; what runs on import has none."""
        lines = self._lines(path)
        # A context is "node id|phase".
        contexts = {context for line in range(first, last + 1) for context in lines.get(line, ())}
        return {context.rpartition("|")[0] for context in contexts} - {""}

    @lru_cache(maxsize=4)  # noqa: B019 - there is one of these in a process
    def _lines(self, path: str) -> dict[int, list[str]]:
        return self._data.contexts_by_lineno(str(PRODUCT / path))


def record(path: Path, tests: list[str], ignored: list[str]) -> bool:
    """Run the tests as they are, and note in `path` what each runs; whether all of them passed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Coverage wipes away whatever is named like its data with an ending.
    settings = path.with_name(f"settings-of-{path.name}.ini")
    settings.write_text(SETTINGS.format(path=path), encoding="utf-8")
    options = ["-q", "-n", "2", "-p", "no:cacheprovider", *(f"--ignore={name}" for name in ignored)]
    measured = ["--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="]
    command = [sys.executable, "-m", "pytest", *options, *measured, *tests]
    return subprocess.run(command, cwd=PRODUCT, stdin=subprocess.DEVNULL).returncode == 0

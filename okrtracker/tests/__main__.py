"""The whole suite: on SQLite, again on PostgreSQL for what touches the database, and once in a browser.

`python -m okrtracker.tests [pytest's arguments]`. The last lines count the runs together and name what
was left out.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from okrtracker.tests import services

BROWSER_TESTS = "tests/e2e"
WORKERS = ("-n", "2")


@dataclass(frozen=True)
class Outcome:
    name: str
    counts: Counter[str]
    left_out: list[str]
    has_failed: bool


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    postgresql, chromium = services.postgresql(), services.chromium()
    outcomes = [run("SQLite", "", [f"--ignore={BROWSER_TESTS}", *WORKERS, *arguments])]
    left_out = []
    if postgresql.address:
        on_postgresql = [f"--ignore={BROWSER_TESTS}", "--only-database", *WORKERS, *arguments]
        outcomes.append(run("PostgreSQL", postgresql.address, on_postgresql))
    else:
        left_out.append(f"the run on PostgreSQL: {postgresql.missing}")
    if not any(Path(BROWSER_TESTS).glob("**/test_*.py")):
        pass
    elif chromium.address:
        outcomes.append(run("Browser", postgresql.address, [BROWSER_TESTS, *WORKERS, *arguments]))
    else:
        left_out.append(f"the browser tests: {chromium.missing}")
    left_out += sorted({f"tests: {reason}" for outcome in outcomes for reason in outcome.left_out})
    return report(outcomes, left_out, time.monotonic() - started)


def run(name: str, database_url: str, arguments: list[str]) -> Outcome:
    print(f"\n{name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        counts_file = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", "--counts", str(counts_file), *arguments]
        # This process has named the settings of the product by now, as importing okrtracker does.
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment["DJANGO_SETTINGS_MODULE"] = "okrtracker.settings_test"
        if database_url:
            environment["DATABASE_URL"] = database_url
        status = subprocess.run(command, env=environment).returncode
        if not counts_file.exists():  # pytest itself broke down
            return Outcome(name, Counter(error=1), [], has_failed=True)
        found = json.loads(counts_file.read_text(encoding="utf-8"))
    # 5: nothing was selected, which is fine for one run and not for all of them together.
    return Outcome(name, Counter(found["counts"]), found["left_out"], has_failed=status not in (0, 5))


def report(outcomes: list[Outcome], left_out: list[str], seconds: float) -> int:
    """Print the last lines; 0 when everything that had to run passed."""
    total: Counter[str] = sum((outcome.counts for outcome in outcomes), Counter())
    print()
    for outcome in outcomes:
        print(f"{outcome.name}: {in_words(outcome.counts)}")
    print(f"Left out: {'; '.join(left_out)}." if left_out else "Nothing was left out.")
    print(f"==== {in_words(total)} in {seconds:.2f}s ====", flush=True)
    is_incomplete = os.environ.get("REQUIRE") == "all" and bool(left_out)
    return 1 if is_incomplete or not total["passed"] or any(outcome.has_failed for outcome in outcomes) else 0


def in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "no tests ran"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m bench.first_page [--check]`: what opening a page costs, in Chromium, from the demo.

Bytes that come over the line, the moment its largest piece stands there (largest contentful paint) and how
far things moved afterwards (layout shift), of a browser that was never here and of one that comes back.
Medians of some turns. `--check` ends with 1 where a budget of the first page is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from okrtracker.tests.services import chromium
from tests.e2e.conftest import FLAGS, sign_in
from tests.e2e.product import ROOT, Product, environment_for, free_port, load_demo, start_server

RESULTS = ROOT / "bench" / "results" / "first-page"
TURNS = 5
# The page: who opens it, and from which area.
PAGES = {
    "overview": ("manager", "", "/"),
    "my check-ins": ("lead", "DIST", "/check-ins/"),
    "roadmap": ("lead", "DIST", "/areas/DIST/24H2/"),
    "key result": ("lead", "DIST", "/key-results/DIST-24H2-O1-KR2/"),
    "heat map": ("manager", "", "/heat-map/"),
}
# Of the first page: kilobytes with its charts, which are in it; milliseconds; share of the window.
BUDGETS = {"kilobytes": 150.0, "paint_ms": 1000.0, "shift": 0.05}
# Asked for before the page begins: what was painted and moved is told to whoever listens from the start.
LISTEN = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Opened:
    """One opening of a page; `kilobytes` are 1,000 bytes with headers, packed as they came."""

    kilobytes: float
    requests: int
    paint_ms: float
    shift: float


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.first_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a budget is missed")
    options = parser.parse_args(arguments)
    found = chromium()
    if not found.address:
        print(f"Not measured: {found.missing}", file=sys.stderr)
        return int(options.check)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, port = Path(name), free_port()
        database = f"sqlite:///{folder}/product.sqlite3"
        product = Product(f"http://127.0.0.1:{port}", environment_for(folder, port, database))
        load_demo(product)
        server = start_server(product, folder / "server.log")
        try:
            browser = playwright.chromium.launch(executable_path=found.address, args=FLAGS)
            told = {page: measured(page, product, browser) for page in PAGES}
        finally:
            server.terminate()
            server.wait(timeout=20)
    RESULTS.parent.mkdir(exist_ok=True)
    taken_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    RESULTS.with_suffix(".json").write_text(
        json.dumps({"taken_at": taken_at, "pages": told}, indent=1) + "\n"
    )
    RESULTS.with_suffix(".md").write_text(as_markdown(told, taken_at))
    print(as_markdown(told, taken_at))
    first = told["overview"]["first"]
    missed = [
        f"{name} {first[name]:g}, at most {most:g}" for name, most in BUDGETS.items() if first[name] > most
    ]
    for sentence in missed if options.check else ():
        print(f"Missed: {sentence}")
    return int(options.check and bool(missed))


def measured(name: str, product: Product, browser: Browser) -> dict[str, dict[str, float]]:
    role, area, path = PAGES[name]
    person = product.person(role, area)
    first, again = [], []
    for _turn in range(TURNS):
        context = browser.new_context(base_url=product.url, viewport={"width": 1400, "height": 900})
        context.add_init_script(LISTEN)
        page = context.new_page()
        sign_in(page, person)
        first.append(opened(page, path, is_new=True))
        again.append(opened(page, path, is_new=False))
        context.close()
    return {"first": median(first), "again": median(again)}


def opened(page: Page, path: str, *, is_new: bool) -> Opened:
    """`is_new`: with nothing kept of what the sign-in brought."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    if is_new:
        network.send("Network.clearBrowserCache")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    seen: dict[str, Any] = page.evaluate("window.seen")
    network.detach()
    # What the browser took from what it kept came over no line.
    came = [size for size in sizes if size]
    return Opened(sum(came) / 1000, len(came), seen["paint"], seen["shift"])


def median(rows: list[Opened]) -> dict[str, float]:
    columns = [asdict(row) for row in rows]
    return {name: round(statistics.median(column[name] for column in columns), 3) for name in columns[0]}


def as_markdown(told: dict[str, dict[str, dict[str, float]]], taken_at: str) -> str:
    lines = [
        "# What opening a page costs\n",
        f"The demo on SQLite, Chromium, 1400 by 900; medians of {TURNS}; {taken_at}.\n",
        "| Page | Browser | Kilobytes | Requests | Largest piece painted, ms | Layout shift |",
        "|---|---|---|---|---|---|",
    ]
    for name, by_visit in told.items():
        for visit, words in (("first", "was never here"), ("again", "comes back")):
            row = by_visit[visit]
            lines.append(
                f"| {name} | {words} | {row['kilobytes']:.0f} | {row['requests']:.0f} "
                f"| {row['paint_ms']:.0f} | {row['shift']:.3f} |"
            )
    budget = ", ".join(f"{name.replace('_', ' ')} {most:g}" for name, most in BUDGETS.items())
    return "\n".join([*lines, f"\nBudget of the first page, overview: {budget}.\n"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

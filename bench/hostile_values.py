"""Does anything hostile break a write, or any later read? Sends every one to every field of the API.

    [DATABASE_URL=postgresql://...] python bench/hostile_values.py [--every 1] [--begin 0]

Against gunicorn with two workers, on the demo. Then reads everything back: each list as JSON and CSV, each
row of it, what changed, documents, figures and the pages. Prints JSON: how many requests were made, how they
were answered, and what answered with 5xx; exit code 1 where anything did. `--every 10` sends each tenth pair.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import requests
from live import Live, live

from okrtracker.tests.hostile import VALUES, Document, Field

LISTS = (
    *("areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins", "comments", "initiatives"),
    *("alignments", "dependencies", "risks", "mitigations", "kpis", "activity", "follows", "absences"),
    *("dashboards", "templates", "drafts", "reviews", "record", "tokens", "webhooks"),
)
KEYS = {"areas": "key", "cycles": "key", "dashboards": "key"}
NUMBERED = {
    *(
        "comments",
        "initiatives",
        "alignments",
        "dependencies",
        "mitigations",
        "templates",
        "follows",
        "absences",
    ),
    *("tokens", "shares", "webhooks"),
}
PAGES = (
    *(
        "/",
        "/areas/",
        "/areas/EDGE/",
        "/areas/EDGE/24H2/",
        "/objectives/EDGE-24H2-O1/",
        "/cycles/",
        "/risks/",
    ),
    *("/key-results/EDGE-24H2-O1-KR1/", "/dependencies/", "/kpis/", "/activity/", "/changes/", "/record/"),
)
ENDS = ("/drop/", "/move/", "/restore/", "/close/", "/begin-closing/", "/reopen/")


class Program:
    """Asks, and counts how it was answered."""

    def __init__(self, product: Live) -> None:
        self.product = product
        self.answers: Counter[int] = Counter()
        self.broken: list[str] = []

    def ask(self, method: str, path: str, body: bytes | None = None) -> requests.Response:
        # No connection is kept: after a body that was too long its end would look like that of a request.
        headers = {"Authorization": f"Bearer {self.product.token}", "If-Match": "*", "Connection": "close"}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        if method == "GET":
            headers.pop("If-Match")
        while True:
            try:
                answer = requests.request(
                    method, self.product.url + path, data=body, headers=headers, timeout=120
                )
            except requests.ConnectionError as error:
                # The server hangs up on a body that it will not read to its end.
                self.answers[0] += 1
                if body is None or len(body) < 1_000_000:
                    self.broken.append(f"{method} {path}: {error}"[:300])
                return requests.Response()
            if answer.status_code != 429:
                break
            time.sleep(int(answer.headers.get("Retry-After", "1")))
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.broken.append(f"{answer.status_code} {method} {path} {(body or b'')[:200]!r}")
        return answer

    def rows(self, name: str) -> list[dict]:
        path, found = f"/api/v1/{name}/?limit=500", []
        while path and len(found) < 3_000:
            told = self.ask("GET", path)
            if told.status_code != 200:
                break
            page = told.json()
            found += page["results"]
            path = (page["next"] or "").removeprefix(self.product.url)
        return found


def things(program: Program) -> dict[str, str]:
    """Of each list something that is there, as it stands in an address."""
    hook = {"area": "EDGE", "address": "https://hooks.example.org/", "events": ["cycle.closed"]}
    program.ask("POST", "/api/v1/webhooks/", json.dumps(hook).encode())
    found = {"tags": "speed", "shares": "1"}
    for name in LISTS:
        if rows := program.rows(name):
            field = "id" if name in NUMBERED else KEYS.get(name, "code")
            found[name] = quote(str(rows[0].get(field, "")))
    return found


def addresses(field: Field, there: dict[str, str]) -> str:
    kind = field.address.split("/")[3]
    parts: dict[str, str] = {"sequence": "1"}
    for name in ("code", "key", "tag", "dashboard_key"):
        parts[name] = there.get(kind, "NONE")
    for name in NUMBERED:
        parts[f"{name.removesuffix('ies') + 'y' if name.endswith('ies') else name.removesuffix('s')}_id"] = (
            there.get(name, "1")
        )
    return field.address.format_map(parts)


def read_back(program: Program) -> int:
    """Reads everything; answers how many requests that took."""
    before = sum(program.answers.values())
    for path in PAGES:
        program.ask("GET", path)
    for name in LISTS:
        program.ask("GET", f"/api/v1/{name}/?format=csv")
        for row in program.rows(name):
            told = (row.get("url"), row.get("page_url"))
            for path in (address for address in told if isinstance(address, str)):
                program.ask("GET", path.removeprefix(program.product.url))
    for cycle in program.rows("cycles"):
        program.ask("GET", f"/api/v1/progress/?cycle={quote(cycle['key'])}")
    for plan in program.rows("roadmaps"):
        for wanted in ("md", "json", "pdf"):
            program.ask("GET", f"/api/v1/roadmaps/{quote(plan['code'])}/document/?format={wanted}")
    follow(program)
    return sum(program.answers.values()) - before


def follow(program: Program) -> None:
    """Reads all that changed."""
    path = "/api/v1/changes/?limit=500"
    while path:
        told = program.ask("GET", path)
        path = (
            (told.json()["next"] or "").removeprefix(program.product.url) if told.status_code == 200 else ""
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0)
    asked = parser.parse_args()
    fields = [field for field in Document().fields() if not field.address.endswith(ENDS)]
    pairs = [(field, value) for value in VALUES for field in fields][asked.begin :: asked.every]
    with live() as product:
        program = Program(product)
        there = things(program)
        began = time.monotonic()

        def send(pair: tuple[Field, bytes]) -> None:
            field, value = pair
            program.ask(field.method, addresses(field, there), field.with_value(value))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, pairs))
        written, sent = dict(program.answers), time.monotonic() - began
        read = read_back(program)
        told = {
            "database": product.database,
            "fields": len(fields),
            "values": len(VALUES),
            "writes": len(pairs),
            "answers to writes": {str(status): count for status, count in sorted(written.items())},
            "reads": read,
            "seconds": [round(sent), round(time.monotonic() - began - sent)],
            "5xx": program.broken[:50],
            "tracebacks": len(product.server_errors()),
        }
    print(json.dumps(told, indent=2))
    return 1 if program.broken or told["tracebacks"] else 0


if __name__ == "__main__":
    sys.exit(main())

"""Is a report kept once, however often the server dies? And does one of many that change the same row win?

    [DATABASE_URL=postgresql://...] python bench/api_kills.py [--kills 200] [--rounds 20] [--writers 50]

Against gunicorn with two workers. A program reports values, each under an Idempotency-Key of its own, while
every worker is killed (SIGKILL), earlier and later in the request; it sends again until it is answered.
Then `--writers` programs change one key result at once, all naming the same ETag, `--rounds` times. Prints
JSON; exit code 1 where a report is missing, there twice or stuck, or not exactly one change of a round won.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from typing import Any

import requests
from live import Live, live

STUCK = """
from goals.models import IdempotencyKey
print(IdempotencyKey.objects.filter(key__startswith="kill-", status=0).count())
"""


def ask(product: Live, method: str, path: str, **sent: Any) -> requests.Response:
    """Without a connection that is kept: its end would be that of its worker."""
    headers = {"Authorization": f"Bearer {product.token}", "Connection": "close"} | sent.pop("headers", {})
    return requests.request(method, f"{product.url}/api/v1/{path}", headers=headers, timeout=60, **sent)


def kill_all(product: Live, after: float) -> None:
    time.sleep(after)
    for pid in product.workers():
        os.kill(pid, signal.SIGKILL)


def report(product: Live, code: str, number: int) -> tuple[requests.Response, int]:
    """The answer, and how often it was sent."""
    body = {"value": str(number), "status": "on_track", "note": f"report {number}"}
    deadline, tries = time.monotonic() + 120, 0
    while time.monotonic() < deadline:
        tries += 1
        try:
            answer = ask(
                product,
                "POST",
                f"key-results/{code}/check-ins/",
                json=body,
                headers={"Idempotency-Key": f"kill-{number}"},
            )
        except requests.RequestException:
            time.sleep(0.05)
            continue
        if answer.status_code not in (429, 503):
            return answer, tries
        time.sleep(float(answer.headers.get("Retry-After", "0.1")))
    raise SystemExit(f"Report {number} got no answer in two minutes.")


def killed(product: Live, code: str, kills: int) -> dict[str, Any]:
    began = time.monotonic()
    report(product, code, 0)
    takes = max(0.02, time.monotonic() - began)
    outcomes: Counter[str] = Counter()
    for number in range(1, kills + 1):
        killer = threading.Thread(target=kill_all, args=(product, takes * (number % 20) / 15))
        killer.start()
        answer, tries = report(product, code, number)
        killer.join()
        was_replayed = answer.headers.get("Idempotency-Replayed") == "true"
        how = "kept, answer lost" if was_replayed else "lost, sent again" if tries > 1 else "answered at once"
        outcomes[how if answer.status_code == 201 else f"{answer.status_code}"] += 1
    rows: list[dict[str, Any]] = []
    path = f"key-results/{code}/check-ins/?limit=500&author=me"
    while path:
        page = ask(product, "GET", path).json()
        rows += page["results"]
        path = (page["next"] or "").partition("/api/v1/")[2]
    found = Counter(row["note"] for row in rows if row["note"].startswith("report "))
    sequences = sorted(row["sequence"] for row in rows)
    return {
        "kills": kills,
        "outcomes": dict(outcomes),
        "missing": [number for number in range(kills + 1) if not found[f"report {number}"]],
        "twice": [note for note, count in found.items() if count > 1],
        "stuck": int(product.product.manage("shell", "--no-imports", "--command", STUCK)),
        "unbroken": sequences == list(range(sequences[0], sequences[0] + len(sequences))),
    }


def raced(product: Live, code: str, rounds: int, writers: int) -> dict[str, Any]:
    """How many of those at once won, of each round."""
    won: Counter[int] = Counter()
    others: Counter[str] = Counter()
    for turn in range(rounds):
        etag = ask(product, "GET", f"key-results/{code}/").headers["ETag"]
        gate, answers = threading.Barrier(writers), []

        def change(
            number: int, turn: int = turn, etag: str = etag, gate: Any = gate, into: Any = answers
        ) -> None:
            gate.wait()
            body = {"source_note": f"round {turn}, writer {number}"}
            into.append(ask(product, "PATCH", f"key-results/{code}/", json=body, headers={"If-Match": etag}))

        threads = [threading.Thread(target=change, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won[sum(answer.status_code == 200 for answer in answers)] += 1
        others.update(str(answer.status_code) for answer in answers if answer.status_code != 200)
    return {"rounds": rounds, "writers": writers, "rounds by winners": dict(won), "others": dict(others)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--writers", type=int, default=50)
    asked = parser.parse_args()
    with live() as product:
        rows = ask(product, "GET", "key-results/?kind=reach&area=EDGE").json()["results"]
        code = next(row["code"] for row in rows if row["check_in_due_on"])
        told = {
            "database": product.database,
            "kills": killed(product, code, asked.kills),
            "races": raced(product, code, asked.rounds, asked.writers),
        }
    print(json.dumps(told, indent=2))
    kills, races = told["kills"], told["races"]
    is_whole = not (kills["missing"] or kills["twice"] or kills["stuck"]) and kills["unbroken"]
    return 0 if is_whole and set(races["rounds by winners"]) == {1} else 1


if __name__ == "__main__":
    sys.exit(main())

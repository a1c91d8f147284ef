"""The same requests over HTTP: gunicorn as it runs in an installation, and a small client beside it."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.speed.asking import Asked, memory_of

SECONDS = 2.0


@dataclass
class Load:
    """What some connections got in a while."""

    connections: int
    seconds: float
    taken: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    # Answers that were not what was asked for, or none: quick, and worth nothing.
    wrong: int = 0

    @property
    def per_second(self) -> float:
        return len(self.taken) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """Milliseconds within which so large a share was answered."""
        told = sorted(self.taken)
        return told[min(len(told) - 1, int(len(told) * share))] * 1000 if told else 0.0

    def as_json(self) -> dict:
        return {
            "connections": self.connections,
            "requests": len(self.taken),
            "per_second": round(self.per_second, 1),
            "p50_ms": round(self.at(0.50), 2),
            "p99_ms": round(self.at(0.99), 2),
            "wrong": self.wrong,
            "statuses": {str(status): number for status, number in sorted(self.statuses.items())},
        }


def load(url: str, asked: list[Asked], *, connections: int, seconds: float = SECONDS, most: int = 0) -> Load:
    """Asks all the time, each connection the next request in turn; `most` for each, where it is not 0."""
    found, lock = Load(connections, 0.0), threading.Lock()
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        taken, statuses, wrong, place = [], Counter(), 0, urlsplit(url)
        client = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
        turn = 0
        while time.perf_counter() < until and (not most or turn < most):
            one = asked[(number + turn) % len(asked)]
            turn += 1
            started = time.perf_counter()
            status = status_of(client, one)
            statuses[status] += 1
            wrong += status not in one.expects
            taken.append(time.perf_counter() - started)
        client.close()
        with lock:
            found.taken += taken
            found.statuses += statuses
            found.wrong += wrong

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - started
    return found


def status_of(client: http.client.HTTPConnection, asked: Asked) -> int:
    """0 where no answer came."""
    headers = dict(asked.headers) | ({asked.fresh[0]: asked.fresh[1]()} if asked.fresh else {})
    body = asked.body() if asked.body else None
    if body:
        headers["Content-Type"] = "application/json"
    try:
        client.request(asked.method, asked.path, body, headers)
        answer = client.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        client.close()
        return 0
    return answer.status


def workers_of(server_pid: int) -> list[int]:
    children = Path(f"/proc/{server_pid}/task/{server_pid}/children")
    return [int(pid) for pid in children.read_text(encoding="ascii").split()]


def peak_of_workers(server_pid: int) -> float:
    """MiB of the largest worker at its peak."""
    return max(memory_of(pid, "VmHWM") for pid in workers_of(server_pid))

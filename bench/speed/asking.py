"""One request to the product or the floor, in this process: the whole handler, and no network."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

MOST_TURNS, FEWEST_TURNS = 60, 3
# Of product and floor together, for one pair; and what is too long to be done again.
SECONDS, SLOW = 6.0, 20.0


@dataclass(frozen=True)
class Asked:
    """A request; `body` is asked anew each time, where there is one."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: Callable[[], bytes] | None = None
    # A header that is new each time.
    fresh: tuple[str, Callable[[], str]] | None = None
    expects: tuple[int, ...] = (200,)

    def environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        body = self.body() if self.body else b""
        headers = dict(self.headers) | ({self.fresh[0]: self.fresh[1]()} if self.fresh else {})
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json" if body else "",
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    size: int
    seconds: float
    first_byte: float
    body: bytes


class FloorRequest(WSGIRequest):
    urlconf = "bench.floor.urls"


class FloorHandler(WSGIHandler):
    request_class = FloorRequest


def floor_handler() -> WSGIHandler:
    with override_settings(MIDDLEWARE=[]):
        return FloorHandler()


def ask(handler: WSGIHandler, asked: Asked, *, keeps: bool = False) -> Answer:
    """The answer, read to its end; what is long is thrown away as it comes, unless it is kept."""
    said: list[Any] = []
    environ = asked.environ()
    started = time.perf_counter()
    pieces: Any = handler(environ, lambda status, headers, *_: said.extend([status, headers]))
    size, first, kept = 0, 0.0, []
    for piece in pieces:
        first = first or time.perf_counter() - started
        size += len(piece)
        if keeps:
            kept.append(piece)
    pieces.close()
    seconds = time.perf_counter() - started
    status = int(said[0].split()[0])
    if status not in asked.expects:
        raise AssertionError(f"{asked.method} {asked.path} answered {said[0]}.")
    return Answer(status, dict(said[1]), size, seconds, first or seconds, b"".join(kept))


def queries_of(handler: WSGIHandler, asked: Asked) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask(handler, asked)
    return len(queries)


@dataclass(frozen=True)
class Times:
    """Of one side of a pair, in milliseconds."""

    turns: int
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, seconds: list[float]) -> Times:
        told = sorted(second * 1000 for second in seconds)
        low, high = (
            (told[len(told) // 4], told[(len(told) * 3) // 4]) if len(told) > 3 else (told[0], told[-1])
        )
        return cls(len(told), statistics.median(told), low, high)


def in_turns(
    product: Callable[[], float], floor: Callable[[], float], *, seconds: float = SECONDS
) -> tuple[Times, Times]:
    """Product, floor, product, floor; as often as the time allows. Each answers its seconds.

    The first turn is not counted, for what is made at a first request; where it is slow, it is all there is.
    """
    first = product(), floor()
    if sum(first) > SLOW:
        return Times.of([first[0]]), Times.of([first[1]])
    sides: tuple[list[float], list[float]] = ([], [])
    started = time.perf_counter()
    while len(sides[0]) < FEWEST_TURNS or (
        time.perf_counter() - started < seconds and len(sides[0]) < MOST_TURNS
    ):
        sides[0].append(product())
        sides[1].append(floor())
    return Times.of(sides[0]), Times.of(sides[1])


class Peak:
    """How much more memory this process held at its peak than before, in MiB."""

    mib: float | None = None


@contextmanager
def peak_memory() -> Iterator[Peak]:
    peak = Peak()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        before = memory_of("self", "VmRSS")
    except OSError:
        yield peak
        return
    yield peak
    peak.mib = max(0.0, memory_of("self", "VmHWM") - before)


def memory_of(pid: int | str, name: str) -> float:
    """MiB, as the kernel of Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"/proc/{pid}/status does not tell {name}.")

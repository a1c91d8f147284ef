"""What the processes count about themselves: requests, how long they took, memory and time of each process.

With METRICS_DIR the processes of one machine count into files there and are told as one; without it each
counts for itself, and /metrics tells of the one that answers.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.ways import is_for_programs

if settings.METRICS_DIR:
    # The library decides where it counts when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LOOK_AT_ONESELF_EVERY = 5  # seconds
PAGE_SIZE = resource.getpagesize()
NOTHING_THERE = "none"
WEB = "web"

requests = Counter("okrtracker_http_requests", "Requests that were answered.", ["method", "route", "status"])
seconds = Histogram(
    "okrtracker_http_request_seconds",
    "From the request to its answer; of what is streamed, to its first part.",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# With a label, so that a process that answers none, a command or the parent of the others, tells nothing.
memory = Gauge(
    "okrtracker_process_resident_memory_bytes",
    "Memory of each process that answers requests.",
    ["part"],
    multiprocess_mode="liveall",
)
computing = Gauge(
    "okrtracker_process_cpu_seconds",
    "Seconds of computing of each process that answers requests.",
    ["part"],
    multiprocess_mode="liveall",
)


class MeasuringMiddleware:
    """Outside of all others: what these take and refuse counts too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.looked_at = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = self.get_response(request)
        now = time.monotonic()
        seconds.labels("api" if is_for_programs(request) else "page").observe(now - began)
        route = request.resolver_match.view_name if request.resolver_match else NOTHING_THERE
        method = request.method if request.method in METHODS else NOTHING_THERE
        requests.labels(method, route, response.status_code).inc()
        if now - self.looked_at > LOOK_AT_ONESELF_EVERY:
            self.looked_at = now
            look_at_oneself()
        return response


# As callers may make up more of them.
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def look_at_oneself() -> None:
    """Linux alone tells how much memory a process has now; elsewhere it is the most it ever had."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    computing.labels(WEB).set(used.ru_utime + used.ru_stime)
    try:
        memory.labels(WEB).set(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE)
    except OSError:
        memory.labels(WEB).set(used.ru_maxrss * 1024)


def registry() -> CollectorRegistry:
    """What this process counted, or with METRICS_DIR what all of them did."""
    if not settings.METRICS_DIR:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


def forget_process(pid: int) -> None:
    """Of a process that has ended nothing is told but what it counted."""
    if settings.METRICS_DIR:
        mark_process_dead(pid)

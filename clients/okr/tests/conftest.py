"""`okr` as a process of its own against a server, and a way there on which answers are lost."""

import http.client
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache

from accounts.models import ApiToken
from goals.tests.factories import NOW

SOURCE = Path(__file__).parent.parent / "src"


@pytest.fixture(autouse=True)
def _fixed_day():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def okr(tmp_path):
    """okr("me", OKR_URL=...): runs the command with no more of the environment than is said."""

    def run(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess:
        told = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(SOURCE)}
        command = [sys.executable, "-m", "okr_client", *arguments]
        return subprocess.run(
            command, env=told | environment, input=given, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture
def token(lead):
    return ApiToken.issue(owner=lead, scope="check-in")[1]


@pytest.fixture
def signed_in(okr, live_server, token):
    """okr(...), signed in as the lead by the environment; what it says never holds the token."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
        done = okr(*arguments, **({"OKR_URL": live_server.url, "OKR_TOKEN": token} | environment))
        assert token not in done.stdout + done.stderr
        return done

    return run


class Way:
    """A proxy that treats the first requests as `plan` says: "lost" (answered, never told) or a status."""

    def __init__(self, target: str) -> None:
        self.target = target.removeprefix("http://")
        self.plan: list[str | int] = []
        self.retry_after = "0"
        self.seen: list[tuple[str, str, str | None]] = []
        way = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                way.handle(self)

            do_GET = do_POST = handle_any  # noqa: N815 - names of the standard library

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, asked: BaseHTTPRequestHandler) -> None:
        self.seen.append((asked.command, asked.path, asked.headers.get("Idempotency-Key")))
        fate = self.plan.pop(0) if self.plan else "told"
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        if isinstance(fate, int):
            asked.send_response(fate)
            asked.send_header("Retry-After", self.retry_after)
            asked.send_header("Content-Length", "0")
            asked.end_headers()
            return
        there = http.client.HTTPConnection(self.target, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name != "Host"}
        there.request(asked.command, asked.path, body, headers | {"Host": self.target})
        answer = there.getresponse()
        content = answer.read()
        there.close()
        if fate == "lost":
            asked.close_connection = True
            return
        asked.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)


@pytest.fixture
def way(live_server):
    found = Way(live_server.url)
    yield found
    found.server.shutdown()
    found.server.server_close()

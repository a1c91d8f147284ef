"""A receiver that listens on this machine, and webhooks that lead to it."""

import os
import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from goals.actions.webhooks import create_webhook
from goals.models.webhook import CHOOSABLE
from goals.tests.factories import NOW

HERE = [ip_network("127.0.0.0/8")]


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it; answers as told, 200 where nothing is."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts = []
        # Answers to give, one for each time: (status, headers, body), or what is done with the handler.
        self.answers = []
        # After so many posts the sender is killed: it does not hear the answer.
        self.kill_at = set()
        self.victim = None
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    @property
    def ids(self):
        return Counter(headers["webhook-id"] for _path, headers, _body in self.posts)

    def handle_error(self, request, client_address):
        """A sender that is gone is what some stories are about."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.posts.append((self.path, dict(self.headers.items()), body))
            if len(self.server.posts) in self.server.kill_at:
                os.kill(self.server.victim.pid, signal.SIGKILL)
                self.server.victim.wait()
            answer = self.server.answers.pop(0) if self.server.answers else (200, {}, b"ok")
        if callable(answer):
            answer(self)
            return
        status, headers, text = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST  # noqa: N815 - whoever follows a redirect is found out

    def log_message(self, *arguments):
        """Nothing: the tests look at what was posted."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = HERE
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(receiver, edge, lead):
    """Of EDGE, made by its lead, told of everything."""
    return create_webhook(edge, by=lead, now=NOW, url=receiver.url, events=list(CHOOSABLE))

"""What the web server answers by itself, before the product sees a request, is as closed as all the rest."""

import os
import socket
import subprocess
import sys
import time
from http import HTTPStatus

import pytest
from django.conf import settings

from okrtracker.headers import security_headers

LONG = b"x" * 9000


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Of gunicorn with the product in it; nothing that is asked here reaches the database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "okrtracker.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--no-control-socket"]
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "a key that protects nothing but tests"}
    environment |= {"DATABASE_URL": "sqlite:///:memory:", "SITE_URL": "https://okr.example.org"}
    log = (tmp_path_factory.mktemp("server") / "log").open("w")
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
    until = time.monotonic() + 60
    while b"200 OK" not in answer_of(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
        assert server.poll() is None and time.monotonic() < until
        time.sleep(0.1)
    yield port
    server.terminate()
    server.wait(timeout=20)


def answer_of(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    ("request_sent", "status"),
    [
        (b"nonsense <script>\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nbad header <script>: 1\r\n\r\n", 400),
        (b"GET /%s<script> HTTP/1.1\r\nHost: x\r\n\r\n" % LONG, 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n" % LONG, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: what\r\n\r\n", 501),
    ],
    ids=["line", "header", "long line", "long header", "unknown coding"],
)
def test_what_is_malformed_is_refused_with_all_headers_and_none_of_its_words(port, request_sent, status):
    head, _, body = answer_of(port, request_sent).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    for name, value in security_headers(is_secure=False).items():
        # The parts of the policy stand in an order of their own in each process.
        assert set(headers[name].split("; ")) == set(value.split("; ")), name
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    assert b"script" not in body
    assert headers.keys() >= {"Strict-Transport-Security"}

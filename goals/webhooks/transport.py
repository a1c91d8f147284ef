"""One POST to an address that was judged: to just what it resolved to, and without following anything."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult

from django.utils.http import parse_http_date_safe

from goals.webhooks.addresses import PORTS, Address, Forbidden, parsed, resolve

# For the whole of a delivery, however slowly its receiver reads and answers.
SECONDS = 15.0
TOO_LATE = f"No answer within {SECONDS:.0f} seconds."
CONNECT_SECONDS = 5.0
# As much of an answer is read and kept; the rest is of no interest.
ANSWER_BYTES = 1024


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    # How long a receiver that is busy wants to be left alone, where it says so.
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


class NoAnswer(Exception):
    """The receiver was not reached, or did not answer; the sentence says why."""


class _Connection(http.client.HTTPConnection):
    """To one of the addresses that were judged. The host's name is what it says in Host and asks TLS for."""

    def __init__(self, parts: SplitResult, addresses: Sequence[Address], tls: ssl.SSLContext | None) -> None:
        host = parts.hostname or ""
        super().__init__(host, parts.port or PORTS[parts.scheme], timeout=CONNECT_SECONDS)
        # So that Host leaves out the port where it goes without saying.
        self.default_port = PORTS[parts.scheme]
        self.addresses, self.tls, self.name = addresses, tls, host
        self.line: socket.socket | None = None

    def connect(self) -> None:
        failure: OSError | None = None
        for address in self.addresses:
            try:
                sock = socket.create_connection((str(address), self.port), CONNECT_SECONDS)
            except OSError as error:
                failure = error
                continue
            # A second handle, which still ends the connection when TLS has taken over the first.
            self.line = sock.dup()
            self.sock = self.tls.wrap_socket(sock, server_hostname=self.name) if self.tls else sock
            return
        raise failure or OSError("no address")

    def cut(self) -> None:
        """Whatever waits for this connection fails now."""
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self.line is not None:
            self.line.close()


def _told_wait(written: str) -> timedelta | None:
    """What `Retry-After` says: seconds, or a date; None where it says neither, or what has passed."""
    written = written.strip()
    if re.fullmatch(r"[0-9]{1,9}", written, re.ASCII):
        return timedelta(seconds=int(written))
    moment = parse_http_date_safe(written)
    left = timedelta(seconds=moment - time.time()) if moment is not None else timedelta(0)
    return left if left > timedelta(0) else None


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Sends it once, and reads the beginning of the answer. Raises NoAnswer, Forbidden.

    A redirect is an answer like others, and none of those that take a message.
    """
    parts = parsed(url)
    try:
        addresses = resolve(parts)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"The host cannot be found: {error}") from error
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Connection(parts, addresses, tls)
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        connection.cut()

    clock = threading.Timer(SECONDS, stop)
    clock.daemon = True
    clock.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=headers)
        if connection.sock is not None:
            connection.sock.settimeout(SECONDS)
        response = connection.getresponse()
        text = response.read(ANSWER_BYTES).decode("utf-8", "replace")
        answer = Answer(response.status, text, _told_wait(response.headers.get("Retry-After", "")))
    except (OSError, http.client.HTTPException, ValueError) as error:
        if is_late.is_set() or isinstance(error, TimeoutError):
            raise NoAnswer(TOO_LATE) from error
        raise NoAnswer(f"{type(error).__name__}: {error}") from error
    else:
        # What was cut off among its headers looks like an answer that ended there.
        if is_late.is_set():
            raise NoAnswer(TOO_LATE)
        return answer
    finally:
        clock.cancel()
        connection.close()


__all__ = ["Answer", "Forbidden", "NoAnswer", "post"]

"""What gunicorn answers itself, before the product sees a request: a malformed line, headers too long.

gunicorn offers no setting for these answers, so its one function that writes them is replaced.
"""

from __future__ import annotations

import socket
from http import HTTPStatus

from gunicorn import util  # type: ignore[import-untyped]

from okrtracker.headers import security_headers


def replace_answers() -> None:
    """Called once where the product is loaded by the server."""
    util.write_error = write_error


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """As `gunicorn.util.write_error`, with the headers that all other answers carry.

    `mesg` repeats a part of the request; the log has it, and the answer does not.
    """
    util.write_nonblock(sock, answer(status_int, reason))


def answer(status: int, reason: str) -> bytes:
    """The whole answer: status line, headers, and the reason once more as text."""
    known = {number.value: number.phrase for number in HTTPStatus}
    phrase = known.get(status, reason)
    body = f"{phrase}\n".encode("latin-1", "replace")
    headers = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        # Browsers listen to it under HTTPS alone; what the request came by is not known here.
        **security_headers(is_secure=True),
    }
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body

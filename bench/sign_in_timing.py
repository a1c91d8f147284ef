"""Does the time of an answer tell who has an account here? Measures it against a running server.

    DATABASE_URL=... python bench/sign_in_timing.py

Makes people in a database of its own, starts gunicorn with two workers, and asks in turn for each kind
of address (known, unknown, deactivated): for a password link, and to sign in with a wrong password.
Prints JSON: the medians in milliseconds, the gap between the largest and the smallest, and whether words,
status and headers were the same. Each sign-in comes from an address and for an account of its own, so that
no brake answers instead.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "200"))
WARM_UP = 20
TOKEN = "x" * 32
KINDS = ("known", "unknown", "deactivated")
# Nothing of these depends on who has an account.
VARIES = {"date", "expires", "set-cookie"}
PEOPLE = """
from django.contrib.auth.hashers import make_password
from accounts.models import User
password = make_password("four odd walnut bicycles")
User.objects.bulk_create(
    User(email=f"{kind}-{number}@example.org", name="Somebody", password=password, is_active=kind == "known")
    for kind in ("known", "deactivated") for number in range(%d)
)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/timing.sqlite3"
        environment = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "a key that protects nothing but this measurement",
            "DATABASE_URL": url,
            "EMAIL_URL": f"filemail:///{folder}/mail",
            "TRUSTED_PROXIES": "1",
        }
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "shell", "--no-imports", "--command", PEOPLE % (ROUNDS + WARM_UP))
        port, server = start(environment, Path(folder) / "server.log")
        try:
            report = {
                "database": url.partition(":")[0],
                "requests_each": ROUNDS,
                "password_link": measure(port, "/sign-in/password/", link),
                "wrong_password": measure(port, "/sign-in/", wrong_password),
            }
        finally:
            server.terminate()
            server.wait(timeout=30)
    print(json.dumps(report, indent=2))


def link(email: str) -> dict[str, str]:
    return {"email": email}


def wrong_password(email: str) -> dict[str, str]:
    return {"username": email, "password": "another four odd bicycles"}


def measure(port: int, path: str, fields: object) -> dict[str, object]:
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for number in range(ROUNDS + WARM_UP):
        # Who is first changes with each round.
        for kind in KINDS[number % 3 :] + KINDS[: number % 3]:
            email = f"{kind}-{number}@example.org"
            seconds, answer = post(port, path, fields(email), number)  # type: ignore[operator]
            if number >= WARM_UP:
                times[kind].append(seconds * 1000)
                answers[kind].add(answer.replace(email, "..."))
    medians = {kind: round(statistics.median(values), 3) for kind, values in times.items()}
    return {
        "median_ms": medians,
        "gap_ms": round(max(medians.values()) - min(medians.values()), 3),
        "same_answer": len(set.union(*answers.values())) == 1,
        "status": sorted({answer[:3] for kind in KINDS for answer in answers[kind]}),
    }


def post(port: int, path: str, fields: dict[str, str], number: int) -> tuple[float, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={TOKEN}",
        "X-Forwarded-For": f"10.{number // 250}.{number % 250}.1",
    }
    body = urlencode(fields | {"csrfmiddlewaretoken": TOKEN})
    connection.connect()
    started = time.perf_counter()
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds, describe(response, content)


def describe(response: HTTPResponse, content: bytes) -> str:
    """The answer without what is new in each: the moment, the cookies' values, the form's token."""
    headers = sorted(
        f"{name}: {value}" for name, value in response.getheaders() if name.lower() not in VARIES
    )
    cookies = sorted(value.partition("=")[0] for value in response.headers.get_all("Set-Cookie", []))
    words = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", content.decode())
    words = re.sub(r'value="[^"]*@example.org"', 'value="..."', words)
    lengthless = [header for header in headers if not header.lower().startswith("content-length")]
    return f"{response.status} {lengthless} {cookies} {words}"


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def start(environment: dict[str, str], log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "okrtracker.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    command += ["--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return port, server
        except OSError:
            time.sleep(0.1)
    raise SystemExit(log.read_text())


if __name__ == "__main__":
    main()

"""One command for a whole installation on one machine."""

import os
import shutil
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from areas.models import Area
from goals.demo.people import sign_ins
from okrtracker.supervisor import Supervisor

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  (to compare with; this machine alone is the default)
PROCESSES = 2
THREADS = 4


class Command(BaseCommand):
    help = (
        "Migrates the database, loads the demo when it is empty, and runs web, worker and beat together "
        "until Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", type=_port, default=port, help="the port to listen on (PORT, or 8000)")
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (this machine only)"
        )

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        _refuse_a_taken_port(host, port)
        settings.VAR_DIR.mkdir(exist_ok=True)
        _count_together()
        call_command("migrate", interactive=False, verbosity=0)
        if not Area.objects.exists():
            self.stdout.write("The database is empty; loading the demo.")
            call_command("load_demo")
        address = f"{'127.0.0.1' if host == EVERY_ADDRESS else host}:{port}"
        is_announced = False

        def announce_once() -> None:
            nonlocal is_announced
            if not is_announced and _answers(address):
                is_announced = True
                self.stdout.write(_announcement(address))
                self.stdout.flush()

        Supervisor(_commands(host, port), say=self._say).run(at_every_look=announce_once)
        self.stdout.write("Stopped.")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise ArgumentTypeError(f"{text!r} is not a port; write a number from 1 to 65535.")
    return int(text)


def _refuse_a_taken_port(host: str, port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). "
                f"Stop what listens there or choose another port: PORT={min(port + 1, 65535)} make run"
            ) from error


def _count_together() -> None:
    """For the processes that start after this: one folder for what /metrics tells, with nothing old in it."""
    if os.environ.get("METRICS_DIR"):
        return
    folder = settings.VAR_DIR / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.environ["METRICS_DIR"] = str(folder)


def _commands(host: str, port: int) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "okrtracker"]
    web = [sys.executable, "-m", "gunicorn", "okrtracker.wsgi", "--bind", f"{host}:{port}", "--preload"]
    web += ["--worker-class", "gthread", "--workers", str(PROCESSES), "--threads", str(THREADS)]
    web += ["--config", "python:okrtracker.gunicorn_hooks"]
    web += ["--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"]
    worker = [
        *celery,
        "worker",
        "--pool",
        "threads",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    return {"The web server": web, "The worker": worker, "The beat": [*celery, "beat"]}


def _answers(address: str) -> bool:
    try:
        connection = HTTPConnection(address, timeout=1)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False


def _announcement(address: str) -> str:
    people = sign_ins()
    rows = [
        f"  {person['email']:<32} {person['password']:<20} {person['role']:<14} {', '.join(person['areas'])}"
        for person in people
    ]
    demo = ["Demo sign-ins (e-mail, password, role, areas):", *rows, ""] if people else []
    return "\n".join(["", *demo, f"okrtracker answers at http://{address}", "Stop it with Ctrl-C.", ""])

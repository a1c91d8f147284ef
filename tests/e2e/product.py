"""The product as its users meet it: a database of its own with the demo in it, and a server process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Product:
    """A running server; `demo` is what `load_demo --json` printed."""

    url: str
    environment: dict[str, str]
    demo: dict = field(default_factory=dict)

    def person(self, role: str, area: str = "") -> dict[str, str]:
        """Somebody of the demo with this role (in this area)."""
        return next(
            user
            for user in self.demo["users"]
            if user["role"] == role and (not area or area in user["areas"])
        )

    def manage(self, *arguments: str) -> str:
        """Runs a management command; answers what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_for(folder: Path, port: int, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return kept | {
        "SECRET_KEY": "a key that protects nothing but browser tests",
        "DJANGO_SETTINGS_MODULE": "okrtracker.settings",
        "DATABASE_URL": database_url,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": f"filemail:///{folder}/mail",
    }


def create_database(server_url: str, folder: Path, suffix: str = "") -> tuple[str, str]:
    """(URL, name to drop) of an empty database: on the PostgreSQL server given, else an SQLite file."""
    if not server_url.startswith("postgres"):
        return f"sqlite:///{folder}/product.sqlite3", ""
    name = f"okrtracker_e2e_{os.getpid()}{suffix}"
    on_server(server_url, f'CREATE DATABASE "{name}"')
    return server_url.rsplit("/", 1)[0] + f"/{name}", name


def drop_database(server_url: str, name: str) -> None:
    if name:
        on_server(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def on_server(server_url: str, statement: str) -> None:
    parts = urlsplit(server_url)
    folder, _, database = parts.path.rpartition("/")
    connection = psycopg2.connect(
        host=parts.hostname or folder,
        port=parts.port or 5432,
        user=parts.username,
        password=parts.password,
        dbname=database,
    )
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def start_server(product: Product, log: Path, *, workers: int = 1) -> subprocess.Popen:
    port = str(urlsplit(product.url).port)
    command = [sys.executable, "-m", "gunicorn", "okrtracker.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += [
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--no-control-socket",
    ]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=product.environment, stdout=output, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{product.url}/healthz", timeout=2).close()
            return server
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert server.poll() is None, log.read_text()[-2000:]
            time.sleep(0.2)
    server.kill()
    raise AssertionError(f"The server did not answer within a minute: {log.read_text()[-2000:]}")


def load_demo(product: Product) -> None:
    product.manage("migrate", "--verbosity", "0")
    product.demo = json.loads(product.manage("load_demo", "--json"))

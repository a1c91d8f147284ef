"""Clients in processes of their own, all on the database of the test."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS = 60


def database_url() -> str:
    """The database of this test, as the settings of another process read it."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    password = f":{place['PASSWORD']}" if place["PASSWORD"] else ""
    port = f":{place['PORT']}" if place["PORT"] else ""
    return f"postgresql://{place['USER']}{password}@{place['HOST']}{port}/{place['NAME']}"


class Client:
    """One process; `start` an order, then take its `answer`."""

    def __init__(self, *flags: str):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "goals.tests.races.client", *flags],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "okrtracker.settings_test"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def await_ready(self) -> None:
        assert self.process.stdout.readline() == "ready\n"

    def start(self, work: str, **arguments: Any) -> None:
        self.process.stdin.write(json.dumps({"work": work} | arguments) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, list]:
        line = self.process.stdout.readline()
        assert line, "The client ended without an answer."
        return json.loads(line)

    def stop(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def _running(count: int, *flags: str) -> Iterator[list[Client]]:
    clients = [Client(*flags) for _ in range(count)]
    try:
        for client in clients:
            client.await_ready()
        yield clients
    finally:
        for client in clients:
            client.stop()


@pytest.fixture
def clients(transactional_db) -> Iterator[list[Client]]:
    """Four processes that wait for orders."""
    yield from _running(4)


@pytest.fixture
def clients_without_locks(transactional_db) -> Iterator[list[Client]]:
    """The same, with every lock taken out."""
    yield from _running(4, "--without-locks")

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
        self.is_asked = False
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
        self.is_asked = True
        self.process.stdin.write(json.dumps({"work": work} | arguments) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, list]:
        line = self.process.stdout.readline()
        assert line, "The client ended without an answer."
        self.is_asked = False
        return json.loads(line)

    @property
    def is_idle(self) -> bool:
        return not self.is_asked and self.process.poll() is None

    def stop(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Pool:
    """Clients that go from test to test: to start one takes longer than most races do."""

    def __init__(self, *flags: str) -> None:
        self.flags = flags
        self.clients: list[Client] = []

    def lend(self, count: int) -> list[Client]:
        """As many as wanted, none of which knows anything of the test before."""
        new = [Client(*self.flags) for _ in range(count - len(self.clients))]
        for client in new:
            client.await_ready()
        for client in self.clients:
            client.start("forget")
        for client in self.clients:
            assert client.answer()["errors"] == []
        self.clients += new
        return self.clients[:count]

    def take_back(self) -> None:
        """Whoever still works on an order, or was killed, is not asked again."""
        for client in [client for client in self.clients if not client.is_idle]:
            client.process.kill()
            client.stop()
            self.clients.remove(client)

    def stop(self) -> None:
        for client in self.clients:
            client.stop()


@pytest.fixture(scope="session")
def pools(django_db_setup) -> Iterator[dict[str, Pool]]:
    pools = {"with locks": Pool(), "without locks": Pool("--without-locks")}
    yield pools
    for pool in pools.values():
        pool.stop()


@pytest.fixture
def clients(transactional_db, pools) -> Iterator[list[Client]]:
    """Four processes that wait for orders."""
    yield pools["with locks"].lend(4)
    pools["with locks"].take_back()


@pytest.fixture
def clients_without_locks(transactional_db, pools) -> Iterator[list[Client]]:
    """The same, with every lock taken out."""
    yield pools["without locks"].lend(4)
    pools["without locks"].take_back()

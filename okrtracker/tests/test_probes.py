"""What a machine asks: does the process answer, can it serve pages, and what does not work as it should."""

import socket
import time

import pytest
from celery import Celery
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from okrtracker import views


@pytest.fixture
def broker(monkeypatch):
    """Points the product at another broker."""

    def use(url: str) -> None:
        monkeypatch.setattr(views, "app", Celery(broker=url, set_as_current=False))

    return use


def test_the_process_answers_under_any_host_name_without_a_database(client):
    response = client.get("/healthz", headers={"host": "whatever.example.org"})

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_migrated_database_makes_it_ready(client):
    response = client.get("/readyz", headers={"host": "whatever.example.org"})

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "degraded": [], "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_makes_it_unready(client):
    MigrationRecorder.Migration.objects.filter(app="goals").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "migrations are missing"


@pytest.mark.django_db
def test_an_unreachable_database_makes_it_unready_and_names_it(client, monkeypatch):
    monkeypatch.setattr(connection, "ensure_connection", unreachable)
    monkeypatch.setattr(connection, "cursor", unreachable)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "degraded": ["database"],
        "database": "unreachable",
        "broker": "ok",
    }


def unreachable(*args, **kwargs):
    from django.db import OperationalError

    raise OperationalError("could not connect to server")


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_refuses_degrades_the_service_and_pages_go_on(client, broker, free_port, scheme):
    broker(f"{scheme}://127.0.0.1:{free_port}//")

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "degraded": ["broker"],
        "database": "ok",
        "broker": "unreachable",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_hangs_holds_the_probe_up_for_seconds_at_most(client, broker, scheme):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        broker(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//")
        started = time.monotonic()

        response = client.get("/readyz")

    assert response.json()["degraded"] == ["broker"]
    assert time.monotonic() - started < 4


@pytest.mark.django_db
@pytest.mark.needs("redis")
def test_a_redis_that_answers_is_fine(client, broker):
    from okrtracker.tests.services import redis_server

    broker(redis_server().address)

    assert client.get("/readyz").json()["degraded"] == []

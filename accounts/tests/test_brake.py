"""Guessing gets slow, exactly, for who guesses and for nobody else."""

import datetime as dt
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models import Brake, User
from accounts.tests.factories import UserFactory
from goals.tests.factories import NOW
from goals.tests.races.conftest import database_url

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
GUESSES = 100
FORM_TOKEN = "x" * 32
CAST = ("password", "lea@example.org", "192.0.2.1")


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea@example.org")
    user.password = Argon2PasswordHasher().encode(PASSWORD, "salt-of-the-test")
    user.save()
    return user


@pytest.fixture
def slow_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def sign_in(client, password, address="192.0.2.1", **headers):
    data = {"username": "lea@example.org", "password": password}
    return client.post("/sign-in/", data, REMOTE_ADDR=address, headers=headers)


def take(now, **limits):
    return Brake.take(CAST, now=now, **limits)


def test_five_guesses_go_through_and_then_each_waits_twice_as_long(db):
    assert [take(NOW) for _ in range(5)] == [dt.timedelta(0)] * 5
    waited = []
    now = NOW
    for _ in range(8):
        wait = take(now)
        waited.append(wait.total_seconds())
        now += wait
        assert not take(now)
    assert waited == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_refused_guess_makes_nothing_longer(db):
    for _ in range(5):
        take(NOW)
    for _ in range(50):
        assert take(NOW) == dt.timedelta(seconds=30)


def test_an_hour_without_a_guess_forgets_all(db):
    for _ in range(5):
        take(NOW)
    assert not take(NOW + dt.timedelta(hours=1, seconds=30))
    assert Brake.objects.get().guesses == 1


def test_what_is_forgotten_does_not_pile_up(db):
    Brake.take(("password", "somebody", "192.0.2.7"), now=NOW - dt.timedelta(days=1))
    take(NOW)
    assert Brake.objects.count() == 1


def test_the_table_says_neither_who_nor_from_where(lea, client):
    sign_in(client, "wrong")
    assert "lea" not in str(Brake.objects.values().get())
    assert "192.0.2.1" not in str(Brake.objects.values().get())


def test_too_many_wrong_passwords_wait_even_when_the_next_is_right(client, lea, slow_hasher):
    with time_machine.travel(NOW, tick=False) as clock:
        assert [sign_in(client, "wrong").status_code for _ in range(5)] == [200] * 5
        refused = sign_in(client, PASSWORD)
        assert refused.status_code == 429
        assert refused["Retry-After"] == "31"
        assert "Try again in 1 minute." in refused.content.decode()
        clock.shift(dt.timedelta(seconds=30))
        assert sign_in(client, PASSWORD).status_code == 302
    assert not Brake.objects.exists()


def test_the_same_waits_for_an_address_that_nobody_has(client, db):
    data = {"username": "nobody@example.org", "password": "x"}
    answers = [client.post("/sign-in/", data).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("guesser", "owner", "status"),
    [
        ("192.0.2.1", "192.0.2.2", 302),
        ("2001:db8::1", "2001:db8::ffff:2", 429),
        ("2001:db8::1", "2001:db8:0:1::1", 302),
        ("", "not an address", 429),
    ],
)
def test_who_guesses_elsewhere_keeps_nobody_out(client, lea, slow_hasher, guesser, owner, status):
    for _ in range(6):
        sign_in(client, "wrong", guesser)
    assert sign_in(client, PASSWORD, owner).status_code == status


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, "198.51.100.9", 429),  # no proxy: the header is the client's own word
        (1, "198.51.100.9", 302),
        (1, "192.0.2.1, 198.51.100.9", 302),
        (1, "198.51.100.9, 192.0.2.1", 429),
        (2, "198.51.100.9, 203.0.113.5", 302),
        (2, "198.51.100.9", 429),  # shorter than it must be: the connection counts
        (1, "rubbish", 302),
    ],
)
def test_the_address_behind_proxies_is_what_the_trusted_one_says(
    client, lea, slow_hasher, settings, proxies, forwarded, status
):
    for _ in range(6):
        sign_in(client, "wrong")
    settings.TRUSTED_PROXIES = proxies
    assert sign_in(client, PASSWORD, **{"X-Forwarded-For": forwarded}).status_code == status


def test_confirming_and_changing_the_password_are_braked_alike(client, lea):
    client.force_login(lea)
    for _ in range(5):
        client.post("/security/confirm/", {"password": "wrong"})
    wait = "Try again in 1 minute."
    assert wait in client.post("/security/confirm/", {"password": PASSWORD}).content.decode()
    new = {"oldpassword": PASSWORD, "password1": "a long new secret", "password2": "a long new secret"}
    assert wait in client.post("/security/password/", new).content.decode()
    assert User.objects.get().password == lea.password


@pytest.fixture
def server(transactional_db, tmp_path):
    """The product behind four processes, as an installation runs it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "okrtracker.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "4", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a key that protects nothing but tests",
        "DATABASE_URL": database_url(),
    }
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")


def post(port: int, password: str, address: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=120, source_address=(address, 0))
    body = urlencode({"username": "lea@example.org", "password": password, "csrfmiddlewaretoken": FORM_TOKEN})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={FORM_TOKEN}",
    }
    connection.request("POST", "/sign-in/", body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_of_a_hundred_guesses_at_once_few_are_judged_and_the_owner_comes_in_elsewhere(server, lea):
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda n: post(server, f"guess {n}", "127.0.0.1"), range(GUESSES)))
    judged, refused = answers.count(200), answers.count(429)
    assert judged + refused == GUESSES
    # Five, and on a machine that needs half a minute for all of them the next that is let through.
    assert 5 <= judged <= 10
    assert post(server, PASSWORD, "127.0.0.1") == 429
    assert post(server, PASSWORD, "127.0.0.2") == 302

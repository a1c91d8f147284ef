"""A check-in that is sent again, because no answer arrived, is kept once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from goals.models import CheckIn, Cycle, IdempotencyKey
from goals.tests.factories import KeyResultFactory

KEY = {"Idempotency-Key": "job-42"}
REPORT = {"value": "5", "status": "on_track"}


def url_of(key_result) -> str:
    return f"/api/v1/key-results/{key_result.code}/check-ins/"


def test_a_retry_is_answered_alike_and_does_nothing(reporter, key_result):
    first = reporter.post(url_of(key_result), REPORT, headers=KEY)
    again = reporter.post(url_of(key_result), dict(reversed(REPORT.items())), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert CheckIn.objects.count() == 1


def test_without_a_key_two_requests_are_two_check_ins(reporter, key_result):
    for _ in range(2):
        reporter.post(url_of(key_result), REPORT)
    assert CheckIn.objects.count() == 2


def test_a_key_stands_for_one_request(reporter, key_result, objective):
    reporter.post(url_of(key_result), REPORT, headers=KEY)
    other = KeyResultFactory(objective=objective)
    for url, body in ((url_of(key_result), REPORT | {"value": "6"}), (url_of(other), REPORT)):
        answer = reporter.post(url, body, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert CheckIn.objects.count() == 1


def test_two_people_may_use_the_same_key(program, contributor, lead, key_result):
    for owner in (contributor, lead):
        answer = program(owner, "check-in").post(url_of(key_result), REPORT, headers=KEY)
        assert "Idempotency-Replayed" not in answer
    assert CheckIn.objects.count() == 2


def test_a_key_belongs_to_the_person_not_to_the_token(program, contributor, key_result):
    for _ in range(2):
        program(contributor, "check-in").post(url_of(key_result), REPORT, headers=KEY)
    assert CheckIn.objects.count() == 1


def test_what_was_refused_is_judged_again(reporter, key_result, cycle):
    Cycle.objects.filter(pk=cycle.pk).update(state=Cycle.State.PLANNING)
    assert reporter.post(url_of(key_result), REPORT, headers=KEY).status_code == 409
    assert not IdempotencyKey.objects.exists()
    Cycle.objects.filter(pk=cycle.pk).update(state=Cycle.State.ACTIVE)
    assert reporter.post(url_of(key_result), REPORT, headers=KEY).status_code == 201


def test_a_retry_after_the_freeze_tells_what_was_kept_before(reporter, key_result, cycle):
    kept = reporter.post(url_of(key_result), REPORT, headers=KEY)
    Cycle.objects.filter(pk=cycle.pk).update(state=Cycle.State.CLOSED)
    assert reporter.post(url_of(key_result), REPORT, headers=KEY).content == kept.content


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ключ", "a\tb"])
def test_what_is_no_key_is_refused(reporter, key_result, key):
    answer = reporter.post(url_of(key_result), REPORT, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not CheckIn.objects.exists()


def race(clients, send) -> list:
    """What each client is answered, all sending at once, each over a connection of its own."""
    start = threading.Barrier(len(clients))

    def run(client):
        start.wait(timeout=10)
        try:
            return send(client)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(run, clients))


@pytest.mark.django_db(transaction=True)
def test_of_retries_at_once_one_takes_effect(program, contributor, key_result):
    clients = [program(contributor, "check-in") for _ in range(8)]
    answers = race(clients, lambda client: client.post(url_of(key_result), REPORT, headers=KEY))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 7
    assert CheckIn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_check_ins_at_once_are_all_kept_in_an_unbroken_row(program, contributor, key_result):
    clients = [program(contributor, "check-in") for _ in range(8)]

    def send(client) -> list:
        number = clients.index(client)
        bodies = [REPORT | {"value": str(number * 10 + turn)} for turn in range(3)]
        return [client.post(url_of(key_result), body) for body in bodies]

    answers = [answer for answers in race(clients, send) for answer in answers]
    assert [answer.status_code for answer in answers] == [201] * 24
    rows = list(CheckIn.objects.order_by("sequence"))
    assert [row.sequence for row in rows] == list(range(1, 25))
    assert [row.previous_value for row in rows[1:]] == [row.value for row in rows[:-1]]

"""Pauses by programs: with a reason, until a day; told with the key result, and a filter of its list."""

import datetime as dt

import pytest
import time_machine

from goals.actions.pauses import pause_key_result
from goals.api import pause_views
from goals.models import Cycle, KeyResult, Objective
from goals.tests.factories import NOW, TODAY, KeyResultFactory

KEY_RESULT = "/api/v1/key-results/EDGE-24H2-O1-KR1/"
PAUSE, RESUME = f"{KEY_RESULT}pause/", f"{KEY_RESULT}resume/"
SENT = {"until": "2024-11-04", "reason": "The lab is closed."}


@pytest.fixture
def writer(program, contributor, key_result):
    """May check in on everything of EDGE, and say when nothing is asked."""
    return program(contributor, "write")


def codes(answer):
    return [row["code"] for row in answer.json()["results"]]


def test_a_pause_is_told_with_the_key_result_until_it_is_over(writer, reader, contributor):
    told = reader.get(KEY_RESULT).json()
    assert (told["paused"], told["paused_on"], told["paused_until"], told["pause_reason"]) == (
        *(False, None, None),
        "",
    )
    answer = writer.post(PAUSE, SENT, format="json")
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    assert (told["paused"], told["paused_on"], told["paused_until"]) == (True, "2024-10-14", "2024-11-04")
    assert told["pause_reason"] == "The lab is closed."
    assert reader.get(KEY_RESULT).json() == told
    assert answer["ETag"] == reader.get(KEY_RESULT)["ETag"]
    assert KeyResult.history.latest("history_id").history_user == contributor
    with time_machine.travel(NOW + dt.timedelta(days=21), tick=False):
        told = reader.get(KEY_RESULT).json()
        assert (told["paused"], told["paused_until"]) == (False, "2024-11-04")


def test_a_pause_goes_on_and_ends(writer):
    writer.post(PAUSE, SENT, format="json")
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        told = writer.post(PAUSE, SENT | {"reason": "Still closed."}, format="json").json()
        assert (told["paused_on"], told["pause_reason"]) == ("2024-10-14", "Still closed.")
        answer = writer.post(RESUME, {}, format="json")
        assert (answer.status_code, answer.json()["paused"], answer.json()["paused_until"]) == (
            *(200, False),
            None,
        )
        answer = writer.post(RESUME)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "until"),
        ({"until": "2024-11-04"}, "reason"),
        (SENT | {"reason": " "}, "reason"),
        (SENT | {"reason": "x" * 501}, "reason"),
        (SENT | {"reason": "a\x07b"}, ""),
        (SENT | {"until": "2024-10-14"}, "until"),
        (SENT | {"until": "2024-12-32"}, "until"),
        (SENT | {"until": "2025-01-01"}, "until"),
        (SENT | {"until": None}, "until"),
        (SENT | {"paused_on": "2024-01-01"}, "paused_on"),
    ],
    ids=str,
)
def test_what_is_no_pause_is_refused(writer, sent, field):
    answer = writer.post(PAUSE, sent, format="json")
    assert answer.status_code == 400
    if field:
        assert answer.json()["errors"][0]["field"] == field
    assert KeyResult.objects.get().paused_on is None
    assert writer.post(RESUME, {"reason": "x"}, format="json").status_code == 400


def test_sent_again_it_takes_effect_once(writer):
    for _ in range(2):
        answer = writer.post(PAUSE, SENT, format="json", headers={"Idempotency-Key": "p1"})
        assert answer.status_code == 200
    assert answer["Idempotency-Replayed"] == "true"
    for _ in range(2):
        answer = writer.post(RESUME, headers={"Idempotency-Key": "p2"})
        assert answer.status_code == 200, (
            "the second is answered as the first, not told that nothing is paused"
        )
    assert KeyResult.history.count() == 3


@pytest.mark.parametrize("address", [PAUSE, RESUME])
def test_who_names_what_was_read_is_told_that_it_changed(writer, address, lead):
    writer.post(PAUSE, SENT, format="json")
    etag = writer.get(KEY_RESULT)["ETag"]
    writer.post(PAUSE, SENT | {"reason": "Another one."}, format="json")
    sent = SENT if address == PAUSE else {}
    answer = writer.post(address, sent, format="json", headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert KeyResult.objects.get().pause_reason == "Another one."
    etag = writer.get(KEY_RESULT)["ETag"]
    assert writer.post(address, sent, format="json", headers={"If-Match": etag}).status_code == 200


@pytest.mark.parametrize("address", [PAUSE, RESUME])
def test_of_two_at_the_same_moment_one_wins(writer, lead, monkeypatch, address):
    """Both pass the question of `If-Match`; the version, asked under the lock, decides."""
    writer.post(PAUSE, SENT, format="json")
    passed = pause_views.refuse_unless_matched

    def somebody_else(request, told):
        passed(request, told)
        until = dt.date(2024, 11, 5)
        row = KeyResult.objects.get()
        pause_key_result(row, by=lead, now=NOW, today=TODAY, until=until, reason="Theirs.")

    etag = writer.get(KEY_RESULT)["ETag"]
    monkeypatch.setattr(pause_views, "refuse_unless_matched", somebody_else)
    sent = SENT if address == PAUSE else {}
    answer = writer.post(address, sent, format="json", headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("contributor", "write", 200),
        ("lead", "write", 200),
        ("manager", "admin", 200),
        ("contributor", "check-in", 403),
        ("viewer", "write", 403),
        ("outsider", "admin", 403),
    ],
)
def test_who_may_check_in_pauses(request, program, key_result, role, scope, status):
    client = program(request.getfixturevalue(role), scope)
    assert client.post(PAUSE, SENT, format="json").status_code == status
    assert client.post(RESUME).status_code == status


def test_what_one_may_not_see_is_not_there(program, outsider, lead, core, key_result):
    Objective.objects.update(visibility="restricted")
    for client in (program(outsider, "write"), program(lead, "write", area=core)):
        assert client.post(PAUSE, SENT, format="json").status_code == 404
        assert client.post(RESUME).status_code == 404


@pytest.mark.parametrize(
    ("fields", "code"), [({"state": "closed"}, "cycle_closed"), ({"state": "planning"}, "cycle_not_active")]
)
def test_nothing_is_paused_where_nobody_checks_in(writer, fields, code):
    Cycle.objects.update(**fields)
    answer = writer.post(PAUSE, SENT, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    Cycle.objects.update(state="active")
    KeyResult.objects.update(dropped_at=NOW)
    assert writer.post(PAUSE, SENT, format="json").json()["code"] == "archived"
    assert KeyResult.objects.get().paused_on is None


def test_the_list_tells_what_is_paused_and_what_is_not(writer, reader, objective):
    other = KeyResultFactory(objective=objective)
    first = "EDGE-24H2-O1-KR1"
    writer.post(PAUSE, SENT, format="json")
    address = "/api/v1/key-results/"
    assert codes(reader.get(f"{address}?paused=true")) == [first]
    assert codes(reader.get(f"{address}?paused=false")) == [other.code]
    assert codes(reader.get(address)) == [first, other.code]
    assert reader.get(f"{address}?paused=maybe").status_code == 400
    # The day that asks again is no part of the pause; a row and the list agree about it.
    for day, paused in ((-1, []), (20, [first]), (21, [])):
        with time_machine.travel(NOW + dt.timedelta(days=day), tick=False):
            assert codes(reader.get(f"{address}?paused=true")) == paused
            assert [row["code"] for row in reader.get(address).json()["results"] if row["paused"]] == paused


def test_today_is_that_of_the_tokens_owner(program, contributor, key_result):
    contributor.time_zone = "Pacific/Auckland"  # it is the 15th there
    contributor.save()
    client = program(contributor, "write")
    with time_machine.travel(dt.datetime(2024, 10, 14, 12, tzinfo=dt.UTC), tick=False):
        assert client.post(PAUSE, SENT | {"until": "2024-10-15"}, format="json").status_code == 400
        assert client.post(PAUSE, SENT, format="json").json()["paused_on"] == "2024-10-15"
        assert codes(client.get("/api/v1/key-results/?paused=true")) == [key_result.code]

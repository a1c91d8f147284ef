"""Drafts by programs: of whoever owns the token, and of nobody else."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.models import CheckIn, CheckInDraft, Cycle, KeyResult
from goals.tests.factories import check_in

DRAFT = "/api/v1/key-results/EDGE-24H2-O1-KR1/draft/"
SENT = {"value": "5.31", "status": "on_track", "confidence": 6, "note": "Nightly"}

pytestmark = pytest.mark.usefixtures("key_result")


def put(client, told, **headers):
    return client.put(DRAFT, told, format="json", **headers)


def test_a_draft_is_kept_read_changed_and_thrown_away(reporter):
    assert reporter.get(DRAFT).status_code == 404
    begun = put(reporter, SENT)
    assert begun.status_code == 201, begun.json()
    assert begun.json() == reporter.get(DRAFT).json()
    assert begun["ETag"] == reporter.get(DRAFT)["ETag"]
    told = begun.json()
    assert (told["value"], told["value_text"], told["no_change"], told["send_at"]) == (
        *("5.31", "5.31"),
        *(False, None),
    )
    kept = put(reporter, {"note": "another"}, HTTP_IF_MATCH=begun["ETag"])
    assert (kept.status_code, kept.json()["value"], kept.json()["status"]) == (200, None, "")
    assert [row["note"] for row in reporter.get("/api/v1/drafts/").json()["results"]] == ["another"]
    assert reporter.delete(DRAFT).status_code == 428
    assert reporter.delete(DRAFT, HTTP_IF_MATCH=begun["ETag"]).status_code == 412
    assert reporter.delete(DRAFT, HTTP_IF_MATCH=kept["ETag"]).status_code == 204
    assert reporter.get("/api/v1/drafts/").json()["results"] == []


def test_one_that_is_there_is_replaced_only_as_it_was_read(reporter):
    assert put(reporter, SENT, HTTP_IF_MATCH='"of another one"').status_code == 412
    first = put(reporter, SENT)
    answer = put(reporter, SENT)
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    put(reporter, SENT | {"note": "newer"}, HTTP_IF_MATCH=first["ETag"])
    answer = put(reporter, SENT, HTTP_IF_MATCH=first["ETag"])
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert CheckInDraft.objects.get().note == "newer"


def test_it_is_sent_once(reporter, contributor):
    put(reporter, SENT)
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    answer = reporter.post(f"{DRAFT}send/", {}, format="json", **key)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["value"], answer.json()["source"]) == ("5.31", "api")
    assert answer.json()["key_result"]["current_value"] == "5.31"
    again = reporter.post(f"{DRAFT}send/", {}, format="json", **key)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert CheckIn.objects.get().author == contributor
    assert reporter.post(f"{DRAFT}send/", {}, format="json").status_code == 404


def test_it_waits_for_its_moment(reporter):
    told = put(reporter, SENT | {"send_at": "2024-10-18T16:00:00+02:00"}).json()
    assert told["send_at"] == "2024-10-18T14:00:00Z"
    assert CheckInDraft.objects.get().send_at == dt.datetime(2024, 10, 18, 14, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, ""),
        ({"note": " "}, ""),
        (SENT | {"send_at": "2024-10-14T10:00:00Z"}, "send_at"),
        (SENT | {"send_at": "2024-10-18T16:00:00"}, "send_at"),
        (SENT | {"send_at": "tomorrow"}, "send_at"),
        (SENT | {"value": 5.3}, "value"),
        (SENT | {"value": "NaN"}, "value"),
        (SENT | {"status": "fine"}, "status"),
        (SENT | {"confidence": 11}, "confidence"),
        (SENT | {"note": "a\x07b"}, "note"),
        (SENT | {"author": "lea.lead@example.org"}, "author"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(reporter, sent, field):
    answer = put(reporter, sent)
    assert answer.status_code == 400, answer.json()
    assert {error["field"] for error in answer.json()["errors"]} == ({field} if field else set())
    assert not CheckInDraft.objects.exists()


def test_what_is_refused_stays_a_draft(reporter, key_result, lead):
    put(reporter, {"note": "so far"})
    answer = reporter.post(f"{DRAFT}send/", {}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "value")
    put(reporter, SENT, HTTP_IF_MATCH="*")
    check_in(key_result, 2, author=lead)
    answer = reporter.post(f"{DRAFT}send/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "reported_meanwhile")
    # Read again and kept again, it says that its author knows.
    put(reporter, SENT, HTTP_IF_MATCH="*")
    assert reporter.post(f"{DRAFT}send/", {}, format="json").status_code == 201
    Cycle.objects.update(state="closed")
    answer = put(reporter, SENT)
    assert (answer.status_code, answer.json()["code"]) == (409, "cycle_closed")


def test_others_do_not_find_it_whatever_they_may(reporter, program, manager, administrator, lead):
    put(reporter, SENT)
    for person in (manager, administrator, lead):
        other = program(person, "write")
        assert other.get(DRAFT).status_code == 404
        assert other.get("/api/v1/drafts/").json()["results"] == []
        assert other.delete(DRAFT, HTTP_IF_MATCH="*").status_code == 404
        assert other.post(f"{DRAFT}send/", {}, format="json").status_code == 404
    assert CheckInDraft.objects.get().value == Decimal("5.31")


def test_who_may_not_check_in_keeps_none(program, outsider, viewer, contributor, core):
    for person in (outsider, viewer):
        assert put(program(person, "check-in"), SENT).status_code == 403
    assert put(program(contributor, "read"), SENT).status_code == 403
    put(program(contributor, "check-in"), SENT)
    assert program(contributor, "check-in", area=core).get(DRAFT).status_code == 404
    # Whether there is a key result that they do not see is not told by the refusal either.
    KeyResult.objects.update(visibility="restricted")
    assert put(program(outsider, "check-in"), SENT).status_code == 404


def test_who_lost_the_right_does_not_send(reporter, contributor):
    put(reporter, SENT)
    contributor.memberships.all().delete()
    answer = reporter.post(f"{DRAFT}send/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert reporter.get(DRAFT).status_code == 200

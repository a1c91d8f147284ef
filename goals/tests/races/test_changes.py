"""Programs that follow while others write: nothing is missed, whoever commits first."""

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import ApiToken
from goals.models import Change, KeyResult
from goals.tests.factories import KeyResultFactory, ObjectiveFactory, check_in

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/changes/"


@pytest.fixture
def token(manager):
    return ApiToken.issue(owner=manager, scope="read")[1]


@pytest.fixture
def reader(token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def read(reader, cursor) -> tuple[set, str]:
    """(what is told after a cursor, to the end of it, where that is)."""
    told = set()
    while True:
        query = {"limit": "7"} | ({"since": cursor} if cursor else {})
        answer = reader.get(URL, query)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        cursor = body["cursor"]
        told |= {(one["kind"], one["code"], one["sequence"]) for one in body["results"]}
        if body["next"] is None:
            return told, cursor


def test_a_program_that_follows_misses_no_check_in_of_eight_writers(clients, reader, key_result, manager):
    roadmap = key_result.objective.roadmap
    others = (KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap)) for _ in clients[1:])
    rows = [key_result, *others]
    seen, cursor = read(reader, "")
    for client, row in zip(clients, rows, strict=True):
        client.start("check_ins", key_result=row.pk, author=manager.pk, clients=2, each=15)
    polls, wanted = 0, len(rows) * 30
    while KeyResult.objects.filter(check_in_count=30).count() < len(rows):
        told, cursor = read(reader, cursor)
        seen |= told
        polls += 1
    assert [client.answer()["errors"] for client in clients] == [[]] * len(clients)
    told, cursor = read(reader, cursor)
    seen |= told
    kept = {("check-in", row.code, number) for row in rows for number in range(1, 31)}
    assert len(kept) == wanted
    assert kept <= seen
    assert polls, "It was read while they wrote."
    assert read(reader, cursor)[0] == set()


@pytest.mark.only_on("postgresql")
def test_what_is_committed_after_what_was_written_later_is_told(clients, token, reader, key_result, manager):
    """The trap: numbers and moments are given before the commit; the lower may come to be seen later."""
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=key_result.objective.roadmap))
    _told, cursor = read(reader, "")
    writer, follower = clients[:2]
    with transaction.atomic():
        check_in(key_result, 3, author=manager)
        writer.start("check_ins", key_result=elsewhere.pk, author=manager.pk, clients=1, each=1)
        assert writer.answer()["errors"] == []
        follower.start("follow", token=token, since=cursor, times=1)
        (seen,) = follower.answer()["kept"]
        codes = [one["code"] for one in seen["results"] if one["kind"] == "check-in"]
        assert codes == [elsewhere.code]
        first, second = Change.objects.filter(kind="check-in").order_by("changed_at")
        assert (first.object_id, first.pk < second.pk) == (key_result.last_check_in_id, True)
    told, _cursor = read(reader, seen["cursor"])
    assert ("check-in", key_result.code, 1) in told


def test_readers_at_once_give_every_change_one_position(clients, token, reader, key_result, manager):
    """All that they hear, each by itself, is all that happened; no position is given out twice."""
    _told, cursor = read(reader, "")
    clients[0].start("check_ins", key_result=key_result.pk, author=manager.pk, clients=2, each=15)
    for client in clients[1:]:
        client.start("follow", token=token, since=cursor, times=40)
    writing, *reading = [client.answer() for client in clients]
    assert writing["errors"] == []
    for answer in reading:
        assert answer["errors"] == []
        seen = {
            (one["kind"], one["code"], one["sequence"]) for told in answer["kept"] for one in told["results"]
        }
        seen |= read(reader, answer["kept"][-1]["cursor"])[0]
        assert {("check-in", key_result.code, number) for number in range(1, 31)} <= seen
    places = list(Change.objects.order_by("position").values_list("position", flat=True))
    assert None not in places
    assert len(places) == len(set(places))

"""Tags by programs."""

import pytest

from goals.models import KeyResult, Objective
from goals.tests.factories import ObjectiveFactory, RoadmapFactory


@pytest.fixture
def hidden(objective, key_result, core, cycle):
    """`speed` here, and on something restricted elsewhere."""
    Objective.objects.filter(pk=objective.pk).update(tags="on-device speed")
    KeyResult.objects.filter(pk=key_result.pk).update(tags="speed")
    there = RoadmapFactory(area=core, cycle=cycle)
    return ObjectiveFactory(roadmap=there, tags="secret speed", visibility="restricted")


def test_rows_tell_their_tags_and_lists_find_them(program, hidden, lead):
    client = program(lead)
    assert client.get("/api/v1/objectives/EDGE-24H2-O1/").json()["tags"] == ["on-device", "speed"]
    assert client.get("/api/v1/key-results/EDGE-24H2-O1-KR1/").json()["tags"] == ["speed"]
    for kind, codes in (("objectives", ["EDGE-24H2-O1"]), ("key-results", ["EDGE-24H2-O1-KR1"])):
        found = client.get(f"/api/v1/{kind}/?tag=speed").json()["results"]
        assert [row["code"] for row in found] == codes
        assert client.get(f"/api/v1/{kind}/?tag=spee").json()["results"] == []


def test_what_one_does_not_see_is_not_counted(program, hidden, lead, manager, core):
    told = program(lead).get("/api/v1/tags/").json()["results"]
    assert told == [
        {"tag": "on-device", "objectives": 1, "key_results": 0},
        {"tag": "speed", "objectives": 1, "key_results": 1},
    ]
    assert [row["tag"] for row in program(manager).get("/api/v1/tags/").json()["results"]] == [
        *("on-device", "secret", "speed"),
    ]
    bound = program(manager, area=core).get("/api/v1/tags/").json()["results"]
    assert [row["tag"] for row in bound] == ["secret", "speed"]


def test_managers_rename(program, hidden, lead, manager, core):
    path, sent = "/api/v1/tags/speed/rename/", {"name": "latency"}
    assert program(lead, "write").post(path, sent, format="json").status_code == 403
    assert program(manager, "write", area=core).post(path, sent, format="json").status_code == 403
    answer = program(manager, "write").post(path, sent, format="json")
    assert (answer.status_code, answer.json()) == (200, {"changed": 3})
    answer = program(manager, "write").post(path, {"name": "no!"}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")

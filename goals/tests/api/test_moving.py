"""Moves by programs, and where an old code leads."""

import pytest

from goals.actions.moving import move_key_result, move_objective
from goals.models import KeyResult, Objective, Roadmap
from goals.tests.factories import NOW, ObjectiveFactory, RiskFactory, RoadmapFactory

OLD = "/api/v1/key-results/EDGE-24H2-O1-KR1/"
NEW = "/api/v1/key-results/EDGE-24H2-O2-KR1/"
SENT = {"objective": "EDGE-24H2-O2", "reason": "It fits better."}


@pytest.fixture
def second(roadmap):
    return ObjectiveFactory(roadmap=roadmap)


@pytest.fixture
def writer(program, lead, key_result, second):
    return program(lead, "write")


@pytest.fixture
def moved(key_result, second, lead):
    move_key_result(key_result, second, by=lead, now=NOW, reason="It fits better.")
    return KeyResult.objects.get(pk=key_result.pk)


def test_a_program_moves_a_key_result_and_the_old_code_leads_to_it(writer, reader):
    answer = writer.post(f"{OLD}move/", SENT, format="json")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["code"], answer.json()["objective"]) == ("EDGE-24H2-O2-KR1", "EDGE-24H2-O2")
    assert answer["ETag"] == reader.get(NEW)["ETag"]
    found = reader.get(f"{OLD}series/")
    assert (found.status_code, found["Location"]) == (308, f"{NEW}series/")
    assert found["Content-Type"] == "application/problem+json"
    assert (found.json()["code"], found.json()["detail"]) == (
        "moved",
        "EDGE-24H2-O1-KR1 is EDGE-24H2-O2-KR1 now.",
    )


def test_a_report_sent_to_the_old_code_finds_its_way(reporter, moved):
    answer = reporter.post(f"{OLD}check-ins/", {"value": "3", "status": "on_track"}, format="json")
    assert (answer.status_code, answer["Location"]) == (308, f"{NEW}check-ins/")


def test_an_objective_moves_with_what_is_below(program, manager, key_result, lib, cycle):
    RoadmapFactory(area=lib, cycle=cycle)
    client = program(manager, "write")
    sent = {"roadmap": "LIB-24H2", "reason": "It fits better."}
    answer = client.post("/api/v1/objectives/EDGE-24H2-O1/move/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (200, "LIB-24H2-O1")
    assert client.get(OLD)["Location"] == "/api/v1/key-results/LIB-24H2-O1-KR1/"
    assert client.get("/api/v1/objectives/EDGE-24H2-O1/")["Location"] == "/api/v1/objectives/LIB-24H2-O1/"


def test_a_bound_token_is_led_to_whatever_went_where_it_reaches(
    program, manager, objective, key_result, lib, core, cycle
):
    RiskFactory(objective=objective)
    move_objective(
        objective, RoadmapFactory(area=lib, cycle=cycle), by=manager, now=NOW, reason="It fits better."
    )
    olds = ("objectives/EDGE-24H2-O1/", "key-results/EDGE-24H2-O1-KR1/", "risks/EDGE-24H2-O1-R1/")
    for area, status in ((lib, 308), (core, 404)):
        bound = program(manager, area=area)
        assert [bound.get(f"/api/v1/{old}").status_code for old in olds] == [status] * 3


def test_sent_again_it_moves_once(writer):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = writer.post(f"{OLD}move/", SENT, format="json", **key)
    again = writer.post(f"{OLD}move/", SENT, format="json", **key)
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, first.json(), "true")
    other = writer.post(f"{OLD}move/", SENT, format="json", HTTP_IDEMPOTENCY_KEY="another")
    assert (other.status_code, other["Location"]) == (308, f"{NEW}move/")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"objective": "EDGE-24H2-O2"}, 400, "reason_needed"),
        (SENT | {"objective": "EDGE-24H2-O1"}, 400, "invalid"),
        (SENT | {"objective": "NONE-24H2-O1"}, 400, "invalid"),
        ({}, 400, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused(writer, sent, status, code):
    answer = writer.post(f"{OLD}move/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_both_plans_have_to_be_ones_own(program, outsider, manager, writer, core, cycle, edge):
    there = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    answer = writer.post(f"{OLD}move/", SENT | {"objective": there.code}, format="json")
    assert answer.json()["errors"][0]["detail"] == "There is none with this code whose plan you edit."
    answer = program(outsider, "write").post(f"{OLD}move/", SENT | {"objective": there.code}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    bound = program(manager, "write", area=core)
    assert bound.post(f"{OLD}move/", SENT, format="json").status_code == 404
    # The manager edits both plans; the token reaches one.
    bound = program(manager, "write", area=edge)
    answer = bound.post(f"{OLD}move/", SENT | {"objective": there.code}, format="json")
    assert answer.json()["errors"][0]["detail"] == "There is none with this code whose plan you edit."
    assert KeyResult.objects.get().objective.code == "EDGE-24H2-O1"


def test_a_stale_reader_moves_nothing(writer, key_result):
    etag = writer.get(OLD)["ETag"]
    KeyResult.objects.filter(pk=key_result.pk).update(title="Another", version=9)
    answer = writer.post(f"{OLD}move/", SENT, format="json", HTTP_IF_MATCH=etag)
    assert answer.status_code == 412


def test_an_old_code_is_not_there_for_whom_the_thing_is_not(program, moved, reader, outsider, manager, core):
    Objective.objects.filter(pk=moved.objective_id).update(visibility="restricted")
    assert reader.get(OLD).status_code == 404
    assert program(manager).get(OLD).status_code == 308
    assert program(manager, area=core).get(OLD).status_code == 404


def test_many_moves_are_one_step(reader, moved, objective, second, lead):
    move_key_result(moved, objective, by=lead, now=NOW, reason="Back.")
    assert reader.get(OLD)["Location"] == "/api/v1/key-results/EDGE-24H2-O1-KR2/"
    assert reader.get(NEW)["Location"] == "/api/v1/key-results/EDGE-24H2-O1-KR2/"


def test_an_old_code_in_a_body_names_the_objective(program, manager, lead, objective, lib, cycle, core):
    move_objective(
        objective, RoadmapFactory(area=lib, cycle=cycle), by=manager, now=NOW, reason="It fits better."
    )
    waiting = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    path = f"/api/v1/objectives/{waiting.code}/needs/"
    answer = program(manager, "write").post(path, {"on_objective": "EDGE-24H2-O1"}, format="json")
    assert (answer.status_code, answer.json()["on_objective"]) == (201, "LIB-24H2-O1")
    assert Roadmap.objects.count() == 3

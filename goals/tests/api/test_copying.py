"""Copies by programs."""

import pytest

from goals.models import KeyResult, Objective, Roadmap
from goals.tests.factories import ObjectiveFactory, RoadmapFactory

COPY = "/api/v1/objectives/EDGE-24H2-O1/copy/"


@pytest.fixture
def writer(program, lead, key_result):
    return program(lead, "write")


def test_a_program_copies_an_objective_once(writer):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    answer = writer.post(COPY, {"roadmap": "EDGE-24H2"}, format="json", **key)
    assert answer.status_code == 201, answer.json()
    assert answer.json() == {
        "code": "EDGE-24H2-O2",
        "codes": ["EDGE-24H2-O2", "EDGE-24H2-O2-KR1"],
        "notes": [],
    }
    again = writer.post(COPY, {"roadmap": "EDGE-24H2"}, format="json", **key)
    assert (again.json(), Objective.objects.count()) == (answer.json(), 2)


def test_a_key_result_and_a_roadmap_too(writer, into):
    answer = writer.post(
        "/api/v1/key-results/EDGE-24H2-O1-KR1/copy/",
        {"objective": "EDGE-24H2-O1", "values": "go_on", "days": "left_out"},
        format="json",
    )
    assert (answer.status_code, answer.json()["code"]) == (201, "EDGE-24H2-O1-KR2")
    answer = writer.post("/api/v1/roadmaps/EDGE-24H2/copy/", {"roadmap": "EDGE-25H1"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (201, "EDGE-25H1")
    assert KeyResult.objects.filter(objective__roadmap__code="EDGE-25H1").count() == 2


def test_it_is_copied_into_a_plan_of_ones_own(program, writer, viewer, outsider, manager, core, cycle, into):
    RoadmapFactory(area=core, cycle=cycle)
    answer = writer.post(COPY, {"roadmap": "CORE-24H2"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = program(outsider, "write").post(COPY, {"roadmap": "CORE-24H2"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (201, "CORE-24H2-O1")
    assert program(viewer, "write").post(COPY, {"roadmap": "EDGE-24H2"}, format="json").status_code == 403
    bound = program(manager, "write", area=core)
    assert bound.post(COPY, {"roadmap": "CORE-24H2"}, format="json").status_code == 404
    sent = {"roadmap": "EDGE-25H1"}
    answer = bound.post("/api/v1/roadmaps/CORE-24H2/copy/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Roadmap.objects.filter(code="EDGE-25H1").exists()


@pytest.mark.parametrize("sent", [{}, {"roadmap": "NONE-24H2"}, {"roadmap": "EDGE-24H2", "values": "half"}])
def test_what_does_not_fit_is_refused(writer, sent):
    answer = writer.post(COPY, sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_what_is_hidden_is_not_there(program, writer, outsider, objective, core, cycle):
    RoadmapFactory(area=core, cycle=cycle)
    Objective.objects.update(visibility="restricted")
    answer = program(outsider, "write").post(COPY, {"roadmap": "CORE-24H2"}, format="json")
    assert answer.status_code == 404
    hidden = ObjectiveFactory(roadmap=objective.roadmap, visibility="restricted")
    row = ObjectiveFactory(roadmap=Roadmap.objects.get(code="CORE-24H2"))
    answer = program(outsider, "write").post(
        f"/api/v1/objectives/{row.code}/copy/", {"roadmap": hidden.code}, format="json"
    )
    assert answer.status_code == 400

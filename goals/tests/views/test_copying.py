"""The pages that copy."""

import uuid

import pytest

from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.tests.factories import ObjectiveFactory, RiskFactory, RoadmapFactory

SENT = {"key_results": "on", "risks": "on", "values": "start_over", "days": "shifted"}


@pytest.fixture(autouse=True)
def signed_in(client, lead):
    client.force_login(lead)


def test_a_copied_objective_is_shown(client, key_result, page, into):
    told = page("/objectives/EDGE-24H2-O1/")
    assert "/objectives/EDGE-24H2-O1/copy/" in told
    assert "EDGE-24H2" in page("/objectives/EDGE-24H2-O1/copy/")
    sent = SENT | {"place": "EDGE-24H2", "form_id": str(uuid.uuid4())}
    for _twice in range(2):
        done = client.post("/objectives/EDGE-24H2-O1/copy/", sent)
        assert (done.status_code, done.url) == (302, "/objectives/EDGE-24H2-O2/")
    assert Objective.objects.count() == 2
    assert KeyResult.objects.get(objective__number=2).title == key_result.title


def test_a_key_result_is_copied_without_its_risks(client, key_result):
    RiskFactory(objective=key_result.objective, key_result=key_result)
    done = client.post("/key-results/EDGE-24H2-O1-KR1/copy/", SENT | {"place": "EDGE-24H2-O1", "risks": ""})
    assert done.url == "/key-results/EDGE-24H2-O1-KR2/"
    assert not KeyResult.objects.get(number=2).risks.exists()


def test_a_roadmap_of_a_closed_cycle_begins_the_next(client, key_result, into, page):
    Cycle.objects.filter(key="24H2").update(state="closed")
    assert "/areas/EDGE/24H2/copy/" in page("/areas/EDGE/24H2/")
    assert "EDGE-25H1 a new roadmap" in page("/areas/EDGE/24H2/copy/")
    done = client.post("/areas/EDGE/24H2/copy/", SENT | {"place": "EDGE-25H1"})
    assert done.url == "/areas/EDGE/25H1/"
    assert Roadmap.objects.get(code="EDGE-25H1").objectives.count() == 1


def test_who_has_no_owner_there_is_told(client, key_result, outsider, into, edge):
    RoadmapFactory(area=edge, cycle=into, visibility="restricted")
    KeyResult.objects.update(owner=outsider)
    done = client.post("/objectives/EDGE-24H2-O1/copy/", SENT | {"place": "EDGE-25H1"}, follow=True)
    assert "EDGE-25H1-O1-KR1 has no owner: Out Sider" in done.content.decode()


def test_who_plans_nothing_copies_nothing(client, objective, contributor):
    client.force_login(contributor)
    assert client.get("/objectives/EDGE-24H2-O1/copy/").status_code == 403


def test_a_plan_of_others_is_theirs_to_fill(client, objective, core, cycle):
    ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    done = client.post("/objectives/EDGE-24H2-O1/copy/", SENT | {"place": "CORE-24H2"})
    assert done.status_code == 403 and Objective.objects.count() == 2
    done = client.post("/objectives/EDGE-24H2-O1/copy/", SENT | {"place": "nowhere"})
    assert done.status_code == 422


OBJECTIVE, STEP, PLAN = "/objectives/EDGE-24H2-O1", "/key-results/EDGE-24H2-O1-KR1", "/areas/EDGE/24H2"


def test_plans_of_others_are_neither_offered_nor_filled(client, page, key_result, core, cycle, into):
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    for address, place in ((OBJECTIVE, "CORE-24H2"), (STEP, theirs.code), (PLAN, "CORE-25H1")):
        assert place not in page(f"{address}/copy/")
        assert client.post(f"{address}/copy/", SENT | {"place": place}).status_code == 403
    assert "CORE-25H1" not in page("/areas/CORE/24H2/copy/")
    # Of a hidden one it is not told that it is there.
    Roadmap.objects.filter(area=core).update(visibility="restricted")
    for address, place in ((OBJECTIVE, "CORE-24H2"), (STEP, theirs.code)):
        assert client.post(f"{address}/copy/", SENT | {"place": place}).status_code == 422
    assert (Objective.objects.count(), KeyResult.objects.count()) == (2, 1)

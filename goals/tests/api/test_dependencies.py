"""Programs read who waits for whom, ask, answer and withdraw, by the rules of the pages."""

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.models import Cycle, Dependency, Objective
from goals.tests.factories import DependencyFactory, ObjectiveFactory, RoadmapFactory

URL = "/api/v1/dependencies/"
NEEDS = "/api/v1/objectives/EDGE-24H2-O1/needs/"


@pytest.fixture
def needed(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))


@pytest.fixture
def need(objective, needed):
    return DependencyFactory(objective=objective, partner="", on_objective=needed, note="a compiler")


@pytest.fixture
def asks(client):
    """As somebody who is signed in."""

    def ask(method, path, user, data=None, **headers):
        client.force_login(user)
        body = b"" if data is None else orjson.dumps(data)
        return client.generic(method, path, body, "application/json", headers=headers)

    return ask


def test_a_lead_asks_and_the_other_side_accepts(asks, objective, needed, lead, outsider):
    made = asks("POST", NEEDS, lead, {"on_objective": "CORE-24H2-O1", "note": "a compiler"})
    assert made.status_code == 201
    told = made.json()
    assert (told["objective"], told["on_objective"], told["partner"]) == ("EDGE-24H2-O1", "CORE-24H2-O1", "")
    assert (told["state"], told["standing"], told["answer"], told["on_area"]) == (
        "asked",
        "asked",
        None,
        "CORE",
    )
    one = f"{URL}{told['id']}/"
    assert asks("GET", one, lead).json() == told
    answered = asks("POST", f"{one}accept/", outsider, {"note": "By August."})
    assert answered.status_code == 200
    found = answered.json()
    assert (found["state"], found["answer"], found["answer_note"]) == ("agreed", "accepted", "By August.")
    assert found["answered_by"] == outsider.email
    read = asks("GET", one, lead)
    assert read.json() == found
    assert answered["ETag"] == read["ETag"]
    assert [row["id"] for row in asks("GET", NEEDS, lead).json()["results"]] == [told["id"]]
    other = asks("GET", "/api/v1/objectives/CORE-24H2-O1/needed-by/", lead).json()["results"]
    assert [row["id"] for row in other] == [told["id"]]


def test_declining_says_why_and_its_own_side_asks_again(asks, need, lead, outsider):
    one = f"{URL}{need.pk}/"
    refused = asks("POST", f"{one}decline/", outsider, {})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "note")
    assert asks("POST", f"{one}decline/", outsider, {"note": "No room."}).json()["standing"] == "declined"
    assert asks("POST", f"{one}ask-again/", outsider, {}).status_code == 403
    assert asks("POST", f"{one}ask-again/", lead, {}).json()["standing"] == "asked"
    again = asks("POST", f"{one}ask-again/", lead, {})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_a_loop_is_a_conflict_that_names_the_way(asks, need, lead, outsider):
    body = {"on_objective": "EDGE-24H2-O1"}
    loop = asks("POST", "/api/v1/objectives/CORE-24H2-O1/needs/", outsider, body)
    assert (loop.status_code, loop.json()["code"]) == (409, "need_loop")
    assert loop.json()["detail"].endswith("itself: CORE-24H2-O1 → EDGE-24H2-O1 → CORE-24H2-O1.")
    assert [error["field"] for error in loop.json()["errors"]] == ["on_objective"]
    assert Dependency.objects.count() == 1


@pytest.mark.parametrize("role", ["lead", "contributor", "viewer"])
def test_who_does_not_lead_what_is_needed_does_not_answer(asks, request, need, role):
    refused = asks("POST", f"{URL}{need.pk}/accept/", request.getfixturevalue(role), {})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert Dependency.objects.get().answer == ""


def test_an_answer_that_stands_is_a_conflict_unless_it_was_read(asks, need, outsider, manager):
    one = f"{URL}{need.pk}/"
    seen = asks("GET", one, outsider)["ETag"]
    asks("POST", f"{one}accept/", manager, {})
    body = {"note": "No room."}
    refused = asks("POST", f"{one}decline/", outsider, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_before")
    assert asks("POST", f"{one}decline/", outsider, body, **{"If-Match": seen}).status_code == 412
    seen = asks("GET", one, outsider)["ETag"]
    assert asks("POST", f"{one}decline/", outsider, body, **{"If-Match": seen}).status_code == 200


def test_sent_again_with_its_key_an_answer_takes_effect_once(asks, need, outsider):
    path, key = f"{URL}{need.pk}/accept/", {"Idempotency-Key": "abc"}
    first, second = (asks("POST", path, outsider, {}, **key) for _ in range(2))
    assert (first.status_code, second.status_code, second["Idempotency-Replayed"]) == (200, 200, "true")
    assert first.json() == second.json()
    assert Dependency.objects.get().version == need.version + 1


def test_its_own_side_changes_and_withdraws_what_it_has_read(asks, need, lead, outsider):
    one = f"{URL}{need.pk}/"
    assert asks("PATCH", one, lead, {"state": "at_risk"}).status_code == 428
    seen = asks("GET", one, lead)["ETag"]
    assert asks("PATCH", one, outsider, {"state": "met"}, **{"If-Match": seen}).status_code == 403
    changed = asks("PATCH", one, lead, {"state": "at_risk"}, **{"If-Match": seen})
    assert changed.json()["standing"] == "at_risk"
    assert asks("DELETE", one, lead, **{"If-Match": seen}).status_code == 412
    assert asks("DELETE", one, lead, **{"If-Match": changed["ETag"]}).status_code == 204
    assert asks("GET", one, lead).status_code == 404
    assert asks("GET", URL, lead).json()["results"] == []


def test_that_it_is_agreed_only_the_other_side_says(asks, need, lead):
    one = f"{URL}{need.pk}/"
    seen = asks("GET", one, lead)["ETag"]
    refused = asks("PATCH", one, lead, {"state": "agreed"}, **{"If-Match": seen})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "state")
    assert asks("POST", NEEDS, lead, {"partner": "Arm", "state": "agreed"}).status_code == 400
    assert Dependency.objects.get().state == "asked"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "one of the two"),
        ({"partner": "Arm", "on_objective": "CORE-24H2-O1"}, "one of the two"),
        ({"on_objective": "CORE-24H2-O9"}, "There is no objective with this code."),
        ({"on_objective": "EDGE-24H2-O1"}, "An objective does not need itself."),
        ({"partner": "hugging FACE"}, "This objective lists this partner already."),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(asks, objective, needed, lead, body, sentence):
    DependencyFactory(objective=objective)
    refused = asks("POST", NEEDS, lead, body)
    assert refused.status_code == 400
    assert sentence in refused.content.decode()
    assert Dependency.objects.count() == 1


def test_what_is_hidden_is_not_there(asks, need, objective, outsider, lead):
    hidden = ObjectiveFactory(roadmap=need.on_objective.roadmap, visibility="restricted")
    refused = asks("POST", NEEDS, lead, {"on_objective": hidden.code})
    assert "There is no objective with this code." in refused.content.decode()
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    assert asks("GET", f"{URL}{need.pk}/", outsider).status_code == 404
    assert asks("POST", f"{URL}{need.pk}/accept/", outsider, {}).status_code == 404
    assert asks("GET", URL, outsider).json()["results"] == []
    other = "/api/v1/objectives/CORE-24H2-O1/needed-by/"
    assert asks("GET", other, outsider).json()["results"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a compiler", "boards"]),
        ("?area=EDGE&on_area=CORE", ["a compiler"]),
        ("?on_area=EDGE", []),
        ("?partner=ARM", ["boards"]),
        ("?state=at_risk", ["boards"]),
        ("?answer=none", ["a compiler", "boards"]),
        ("?answer=declined", []),
        ("?q=compil", ["a compiler"]),
        ("?cycle=24H2", ["a compiler", "boards"]),
    ],
)
def test_the_list_is_narrowed_down(asks, need, objective, viewer, query, found):
    DependencyFactory(objective=objective, partner="Arm", note="boards", state="at_risk")
    rows = asks("GET", f"{URL}{query}", viewer).json()["results"]
    assert [row["note"] for row in rows] == found


def test_an_unknown_state_is_a_mistake(asks, need, viewer):
    assert asks("GET", f"{URL}?state=declined", viewer).status_code == 400


def test_a_closed_cycle_takes_nothing(asks, need, objective, lead, outsider):
    Cycle.objects.update(state="closed")
    for answer in (
        asks("POST", f"{URL}{need.pk}/accept/", outsider, {}),
        asks("POST", f"{URL}{need.pk}/ask-again/", lead, {}),
        asks("POST", NEEDS, lead, {"partner": "Arm"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "cycle_closed")


def test_a_token_of_an_area_reaches_needs_within_it(program, need, objective, core, lead):
    MembershipFactory(user=lead, area=core, role=Role.LEAD)
    partner = DependencyFactory(objective=objective, partner="Arm")
    bound = program(lead, scope="write", area=objective.roadmap.area)
    assert [row["id"] for row in bound.get(URL).json()["results"]] == [partner.pk]
    assert bound.post(f"{URL}{need.pk}/accept/", {}, format="json").status_code == 404


def test_queries_do_not_grow_with_the_needs(asks, need, objective, viewer):
    def cost():
        asks("GET", URL, viewer)
        with CaptureQueriesContext(connection) as found:
            asks("GET", URL, viewer)
        return len(found)

    before = cost()
    for number in range(3):
        DependencyFactory(objective=objective, partner=f"Partner {number}")
    assert cost() == before

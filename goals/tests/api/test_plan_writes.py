"""Plans by programs: roadmaps, objectives and key results are made, changed, taken out and put back."""

from decimal import Decimal

import pytest

from areas.models import Area
from goals.models import KeyResult, Objective, Roadmap, Visibility
from goals.tests.factories import NOW, CycleFactory, KeyResultFactory, ObjectiveFactory, RoadmapFactory

ROADMAPS, ROADMAP = "/api/v1/roadmaps/", "/api/v1/roadmaps/EDGE-24H2/"
OBJECTIVES, OBJECTIVE = f"{ROADMAP}objectives/", "/api/v1/objectives/EDGE-24H2-O1/"
KEY_RESULTS, KEY_RESULT = f"{OBJECTIVE}key-results/", "/api/v1/key-results/EDGE-24H2-O1-KR1/"
ON = {"on": "2024-11-01", "value": "2"}
REACH = {"title": "Faster", "start_value": "1.5", "target_value": "10"}


@pytest.fixture
def writer(program, lead):
    return program(lead, "write")


@pytest.fixture
def planning(cycle):
    cycle.state = "planning"
    cycle.save()


def patch(client, path, body, etag=None):
    etag = etag or client.get(path).headers["ETag"]
    return client.patch(path, body, format="json", headers={"if-match": etag})


def delete(client, path, query=""):
    return client.delete(path + query, headers={"if-match": client.get(path).headers["ETag"]})


def refusal(response):
    told = response.json()
    return response.status_code, told["code"], [error["field"] for error in told["errors"]]


def test_a_roadmap_is_begun_changed_published_and_taken_back(writer, lead, edge):
    CycleFactory(key="25H1", state="planning")
    body = {"area": "EDGE", "cycle": "25H1", "title": "Next", "background": "Why\r\nnow."}
    made = writer.post(ROADMAPS, body, format="json", headers={"idempotency-key": "one"})
    told = made.json()
    assert (made.status_code, told["code"], told["state"]) == (201, "EDGE-25H1", "draft")
    assert told["background"] == "Why\nnow."
    path = f"{ROADMAPS}EDGE-25H1/"
    assert made.headers["ETag"] == writer.get(path).headers["ETag"]
    again = writer.post(ROADMAPS, body, format="json", headers={"idempotency-key": "one"})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.headers["ETag"] == made.headers["ETag"]
    assert refusal(writer.post(ROADMAPS, body, format="json"))[:2] == (400, "invalid")
    assert patch(writer, path, {"visibility": "public"}).json()["visibility"] == "public"
    for verb, state in (("publish", "published"), ("publish", "published"), ("unpublish", "draft")):
        assert writer.post(f"{path}{verb}/", {}, format="json").json()["state"] == state
    assert refusal(patch(writer, path, {"state": "published"}))[2] == ["state"]
    assert refusal(writer.patch(path, {"title": "x"}, format="json"))[:2] == (428, "precondition_required")
    assert writer.delete(path, headers={"if-match": "*"}).status_code == 405
    assert Roadmap.objects.get(code="EDGE-25H1").history.first().history_user == lead


def test_a_roadmap_is_begun_where_one_plans_and_the_token_reaches(
    program, writer, lead, manager, core, roadmap
):
    CycleFactory(key="25H1")
    for body, field in (
        ({"area": "NONE", "cycle": "25H1"}, "area"),
        ({"area": "EDGE", "cycle": "99H9"}, "cycle"),
        ({"area": "EDGE\0", "cycle": "25H1"}, "area"),
        ({"cycle": "25H1"}, "area"),
        ({"area": "EDGE", "cycle": "25H1", "state": "published"}, "state"),
    ):
        assert refusal(writer.post(ROADMAPS, body, format="json"))[2] == [field], body
    there = {"area": "CORE", "cycle": "25H1"}
    assert refusal(writer.post(ROADMAPS, there, format="json"))[:2] == (403, "forbidden")
    bound = program(manager, "write", area=core)
    for area in ("EDGE", "NONE"):  # whether there is such an area is not told
        beyond = bound.post(ROADMAPS, there | {"area": area}, format="json")
        assert refusal(beyond)[:2] == (403, "insufficient_scope")
    assert bound.post(ROADMAPS, there, format="json").status_code == 201
    Area.objects.filter(key="EDGE").update(archived_at=NOW)
    archived = writer.post(ROADMAPS, {"area": "EDGE", "cycle": "25H1"}, format="json")
    assert refusal(archived)[:2] == refusal(writer.post(f"{ROADMAP}publish/", {}, format="json"))[:2]
    assert refusal(archived)[:2] == (409, "archived")


def test_an_objective_is_added_with_the_next_number_of_its_kind(writer, objective, lead, viewer):
    body = {"title": "Cleaner", "kind": "excellence", "pillar": "better_code", "cost": "low"}
    body |= {"owner": lead.email, "reviewer": viewer.email, "weight": "0.5", "priority": 2}
    made = writer.post(OBJECTIVES, body, format="json")
    told = made.json()
    assert (made.status_code, told["code"], told["reviewer"]) == (201, "EDGE-24H2-B1", viewer.email)
    assert (told["weight"], told["pillar"], told["commitment"]) == ("0.5", "better_code", "aspirational")
    assert made.headers["ETag"] == writer.get("/api/v1/objectives/EDGE-24H2-B1/").headers["ETag"]
    assert writer.post(OBJECTIVES, {"title": "Second"}, format="json").json()["code"] == "EDGE-24H2-O2"
    codes = [row["code"] for row in writer.get(f"{OBJECTIVES}?kind=focus").json()["results"]]
    assert codes == ["EDGE-24H2-O1", "EDGE-24H2-O2"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "title", "required"),
        ({"title": "x", "kind": "excellence"}, "pillar", "invalid"),
        ({"title": "x", "pillar": "better_code"}, "pillar", "invalid"),
        ({"title": "x", "weight": "-1"}, "weight", "invalid"),
        ({"title": "x", "weight": 0.5}, "weight", "float"),
        ({"title": "x", "priority": 6}, "priority", "max_value"),
        ({"title": "x", "reviewer": "nobody@example.org"}, "reviewer", "invalid"),
        ({"title": "x", "position": 1}, "position", "unknown"),
        ({"title": "x", "roadmap": "CORE-24H2"}, "roadmap", "unknown"),
    ],
)
def test_an_objective_that_does_not_fit_is_refused_at_its_field(writer, roadmap, body, field, code):
    response = writer.post(OBJECTIVES, body, format="json")
    assert response.status_code == 400, response.json()
    assert {(error["field"], error["code"]) for error in response.json()["errors"]} == {(field, code)}
    assert not Objective.objects.exists()


def test_a_weight_changes_with_a_reason_once_the_cycle_has_begun(writer, objective):
    assert patch(writer, OBJECTIVE, {"title": "Renamed", "position": 3}).json()["position"] == 3
    without = patch(writer, OBJECTIVE, {"weight": "2"})
    assert refusal(without) == (400, "reason_needed", ["reason"])
    told = patch(writer, OBJECTIVE, {"weight": "2", "reason": "It matters."}).json()
    assert (told["weight"], told["title"], told["version"]) == ("2", "Renamed", 3)
    assert objective.history.first().history_change_reason == "It matters."
    assert refusal(patch(writer, OBJECTIVE, {"kind": "excellence"}))[2] == ["kind"]
    assert refusal(patch(writer, OBJECTIVE, {"title": ""}))[2] == ["title"]


def test_while_it_is_planned_no_reason_is_asked_for(writer, key_result, planning):
    assert patch(writer, OBJECTIVE, {"weight": "2"}).status_code == 200
    assert patch(writer, KEY_RESULT, {"target_value": "20"}).json()["target_value"] == "20"


def test_of_two_who_read_the_same_the_second_is_told(writer, key_result):
    for path in (ROADMAP, OBJECTIVE, KEY_RESULT):
        etag = writer.get(path).headers["ETag"]
        first = patch(writer, path, {"title": "Mine"}, etag)
        assert refusal(patch(writer, path, {"title": "Theirs"}, etag)) == (412, "stale_version", [])
        assert patch(writer, path, {"title": "Mine"}, first.headers["ETag"]).json()["title"] == "Mine"


def test_an_objective_is_archived_dropped_and_restored(writer, key_result, objective):
    assert refusal(writer.delete(OBJECTIVE))[:2] == (428, "precondition_required")
    assert delete(writer, OBJECTIVE, "?reason=Twice+there").status_code == 204
    assert writer.get(OBJECTIVE).json()["given_up_reason"] == "Twice there"
    assert writer.get(OBJECTIVES).json()["results"] == []
    for response in (
        patch(writer, OBJECTIVE, {"title": "x"}),
        writer.post(KEY_RESULTS, REACH, format="json"),
        patch(writer, KEY_RESULT, {"title": "x"}),
        writer.post(f"{KEY_RESULT}restore/", {}, format="json"),
    ):
        assert refusal(response)[:2] == (409, "archived")
    assert refusal(delete(writer, OBJECTIVE))[:2] == (409, "wrong_state")
    assert writer.post(f"{OBJECTIVE}restore/", {}, format="json").json()["archived_at"] is None
    assert refusal(writer.post(f"{OBJECTIVE}drop/", {}, format="json")) == (400, "reason_needed", ["reason"])
    etag = writer.get(OBJECTIVE).headers["ETag"]
    dropped = writer.post(
        f"{OBJECTIVE}drop/", {"reason": "No money"}, format="json", headers={"if-match": etag}
    ).json()
    assert (dropped["dropped_at"], dropped["given_up_reason"]) == ("2024-10-14T10:00:00Z", "No money")
    stale = writer.post(f"{OBJECTIVE}restore/", {}, format="json", headers={"if-match": etag})
    assert refusal(stale)[:2] == (412, "stale_version")
    assert refusal(delete(writer, OBJECTIVE, f"?reason={'x' * 2001}"))[2] == ["reason"]
    assert writer.get(f"{OBJECTIVE}?reason=x").status_code == 400


def test_a_key_result_is_added_with_its_plan(writer, objective, lead):
    body = REACH | {
        "metric": "Tokens",
        "unit": "tok/s",
        "commit_value": 8,
        "interim_targets": [{"on": "2024-11-01", "value": "6.5"}],
        "owner": lead.email,
        "due_on": "2024-12-01",
        "check_in_every_days": 7,
    }
    made = writer.post(KEY_RESULTS, body, format="json")
    told = made.json()
    assert (made.status_code, told["code"], told["commit_value"]) == (201, "EDGE-24H2-O1-KR1", "8")
    assert told["interim_targets"] == [{"on": "2024-11-01", "value": "6.5"}]
    assert made.headers["ETag"] == writer.get(KEY_RESULT).headers["ETag"]
    assert [row["code"] for row in writer.get(f"{KEY_RESULTS}?owner=me").json()["results"]] == [told["code"]]
    assert KeyResult.objects.get().target_value == Decimal(10)
    milestone = writer.post(KEY_RESULTS, {"title": "Shipped", "kind": "milestone"}, format="json").json()
    assert (milestone["code"], milestone["target_value"]) == ("EDGE-24H2-O1-KR2", "1")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"title": "x", "start_value": "1", "target_value": "1"}, "target_value", "invalid"),
        ({"title": "x", "target_value": 1.5}, "target_value", "float"),
        ({"title": "x", "kind": "guardrail"}, "upper_bound", "invalid"),
        ({"title": "x", "check_in_every_days": 0}, "check_in_every_days", "min_value"),
        (REACH | {"interim_targets": [{"on": "2024-11-01"}]}, "interim_targets.0.value", "required"),
        (REACH | {"interim_targets": "soon"}, "interim_targets", "not_a_list"),
        (REACH | {"interim_targets": [{"on": "2026-01-01", "value": "2"}]}, "interim_targets", "invalid"),
        (REACH | {"interim_targets": [ON | {"why": "x"}]}, "interim_targets.0.why", "unknown"),
        (REACH | {"visibility": "public"}, "visibility", "invalid_choice"),
        (REACH | {"current_value": "3"}, "current_value", "unknown"),
        (REACH | {"final_score": "0.3"}, "final_score", "unknown"),
    ],
)
def test_a_key_result_that_does_not_fit_is_refused_at_its_field(writer, objective, body, field, code):
    response = writer.post(KEY_RESULTS, body, format="json")
    assert response.status_code == 400, response.json()
    assert {(error["field"], error["code"]) for error in response.json()["errors"]} == {(field, code)}
    assert not KeyResult.objects.exists()


@pytest.mark.parametrize("part", [{}, {"on": "2024-11-01"}, {"value": "5"}, [], None])
def test_what_lies_below_a_change_is_told_whole(writer, key_result, part):
    """Of the change itself everything may be left out."""
    response = patch(writer, KEY_RESULT, {"interim_targets": [part], "reason": "measured anew"})
    assert response.status_code == 400
    assert all(error["field"].startswith("interim_targets") for error in response.json()["errors"])
    assert not key_result.interim_targets.exists()


def test_a_definition_changes_with_a_reason_once_the_cycle_has_begun(writer, key_result):
    assert patch(writer, KEY_RESULT, {"title": "Renamed", "source_note": "CI"}).status_code == 200
    for body in ({"target_value": "20"}, {"interim_targets": [{"on": "2024-11-01", "value": "5"}]}):
        assert refusal(patch(writer, KEY_RESULT, body)) == (400, "reason_needed", ["reason"])
        assert patch(writer, KEY_RESULT, body | {"reason": "measured anew"}).status_code == 200
    bare = {"kind": "guardrail", "upper_bound": "3", "reason": "agreed"}
    assert refusal(patch(writer, KEY_RESULT, bare))[:2] == (400, "invalid")
    nothing = {"start_value": None, "target_value": None}
    told = patch(writer, KEY_RESULT, bare | nothing).json()
    assert (told["kind"], told["upper_bound"], told["interim_targets"]) == ("guardrail", "3", [])


def test_a_key_result_is_archived_dropped_and_restored(writer, key_result):
    assert refusal(writer.delete(KEY_RESULT))[:2] == (428, "precondition_required")
    assert delete(writer, KEY_RESULT).status_code == 204
    assert writer.get(KEY_RESULTS).json()["results"] == []
    assert writer.post(f"{KEY_RESULT}restore/", {"reason": "Back"}, format="json").status_code == 200
    assert refusal(writer.post(f"{KEY_RESULT}drop/", {"reason": " "}, format="json"))[1] == "reason_needed"
    assert writer.post(f"{KEY_RESULT}drop/", {"reason": "No lab"}, format="json").json()["dropped_at"]
    key_result.refresh_from_db()
    assert key_result.archived_at is None


def writes(client):
    """Every way to write a plan."""
    any_version = {"headers": {"if-match": "*"}}
    yield client.patch(ROADMAP, {"title": "x"}, format="json", **any_version)
    yield client.post(f"{ROADMAP}publish/", {}, format="json")
    yield client.post(f"{ROADMAP}unpublish/", {}, format="json")
    yield client.post(OBJECTIVES, {"title": "x"}, format="json")
    yield client.post(KEY_RESULTS, REACH, format="json")
    for path in (KEY_RESULT, OBJECTIVE):
        yield client.patch(path, {"title": "x"}, format="json", **any_version)
        yield client.post(f"{path}drop/", {"reason": "why"}, format="json")
        yield client.post(f"{path}restore/", {}, format="json")
        yield client.delete(path, **any_version)


def test_who_reads_and_does_not_edit_the_plan_is_refused(program, contributor, outsider, lead, key_result):
    for person in (contributor, outsider):
        for response in writes(program(person, "write")):
            assert refusal(response)[:2] == (403, "forbidden")
    for response in writes(program(lead, "check-in")):
        assert refusal(response)[:2] == (403, "insufficient_scope")
    assert {row.version for row in (*Roadmap.objects.all(), *KeyResult.objects.all())} == {1}


def test_a_token_of_another_area_finds_nothing(program, manager, key_result, core):
    for response in writes(program(manager, "write", area=core)):
        assert response.status_code == 404


def test_of_what_is_restricted_nothing_is_told(program, outsider, key_result):
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    for response in writes(program(outsider, "write")):
        assert response.status_code == 404


def test_in_a_closed_cycle_nothing_is_written(writer, key_result, cycle):
    cycle.state = "closed"
    cycle.save()
    for response in list(writes(writer)):
        assert refusal(response)[:2] == (409, "cycle_closed")


@pytest.mark.parametrize("number", [1, 6])
def test_lists_of_one_cost_the_same_however_long(
    writer, cycle, edge, lead, number, django_assert_num_queries
):
    roadmap = RoadmapFactory(area=edge, cycle=cycle)
    objectives = ObjectiveFactory.create_batch(number, roadmap=roadmap, owner=lead)
    KeyResultFactory.create_batch(number, objective=objectives[0], owner=lead)
    writer.get(OBJECTIVES)
    with django_assert_num_queries(10):
        assert len(writer.get(OBJECTIVES).json()["results"]) == number
    with django_assert_num_queries(4):
        assert len(writer.get(KEY_RESULTS).json()["results"]) == number

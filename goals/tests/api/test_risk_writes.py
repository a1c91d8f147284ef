"""Risks by programs: written down, changed with If-Match, archived; their steps, and what they concern."""

import pytest

from goals.models import Concern, Mitigation, Objective, Risk, Visibility
from goals.tests.factories import (
    NOW,
    ConcernFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

OF_ONE = "/api/v1/objectives/EDGE-24H2-O1/risks/"
ONE = "/api/v1/risks/EDGE-24H2-O1-R1/"
STEPS, CONCERNS = f"{ONE}mitigations/", f"{ONE}concerns/"
NEW = {"title": "One vendor", "likelihood": 4}


@pytest.fixture
def writer(program, contributor):
    return program(contributor, "write")


@pytest.fixture
def risk(objective):
    return RiskFactory(objective=objective, title="One vendor", likelihood=4, impact=4)


@pytest.fixture
def elsewhere(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))


def patch(client, path, body, etag=None):
    etag = etag or client.get(path).headers["ETag"]
    return client.patch(path, body, format="json", headers={"if-match": etag})


def delete(client, path):
    return client.delete(path, headers={"if-match": client.get(path).headers["ETag"]})


def refusal(response):
    told = response.json()
    return response.status_code, told["code"], [error["field"] for error in told["errors"]]


def test_one_is_written_down_with_the_next_number_and_named_by_its_etag(
    writer, risk, key_result, contributor
):
    body = NEW | {
        "kind": "known",
        "description": "Cause.\r\nEffect.",
        "key_result": key_result.code,
        "impact": 5,
        "residual_likelihood": 2,
        "owner": contributor.email.upper(),
        "review_on": "2024-11-01",
    }
    response = writer.post(OF_ONE, body, format="json", headers={"idempotency-key": "one"})
    assert response.status_code == 201, response.content
    told = response.json()
    assert (told["code"], told["score"], told["key_result"]) == ("EDGE-24H2-O1-R2", 20, key_result.code)
    assert (told["description"], told["owner"]) == ("Cause.\nEffect.", contributor.email)
    assert response.headers["ETag"] == writer.get("/api/v1/risks/EDGE-24H2-O1-R2/").headers["ETag"]
    again = writer.post(OF_ONE, body, format="json", headers={"idempotency-key": "one"})
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (told, "true")
    assert [row["code"] for row in writer.get(OF_ONE).json()["results"]] == [risk.code, told["code"]]
    made = Risk.objects.get(number=2)
    assert made.history.get().history_user == contributor


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"likelihood": 2}, "title", "required"),
        ({"title": "No likelihood"}, "likelihood", "invalid"),
        (NEW | {"likelihood": 6}, "likelihood", "max_value"),
        (NEW | {"impact": "4"}, "impact", "invalid"),
        (NEW | {"impact": None}, "impact", "required"),
        (NEW | {"title": "two\nlines"}, "title", "invalid"),
        (NEW | {"description": "x" * 100_001}, "description", "max_length"),
        (NEW | {"state": "closed"}, "state", "invalid_choice"),
        (NEW | {"state": "occurred", "occurred_on": "2024-10-01"}, "consequence", "invalid"),
        (NEW | {"key_result": "CORE-24H2-O1-KR1"}, "key_result", "invalid"),
        (NEW | {"key_result": 7}, "key_result", "invalid"),
        (NEW | {"outcome": "prevented"}, "outcome", "unknown"),
        (NEW | {"objective": "CORE-24H2-O1"}, "objective", "unknown"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_nothing_is_kept(
    writer, elsewhere, objective, body, field, code
):
    KeyResultFactory(objective=elsewhere)
    response = writer.post(OF_ONE, body, format="json")
    assert response.status_code == 400, response.json()
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]
    assert not Risk.objects.exists()


def test_a_change_needs_what_was_read_and_leaves_the_rest(writer, risk):
    response = writer.patch(ONE, {"impact": 1}, format="json")
    assert refusal(response) == (428, "precondition_required", [])
    etag = writer.get(ONE).headers["ETag"]
    changed = patch(writer, ONE, {"impact": 1, "trigger": "They call."}, etag)
    told = changed.json()
    assert (told["impact"], told["likelihood"], told["trigger"], told["version"]) == (1, 4, "They call.", 2)
    assert refusal(patch(writer, ONE, {"impact": 2}, etag)) == (412, "stale_version", [])
    # The answer names itself: the next change needs no reading.
    assert patch(writer, ONE, {"impact": 2}, changed.headers["ETag"]).json()["version"] == 3
    assert refusal(patch(writer, ONE, {"number": 9}))[2] == ["number"]


def test_closing_and_opening_again_are_verbs_and_the_sentence_names_them(writer, risk):
    closed = patch(writer, ONE, {"state": "closed"})
    assert refusal(closed) == (400, "invalid", ["state"])
    assert "risks/{CODE}/close/" in closed.json()["detail"]
    writer.post(f"{ONE}close/", {"outcome": "prevented"}, format="json")
    opened = patch(writer, ONE, {"state": "open"})
    assert (opened.status_code, "risks/{CODE}/reopen/" in opened.json()["detail"]) == (400, True)
    # What was read may be sent back, and words of one that is closed are still mended.
    assert patch(writer, ONE, {"state": "closed", "title": "Two vendors"}).json()["title"] == "Two vendors"


def test_the_key_result_it_has_may_stay_and_one_that_was_given_up_is_not_chosen(writer, risk, key_result):
    Risk.objects.update(key_result=key_result)
    key_result.archived_at = NOW
    key_result.save()
    assert patch(writer, ONE, {"key_result": key_result.code}).status_code == 200
    assert patch(writer, ONE, {"key_result": None}).json()["key_result"] is None
    assert refusal(patch(writer, ONE, {"key_result": key_result.code}))[2] == ["key_result"]


def test_archived_it_leaves_the_lists_is_not_changed_and_comes_back(writer, risk, elsewhere):
    step = f"/api/v1/mitigations/{MitigationFactory(risk=risk).pk}/"
    assert refusal(writer.delete(ONE)) == (428, "precondition_required", [])
    assert delete(writer, ONE).status_code == 204
    told = writer.get(ONE).json()
    assert told["archived_at"] == "2024-10-14T10:00:00Z"
    for path in (OF_ONE, "/api/v1/risks/", "/api/v1/mitigations/"):
        assert writer.get(path).json()["results"] == [], path
    for response in (
        patch(writer, ONE, {"impact": 1}),
        patch(writer, step, {"text": "Another"}),
        writer.post(f"{ONE}review/", {}, format="json"),
        writer.post(STEPS, {"text": "Another"}, format="json"),
        writer.post(CONCERNS, {"objective": elsewhere.code}, format="json"),
    ):
        assert refusal(response)[:2] == (409, "archived")
    assert refusal(delete(writer, ONE))[:2] == (409, "wrong_state")
    back = writer.post(f"{ONE}restore/", {"reason": "It was none."}, format="json")
    assert (back.json()["archived_at"], back.headers["ETag"]) == (None, writer.get(ONE).headers["ETag"])
    assert refusal(writer.post(f"{ONE}restore/", {}, format="json"))[:2] == (409, "wrong_state")
    assert risk.history.latest("history_id").history_change_reason == "It was none."


def test_steps_are_added_changed_and_dropped(writer, risk, contributor):
    body = {"text": "Ask a second one", "owner": contributor.email, "due_on": "2024-10-13"}
    made = writer.post(STEPS, body, format="json")
    told = made.json()
    assert (made.status_code, told["state"], told["overdue"], told["risk"]) == (
        201,
        "planned",
        True,
        risk.code,
    )
    path = f"/api/v1/mitigations/{told['id']}/"
    assert told["url"].endswith(path)
    assert (writer.get(path).headers["ETag"], writer.get(ONE).json()["mitigations"]) == (
        made.headers["ETag"],
        [told],
    )
    assert patch(writer, path, {"due_on": None, "state": "doing"}).json()["overdue"] is False
    assert refusal(writer.delete(path))[:2] == (428, "precondition_required")
    assert delete(writer, path).status_code == 204
    assert writer.get(path).json()["state"] == "dropped"
    assert refusal(writer.post(STEPS, {"text": ""}, format="json"))[2] == ["text"]
    assert refusal(patch(writer, path, {"risk": "EDGE-24H2-O1-R2"}))[2] == ["risk"]
    listed = writer.get("/api/v1/mitigations/?area=LIB&state=dropped&owner=me&overdue=false").json()
    assert [row["id"] for row in listed["results"]] == [told["id"]]
    assert writer.get(f"/api/v1/mitigations/?risk={risk.code}&state=planned").json()["results"] == []


def test_what_else_it_concerns_is_said_and_ended(writer, risk, elsewhere):
    made = writer.post(CONCERNS, {"objective": elsewhere.code}, format="json")
    assert (made.status_code, made.json()["objective"], made.json()["area"]) == (201, elsewhere.code, "CORE")
    path = f"{CONCERNS}{elsewhere.code}/"
    assert writer.get(path).json() == made.json()
    assert writer.get(ONE).json()["concerns"] == [elsewhere.code]
    for body in ({"objective": elsewhere.code}, {"objective": "EDGE-24H2-O1"}, {"objective": "NO-24H2-O1"}):
        assert refusal(writer.post(CONCERNS, body, format="json")) == (400, "invalid", ["objective"]), body
    assert refusal(writer.delete(path))[:2] == (428, "precondition_required")
    assert delete(writer, path).status_code == 204
    assert writer.get(path).status_code == 404
    assert writer.get(CONCERNS).json()["results"] == []
    assert not Concern.objects.exists()


def writes(client, risk):
    """Every way to write about a risk, each with what it needs."""
    step = MitigationFactory(risk=risk)
    concern = ConcernFactory(risk=risk)
    any_version = {"headers": {"if-match": "*"}}
    yield client.post(OF_ONE, NEW, format="json")
    yield client.patch(ONE, {"impact": 2}, format="json", **any_version)
    yield client.post(STEPS, {"text": "Another"}, format="json")
    yield client.patch(f"/api/v1/mitigations/{step.pk}/", {"text": "x"}, format="json", **any_version)
    yield client.delete(f"/api/v1/mitigations/{step.pk}/", **any_version)
    yield client.post(CONCERNS, {"objective": concern.objective.code}, format="json")
    yield client.delete(f"{CONCERNS}{concern.objective.code}/", **any_version)
    yield client.delete(ONE, **any_version)
    yield client.post(f"{ONE}restore/", {}, format="json")


def test_who_reads_and_does_not_edit_risks_is_refused(reader, program, outsider, lead, risk):
    for response in writes(program(outsider, "write"), risk):
        assert refusal(response)[:2] == (403, "forbidden")
    for response in writes(program(lead, "check-in"), risk):
        assert refusal(response)[:2] == (403, "insufficient_scope")
    assert (Risk.objects.get().version, Mitigation.objects.filter(version=1).count()) == (1, 2)


def test_a_token_of_another_area_finds_nothing_and_reaches_nothing(program, manager, risk, core, elsewhere):
    bound = program(manager, "write", area=core)
    for response in writes(bound, risk):
        assert response.status_code == 404
    # Nor does it lead beyond its area from a risk inside.
    RiskFactory(objective=elsewhere)
    body = {"objective": "EDGE-24H2-O1"}
    response = bound.post("/api/v1/risks/CORE-24H2-O1-R1/concerns/", body, format="json")
    assert refusal(response) == (400, "invalid", ["objective"])


def test_what_is_restricted_is_neither_found_nor_chosen(program, lead, outsider, risk, key_result, elsewhere):
    Objective.objects.filter(pk=elsewhere.pk).update(visibility=Visibility.RESTRICTED)
    mine = program(lead, "write")
    assert refusal(mine.post(CONCERNS, {"objective": elsewhere.code}, format="json"))[2] == ["objective"]
    Risk.objects.update(visibility=Visibility.RESTRICTED)
    stranger = program(outsider, "write")
    step = MitigationFactory(risk=risk)
    for path in (ONE, STEPS, CONCERNS, f"/api/v1/mitigations/{step.pk}/"):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get("/api/v1/mitigations/").json()["results"] == []


def test_in_a_closed_cycle_nothing_is_written(writer, risk, cycle):
    cycle.state = "closed"
    cycle.save()
    for response in list(writes(writer, risk)):
        assert refusal(response)[:2] == (409, "cycle_closed")


@pytest.mark.parametrize("number", [1, 6])
def test_a_list_of_steps_costs_the_same_however_long(
    writer, risk, contributor, number, django_assert_num_queries
):
    MitigationFactory.create_batch(number, risk=risk, owner=contributor)
    writer.get("/api/v1/mitigations/")
    with django_assert_num_queries(2):  # the token, the rows
        assert len(writer.get("/api/v1/mitigations/").json()["results"]) == number

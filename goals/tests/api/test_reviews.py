"""Reviewing by programs: what waits, and asking back."""

import datetime as dt

import pytest

from areas.tests.factories import AreaFactory
from goals.actions.roadmaps import change_objective
from goals.models import Comment, KeyResult
from goals.tests.factories import NOW, check_in

REVIEWS = "/api/v1/reviews/"
CHECK_IN = "/api/v1/key-results/EDGE-24H2-O1-KR1/check-ins/1/"


@pytest.fixture
def reported(objective, key_result, outsider, lead):
    change_objective(objective, by=lead, now=NOW - dt.timedelta(days=30), reviewer=outsider)
    return check_in(KeyResult.objects.get(pk=key_result.pk), 3)


@pytest.fixture
def reviewer(program, outsider):
    return program(outsider, "write")


def waits(client):
    return [(row["key_result"], row["sequence"]) for row in client.get(REVIEWS).json()["results"]]


def test_an_objective_says_who_reviews_it(reader, reported, outsider):
    body = reader.get("/api/v1/objectives/EDGE-24H2-O1/").json()
    assert (body["reviewer"], body["reviewer_name"]) == (outsider.email, "Out Sider")


def test_what_waits_is_listed_for_the_reviewer_alone(reader, reported, program, lead):
    assert waits(reader) == [("EDGE-24H2-O1-KR1", 1)]
    assert waits(program(lead)) == []
    assert reader.get(f"{REVIEWS}?owner=me").status_code == 400


def test_a_token_of_another_area_lists_nothing(reported, program, outsider):
    assert waits(program(outsider, area=AreaFactory(key="ELSE"))) == []


def test_taking_note_takes_it_off(reviewer, reported):
    assert reviewer.post(f"{CHECK_IN}acknowledgements/", format="json").status_code == 201
    assert waits(reviewer) == []


def test_asking_back_takes_it_off_until_it_is_answered(reviewer, reported, program, lead):
    sent = {"text": "How so?", "asks_back": True}
    answer = reviewer.post(f"{CHECK_IN}comments/", sent, format="json")
    assert (answer.status_code, answer.json()["asks_back"]) == (201, True)
    assert answer.json()["mentions"] == [lead.email]
    assert waits(reviewer) == []
    program(lead, "write").post(f"{CHECK_IN}comments/", {"text": "So."}, format="json")
    assert waits(reviewer) == [("EDGE-24H2-O1-KR1", 1)]


def test_nobody_else_asks_back(reported, program, manager):
    answer = program(manager, "write").post(
        f"{CHECK_IN}comments/", {"text": "How so?", "asks_back": True}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not Comment.objects.exists()


def test_a_question_says_itself_whom_it_tells(reviewer, reported, manager):
    sent = {"text": "How so?", "asks_back": True, "mentions": [manager.email]}
    answer = reviewer.post(f"{CHECK_IN}comments/", sent, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "mentions")
    on_objective = reviewer.post("/api/v1/objectives/EDGE-24H2-O1/comments/", sent, format="json")
    assert on_objective.status_code == 400


def test_what_one_asked_back_is_listed_until_it_is_answered(reviewer, reported, program, lead):
    def asked(client):
        found = client.get(f"{REVIEWS}?asked_back=true").json()["results"]
        return [(row["key_result"], row["sequence"]) for row in found]

    assert asked(reviewer) == []
    for text in ("How so?", "And why?"):
        reviewer.post(f"{CHECK_IN}comments/", {"text": text, "asks_back": True}, format="json")
    assert asked(reviewer) == [("EDGE-24H2-O1-KR1", 1)]
    assert asked(program(lead)) == []
    assert reviewer.get(f"{REVIEWS}?asked_back=maybe").status_code == 400
    program(lead, "write").post(f"{CHECK_IN}comments/", {"text": "So."}, format="json")
    assert asked(reviewer) == []

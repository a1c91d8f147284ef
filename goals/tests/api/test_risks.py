"""Risks for programs: lists with the register's filters, the steps of their life, and their trend."""

import datetime as dt

import pytest

from goals.models import Objective, Risk, Visibility
from goals.tests.factories import (
    TODAY,
    ConcernFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

LIST = "/api/v1/risks/"
ONE = f"{LIST}EDGE-24H2-O1-R1/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def risk(objective, lead):
    return RiskFactory(objective=objective, title="One vendor", likelihood=4, impact=4, owner=lead)


@pytest.fixture
def writer(program, contributor):
    return program(contributor, "write")


@pytest.fixture
def elsewhere(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))


def titles(client, query=""):
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200, response.content
    return {row["title"] for row in response.json()["results"]}


def test_a_risk_is_told_with_what_is_done_and_what_it_concerns(reader, risk, elsewhere, lead):
    ConcernFactory(risk=risk, objective=elsewhere)
    MitigationFactory(risk=risk, text="Ask a second one", due_on=TODAY - DAY, owner=lead)
    told = reader.get(ONE).json()
    assert (told["code"], told["objective"], told["concerns"]) == (
        *(risk.code, "EDGE-24H2-O1"),
        ["CORE-24H2-O1"],
    )
    assert (told["score"], told["high"], told["stale"], told["outcome"]) == (16, True, False, None)
    [step] = told["mitigations"]
    assert (step["text"], step["overdue"], step["owner"]) == ("Ask a second one", True, lead.email)
    assert told["page_url"].endswith("/risks/EDGE-24H2-O1-R1/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"One vendor", "Rain", "Over", "Old"}),
        ("?open=true", {"One vendor", "Rain", "Old"}),
        ("?high=true", {"One vendor"}),
        ("?high=false&open=true", {"Rain", "Old"}),
        ("?stale=true", {"Old"}),
        ("?overdue=true", {"Rain"}),
        ("?without_mitigation=true&open=true", {"One vendor", "Old"}),
        ("?state=closed&outcome=irrelevant", {"Over"}),
        ("?kind=unknown", set()),
        ("?likelihood=4&impact=4", {"One vendor"}),
        ("?residual_likelihood=1", {"Rain"}),
        ("?objective=CORE-24H2-O1", {"Rain"}),
        ("?area=LIB", {"One vendor", "Rain", "Over", "Old"}),
        ("?area=CORE", set()),
        ("?q=vend", {"One vendor"}),
    ],
)
def test_lists_are_narrowed_down_as_the_register(reader, risk, objective, elsewhere, query, expected):
    rain = RiskFactory(objective=objective, title="Rain", likelihood=1, residual_likelihood=1)
    MitigationFactory(risk=rain, due_on=TODAY - DAY)
    ConcernFactory(risk=rain, objective=elsewhere)
    RiskFactory(objective=objective, title="Over", state="closed", outcome="irrelevant", likelihood=1)
    RiskFactory(objective=objective, title="Old", likelihood=1, review_on=TODAY - DAY)
    assert titles(reader, query) == expected


@pytest.mark.parametrize("query", ["?stale=maybe", "?likelihood=6", "?objective=NO-24H2-O1", "?sorted=1"])
def test_a_filter_that_cannot_be_read_is_refused(reader, risk, query):
    assert reader.get(f"{LIST}{query}").status_code == 400


def test_what_is_hidden_is_neither_listed_nor_named(reader, program, outsider, core, lead, risk, elsewhere):
    ConcernFactory(risk=risk, objective=elsewhere)
    bound = program(outsider, area=core)
    assert titles(bound) == set()
    assert bound.get(ONE).status_code == 404
    Objective.objects.filter(pk=elsewhere.pk).update(visibility=Visibility.RESTRICTED)
    mine = program(lead)
    assert mine.get(ONE).json()["concerns"] == []
    assert mine.get(f"{LIST}?objective=CORE-24H2-O1").status_code == 400
    Risk.objects.update(visibility=Visibility.RESTRICTED)
    assert titles(reader) == set()
    assert titles(mine) == {"One vendor"}


def test_a_review_is_told_and_takes_effect_once(writer, contributor, risk):
    key = {"HTTP_IDEMPOTENCY_KEY": "review-1"}
    first = writer.post(f"{ONE}review/", {}, format="json", **key)
    assert first.status_code == 200
    told = first.json()
    assert (told["reviewed_on"], told["reviewed_by"]) == ("2024-10-14", contributor.email)
    assert told["review_on"] == "2024-11-13"
    again = writer.post(f"{ONE}review/", {}, format="json", **key)
    assert (again["Idempotency-Replayed"], again.json()) == ("true", told)
    assert Risk.objects.get().version == 2
    late = writer.post(f"{ONE}review/", {"review_on": "2024-10-14"}, format="json")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (400, "review_on")


def test_it_is_closed_and_opened_again(writer, risk):
    bare = writer.post(f"{ONE}close/", {}, format="json")
    assert bare.status_code == 400
    assert writer.post(f"{ONE}close/", {"outcome": "not_recorded"}, format="json").status_code == 400
    closed = writer.post(f"{ONE}close/", {"outcome": "prevented", "outcome_note": "Luck"}, format="json")
    assert (closed.json()["state"], closed.json()["outcome"]) == ("closed", "prevented")
    assert closed.json()["closed_on"] == "2024-10-14"
    once_more = writer.post(f"{ONE}close/", {"outcome": "prevented"}, format="json")
    assert (once_more.status_code, once_more.json()["code"]) == (409, "wrong_state")
    assert writer.post(f"{ONE}reopen/", {}, format="json").status_code == 400
    opened = writer.post(f"{ONE}reopen/", {"reason": "It is back."}, format="json").json()
    assert (opened["state"], opened["outcome"], opened["closed_on"]) == ("open", None, None)


def test_who_read_an_older_one_changes_nothing(writer, risk):
    etag = writer.get(ONE)["ETag"]
    assert writer.post(f"{ONE}review/", {}, format="json", HTTP_IF_MATCH=etag).status_code == 200
    stale = writer.post(f"{ONE}review/", {}, format="json", HTTP_IF_MATCH=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize("verb", ["review", "close", "reopen"])
def test_steps_are_for_those_who_edit_the_risks_of_the_area(program, outsider, lead, risk, verb):
    body = {"outcome": "prevented"} if verb == "close" else {"reason": "why"} if verb == "reopen" else {}
    assert program(outsider, "write").post(f"{ONE}{verb}/", body, format="json").status_code == 403
    assert program(lead, "read").post(f"{ONE}{verb}/", body, format="json").status_code == 403
    assert Risk.objects.get().version == 1


def test_the_trend_tells_each_day(reader, risk):
    told = reader.get("/api/v1/cycles/24H2/risk-trend/").json()
    assert (told["cycle"], told["area"]) == ("24H2", None)
    assert told["results"][0] == {
        "day": "2024-07-01",
        "open": 0,
        "high": 0,
        "occurred": 0,
        "mitigated": 0,
        "score_sum": 0,
    }
    assert told["results"][-1] == {
        "day": "2024-10-14",
        "open": 1,
        "high": 1,
        "occurred": 0,
        "mitigated": 0,
        "score_sum": 16,
    }
    assert reader.get("/api/v1/cycles/24H2/risk-trend/?area=NOPE").status_code == 404
    assert reader.get("/api/v1/cycles/99H9/risk-trend/").status_code == 404


def test_the_trend_of_an_area_is_not_there_for_a_token_that_does_not_reach_it(program, manager, core, risk):
    bound = program(manager, area=core)
    assert bound.get("/api/v1/cycles/24H2/risk-trend/?area=EDGE").status_code == 404
    assert bound.get("/api/v1/cycles/24H2/risk-trend/").json()["results"][-1]["open"] == 0


@pytest.mark.parametrize("number", [1, 6])
def test_queries_do_not_grow_with_the_list(reader, objective, lead, number, django_assert_num_queries):
    for risk in RiskFactory.create_batch(number, objective=objective, owner=lead):
        MitigationFactory(risk=risk, owner=lead)
        ConcernFactory(risk=risk)
    reader.get(LIST)
    with django_assert_num_queries(5):
        assert len(reader.get(LIST).json()["results"]) == number

"""Lists: pages that stay right, filters that refuse what they do not know, answers not sent twice."""

import datetime as dt

import pytest

from goals.models import KeyResult, Objective
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)

URL = "/api/v1/key-results/"
LISTS = ["areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins"]


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["code"].rpartition("-")[2] for row in answer.json()["results"]]


def walk(client, url, way="next") -> list[list[str]]:
    """The pages from an address on; each link is followed as it stands."""
    pages = []
    while url:
        answer = client.get(url)
        pages.append(codes(answer))
        url = answer.json()[way]
    return pages


@pytest.fixture
def seven(objective):
    return [KeyResultFactory(objective=objective) for _ in range(7)]


def test_pages_lead_from_one_end_to_the_other_and_back(reader, seven):
    forward = walk(reader, f"{URL}?limit=3")
    assert forward == [["KR1", "KR2", "KR3"], ["KR4", "KR5", "KR6"], ["KR7"]]
    last = reader.get(reader.get(f"{URL}?limit=3").json()["next"]).json()["next"]
    assert walk(reader, last, "previous") == [["KR7"], ["KR4", "KR5", "KR6"], ["KR1", "KR2", "KR3"]]


def test_the_first_page_has_none_before_and_the_last_none_after(reader, seven):
    first = reader.get(f"{URL}?limit=4").json()
    last = reader.get(first["next"]).json()
    assert (first["previous"], last["next"]) == (None, None)
    whole = reader.get(f"{URL}?limit=7").json()
    assert (whole["previous"], whole["next"]) == (None, None)


def test_a_page_is_not_moved_by_rows_that_come_in(reader, key_result):
    for value in range(4):
        check_in(key_result, value)
    first = reader.get("/api/v1/check-ins/?limit=2").json()
    check_in(key_result, 9)
    second = reader.get(first["next"]).json()
    sequences = [row["sequence"] for row in first["results"] + second["results"]]
    assert sequences == [4, 3, 2, 1]
    back = reader.get(second["previous"]).json()
    assert [row["sequence"] for row in back["results"]] == [4, 3]
    assert [row["sequence"] for row in reader.get(back["previous"]).json()["results"]] == [5]


def test_a_page_past_the_end_leads_back(reader, seven):
    answer = reader.get(f"{URL}?limit=7").json()
    assert answer["next"] is None
    first = reader.get(f"{URL}?limit=6").json()
    KeyResult.objects.filter(pk=seven[6].pk).update(archived_at=NOW)
    empty = reader.get(first["next"]).json()
    assert (empty["results"], empty["next"]) == ([], None)
    assert codes(reader.get(empty["previous"]))[-1] == "KR6"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=ten",
        "limit=5.0",
        "limit=٣",
        "limit=" + "9" * 400,
        "cursor=x",
        "cursor=%00",
        "cursor=é",
        "cursor=YWZ0ZXItMQ==&cursor=YWZ0ZXItMQ==",
        "cursor=" + "A" * 5_000,
        "cursor=YWZ0ZXItOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk",
        "colour=red",
        "format=xml",
        "as_of=2024-10-01",
        "ordering=metric",
        "cycle=25H1",
        "cycle=%00",
        "cycle=",
        "cycle=24H2&cycle=24H2",
        "area=NONE",
        "area=%00",
        "owner=nobody@example.org",
        "owner=%00",
        "kind=focus",
        "status=done",
        "pace=fast",
        "stale=maybe",
        "q=%00",
        "q=" + "x" * 201,
        "updated_since=yesterday",
        "updated_since=2024-10-14",
        "updated_since=2024-10-14T00:00:00",
        "updated_since=0001-01-01T00:00:00%2B14:00",
        "updated_since=2024-13-01T00:00:00Z",
        "updated_since=２０２４-10-14T00:00:00Z",
        "updated_since=%00",
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(reader, key_result, query):
    answer = reader.get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == {query.partition("=")[0]}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_passes_over_what_it_does_not_know(reader, key_result, name):
    answer = reader.get(f"/api/v1/{name}/?colour=red")
    assert answer.json()["errors"] == [
        {"field": "colour", "code": "unknown", "detail": "This parameter is not known here."}
    ]


@pytest.mark.parametrize(
    "path", ["me/", "cycles/24H2/", "key-results/EDGE-24H2-O1-KR1/", "roadmaps/EDGE-24H2/"]
)
def test_what_is_no_list_has_no_filters(reader, key_result, path):
    for query in ("limit=5", "cycle=24H2", "colour=red"):
        assert reader.get(f"/api/v1/{path}?{query}").status_code == 400


def test_key_results_are_found_by_what_they_are(reader, core, cycle, objective, key_result, lead):
    KeyResultFactory(objective=objective, guardrail=True, title="Size in MB")
    before = RoadmapFactory(area=core, cycle=CycleFactory(key="24H1", starts_on=dt.date(2024, 1, 1)))
    KeyResultFactory(objective=ObjectiveFactory(roadmap=before), number=9)
    check_in(key_result, 5, status="behind")
    found = {
        "cycle=24H2": ["KR1", "KR2"],
        "cycle=24H1": ["KR9"],
        "area=EDGE": ["KR1", "KR2"],
        "area=LIB": ["KR1", "KR2"],
        "area=CORE": ["KR9"],
        f"owner={lead.email.upper()}": ["KR1"],
        "owner=me": [],
        "kind=guardrail": ["KR2"],
        "status=behind": ["KR1"],
        "status=on_track": [],
        "q=size": ["KR2"],
        "q=edge-24h2-o1-kr1": ["KR1"],
        "updated_since=2024-10-14T10:00:00Z": ["KR1", "KR2", "KR9"],
        "updated_since=2024-10-14T12:00:01%2B02:00": [],
        "pace=behind": ["KR1"],
        "pace=no_data": ["KR2", "KR9"],
        "pace=behind&stale=false": ["KR1"],
        "stale=true": ["KR2", "KR9"],
        "cycle=24H2&stale=true": ["KR2"],
    }
    assert {query: codes(reader.get(f"{URL}?{query}")) for query in found} == found


def test_pages_of_what_only_figures_tell_are_full_and_lead_on(reader, seven):
    for row in seven[::2]:
        check_in(row, 9)
    assert walk(reader, f"{URL}?pace=on_track&limit=3") == [["KR1", "KR3", "KR5"], ["KR7"]]
    last = reader.get(f"{URL}?pace=on_track&limit=3").json()["next"]
    assert walk(reader, last, "previous") == [["KR7"], ["KR1", "KR3", "KR5"]]


def test_objectives_and_roadmaps_are_found_by_what_they_are(reader, objective, roadmap, lead):
    ObjectiveFactory(roadmap=roadmap, kind=Objective.Kind.EXCELLENCE)
    found = {
        "objectives/?kind=excellence": ["B1"],
        f"objectives/?owner={lead.email}": ["O1"],
        "objectives/?area=LIB&cycle=24H2&q=dependable": ["O1"],
        "roadmaps/?area=LIB&cycle=24H2": ["24H2"],
        "roadmaps/?state=published": [],
    }
    assert {query: codes(reader.get(f"/api/v1/{query}")) for query in found} == found


def test_check_ins_are_found_by_what_they_say(reader, key_result, objective, contributor):
    other = KeyResultFactory(objective=objective)
    check_in(key_result, 1, on=TODAY - dt.timedelta(days=1), note="Slow start")
    check_in(key_result, 2, author=contributor, status="at_risk")
    check_in(other, 3)
    found = {
        f"key_result={key_result.code}": [2, 1],
        "status=at_risk": [2],
        f"author={contributor.email}": [2],
        "q=slow": [1],
        "updated_since=2024-10-14T00:00:00Z": [1, 2],
        "area=LIB&cycle=24H2&kind=reach": [1, 2, 1],
    }

    def sequences(query) -> list[int]:
        return [row["sequence"] for row in reader.get(f"/api/v1/check-ins/?{query}").json()["results"]]

    assert {query: sequences(query) for query in found} == found
    assert reader.get("/api/v1/check-ins/?key_result=EDGE-24H2-O9-KR1").status_code == 400


def test_a_filter_does_not_tell_of_what_one_may_not_see(reader, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(visibility="restricted")
    assert codes(reader.get(f"{URL}?area=EDGE")) == []
    assert reader.get(f"/api/v1/check-ins/?key_result={key_result.code}").status_code == 400


@pytest.mark.parametrize("path", [*(f"{name}/" for name in LISTS), "me/", "progress/?cycle=24H2"])
def test_what_has_not_changed_is_not_sent_again(reader, key_result, path):
    check_in(key_result, 5)
    first = reader.get(f"/api/v1/{path}")
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))
    again = reader.get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_what_has_changed_is_sent_again(reader, key_result):
    url = f"{URL}{key_result.code}/"
    known = reader.get(url)["ETag"]
    check_in(key_result, 5)
    assert reader.get(url, headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize("wanted", ["text/html", "application/xml"])
def test_what_cannot_be_written_is_not_acceptable(reader, key_result, wanted):
    answer = reader.get(URL, headers={"Accept": wanted})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["nothing/", "key-results/edge/", "key-results/%00/", "areas/%F0%9F/", ""])
def test_an_address_of_nothing_is_not_found(reader, db, path):
    answer = reader.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_bound_token_lists_the_check_ins_of_its_area(program, manager, key_result, core):
    check_in(key_result, 3)
    for area, count in ((None, 1), (key_result.area, 1), (core, 0)):
        assert len(program(manager, area=area).get("/api/v1/check-ins/").json()["results"]) == count

"""Which fields are told, and what stands where a code stood."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Objective
from goals.tests.factories import (
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

pytestmark = pytest.mark.only_on("sqlite")

API = "/api/v1"


@pytest.fixture
def plan(objective, key_result, lead):
    check_in(key_result, 5, author=lead)
    risk = RiskFactory(objective=objective, key_result=key_result)
    MitigationFactory(risk=risk)
    InitiativeFactory(key_result=key_result)
    DependencyFactory(objective=objective)
    return objective


@pytest.mark.parametrize(
    "path",
    [
        *("areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins", "risks", "mitigations"),
        *("initiatives", "dependencies", "objectives/EDGE-24H2-O1/key-results", "areas/EDGE", "cycles/24H2"),
        *("roadmaps/EDGE-24H2", "objectives/EDGE-24H2-O1", "key-results/EDGE-24H2-O1-KR1"),
        *("risks/EDGE-24H2-O1-R1", "key-results/EDGE-24H2-O1-KR1/check-ins"),
    ],
)
def test_the_fields_that_were_asked_for_are_told_and_no_other(reader, plan, path):
    def row_of(query=""):
        answer = reader.get(f"{API}/{path}/{query}")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        return body["results"][-1] if "results" in body else body

    whole = row_of()
    names = list(whole)[3:0:-2]
    assert row_of(f"?fields={','.join(names)}") == {name: whole[name] for name in names}
    assert list(row_of(f"?fields={','.join(names)}")) == names


def test_csv_has_these_columns_in_this_order(reader, plan, key_result):
    answer = reader.get(f"{API}/key-results/?format=csv&fields=title,code,last_check_in")
    heading, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert heading[:2] == ["title", "code"]
    assert {column.partition(".")[0] for column in heading} == {"title", "code", "last_check_in"}
    assert row[:2] == [key_result.title, key_result.code]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("fields=code,colour", "fields"),
        ("fields=code,", "fields"),
        ("fields=coverage.counted", "fields"),
        ("fields=Code", "fields"),
        ("fields=password", "fields"),
        ("fields=objective__roadmap", "fields"),
        ("fields=" + "x" * 5_000, "fields"),
        ("fields=%00", "fields"),
        ("fields=" + ",".join(f"f{number}" for number in range(500)), "fields"),
        ("expand=owner", "expand"),
        ("expand=objective,colour", "expand"),
        ("expand=objective&fields=code", "expand"),
        ("expand=objective&format=csv", "expand"),
        ("fields=", "fields"),
        ("fields=code&fields=title", "fields"),
    ],
)
def test_what_is_not_known_is_refused(reader, plan, query, field):
    for path in ("key-results/", "key-results/EDGE-24H2-O1-KR1/"):
        if "csv" in query and path != "key-results/":
            continue
        answer = reader.get(f"{API}/{path}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert {error["field"] for error in answer.json()["errors"]} == {field}
        assert len(answer.content) < 5_000


def test_only_reading_can_ask_for_it(program, lead, plan, key_result):
    writer = program(lead, "write")
    url = f"{API}/key-results/{key_result.code}/"
    etag = writer.get(url)["ETag"]
    answer = writer.patch(f"{url}?fields=code", {"title": "Another"}, headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown")


def test_each_shape_has_an_etag_of_its_own(reader, plan, key_result):
    url = f"{API}/key-results/{key_result.code}/"
    shapes = ["", "?fields=code", "?fields=code,title", "?fields=title,code", "?expand=objective"]
    etags = [reader.get(url + shape)["ETag"] for shape in shapes]
    assert len(set(etags)) == len(shapes)
    for shape, etag in zip(shapes, etags, strict=True):
        assert reader.get(url + shape, headers={"If-None-Match": etag}).status_code == 304
        others = ", ".join(one for one in etags if one != etag)
        assert reader.get(url + shape, headers={"If-None-Match": others}).status_code == 200


EXPANDED = {
    "roadmaps/EDGE-24H2/": {"objectives": "objectives/EDGE-24H2-O1/"},
    "objectives/EDGE-24H2-O1/": {
        "roadmap": "roadmaps/EDGE-24H2/",
        "key_results": "key-results/EDGE-24H2-O1-KR1/",
    },
    "key-results/EDGE-24H2-O1-KR1/": {"objective": "objectives/EDGE-24H2-O1/"},
    "risks/EDGE-24H2-O1-R1/": {
        "objective": "objectives/EDGE-24H2-O1/",
        "key_result": "key-results/EDGE-24H2-O1-KR1/",
    },
    "check-ins/": {"key_result": "key-results/EDGE-24H2-O1-KR1/"},
    "initiatives/": {"key_result": "key-results/EDGE-24H2-O1-KR1/"},
    "dependencies/": {"objective": "objectives/EDGE-24H2-O1/"},
}


@pytest.mark.parametrize("path", EXPANDED)
def test_what_a_code_names_is_told_as_a_get_of_it(reader, plan, path):
    answer = reader.get(f"{API}/{path}?expand={','.join(EXPANDED[path])}").json()
    (row,) = answer.get("results", [answer])
    for field, address in EXPANDED[path].items():
        told = row[field][0] if isinstance(row[field], list) else row[field]
        assert told == reader.get(f"{API}/{address}").json()


def test_the_check_in_that_counts_is_told_whole(reader, plan, key_result):
    url = f"{API}/key-results/{key_result.code}/"
    (check_in_told,) = reader.get(f"{url}check-ins/").json()["results"]
    assert reader.get(f"{url}?expand=last_check_in&fields=last_check_in").json() == {
        "last_check_in": check_in_told
    }
    silent = KeyResultFactory(objective=plan)
    answer = reader.get(f"{API}/key-results/{silent.code}/?expand=last_check_in,objective").json()
    assert answer["last_check_in"] is None


def test_what_is_hidden_is_null_and_not_told(program, key_result, objective, viewer, outsider):
    """An owner sees a key result without its objective."""
    own = KeyResultFactory(objective=objective, owner=outsider)
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted", title="Secret")
    answer = program(outsider).get(f"{API}/key-results/?expand=objective")
    (row,) = answer.json()["results"]
    assert (row["code"], row["objective"]) == (own.code, None)
    assert "Secret" not in answer.content.decode()


def test_a_bound_token_expands_nothing_beyond_it(program, manager, plan, core, cycle):
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    RiskFactory(objective=theirs)
    answer = program(manager, area=core).get(f"{API}/risks/?expand=objective").json()
    assert [row["objective"]["code"] for row in answer["results"]] == [theirs.code]


@pytest.mark.parametrize(
    "path",
    [
        "objectives/?expand=roadmap,key_results",
        "key-results/?expand=objective,last_check_in",
        "roadmaps/?expand=objectives",
        "risks/?expand=objective,key_result",
        "check-ins/?expand=key_result&fields=key_result",
        "initiatives/?expand=key_result",
    ],
)
def test_fifty_rows_ask_as_often_as_one(reader, plan, roadmap, edge, path, lead):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            answer = reader.get(f"{API}/{path}&limit=500")
        assert answer.status_code == 200
        return len(counted)

    def grow(count: int) -> None:
        for number in range(count):
            place = RoadmapFactory(area=edge, cycle__key=f"C{number}{count}") if number < 2 else roadmap
            objective = ObjectiveFactory(roadmap=place, owner=lead)
            row = KeyResultFactory(objective=objective, owner=lead)
            if place == roadmap:
                check_in(row, 4)
            RiskFactory(objective=objective, key_result=row)
            InitiativeFactory(key_result=row)

    grow(3)
    queries()
    few = queries()
    grow(49)
    assert queries() == few

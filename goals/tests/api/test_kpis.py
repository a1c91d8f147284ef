"""KPIs by programs: read, added, changed with If-Match, archived; values entered and read."""

import datetime as dt

import pytest

from goals.models import CheckIn, KeyResult, Kpi, KpiEntry
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory, enter

ALL = "/api/v1/kpis/"
ONE = f"{ALL}EDGE-K1/"
ENTRIES = f"{ONE}entries/"
WEEK = dt.timedelta(7)


@pytest.fixture
def kpi(edge, contributor):
    kpi = KpiFactory(area=edge, owner=contributor, within=True, title="Decode speed", metric="median")
    enter(kpi, 6, on=TODAY - WEEK * 5)
    enter(kpi, 4, on=TODAY - WEEK)
    return kpi


@pytest.fixture
def writer(program, lead):
    return program(lead, "write")


def codes(client, query=""):
    return [row["code"] for row in client.get(f"{ALL}{query}").json()["results"]]


def patch(client, body, **headers):
    sent = headers or {"if-match": client.get(ONE).headers["ETag"]}
    return client.patch(ONE, body, format="json", headers=sent)


def problem(response):
    return response.status_code, response.json()["code"]


def test_one_is_read_with_all_that_the_page_shows(reader, kpi, key_result, contributor):
    KeyResult.objects.update(kpi=kpi)
    told = reader.get(ONE).json()
    for name in ("created_at", "updated_at", "last_entry", "url", "page_url"):
        assert told.pop(name)
    assert told == {
        "code": "EDGE-K1",
        "title": "Decode speed",
        "area": "EDGE",
        "metric": "median",
        "unit": "tok/s",
        "aim": "within",
        "lower_bound": "5",
        "upper_bound": None,
        "current_value": "4",
        "standing": "outside",
        "reason": "4 tok/s, should be at least 5 tok/s",
        "stale": False,
        "changes": [
            {"days": days, "since": "2024-09-09", "old": "6", "new": "4", "difference": "-2"}
            for days in (0, 28)
        ],
        "owner": contributor.email,
        "owner_name": "Con Tributor",
        "rhythm_days": 7,
        "due_on": "2024-10-14",
        "entry_count": 2,
        "source_note": "",
        "visibility": "internal",
        "key_results": ["EDGE-24H2-O1-KR1"],
        "added_on": "2024-07-01",
        "version": 1,
        "archived_at": None,
    }
    assert reader.get("/api/v1/key-results/EDGE-24H2-O1-KR1/").json()["kpi"] == "EDGE-K1"


def test_the_list_is_narrowed_down(reader, kpi, edge, core, lead):
    KpiFactory(area=edge, owner=lead)  # without a value for months
    KpiFactory(area=core, archived_at=NOW)
    assert codes(reader) == ["EDGE-K1", "EDGE-K2"]
    assert codes(reader, "?outside=true") == codes(reader, "?stale=false") == ["EDGE-K1"]
    assert codes(reader, "?stale=true") == codes(reader, "?aim=up") == ["EDGE-K2"]
    assert codes(reader, f"?owner={lead.email.replace('@', '%40')}") == ["EDGE-K2"]
    assert (codes(reader, "?area=LIB"), codes(reader, "?area=CORE")) == (["EDGE-K1", "EDGE-K2"], [])
    assert codes(reader, "?q=decode") == ["EDGE-K1"]
    assert problem(reader.get(f"{ALL}?cycle=24H2"))[0] == 400


def test_a_restricted_one_is_not_there_for_others(reader, reporter, kpi, key_result):
    Kpi.objects.update(visibility="restricted")
    KeyResult.objects.update(kpi=kpi)
    assert codes(reader) == []
    for path in (ONE, ENTRIES, f"{ONE}series/"):
        assert reader.get(path).status_code == 404
    assert reader.get("/api/v1/key-results/EDGE-24H2-O1-KR1/").json()["kpi"] is None
    assert codes(reporter) == ["EDGE-K1"]


def test_a_token_bound_elsewhere_does_not_reach_it(program, manager, core, kpi):
    bound = program(manager, "write", area=core)
    assert bound.get(ONE).status_code == 404
    response = bound.post(ALL, {"area": "EDGE", "title": "Another"}, format="json")
    assert problem(response) == (403, "insufficient_scope")
    unknown = bound.post(ALL, {"area": "NOWHERE", "title": "Another"}, format="json")
    assert unknown.json() == response.json(), "It is not told which areas there are."


def test_leads_add_change_and_archive_them(writer, reporter, program, contributor, kpi):
    body = {"area": "EDGE", "title": "Crashes", "aim": "within", "upper_bound": "5", "rhythm_days": 14}
    response = writer.post(ALL, body, format="json")
    told = response.json()
    assert (response.status_code, told["code"], told["due_on"]) == (201, "EDGE-K2", "2024-10-28")
    assert problem(program(contributor, "write").post(ALL, body, format="json")) == (403, "forbidden")
    assert problem(reporter.post(ALL, body, format="json")) == (403, "insufficient_scope")
    assert problem(writer.post(ALL, body | {"area": "NOPE"}, format="json"))[0] == 400
    assert patch(writer, {"lower_bound": "3.5"}).json()["standing"] == "within"
    # With a direction it has no bounds, and nobody need say so.
    assert patch(writer, {"aim": "up"}).json()["lower_bound"] is None
    assert problem(patch(writer, {"aim": "within"})) == (400, "invalid")
    assert problem(patch(writer, {"title": "X"}, **{"if-match": '"old"'})) == (412, "stale_version")
    assert problem(writer.delete(ONE)) == (428, "precondition_required")
    etag = writer.get(ONE).headers["ETag"]
    assert writer.delete(ONE, headers={"if-match": etag}).status_code == 204
    assert codes(writer) == ["EDGE-K2"]
    assert writer.get(ONE).json()["archived_at"]


def test_a_value_is_entered_for_the_kpi_and_its_key_results(reporter, kpi, key_result):
    odd = KeyResultFactory(objective=key_result.objective, unit="ms")
    KeyResult.objects.update(kpi=kpi)
    told = reporter.post(ENTRIES, {"value": "7.5", "note": "measured"}, format="json")
    assert told.status_code == 201
    body = told.json()
    assert (body["sequence"], body["value"], body["previous_value"], body["source"]) == (3, "7.5", "4", "api")
    assert body["recorded"] == [{"key_result": key_result.code, "check_in": 1, "status": "on_track"}]
    [left] = body["not_recorded"]
    assert (left["key_result"], left["code"], "same unit" in left["detail"]) == (odd.code, "invalid", True)
    made = CheckIn.objects.get()
    assert (made.source, made.kpi_entry.sequence) == ("kpi", 3)
    report = {"value": "8", "status": "on_track"}
    response = reporter.post(f"/api/v1/key-results/{key_result.code}/check-ins/", report, format="json")
    assert problem(response) == (400, "takes_from_kpi")


def test_sent_again_with_its_key_it_is_one_value(reporter, kpi):
    for replayed in (None, "true"):
        response = reporter.post(ENTRIES, {"value": "7"}, format="json", headers={"idempotency-key": "one"})
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (201, replayed)
    assert KpiEntry.objects.count() == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": 7.5},
        {"value": "NaN"},
        {"value": "7", "status": "on_track"},
        {"value": "7", "effective_on": "2999-01-01"},
        {"value": "7", "corrects": 99},
        {"value": "7", "corrects": 1},
    ],
)
def test_what_does_not_fit_is_refused(reporter, kpi, body):
    assert reporter.post(ENTRIES, body, format="json").status_code == 400
    assert KpiEntry.objects.count() == 2


def test_a_viewer_enters_nothing_and_an_archived_one_takes_nothing(program, viewer, reporter, kpi):
    response = program(viewer, "write").post(ENTRIES, {"value": "7"}, format="json")
    assert problem(response) == (403, "forbidden")
    Kpi.objects.update(archived_at=NOW)
    assert problem(reporter.post(ENTRIES, {"value": "7"}, format="json")) == (409, "archived")


def test_values_and_their_course_are_read(reporter, reader, kpi):
    reporter.post(ENTRIES, {"value": "7", "corrects": 2, "reason": "a slip"}, format="json")
    listed = reader.get(ENTRIES).json()["results"]
    assert [(row["sequence"], row["value"], row["corrects"]) for row in listed] == [
        (3, "7", 2),
        (2, "4", None),
        (1, "6", None),
    ]
    assert reader.get(f"{ONE}series/").json()["results"] == [
        {"day": "2024-09-09", "value": "6", "standing": "within"},
        {"day": "2024-10-07", "value": "7", "standing": "within"},
    ]


def test_a_list_costs_as_much_for_many(reader, edge, django_assert_max_num_queries):
    for _ in range(6):
        enter(KpiFactory(area=edge), 3)
    with django_assert_max_num_queries(8):
        assert len(codes(reader)) == 6

"""Lists in an order of their reader's choice, page by page, and as CSV: one query, the same rights."""

import base64
import csv
import datetime as dt
import json

import pytest

from goals.models import Objective, Risk, Visibility
from goals.tests.factories import (
    NOW,
    TODAY,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    ObjectiveFactory,
    RiskFactory,
    check_in,
    enter,
)

RISKS = "/api/v1/risks/"
LISTS = [
    *("areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins", "risks", "mitigations"),
    *("initiatives", "dependencies", "alignments", "comments", "kpis"),
]


@pytest.fixture
def risks(objective):
    """Titles with the day of review; one day stands twice, two have none."""
    days = {"Bee": 3, "ant": 1, "Cow": None, "Dog": 3, "Elk": None, "Fox": 2}
    for title, days_ahead in days.items():
        on = None if days_ahead is None else TODAY + dt.timedelta(days_ahead)
        RiskFactory(objective=objective, title=title, review_on=on, likelihood=1, impact=1)
    return days


def pages(client, address, *, limit=2):
    """The titles of each page, to the end and all the way back."""
    forth, back, response = [], [], client.get(f"{address}&limit={limit}").json()
    while True:
        forth.append([row["title"] for row in response["results"]])
        if response["next"] is None:
            break
        response = client.get(response["next"]).json()
    while True:
        back.append([row["title"] for row in response["results"]])
        if response["previous"] is None:
            return forth, back[::-1]
        response = client.get(response["previous"]).json()


def read(response):
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("review_on", [["ant", "Fox"], ["Bee", "Dog"], ["Cow", "Elk"]]),
        # Of equal ones the later made first; what is empty stays last.
        ("-review_on", [["Dog", "Bee"], ["Fox", "ant"], ["Elk", "Cow"]]),
        ("code", [["Bee", "ant"], ["Cow", "Dog"], ["Elk", "Fox"]]),
        ("-score", [["Fox", "Elk"], ["Dog", "Cow"], ["ant", "Bee"]]),
    ],
)
def test_pages_follow_the_order_forth_and_back(reader, risks, ordering, expected):
    assert pages(reader, f"{RISKS}?ordering={ordering}") == (expected, expected)


def test_rows_that_come_in_or_move_take_none_away_from_the_pages(reader, risks, objective):
    first = reader.get(f"{RISKS}?ordering=review_on&limit=3").json()
    RiskFactory(objective=objective, title="New", review_on=TODAY, likelihood=1)
    Risk.objects.filter(title="Bee").update(review_on=TODAY)  # the last of the page that was read
    rest = [row["title"] for row in reader.get(first["next"]).json()["results"]]
    assert rest == ["Dog", "Cow", "Elk"]


def test_past_an_end_the_way_back_leads_to_the_row_one_came_from(reader, risks):
    for ordering, last in (("review_on", "Elk"), ("-review_on", "Cow")):
        page = reader.get(f"{RISKS}?ordering={ordering}&limit=5").json()
        end = reader.get(page["next"]).json()
        assert [row["title"] for row in end["results"]] == [last]
        Risk.objects.filter(title=last).update(archived_at=NOW)
        gone = reader.get(page["next"]).json()
        assert (gone["results"], gone["next"]) == ([], None)
        back = reader.get(gone["previous"]).json()["results"]
        assert [row["title"] for row in back] == [row["title"] for row in page["results"]]
        Risk.objects.update(archived_at=None)


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        "ordering=colour",
        "ordering=objective__roadmap__area",
        "ordering=--title",
        "ordering=title&ordering=code",
        "ordering=",
        f"ordering=title&cursor={cursor('after', 1, 'code', 'x')}",
        f"ordering=title&cursor={cursor('beside', 1, 'title', 'x')}",
        f"ordering=title&cursor={cursor('after', True, 'title', 'x')}",
        f"ordering=title&cursor={cursor('after', 2**70, 'title', 'x')}",
        f"ordering=title&cursor={cursor('after', 1, 'title', chr(0))}",
        f"ordering=title&cursor={cursor('after', 1, 'title', ['x'])}",
        f"ordering=review_on&cursor={cursor('after', 1, 'review_on', 'soon')}",
        f"ordering=score&cursor={cursor('after', 1, 'score', 2**70)}",
        f"ordering=updated_at&cursor={cursor('after', 1, 'updated_at', '2024-10-14T10:00:00')}",
        "ordering=title&cursor=YWZ0ZXItMQ",
        "cursor=" + cursor("after", 1, "title", "x"),
        "format=xml",
        "format=csv&limit=5",
        "format=csv&ordering=colour",
        "format=csv&colour=red",
    ],
)
def test_what_is_no_order_no_cursor_and_no_format_is_refused(reader, risks, query):
    assert reader.get(f"{RISKS}?{query}").status_code == 400


def test_every_order_that_is_documented_is_one(reader, key_result, objective, lead):
    """On each list, there and back, with a row that has nothing in any field."""
    check_in(key_result, 3, author=lead)
    for make in (lambda: RiskFactory(objective=objective), lambda: InitiativeFactory(key_result=key_result)):
        make(), make()
    KeyResultFactory(objective=objective, due_on=TODAY)
    DependencyFactory(objective=objective)
    ObjectiveFactory(roadmap=objective.roadmap, priority=1)
    schema = reader.get("/api/schema/?format=json")
    paths = (
        schema.json()
        if schema.status_code == 200
        else json.loads(
            reader.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).content
        )
    )["paths"]
    for name in LISTS:
        parameters = {one["name"]: one for one in paths[f"/api/v1/{name}/"]["get"]["parameters"]}
        assert parameters["format"]["schema"]["enum"] == ["csv", "json"]
        for order in parameters["ordering"]["schema"]["enum"]:
            page = reader.get(f"/api/v1/{name}/?ordering={order}&limit=1").json()
            if page["next"]:
                assert reader.get(page["next"]).json()["previous"], (name, order)


def test_csv_is_the_same_query_with_the_same_rights(reader, program, lead, risks, objective, core):
    Risk.objects.filter(title="Fox").update(visibility=Visibility.RESTRICTED)
    Risk.objects.filter(title="Elk").update(archived_at=NOW)
    rows = read(reader.get(f"{RISKS}?format=csv&ordering=-review_on&area=LIB"))
    assert [row["title"] for row in rows] == ["Dog", "Bee", "ant", "Cow"]
    told = reader.get(f"{RISKS}?ordering=-review_on").json()["results"]
    assert list(rows[0]) == list(told[0])
    assert (rows[0]["review_on"], rows[0]["likelihood"], rows[0]["stale"]) == ("2024-10-17", "1", "false")
    assert (rows[0]["created_at"], rows[3]["review_on"]) == (told[0]["created_at"], "")
    accepted = reader.get(RISKS, headers={"accept": "text/csv"})
    assert len(read(accepted)) == 4
    assert len(read(program(lead).get(f"{RISKS}?format=csv"))) == 5
    assert read(program(lead, area=core).get(f"{RISKS}?format=csv")) == []
    assert reader.get(f"{RISKS}?format=json").json()["results"]
    assert reader.get(f"{RISKS}EDGE-24H2-O1-R1/", headers={"accept": "text/csv"}).status_code == 406
    assert reader.get(f"{RISKS}EDGE-24H2-O1-R1/?format=csv").status_code == 400


def test_words_are_no_formulas_and_numbers_stay_numbers(reader, lead, key_result, objective):
    key_result.title, key_result.start_value = "=HYPERLINK(1)", -5
    key_result.save()
    check_in(key_result, -3, author=lead, note="+1")
    [row] = read(reader.get("/api/v1/key-results/?format=csv"))
    assert (row["title"], row["start_value"], row["current_value"]) == ("'=HYPERLINK(1)", "-5", "-3")
    assert (row["last_check_in.sequence"], row["interim_targets"]) == ("1", "")
    [row] = read(reader.get("/api/v1/check-ins/?format=csv"))
    assert row["note"] == "'+1"
    Objective.objects.update(title="@sum")
    [row] = read(reader.get("/api/v1/objectives/?format=csv"))
    assert (row["title"], row["key_results"]) == ("'@sum", key_result.code)
    assert {"coverage.counted", "health.on_track"} <= set(row)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_the_plan_is_csv_with_a_heading_even_where_it_is_empty(reader, key_result, name):
    response = reader.get(f"/api/v1/{name}/?format=csv&q=nothing+like+this")
    [heading] = b"".join(response.streaming_content).decode().splitlines()
    assert {"code", "key", "id", "sequence"} & set(heading.split(","))
    assert f'filename="{name}' in response.headers["Content-Disposition"]


def test_what_only_python_tells_narrows_csv_and_ordered_pages_too(reader, key_result, objective, lead):
    late = KeyResultFactory(objective=objective, title="A late one")
    check_in(late, 3, author=lead)
    query = "/api/v1/key-results/?pace=no_data&ordering=title"
    assert [row["code"] for row in reader.get(query).json()["results"]] == [key_result.code]
    assert [row["code"] for row in read(reader.get(f"{query}&format=csv"))] == [key_result.code]


def test_what_waits_for_a_review_is_csv_and_has_an_order_too(
    program, lead, contributor, objective, key_result
):
    Objective.objects.update(reviewer=lead, reviewer_since=NOW - dt.timedelta(days=30))
    for value, day in ((1, 3), (2, 5), (3, 1)):
        check_in(key_result, value, author=contributor, on=TODAY - dt.timedelta(days=day))
    reviewer = program(lead)
    rows = read(reviewer.get("/api/v1/reviews/?format=csv&ordering=-effective_on&fields=value,sequence"))
    assert [row["value"] for row in rows] == ["3", "1", "2"]
    assert list(rows[0]) == ["value", "sequence"]
    assert reviewer.get("/api/v1/reviews/?ordering=note").status_code == 400


def test_values_and_kpis_have_an_order(reader, edge):
    slow, fast = (KpiFactory(area=edge, title=title) for title in ("Slow", "Fast"))
    for value, day in ((1, 3), (2, 5)):
        enter(slow, value, on=TODAY - dt.timedelta(days=day))
    rows = read(reader.get("/api/v1/kpis/?format=csv&ordering=title&fields=title,current_value"))
    assert [tuple(row.values()) for row in rows] == [("Fast", ""), ("Slow", "1")]
    told = reader.get(f"/api/v1/kpis/{slow.code}/entries/?ordering=effective_on").json()["results"]
    assert [row["value"] for row in told] == ["2", "1"]
    assert fast.pk

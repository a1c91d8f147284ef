"""What happened, over the API."""

import csv
import datetime as dt
import io

import pytest
from django.utils import timezone

from areas.models import Area
from goals.actions.comments import add_comment
from goals.actions.subscriptions import subscribe
from goals.models import ActivityMark, KeyResult, Objective
from goals.tests.factories import NOW, check_in

ACTIVITY, ME = "/api/v1/activity/", "/api/v1/me/"
LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def asks(program):
    def ask(owner, scope="read", **options):
        return program(owner, scope, **options)

    return ask


@pytest.fixture
def story(key_result, lead, outsider):
    check_in(key_result, "3.50", author=lead, note="Nightly", now=LATER)
    add_comment(key_result.objective, by=lead, now=LATER, text="For you", mentions=[outsider])
    return key_result


def told(answer):
    return [(row["code"], row["kind"]) for row in answer.json()["results"]]


def test_a_check_in_is_told_exactly(asks, story, outsider):
    row = asks(outsider).get(f"{ACTIVITY}?key_result={story.code}&kind=values").json()["results"][0]
    assert row | {"page_url": ""} == {
        "at": "2100-01-01T00:00:00Z",
        "kind": "values",
        "by": "lea.lead@example.org",
        "by_name": "Lea Lead",
        "area": "EDGE",
        "code": "EDGE-24H2-O1-KR1",
        "title": "Decode speed on a phone",
        "changes": [{"what": "check-in", "old": "", "new": "3.5"}],
        "text": "Nightly",
        "status": "on_track",
        "mentions_you": False,
        "is_new": False,
        "page_url": "",
    }
    assert row["page_url"].endswith("/key-results/EDGE-24H2-O1-KR1/")


def test_filters_narrow_it_down(asks, story, outsider, lead, core):
    program = asks(outsider)
    assert told(program.get(f"{ACTIVITY}?following=true")) == [("EDGE-24H2-O1", "comments")]
    assert told(program.get(f"{ACTIVITY}?area=CORE")) == []
    assert told(program.get(f"{ACTIVITY}?area=LIB")) == told(program.get(ACTIVITY))
    assert len(told(program.get(f"{ACTIVITY}?person=LEA.LEAD@example.org"))) == 2
    assert told(program.get(f"{ACTIVITY}?person=nobody@example.org")) == []
    assert told(program.get(f"{ACTIVITY}?since=2100-01-01T00:00:01Z")) == []
    assert len(told(program.get(f"{ACTIVITY}?since=2100-01-01T00:00:00Z&objective=EDGE-24H2-O1"))) == 2


@pytest.mark.parametrize(
    "query",
    [
        *(
            "area=NOWHERE",
            "objective=EDGE-24H2-O9",
            "key_result=%00",
            "kind=odd",
            "following=1",
            "following=",
        ),
        *("since=yesterday", "since=2024-10-14", "cursor=x", "cursor=%C3%A4", "limit=0", "odd=1", "area="),
    ],
)
def test_what_cannot_be_read_is_refused(asks, story, outsider, query):
    assert asks(outsider).get(f"{ACTIVITY}?{query}").status_code == 400


def test_pages_follow_each_other(asks, story, outsider):
    program = asks(outsider)
    whole = program.get(ACTIVITY).json()
    assert whole["next"] is whole["previous"] is None
    found, url = [], f"{ACTIVITY}?limit=2"
    while url:
        page = program.get(url.replace("https://okr.example.org", "").replace("http://testserver", "")).json()
        found += page["results"]
        url = page["next"] and page["next"][page["next"].index("/api/") :]
    assert found == whole["results"]


def test_csv_has_the_same_rows(asks, story, outsider):
    answer = asks(outsider).get(f"{ACTIVITY}?format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["code"], row["kind"]) for row in rows] == told(asks(outsider).get(ACTIVITY))


def test_what_is_hidden_is_neither_told_nor_counted(asks, story, outsider, edge):
    subscribe(edge, by=outsider, now=LATER - dt.timedelta(days=1))
    # The mark is the one that the mention began.
    ActivityMark.objects.update(seen_until=LATER - dt.timedelta(days=1))
    program = asks(outsider)
    assert program.get(ME).json()["unread"] == 2
    assert [row["is_new"] for row in program.get(f"{ACTIVITY}?following=true&limit=3").json()["results"]] == [
        *(True, True),
        False,
    ]
    KeyResult.objects.update(visibility="restricted")
    assert program.get(ME).json()["unread"] == 1
    hidden = program.get(f"{ACTIVITY}?key_result=EDGE-24H2-O1-KR1")
    nothing = program.get(f"{ACTIVITY}?key_result=EDGE-24H2-O1-KR7")
    assert (hidden.status_code, hidden.json()) == (nothing.status_code, nothing.json())
    Objective.objects.update(visibility="restricted")
    assert program.get(ME).json()["unread"] == 0
    assert {code for code, _kind in told(program.get(ACTIVITY))} == {"EDGE-24H2"}


def test_a_program_marks_as_seen_what_it_has_read(asks, story, program, outsider, edge):
    subscribe(edge, by=outsider, now=LATER - dt.timedelta(days=1))
    ActivityMark.objects.update(seen_until=NOW - dt.timedelta(days=1))
    writer = program(outsider, "write")
    sent = {"seen_until": "2024-10-14T12:00:00+02:00"}
    done = writer.post(ACTIVITY, sent, format="json")
    assert (done.status_code, done.json()) == (200, {"seen_until": "2024-10-14T10:00:00Z"})
    for wrong in ({}, {"seen_until": "2024-10-14"}, {"seen_until": None}, sent | {"person": 1}):
        assert writer.post(ACTIVITY, wrong, format="json").status_code == 400
    earlier = writer.post(ACTIVITY, {"seen_until": "2024-10-01T00:00:00Z"}, format="json")
    assert earlier.json() == done.json()
    ahead = writer.post(ACTIVITY, {"seen_until": "2199-01-01T00:00:00Z"}, format="json")
    assert ActivityMark.objects.get().seen_until <= timezone.now()
    assert ahead.status_code == 200
    assert asks(outsider).post(ACTIVITY, sent, format="json").status_code == 403
    assert program(outsider, "write", area=edge).post(ACTIVITY, sent, format="json").status_code == 403


def test_a_bound_token_is_told_of_its_area_alone(asks, story, outsider, edge):
    subscribe(edge, by=outsider, now=LATER)
    ActivityMark.objects.update(seen_until=LATER - dt.timedelta(days=1))
    bound = asks(outsider, area=Area.objects.get(key="CORE"))
    assert told(bound.get(ACTIVITY)) == told(bound.get(f"{ACTIVITY}?following=true")) == []
    assert bound.get(ME).json()["unread"] == 0
    assert bound.get(f"{ACTIVITY}?area=EDGE").status_code == 400
    assert asks(outsider, area=edge).get(ME).json()["unread"] == 2

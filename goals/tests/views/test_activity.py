"""The pages of what happened: what one follows with what is new, and each thing and person by itself."""

import csv
import datetime as dt
import io
import re
from types import SimpleNamespace

import pytest
from django.test import Client

from goals.actions.comments import add_comment
from goals.actions.subscriptions import subscribe
from goals.models import ActivityMark, KeyResult, Objective, Roadmap
from goals.tests.factories import NOW, check_in
from goals.tests.views.entries import text_of

PAGE, SEEN = "/activity/", "/activity/seen/"
# After all that the factories make.
LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
OF_THE_STORY = (
    *("area=EDGE", "area=LIB", "objective=EDGE-24H2-O1", "key_result=EDGE-24H2-O1-KR1"),
    "area=EDGE&kind=values",
)


@pytest.fixture
def story(key_result, lead):
    check_in(key_result, 3, author=lead, note="Nightly")
    return key_result


@pytest.fixture
def reader(client, outsider, story):
    client.force_login(outsider)
    return client


@pytest.fixture
def news(reader, outsider, story, edge, lead):
    """Three things have happened to what the outsider follows, one of them mentions them."""
    subscribe(edge, by=outsider, now=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    check_in(story, 4, author=lead, now=LATER)
    add_comment(story.objective, by=lead, now=LATER, text="For you", mentions=[outsider])
    add_comment(story.objective, by=lead, now=LATER, text="For everybody")
    return reader


def count_in_header(page):
    match = re.search(r'id="unread-count">(.*?)</span></a>', page.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>", "", match[1]).split()


def until_of(page):
    return re.search(r'name="until" value="([^"]*)"', page.content.decode())[1]


@pytest.mark.parametrize("query", OF_THE_STORY)
def test_a_thing_says_what_happened_to_it(reader, query):
    page = text_of(reader.get(f"{PAGE}?{query}"))
    assert "Decode speed on a phone" in page
    assert "Lea Lead · “Nightly”" in page


def test_a_person_says_what_they_did_as_far_as_the_reader_sees_it(reader, lead, manager, outsider):
    assert "Nightly" in text_of(reader.get(f"{PAGE}?person={lead.pk}"))
    Roadmap.objects.update(visibility="restricted")
    assert reader.get(f"{PAGE}?person={lead.pk}").status_code == 404
    assert reader.get(f"{PAGE}?person={outsider.pk}").status_code == 200
    reader.force_login(manager)
    assert reader.get(f"{PAGE}?person={lead.pk}").status_code == 200
    assert reader.get(f"{PAGE}?person={outsider.pk}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        *("area=NOWHERE", "area=%00", "objective=EDGE-24H2-O9", "objective=%00", "key_result=EDGE-24H2-O1"),
        *("person=0", "person=x", "person=%00", "person=99999999999999999999", "person=%D9%A1"),
        *("after=x", "after=%00", "after=1-9-1", "area=EDGE&after="),
    ],
)
def test_what_is_not_there_is_not_found(reader, query):
    assert reader.get(f"{PAGE}?{query}").status_code == 404
    if "after" not in query:
        assert reader.get(f"/activity.csv?{query}").status_code == 404


@pytest.mark.parametrize("query", ["kind=odd", "kind=%00", "since=tomorrow", "since=2999-01-01", "since=%00"])
def test_a_filter_that_cannot_be_read_says_so(reader, query):
    assert reader.get(f"{PAGE}?area=EDGE&{query}").status_code == 200
    assert reader.get(f"/activity.csv?area=EDGE&{query}").status_code == 404


def test_what_is_hidden_is_answered_as_what_is_not_there(reader):
    Objective.objects.update(visibility="restricted")
    for query in OF_THE_STORY[2:4]:
        assert reader.get(f"{PAGE}?{query}").status_code == 404
    assert "Decode" not in text_of(reader.get(f"{PAGE}?area=EDGE"))


def test_the_way_to_it_stands_on_the_pages_of_things(reader):
    for page, query in (
        ("/areas/EDGE/24H2/", "area=EDGE"),
        ("/objectives/EDGE-24H2-O1/", "objective=EDGE-24H2-O1"),
        ("/key-results/EDGE-24H2-O1-KR1/", "key_result=EDGE-24H2-O1-KR1"),
    ):
        assert f'href="/activity/?{query}"' in reader.get(page).content.decode()


def test_older_things_are_one_link_away(reader, story, lead):
    for number in range(60):
        check_in(story, number, author=lead, now=LATER + dt.timedelta(hours=number))
    first = reader.get(f"{PAGE}?area=EDGE&kind=values")
    older = re.search(r'rel="next" href="([^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    assert "kind=values" in older
    assert "area=EDGE" in older
    second = reader.get(older)
    assert "59" in text_of(first)
    assert "Nightly" not in text_of(first)
    assert "Nightly" in text_of(second)
    assert 'rel="next"' not in second.content.decode()
    assert "Newest" in text_of(second)


def test_the_csv_has_all_of_it_and_no_formula(reader, story, lead):
    add_comment(story.objective, by=lead, now=NOW, text="=HYPERLINK(1)")
    answer = reader.get("/activity.csv?area=EDGE")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert {row["area"] for row in rows} == {"EDGE"}
    assert ("EDGE-24H2-O1-KR1", "check-in", "3", "Nightly") in {
        (row["code"], row["what"], row["new"], row["reason"]) for row in rows
    }
    assert "'=HYPERLINK(1)" in {row["reason"] for row in rows}


def test_what_is_new_is_counted_in_the_header_and_shown_as_new(news):
    assert count_in_header(news.get("/areas/")) == ["3", "unread"]
    page = news.get(PAGE)
    assert text_of(page).count("New ") >= 3
    assert text_of(page).count("Mentions you") == 1
    assert count_in_header(page) == ["3", "unread"]


def test_reading_marks_nothing_and_posting_does(news, outsider, monkeypatch):
    page = news.get(PAGE)
    assert count_in_header(news.get(PAGE)) == ["3", "unread"]
    # By the clock of the test nothing of it has happened yet: nobody has seen what lies ahead.
    assert news.post(SEEN, {"until": until_of(page)}).url == PAGE
    assert count_in_header(news.get(PAGE)) == ["3", "unread"]
    clock = SimpleNamespace(now=lambda: LATER + dt.timedelta(hours=1))
    monkeypatch.setattr("goals.views.activity.timezone", clock)
    assert news.post(SEEN, {"until": until_of(page)}).url == PAGE
    assert ActivityMark.objects.get(person=outsider).seen_until == LATER
    assert count_in_header(news.get("/areas/")) == []


def test_a_mark_ends_the_count_for_its_person_alone(news, outsider, lead, edge, story, contributor):
    subscribe(edge, by=contributor, now=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    ActivityMark.objects.filter(person=outsider).update(seen_until=LATER)
    page = news.get(PAGE)
    assert count_in_header(page) == []
    assert 'name="until"' not in page.content.decode()
    other = Client()
    other.force_login(contributor)
    assert count_in_header(other.get("/areas/")) == ["3", "unread"]


def test_two_windows_never_move_the_mark_back(reader, outsider, story):
    early, late = "1728900000000000-2-1", "1728900000000001-0-1"
    reader.post(SEEN, {"until": late})
    seen = ActivityMark.objects.get(person=outsider).seen_until
    reader.post(SEEN, {"until": early})
    assert ActivityMark.objects.get(person=outsider).seen_until == seen


@pytest.mark.parametrize("until", ["", "x", "\0", "-1-0-1", "9" * 30, "1728900000000000"])
def test_a_mark_that_cannot_be_read_marks_nothing(reader, until):
    assert reader.post(SEEN, {"until": until}).url == PAGE
    assert not ActivityMark.objects.exists()


def test_only_who_sees_the_newest_of_all_marks_it(news):
    for query in ("kind=comments", "area=EDGE", "since=2024-01-01", "after=4102444800000000-2-9"):
        assert 'name="until"' not in news.get(f"{PAGE}?{query}").content.decode(), query


def test_the_count_leaves_out_what_is_hidden(news, story):
    KeyResult.objects.update(visibility="restricted")
    assert count_in_header(news.get("/areas/")) == ["2", "unread"]
    Objective.objects.update(visibility="restricted")
    assert count_in_header(news.get("/areas/")) == []


def test_a_hundred_are_shown_as_more_than_99(news, story, lead):
    for number in range(100):
        check_in(story, number, author=lead, now=LATER)
    assert count_in_header(news.get("/areas/")) == ["99+", "unread"]


@pytest.mark.only_on("sqlite")
def test_who_follows_nothing_pays_no_query_and_who_does_one(
    reader, outsider, core, django_assert_num_queries
):
    reader.get("/following/")
    with django_assert_num_queries(5):
        reader.get("/following/")
    subscribe(core, by=outsider, now=NOW)
    with django_assert_num_queries(6):
        reader.get("/following/")

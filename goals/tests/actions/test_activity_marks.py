"""The mark of what somebody has seen, and the count of what they have not."""

import datetime as dt

import pytest

from goals.actions import roadmaps
from goals.actions.activity_marks import begin_mark, mark_seen
from goals.actions.comments import add_comment
from goals.actions.subscriptions import subscribe
from goals.figures.activity import activity
from goals.figures.activity_scope import Scope
from goals.figures.unread import question, unread_count
from goals.figures.unread import unread as unread_rows
from goals.models import ActivityMark, KeyResult, Objective
from goals.tests.factories import check_in

# After all that the factories make.
NOW = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def seen_until(person):
    return ActivityMark.objects.get(person=person).seen_until


def unread(person):
    mark = ActivityMark.objects.filter(person=person).first()
    return unread_count(person, mark and mark.seen_until)


@pytest.fixture
def follower(outsider, edge, key_result):
    subscribe(edge, by=outsider, now=NOW)
    return outsider


def test_the_mark_goes_forward_alone(lead):
    assert mark_seen(lead, until=NOW, now=NOW + HOUR)
    assert not mark_seen(lead, until=NOW - HOUR, now=NOW + HOUR)
    assert not mark_seen(lead, until=NOW, now=NOW + HOUR)
    assert seen_until(lead) == NOW
    assert mark_seen(lead, until=NOW + HOUR / 2, now=NOW + HOUR)
    assert seen_until(lead) == NOW + HOUR / 2


def test_nobody_has_seen_what_lies_ahead(lead):
    mark_seen(lead, until=NOW + HOUR, now=NOW)
    assert seen_until(lead) == NOW


def test_it_begins_once(lead):
    begin_mark(lead, now=NOW)
    begin_mark(lead, now=NOW + HOUR)
    assert NOW - HOUR < seen_until(lead) < NOW


def test_what_happened_before_one_followed_is_no_news_and_what_comes_is(follower, key_result, lead):
    assert unread(follower) == 0
    check_in(key_result, 3, author=lead, now=NOW + HOUR)
    add_comment(key_result.objective, by=lead, now=NOW + HOUR, text="Hello")
    roadmaps.change_objective(key_result.objective, by=lead, now=NOW + HOUR, title="Faster")
    assert unread(follower) == 3
    rows = activity(Scope(follower, is_followed=True), limit=50, seen_until=seen_until(follower)).rows
    assert sum(row.is_new for row in rows) == 3
    mark_seen(follower, until=rows[0].place.at, now=NOW + 2 * HOUR)
    assert unread(follower) == 0


def test_what_one_does_oneself_is_no_news(key_result, lead, edge):
    subscribe(edge, by=lead, now=NOW)
    check_in(key_result, 3, author=lead, now=NOW + HOUR)
    roadmaps.change_objective(key_result.objective, by=lead, now=NOW + HOUR, title="Faster")
    assert unread(lead) == 0
    rows = activity(Scope(lead, is_followed=True), limit=50, seen_until=seen_until(lead)).rows
    assert not any(row.is_new for row in rows)


def test_a_mention_is_news_to_who_follows_nothing(objective, lead, outsider):
    add_comment(objective, by=lead, now=NOW, text="For you", mentions=[outsider])
    add_comment(objective, by=lead, now=NOW + HOUR, text="For nobody")
    assert unread(outsider) == 1


def test_what_is_hidden_does_not_count(follower, key_result, lead):
    check_in(key_result, 3, author=lead, now=NOW + HOUR)
    add_comment(key_result.objective, by=lead, now=NOW + HOUR, text="For you", mentions=[follower])
    roadmaps.change_objective(key_result.objective, by=lead, now=NOW + HOUR, title="Faster")
    assert unread(follower) == 3
    KeyResult.objects.update(visibility="restricted")
    assert unread(follower) == 2
    Objective.objects.update(visibility="restricted")
    assert unread(follower) == 0


def test_what_nobody_is_told_of_does_not_count(follower, key_result, lead):
    roadmaps.change_objective(key_result.objective, by=lead, now=NOW + HOUR, description="A long story")
    assert unread(follower) == 0


def test_a_hundred_are_as_many_as_are_counted(follower, key_result, lead):
    for number in range(60):
        check_in(key_result, number, author=lead, now=NOW + HOUR)
        add_comment(key_result.objective, by=lead, now=NOW + HOUR, text="Hello")
    assert unread(follower) == 100


@pytest.mark.only_on("sqlite")
def test_the_count_is_one_query_and_none_for_who_follows_nothing(
    follower, key_result, lead, django_assert_num_queries
):
    with django_assert_num_queries(0):
        unread_count(lead, None)
    with django_assert_num_queries(1):
        unread_count(follower, NOW)


def test_the_kept_words_ask_what_is_asked_without_them(lead, manager, outsider, edge, key_result):
    """For every role in the organisation: the same SQL, the same parameters."""
    for person in (lead, outsider, manager):
        subscribe(edge, by=person, now=NOW)
        for moment in (NOW, NOW - HOUR):
            sql, parameters = unread_rows(person, moment).query.sql_with_params()
            assert question(person, moment) == (sql, list(parameters))
            assert parameters.count(person.pk) > 10

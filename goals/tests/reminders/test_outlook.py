"""What the preferences say of the next mail is what the beat then does."""

import datetime as dt

import pytest

from accounts.models import User
from goals.models import Absence, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.outlook import outlook_of
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

pytestmark = pytest.mark.django_db

# Tuesday, the day after the week's mail came.
TUESDAY = dt.datetime(2024, 10, 15, 12, 0, tzinfo=dt.UTC)


def next_of(user, now=TUESDAY) -> dt.datetime | None:
    return outlook_of(User.objects.get(pk=user.pk), now=now).next_at


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (2024, 10, 21, 9)),
        ({"reminder_weekday": 4, "reminder_hour": 7}, (2024, 10, 25, 7)),
        ({"reminder_rhythm": "fortnightly"}, (2024, 10, 28, 9)),
        ({"reminder_rhythm": "monthly"}, (2024, 11, 4, 9)),
        ({"reminders_snoozed_until": dt.date(2024, 10, 30)}, (2024, 10, 30, 9)),
        ({"reminders_snoozed_until": dt.date(2024, 10, 16)}, (2024, 10, 21, 9)),
        ({"reminder_rhythm": "monthly", "reminders_snoozed_until": dt.date(2025, 3, 1)}, (2025, 3, 3, 9)),
    ],
)
def test_the_moment_named_is_the_first_at_which_one_is_written(lead, key_result, changes, expected):
    find_due(now=NOW)
    User.objects.update(**changes)
    named = next_of(lead)
    assert named == dt.datetime(*expected, tzinfo=dt.UTC)
    known = OutboxMail.objects.count()
    moment = TUESDAY
    while moment < named:
        find_due(now=moment)
        assert OutboxMail.objects.count() == known, f"one was written at {moment}"
        moment += dt.timedelta(hours=6 if moment < named - dt.timedelta(hours=6) else 1)
    find_due(now=named)
    assert OutboxMail.objects.count() == known + 1


def test_before_the_hour_it_is_this_week(lead, key_result):
    before = dt.datetime(2024, 10, 14, 8, tzinfo=dt.UTC)
    outlook = outlook_of(lead, now=before)
    assert (outlook.next_at, outlook.is_open) == (dt.datetime(2024, 10, 14, 9, tzinfo=dt.UTC), False)


def test_after_the_hour_it_comes_with_the_first_that_is_owed(lead, key_result, time_machine):
    time_machine.move_to(TUESDAY, tick=False)
    check_in(key_result, 5, on=TODAY)
    outlook = outlook_of(lead, now=TUESDAY)
    assert (outlook.is_open, outlook.owed.rows) == (True, [])
    assert "as soon as something is owed" in page_of(lead)


def test_who_wants_none_has_no_next_one_and_sees_what_it_would_list(lead, key_result):
    User.objects.update(reminders_enabled=False)
    lead.refresh_from_db()
    outlook = outlook_of(lead, now=TUESDAY)
    assert (outlook.next_at, [row.code for row in outlook.owed.rows]) == (None, [key_result.code])


def test_who_is_away_is_asked_when_they_are_back(lead, contributor, key_result):
    find_due(now=NOW)
    Absence.objects.create(
        person=lead, stand_in=contributor, first_on=dt.date(2024, 10, 18), last_on=dt.date(2024, 10, 31)
    )
    assert next_of(lead) == dt.datetime(2024, 11, 1, 0, tzinfo=dt.UTC)


def test_an_hour_that_the_clock_skips_is_named_as_it_comes(lead):
    """On 30 March 2025 there is no 2:00 in Berlin."""
    User.objects.update(time_zone="Europe/Berlin", reminder_weekday=6, reminder_hour=2)
    named = next_of(lead, now=dt.datetime(2025, 3, 25, 12, tzinfo=dt.UTC))
    assert (named.isoformat(), named) == (
        "2025-03-30T03:00:00+02:00",
        dt.datetime(2025, 3, 30, 1, tzinfo=dt.UTC),
    )


def page_of(user) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.get("/preferences/").content.decode()


def test_the_page_shows_the_moment_and_what_would_be_listed(lead, objective, time_machine, settings):
    time_machine.move_to(dt.datetime(2024, 10, 14, 8, tzinfo=dt.UTC), tick=False)
    key_result = KeyResultFactory(objective=objective, owner=lead, title="Decode <b>speed</b>")
    foreign = KeyResultFactory(objective=objective, title="Of somebody else")
    page = page_of(lead)
    assert "<strong>Mon 14 Oct 2024, 09:00</strong>" in page
    assert "If it came now, it would list 1 check-in" in page
    assert key_result.code in page
    assert "Decode &lt;b&gt;speed&lt;/b&gt;" in page
    assert foreign.code not in page
    settings.REMINDERS_ENABLED = False
    assert "No mails are sent here at present." in page_of(lead)


def test_the_number_of_queries_does_not_grow_with_what_is_owed(lead, objective, django_assert_num_queries):
    KeyResultFactory(objective=objective, owner=lead)
    with django_assert_num_queries(16):
        outlook_of(lead, now=NOW)
    for _number in range(20):
        KeyResultFactory(objective=objective, owner=lead)
    with django_assert_num_queries(16):
        assert len(outlook_of(lead, now=NOW).owed.rows) == 21

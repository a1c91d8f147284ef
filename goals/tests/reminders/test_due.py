"""Whose mail of the week is written, and when."""

import datetime as dt
import functools
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from accounts.models.user import Rhythm
from accounts.tests.factories import UserFactory
from goals.models import Cycle, KeyResult, OutboxMail
from goals.reminders import due
from goals.reminders.asked import owed_by
from goals.reminders.due import find_due, local_time, message_id
from goals.reminders.periods import is_time, mail_period, period_of
from goals.tests.factories import NOW, TODAY, CycleFactory, KeyResultFactory, check_in

pytestmark = pytest.mark.django_db

MONDAY_MORNING = dt.datetime(2024, 10, 14, 9, 0, tzinfo=dt.UTC)


def periods(user) -> list[str]:
    return sorted(OutboxMail.objects.filter(user=user).values_list("period", flat=True))


def test_an_owner_who_owes_has_one_mail_for_the_week(lead, key_result):
    find_due(now=NOW)
    mail = OutboxMail.objects.get()
    assert (mail.user, mail.kind, mail.period, mail.state) == (lead, "check_ins_due", "2024-W42", "pending")
    assert mail.next_attempt_at == NOW
    assert mail.message_id == f"<check_ins_due.2024-W42.{lead.pk}@127.0.0.1>"


def test_twice_is_once(key_result):
    find_due(now=NOW)
    find_due(now=NOW + dt.timedelta(minutes=15))
    assert OutboxMail.objects.count() == 1


def test_another_beat_in_between_changes_nothing(key_result, monkeypatch):
    owing = due._owing

    def while_another_beat_finds_the_same(days):
        monkeypatch.setattr(due, "_owing", owing)
        find_due(now=NOW)
        assert OutboxMail.objects.count() == 1
        return owing(days)

    monkeypatch.setattr(due, "_owing", while_another_beat_finds_the_same)
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 1


def test_a_week_later_there_is_another(lead, key_result):
    find_due(now=NOW)
    find_due(now=NOW + dt.timedelta(days=7))
    assert periods(lead) == ["2024-W42", "2024-W43"]


def test_only_the_owner_is_asked(lead, contributor, viewer, manager, key_result):
    find_due(now=NOW)
    assert [mail.user for mail in OutboxMail.objects.all()] == [lead]


def test_nobody_is_asked_before_the_hour(lead, key_result):
    find_due(now=MONDAY_MORNING - dt.timedelta(seconds=1))
    assert not OutboxMail.objects.exists()
    find_due(now=MONDAY_MORNING)
    assert periods(lead) == ["2024-W42"]


def test_what_falls_due_later_in_the_week_is_asked_for_then(lead, cycle, key_result):
    cycle.check_in_weekday = None
    cycle.save()
    check_in(key_result, 5, on=dt.date(2024, 10, 2))
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    find_due(now=NOW + dt.timedelta(days=1))
    assert not OutboxMail.objects.exists()
    find_due(now=NOW + dt.timedelta(days=2))
    assert periods(lead) == ["2024-W42"]


def test_a_check_in_ends_the_asking(key_result):
    check_in(key_result, 5, on=TODAY)
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"reminders_enabled": False}])
def test_people_who_left_or_want_none_are_not_asked(lead, key_result, change):
    User.objects.filter(pk=lead.pk).update(**change)
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("state", [Cycle.State.PLANNING, Cycle.State.CLOSED])
def test_cycles_that_take_no_check_ins_ask_for_none(cycle, key_result, state):
    Cycle.objects.update(state=state)
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()


def test_a_closing_cycle_asks_for_the_last_ones(cycle, key_result):
    Cycle.objects.update(state=Cycle.State.CLOSING)
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 1


@pytest.mark.parametrize("gone", ["archived_at", "dropped_at"])
def test_what_is_archived_or_dropped_owes_nothing(key_result, objective, gone):
    KeyResult.objects.update(**{gone: NOW})
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    KeyResult.objects.update(**{gone: None})
    type(objective).objects.update(**{gone: NOW})
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    type(objective).objects.update(**{gone: None})
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 1


def test_what_is_done_owes_nothing_and_a_guardrail_does(objective, key_result, lead):
    check_in(key_result, 10, on=dt.date(2024, 9, 1))
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    guardrail = KeyResultFactory(objective=objective, owner=lead, guardrail=True)
    check_in(guardrail, 12, on=dt.date(2024, 9, 1))
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 1
    assert owed_by(lead, today=TODAY) == [guardrail]


def test_before_the_first_day_nothing_is_owed(lead, key_result):
    find_due(now=dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC))
    assert not OutboxMail.objects.exists()


def test_a_restricted_key_result_is_still_its_owners(outsider, objective):
    """An owner outside the area sees what they own, and is asked for it."""
    KeyResultFactory(objective=objective, owner=outsider, visibility="restricted")
    find_due(now=NOW)
    assert [mail.user for mail in OutboxMail.objects.all()] == [outsider]
    assert len(owed_by(outsider, today=TODAY)) == 1


def test_each_is_asked_at_their_own_hour(objective):
    auckland = UserFactory(name="Aroha", time_zone="Pacific/Auckland")
    los_angeles = UserFactory(name="Luis", time_zone="America/Los_Angeles")
    for person in (auckland, los_angeles):
        KeyResultFactory(objective=objective, owner=person)
    # 9:00 on Monday in Auckland (UTC+13) is Sunday evening in UTC, and in Los Angeles still Sunday afternoon.
    find_due(now=dt.datetime(2024, 10, 13, 19, 59, tzinfo=dt.UTC))
    assert not OutboxMail.objects.filter(period="2024-W42").exists()
    # Sunday is a day of the week before, in which nobody has been asked yet: Luis is, once.
    assert periods(los_angeles) == ["2024-W41"]
    find_due(now=dt.datetime(2024, 10, 13, 20, 0, tzinfo=dt.UTC))
    assert periods(auckland) == ["2024-W42"]
    assert periods(los_angeles) == ["2024-W41"]
    find_due(now=dt.datetime(2024, 10, 14, 16, 0, tzinfo=dt.UTC))
    assert periods(los_angeles) == ["2024-W41", "2024-W42"]


def test_clocks_that_change_move_the_moment_and_not_the_hour(objective):
    """Los Angeles leaves summer time on Sunday, 3 November 2024: 9:00 is 16:00 UTC before, 17:00 after."""
    person = UserFactory(name="Luis", time_zone="America/Los_Angeles")
    KeyResultFactory(objective=objective, owner=person)
    for monday, hour in ((dt.date(2024, 10, 28), 16), (dt.date(2024, 11, 4), 17)):
        moment = dt.datetime.combine(monday, dt.time(hour), tzinfo=dt.UTC)
        before = len(periods(person))
        find_due(now=moment - dt.timedelta(minutes=1))
        assert len(periods(person)) == before
        find_due(now=moment)
        assert periods(person)[-1] == period_of(monday)


def test_an_hour_that_the_clock_skips_comes_later(objective):
    """On 31 March 2024 there is no 2:30 in Berlin."""
    person = UserFactory(name="Berta", time_zone="Europe/Berlin", reminder_weekday=6, reminder_hour=2)
    local = local_time(person, dt.datetime(2024, 3, 31, 0, 59, tzinfo=dt.UTC))
    assert (local.hour, is_time(person, local)) == (1, False)
    local = local_time(person, dt.datetime(2024, 3, 31, 1, 0, tzinfo=dt.UTC))
    assert (local.hour, is_time(person, local)) == (3, True)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ((2024, 10, 14), "2024-W42"),
        ((2024, 12, 29), "2024-W52"),
        ((2024, 12, 30), "2025-W01"),
        ((2025, 1, 5), "2025-W01"),
        ((2026, 12, 31), "2026-W53"),
        ((2027, 1, 3), "2026-W53"),
        ((2027, 1, 4), "2027-W01"),
    ],
)
def test_a_period_is_an_iso_week(day, period):
    assert period_of(dt.date(*day)) == period


def test_the_week_across_new_year_has_one_mail(lead, objective):
    CycleFactory(key="25H1", name="2025 H1")
    Cycle.objects.filter(key="24H2").update(ends_on=dt.date(2025, 3, 31))
    KeyResultFactory(objective=objective, owner=lead)
    for day in range(30, 37):  # 30 December to 5 January
        find_due(now=dt.datetime(2024, 12, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day - 1))
    assert periods(lead) == ["2025-W01"]


ZONES = pytest.mark.parametrize(
    ("zone", "weekday", "hour"),
    [
        ("UTC", 0, 9),
        ("Europe/Berlin", 6, 2),
        ("America/Los_Angeles", 6, 23),
        ("America/Nuuk", 5, 23),  # its clocks go forward at that hour
        ("America/Sao_Paulo", 0, 0),
        ("Africa/Cairo", 4, 0),  # its Fridays of the change begin at 1:00
        ("Asia/Kathmandu", 0, 9),
        ("Australia/Lord_Howe", 6, 2),  # half an hour of summer time
        ("Pacific/Auckland", 6, 23),
    ],
)


@functools.lru_cache(maxsize=1)
def hours_of_years(zone: str) -> list[dt.datetime]:
    """Every hour of 2024 to 2030, on the clock of a person there."""
    person = User(time_zone=zone)
    moment = dt.datetime(2024, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    last = dt.datetime(2030, 12, 30, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    hours = (last - moment) // dt.timedelta(hours=1)
    return [local_time(person, moment + dt.timedelta(hours=hour)) for hour in range(hours)]


@pytest.mark.parametrize("rhythm", Rhythm)
@ZONES
def test_every_period_from_2024_to_2030_has_its_moment(zone, weekday, hour, rhythm):
    """Of somebody who owes something at every hour."""
    person = User(time_zone=zone, reminder_weekday=weekday, reminder_hour=hour, reminder_rhythm=rhythm)
    asked: dict[str, dt.datetime] = {}
    for local in hours_of_years(zone):
        if is_time(person, local):
            asked.setdefault(mail_period(person, local.date()), local)
    assert list(asked) == sorted(asked), "one after the other, by their names too"
    weeks = [dt.date(2024, 1, 1) + dt.timedelta(weeks=week) for week in range(365)]
    moments = list(asked.values())
    if rhythm == Rhythm.WEEKLY:
        assert list(asked) == [period_of(monday) for monday in weeks]
    elif rhythm == Rhythm.FORTNIGHTLY:
        # 1 January 2024 begins the second of two weeks; who was asked in none of them is asked at once.
        assert list(asked) == [period_of(monday) for monday in (weeks[0] - dt.timedelta(7), *weeks[1::2])]
        moments = moments[1:]
    else:
        months = [(year, month) for year in range(2024, 2031) for month in range(1, 13)]
        assert [(local.year, local.month) for local in moments] == months
        assert all(local.day <= 7 for local in moments)
    late = [local for local in moments if (local.weekday(), local.hour) != (weekday, hour)]
    # Where the clock skips the hour, the next one serves.
    assert len(late) <= 7
    assert all(local.hour in (0, 1, 3) for local in late)


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        ("weekly", ["2024-W42", "2024-W43", "2024-W44", "2024-W45", "2024-W46"]),
        ("fortnightly", ["2024-W42", "2024-W44", "2024-W46"]),
        # Owed since 14 October: the mail of that month, whose own day was the 7th, comes at once.
        ("monthly", ["2024-W41", "2024-W45"]),
    ],
)
def test_the_beat_writes_one_mail_in_each_period(lead, key_result, rhythm, expected):
    """Every six hours for five weeks, nobody answering."""
    User.objects.update(reminder_rhythm=rhythm)
    for step in range(5 * 7 * 4):
        find_due(now=NOW + dt.timedelta(hours=6 * step))
    assert periods(lead) == expected


def test_who_changes_the_rhythm_has_no_second_mail_of_the_same_days(lead, key_result):
    find_due(now=NOW)
    User.objects.update(reminder_rhythm="monthly")
    find_due(now=NOW + dt.timedelta(days=7))
    assert periods(lead) == ["2024-W42"], "the mail of October, whose own day was the 7th, is contained in it"
    find_due(now=dt.datetime(2024, 11, 4, 9, tzinfo=dt.UTC))
    assert periods(lead) == ["2024-W42", "2024-W45"]
    User.objects.update(reminder_rhythm="weekly")
    find_due(now=dt.datetime(2024, 11, 6, 9, tzinfo=dt.UTC))
    assert periods(lead) == ["2024-W42", "2024-W45"]
    find_due(now=dt.datetime(2024, 11, 11, 9, tzinfo=dt.UTC))
    assert periods(lead) == ["2024-W42", "2024-W45", "2024-W46"]


def test_who_put_reminders_off_is_asked_again_from_the_hour_of_that_day_on(lead, key_result):
    User.objects.update(reminders_snoozed_until=dt.date(2024, 10, 23))
    for moment in (
        NOW,
        NOW + dt.timedelta(days=7),
        dt.datetime(2024, 10, 23, 8, 59, tzinfo=dt.UTC),
    ):
        find_due(now=moment)
        assert not OutboxMail.objects.exists()
    find_due(now=dt.datetime(2024, 10, 23, 9, 0, tzinfo=dt.UTC))
    assert periods(lead) == ["2024-W43"]


def test_an_unknown_time_zone_stops_nobody(lead, key_result, objective):
    User.objects.filter(pk=lead.pk).update(time_zone="Mars/Olympus_Mons")
    KeyResultFactory(objective=objective, owner=UserFactory(name="Next"))
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 2


def test_the_number_of_queries_does_not_grow_with_people(owners, django_assert_num_queries):
    owners(1)
    with django_assert_num_queries(11):
        find_due(now=NOW)
    OutboxMail.objects.all().delete()
    UserFactory.reset_sequence()
    for number in range(2, 30):
        KeyResultFactory(
            objective=KeyResult.objects.get(number=1).objective, owner=UserFactory(name=f"More {number}")
        )
    with django_assert_num_queries(11):
        find_due(now=NOW)
    assert OutboxMail.objects.count() == 29


def test_people_are_looked_at_in_batches_and_nobody_is_left_out(owners):
    people = owners(7)
    find_due(now=NOW, batch=3)
    assert sorted(OutboxMail.objects.values_list("user_id", flat=True)) == [person.pk for person in people]


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("https://okr.example.org", "okr.example.org"),
        ("https://okr.example.org:8443/goals", "okr.example.org"),
        ("http://[::1]:8000", "[IPv6:::1]"),
        ("https://bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_message_id_names_the_site(settings, site, domain):
    settings.SITE_URL = site
    assert message_id(17, "2024-W42") == f"<check_ins_due.2024-W42.17@{domain}>"

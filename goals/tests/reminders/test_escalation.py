"""Who is told that a check-in of somebody else stays overdue: from when on, by which mail, and who is not.

14 October 2024 is a Monday. The key result has no check-in and was due long before; its owner's mail of the
week comes on that Monday, so the lead is told on Wednesday and the managers on the Wednesday after.
"""

import datetime as dt

import pytest

from accounts.mails import stop_address
from accounts.models import User
from accounts.tests.factories import UserFactory
from areas.models import Membership, Role
from areas.tests.factories import MembershipFactory
from goals.models import Absence, Cycle, KeyResult, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.escalation import LateRows, build_escalation, find_escalations
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
WEDNESDAY = NOW + 2 * DAY
NEXT_WEDNESDAY = NOW + 9 * DAY


@pytest.fixture
def late(objective, contributor):
    """A key result of somebody whom Lea leads."""
    return KeyResultFactory(objective=objective, owner=contributor, title="Decode speed on a phone")


@pytest.fixture
def asked(late):
    """Its owner had the mail of the week, on Monday."""
    find_due(now=NOW)
    send_waiting(now=NOW)
    OutboxMail.objects.filter(kind="check_ins_due").update(sent_at=NOW)


def told(now) -> set[tuple[str, str]]:
    """Who has a mail by now, and of which week."""
    find_escalations(now=now)
    mails = OutboxMail.objects.filter(kind="escalation")
    return set(mails.values_list("user__name", "period"))


def listed_for(user, now=NEXT_WEDNESDAY) -> list[str]:
    return [row.code for row in LateRows.for_reader(user, now=now).rows]


def mail_to(user, now=WEDNESDAY):
    mail = OutboxMail(user=user, kind="escalation", period="2024-W42", message_id="<one@okr.example.org>")
    return build_escalation(mail, now=now)


def test_the_lead_is_told_after_two_working_days_and_the_managers_after_seven(
    asked, lead, manager, administrator, outsider
):
    assert told(NOW + DAY) == set()
    assert told(WEDNESDAY) == {("Lea Lead", "2024-W42")}
    assert told(WEDNESDAY + 3 * DAY) == {("Lea Lead", "2024-W42")}
    lea_again = {("Lea Lead", "2024-W42"), ("Lea Lead", "2024-W43")}
    assert told(NEXT_WEDNESDAY - DAY) == lea_again
    assert told(NEXT_WEDNESDAY) == {*lea_again, ("Mana Ger", "2024-W43")}


def test_nobody_is_told_before_the_owner_was(late, lead, manager):
    """Its owner's mail comes on Friday, so the lead's comes on the Tuesday after."""
    User.objects.filter(pk=late.owner_id).update(reminder_weekday=4)
    assert told(NEXT_WEDNESDAY) == set()
    friday = NOW + 4 * DAY
    find_due(now=friday)
    send_waiting(now=friday)
    OutboxMail.objects.update(sent_at=friday)
    assert told(friday + 3 * DAY) == set()
    assert told(friday + 4 * DAY) == {("Lea Lead", "2024-W43")}


@pytest.mark.parametrize(
    "change",
    [
        {"reminders_enabled": False},
        {"reminders_snoozed_until": TODAY + 90 * DAY},
        {"is_active": False},
    ],
)
def test_who_gets_no_reminders_does_not_escape_by_that(late, lead, change):
    User.objects.filter(pk=late.owner_id).update(**change)
    assert told(NOW) == {("Lea Lead", "2024-W42")}


def test_a_reminder_that_never_arrived_counts_as_one(late, lead):
    find_due(now=NOW)
    OutboxMail.objects.update(state="dead")
    assert told(WEDNESDAY) == {("Lea Lead", "2024-W42")}


def test_days_on_which_the_owner_is_away_are_none(asked, late, lead, viewer):
    Absence.objects.create(person=late.owner, stand_in=viewer, first_on=TODAY + DAY, last_on=TODAY + 4 * DAY)
    for days in range(1, 8):
        assert told(NOW + days * DAY) == set(), days
    assert told(NOW + 8 * DAY) == {("Lea Lead", "2024-W43")}


def test_while_the_owner_is_away_nobody_is_told(asked, late, lead, viewer):
    Absence.objects.create(
        person=late.owner, stand_in=viewer, first_on=TODAY + 3 * DAY, last_on=TODAY + 3 * DAY
    )
    thursday = WEDNESDAY + DAY
    assert listed_for(lead, WEDNESDAY) == [late.code]
    assert listed_for(lead, thursday) == []
    assert mail_to(lead, thursday) is None
    assert listed_for(lead, thursday + DAY) == [late.code]


def test_a_lead_who_is_away_is_told_when_they_are_back(asked, lead, viewer):
    Absence.objects.create(person=lead, stand_in=viewer, first_on=TODAY + 2 * DAY, last_on=TODAY + 3 * DAY)
    assert told(WEDNESDAY) == set()
    assert told(WEDNESDAY + DAY) == set()
    assert told(WEDNESDAY + 2 * DAY) == {("Lea Lead", "2024-W42")}


def test_it_comes_on_working_days_at_the_hour_of_the_reminders(asked, lead):
    User.objects.filter(pk=lead.pk).update(reminder_hour=15)
    assert told(WEDNESDAY) == set()
    assert told(NOW + 5 * DAY + dt.timedelta(hours=6)) == set(), "Saturday"
    assert told(WEDNESDAY + dt.timedelta(hours=5)) == {("Lea Lead", "2024-W42")}


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"escalation_mails_enabled": False},
        {"reminders_snoozed_until": TODAY + 30 * DAY},
    ],
)
def test_who_left_or_wants_none_gets_none(asked, lead, change):
    assert mail_to(lead) is not None
    User.objects.filter(pk=lead.pk).update(**change)
    assert told(WEDNESDAY) == set()
    lead.refresh_from_db()
    assert mail_to(lead) is None


def test_nobody_is_told_of_their_own(objective, lead, lib):
    """Lea leads the area and owns it: the lead above is told instead."""
    KeyResultFactory(objective=objective, owner=lead)
    above, other = UserFactory(name="Abo Ve"), UserFactory(name="Oth Er")
    MembershipFactory(user=above, area=lib, role=Role.LEAD)
    MembershipFactory(user=other, area=lib, role=Role.CONTRIBUTOR)
    User.objects.filter(pk=lead.pk).update(reminders_enabled=False)
    assert told(NOW) == {("Abo Ve", "2024-W42")}


def test_those_above_are_not_told_where_the_area_has_a_lead(asked, lead, lib):
    MembershipFactory(user=UserFactory(name="Abo Ve"), area=lib, role=Role.LEAD)
    assert told(NEXT_WEDNESDAY) == {("Lea Lead", "2024-W43")}
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert told(NEXT_WEDNESDAY) == {("Lea Lead", "2024-W43"), ("Abo Ve", "2024-W43")}


@pytest.mark.parametrize("state", ["planning", "closing", "closed"])
def test_only_of_active_cycles(asked, lead, manager, state):
    Cycle.objects.update(state=state)
    assert told(NEXT_WEDNESDAY) == set()
    assert mail_to(lead) is None


def test_nothing_of_what_is_paused_done_dropped_or_without_an_owner(asked, lead, late):
    assert listed_for(lead) == [late.code]
    for changes in (
        {"paused_on": TODAY, "paused_until": TODAY + 60 * DAY, "pause_reason": "no phones"},
        {"completion": 1},
        {"dropped_at": NOW},
        {"archived_at": NOW},
        {"owner": None},
        {"added_on": TODAY + 30 * DAY},
    ):
        before = {field: getattr(late, field) for field in changes}
        KeyResult.objects.filter(pk=late.pk).update(**changes)
        assert listed_for(lead) == [], changes
        KeyResult.objects.filter(pk=late.pk).update(**before)
    assert listed_for(lead) == [late.code]


def test_a_check_in_ends_it(asked, lead, late):
    assert mail_to(lead)
    check_in(late, 5, on=TODAY + DAY)
    assert mail_to(lead) is None
    assert told(WEDNESDAY) == set()


def test_who_is_lead_no_more_reads_nothing_of_what_is_restricted(asked, lead, late):
    KeyResult.objects.update(visibility="restricted")
    assert late.code in mail_to(lead).body
    Membership.objects.filter(user=lead).update(role=Role.VIEWER)
    assert mail_to(lead) is None


def test_the_mail_says_what_is_overdue_whose_it_is_and_how_to_stop_it(
    asked, lead, late, settings, mailoutbox
):
    settings.SITE_URL = "https://okr.example.org"
    find_escalations(now=WEDNESDAY)
    mailoutbox.clear()
    send_waiting(now=WEDNESDAY)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([lead.email], "1 check-in stays overdue · 2024 H2")
    message = mail.message()
    assert message["List-Unsubscribe"] == f"<{stop_address(lead, 'escalation')}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [(html, _kind)] = mail.alternatives
    for text in (mail.body, html):
        for words in (
            "Decode speed on a phone",
            "Con Tributor",
            "93 days overdue",
            f"https://okr.example.org/key-results/{late.code}/",
            stop_address(lead, "escalation").replace("&", "&amp;"),
        ):
            assert words in text
    assert "src=" not in html


def test_a_hostile_title_makes_no_header_and_no_markup(asked, lead):
    Cycle.objects.update(name="H2\r\nBcc: all@example.org")
    KeyResult.objects.update(title="<b>Fast</b>\r\nSubject: no")
    message = mail_to(lead)
    assert "\n" not in message.subject
    assert "Bcc" not in message.message()
    [(html, _kind)] = message.alternatives
    assert "&lt;b&gt;Fast&lt;/b&gt;" in html
    assert "<b>Fast" not in html


def test_it_is_written_in_the_language_of_its_reader(asked, lead):
    User.objects.update(language="de")
    lead.refresh_from_db()
    message = mail_to(lead)
    assert message.subject == "1 Check-in bleibt überfällig · 2024 H2"
    assert "Leitungen erfahren es zwei Arbeitstage" in message.body


def test_a_long_list_is_cut_and_says_so(asked, objective, contributor, lead):
    for _number in range(24):
        KeyResultFactory(objective=objective, owner=contributor)
    message = mail_to(lead)
    assert message.subject.startswith("25 check-ins stay overdue")
    assert "and 5 more" in message.body
    assert message.body.count(" days overdue") == 20


def test_a_later_mail_makes_an_earlier_one_needless(asked, lead):
    OutboxMail.objects.create(user=lead, kind="escalation", period="2024-W43", message_id="<two@example.org>")
    assert mail_to(lead) is None


def owners_mail(user, now=NOW) -> str:
    from goals.reminders.message import build_message

    mail = OutboxMail(user=user, kind="check_ins_due", period="2024-W42", message_id="<one@okr.example.org>")
    return build_message(mail, now=now).body


def test_the_owners_reminder_says_beforehand_who_is_told_and_when(late, lead, manager, contributor):
    assert "From Wednesday, 16 Oct on, your lead is told." in owners_mail(contributor)
    find_due(now=NOW)
    OutboxMail.objects.update(state="sent", sent_at=NOW)
    week = dt.timedelta(days=7)
    assert "From Wednesday, 23 Oct on, the managers are told." in owners_mail(contributor, NOW + week)
    assert "Your lead and the managers are told." in owners_mail(contributor, NOW + 2 * week)
    Cycle.objects.update(state="closing")
    assert "told." not in owners_mail(contributor)


def test_the_reminder_announces_nobody_where_there_is_nobody(late, lead, contributor):
    Membership.objects.filter(user=lead).delete()
    assert "told." not in owners_mail(contributor)


def test_the_day_announced_is_the_day_it_comes(late, lead, contributor, viewer):
    """Also past days away, known when the mail was written."""
    Absence.objects.create(person=contributor, stand_in=viewer, first_on=TODAY + DAY, last_on=TODAY + 2 * DAY)
    assert "From Friday, 18 Oct on, your lead is told." in owners_mail(contributor)
    find_due(now=NOW)
    OutboxMail.objects.update(state="sent", sent_at=NOW)
    assert told(NOW + 3 * DAY) == set()
    assert told(NOW + 4 * DAY) == {("Lea Lead", "2024-W42")}


def test_the_stand_in_is_not_told_that_their_lead_is(late, lead, viewer, contributor):
    Absence.objects.create(person=contributor, stand_in=viewer, first_on=TODAY, last_on=TODAY)
    body = owners_mail(viewer)
    assert late.code in body
    assert "told." not in body


def test_the_number_of_queries_does_not_grow(
    asked, objective, contributor, lead, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        LateRows.for_reader(lead, now=WEDNESDAY)
    for _number in range(15):
        KeyResultFactory(objective=objective, owner=contributor)
    with django_assert_max_num_queries(len(few)):
        assert LateRows.for_reader(lead, now=WEDNESDAY).count == 16


def test_the_preferences_show_what_it_would_list(asked, late, lead, viewer, client, time_machine):
    time_machine.move_to(WEDNESDAY, tick=False)
    client.force_login(lead)
    page = client.get("/preferences/").content.decode()
    assert "Your mail about overdue check-ins of others" in page
    assert late.code in page.partition("Your mail about overdue")[2]
    client.force_login(viewer)
    assert "Your mail about overdue" not in client.get("/preferences/").content.decode()

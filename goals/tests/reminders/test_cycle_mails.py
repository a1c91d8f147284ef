"""The mails of a cycle's life. 2024 H2 ends on 31 December, so its notice is given from 17 December on."""

import datetime as dt

import pytest

from accounts.models import User
from areas.models import Area
from goals.models import Absence, Cycle, KeyResult, OutboxMail
from goals.reminders.cycle_mails import build_cycle_mail, find_cycle_mails
from goals.reminders.send import send_waiting
from goals.tests.factories import KeyResultFactory, check_in

pytestmark = pytest.mark.django_db
NOTICE = dt.datetime(2024, 12, 17, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def theirs(objective, contributor):
    return KeyResultFactory(objective=objective, owner=contributor, title="Decode speed on a phone")


def told(now=NOTICE):
    find_cycle_mails(now=now)
    return sorted(OutboxMail.objects.filter(kind="cycle").values_list("user__name", "period"))


def mail_to(user, period="24H2.ends", *, now=NOTICE):
    user = User.objects.get(pk=user.pk)
    mail = OutboxMail(user=user, kind="cycle", period=period, message_id="<one@okr.example.org>")
    return build_cycle_mail(mail, now=now)


def test_owners_and_leads_are_told_once_two_weeks_before_the_end(
    theirs, lead, contributor, viewer, manager, outsider
):
    assert told(NOTICE - dt.timedelta(hours=1)) == []
    both = [("Con Tributor", "24H2.ends"), ("Lea Lead", "24H2.ends")]
    assert told() == both
    assert told(NOTICE + 3 * DAY) == both


def test_and_once_more_when_it_begins_to_close(theirs, lead, contributor):
    told()
    Cycle.objects.update(state="closing")
    assert told(NOTICE + DAY) == [
        ("Con Tributor", "24H2.closing"),
        ("Con Tributor", "24H2.ends"),
        ("Lea Lead", "24H2.closing"),
        ("Lea Lead", "24H2.ends"),
    ]


def test_one_that_closes_early_or_late_is_told_all_the_same(theirs):
    Cycle.objects.update(state="closing")
    assert ("Con Tributor", "24H2.closing") in told(NOTICE - 60 * DAY)


def test_one_that_nobody_closed_ends_only_once(theirs, contributor):
    after = dt.datetime(2025, 1, 1, 9, 0, tzinfo=dt.UTC)
    assert told(after) == []
    assert mail_to(contributor, now=after) is None
    assert mail_to(contributor, now=after - DAY).subject == "2024 H2 ends today"
    assert told(after - DAY) != []


def test_a_lead_is_not_sent_to_scores_that_cannot_be_given_yet(theirs, lead):
    message = mail_to(lead)
    assert "Roadmaps that you lead:" in message.body
    assert "* Edge: 1 key result\n" in message.body
    assert "/areas/EDGE/24H2/" in message.body
    assert "scored" not in message.body


@pytest.mark.parametrize("state", ["planning", "closed"])
def test_no_other_cycle_is_told_of(theirs, state):
    Cycle.objects.update(state=state)
    assert told() == []


def test_who_wants_none_is_away_or_put_mails_off_waits(theirs, lead, contributor, viewer):
    User.objects.filter(pk=lead.pk).update(cycle_mails_enabled=False)
    Absence.objects.create(
        person=contributor, stand_in=viewer, first_on=NOTICE.date(), last_on=NOTICE.date() + DAY
    )
    assert told() == []
    User.objects.filter(pk=lead.pk).update(cycle_mails_enabled=True, reminders_snoozed_until="2024-12-19")
    assert told(NOTICE + DAY) == []
    assert told(NOTICE + 2 * DAY) == [("Con Tributor", "24H2.ends"), ("Lea Lead", "24H2.ends")]


def test_the_day_is_that_of_the_person(theirs, contributor):
    User.objects.filter(pk=contributor.pk).update(time_zone="Pacific/Auckland", reminder_hour=9)
    assert ("Con Tributor", "24H2.ends") in told(NOTICE - dt.timedelta(hours=13))


def test_an_owner_reads_what_is_theirs_the_furthest_behind_first(theirs, contributor):
    done = KeyResultFactory(objective=theirs.objective, owner=contributor, title="Kernels")
    KeyResultFactory(objective=theirs.objective, title="Of somebody else")
    check_in(done, 10)
    message = mail_to(contributor)
    assert message.subject == "2024 H2 ends in 14 days"
    assert "Its last day is 31 Dec 2024." in message.body
    assert message.body.index("Decode speed on a phone") < message.body.index("Kernels")
    assert f"{theirs.code} · 0\u202f%, expected 92\u202f%" in message.body
    assert f"{done.code} · 100\u202f%" in message.body
    assert "Of somebody else" not in message.body
    assert "Scores that you give" not in message.body
    assert message.extra_headers["List-Unsubscribe"]


def test_a_lead_reads_what_their_areas_lack(theirs, lead):
    KeyResultFactory(objective=theirs.objective, owner=lead)
    KeyResult.objects.filter(pk=theirs.pk).update(final_score="0.7", closing_note="Nearly.")
    Cycle.objects.update(state="closing")
    message = mail_to(lead, "24H2.closing")
    assert message.subject == "2024 H2 is closing"
    assert "* Edge: 1 of 2 scored · 1 closing note is missing" in message.body
    assert "/cycles/24H2/scores/EDGE/" in message.body
    [(html, _kind)] = message.alternatives
    assert "1 of 2 scored" in html


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (Cycle, {"state": "closing"}),
        (Cycle, {"state": "closed"}),
        (KeyResult, {"archived_at": NOTICE}),
        (KeyResult, {"owner": None}),
        (User, {"is_active": False}),
        (User, {"cycle_mails_enabled": False}),
        (User, {"reminders_snoozed_until": "2024-12-30"}),
    ],
)
def test_it_is_not_needed_any_more_where_its_reason_is_gone(theirs, contributor, table, change):
    assert mail_to(contributor) is not None
    table.objects.update(**change)
    assert mail_to(contributor) is None


def test_a_lead_of_an_archived_area_is_told_nothing(theirs, lead):
    assert mail_to(lead) is not None
    Area.objects.filter(key="EDGE").update(archived_at=NOTICE)
    assert mail_to(lead) is None


def test_it_is_sent_like_the_others(theirs, contributor, mailoutbox):
    find_cycle_mails(now=NOTICE)
    send_waiting(now=NOTICE)
    assert contributor.email in {mail.to[0] for mail in mailoutbox}
    [sent] = OutboxMail.objects.filter(user=contributor)
    assert (sent.state, sent.message_id) == ("sent", f"<cycle.24H2.ends.{contributor.pk}@127.0.0.1>")

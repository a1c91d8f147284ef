"""Where it stands, by mail: who gets it and when, what stands in it, and what does not."""

import datetime as dt
import re

import pytest

from accounts.mails import stop_address
from accounts.models import User
from areas.tests.factories import AreaFactory
from goals.models import Absence, Cycle, KeyResult, Objective, OutboxMail
from goals.reminders.digest import build_digest, find_digests, standings_for
from goals.reminders.send import send_waiting
from goals.tests.factories import (
    NOW,
    TODAY,
    KeyResultFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(manager):
    User.objects.filter(pk=manager.pk).update(digest_enabled=True)
    manager.refresh_from_db()
    return manager


def mail_to(user, *, now=NOW):
    mail = OutboxMail(user=user, kind="digest", period="2024-W42", message_id="<one@okr.example.org>")
    return build_digest(mail, now=now)


def html_of(message) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return html


def both(message) -> tuple[str, str]:
    return message.body, html_of(message)


def periods(user) -> list[str]:
    return sorted(OutboxMail.objects.filter(user=user, kind="digest").values_list("period", flat=True))


def test_who_asked_for_it_has_one_in_a_period_and_nobody_else_any(reader, lead, key_result):
    for minutes in (0, 15, 24 * 60):
        find_digests(now=NOW + dt.timedelta(minutes=minutes))
    assert [(mail.user, mail.period) for mail in OutboxMail.objects.all()] == [(reader, "2024-W42")]
    find_digests(now=NOW + dt.timedelta(days=7))
    assert periods(reader) == ["2024-W42", "2024-W43"]


def test_it_comes_at_the_hour_and_in_the_rhythm_of_the_reminders(reader, key_result):
    find_digests(now=dt.datetime(2024, 10, 14, 8, 59, tzinfo=dt.UTC))
    assert periods(reader) == []
    User.objects.update(reminder_rhythm="monthly", reminder_weekday=2)
    find_digests(now=dt.datetime(2024, 10, 14, 9, tzinfo=dt.UTC))
    assert periods(reader) == ["2024-W40"]
    for day in range(1, 22):
        find_digests(now=NOW + dt.timedelta(days=day))
    assert periods(reader) == ["2024-W40"]


def test_it_is_not_taken_for_the_reminder_of_the_same_week(reader, key_result):
    from goals.reminders.due import find_due

    KeyResult.objects.update(owner=reader)
    find_digests(now=NOW)
    find_due(now=NOW)
    assert sorted(OutboxMail.objects.values_list("kind", flat=True)) == ["check_ins_due", "digest"]
    assert len(set(OutboxMail.objects.values_list("message_id", flat=True))) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"digest_enabled": False},
        {"reminders_snoozed_until": TODAY + dt.timedelta(days=3)},
    ],
)
def test_who_left_or_wants_none_gets_none(reader, key_result, change):
    User.objects.filter(pk=reader.pk).update(**change)
    find_digests(now=NOW)
    assert not OutboxMail.objects.exists()
    reader.refresh_from_db()
    assert mail_to(reader) is None


def test_who_is_away_gets_it_when_they_are_back(reader, lead, key_result):
    Absence.objects.create(person=reader, stand_in=lead, first_on=TODAY, last_on=TODAY + dt.timedelta(1))
    find_digests(now=NOW)
    find_digests(now=NOW + dt.timedelta(days=1))
    assert not OutboxMail.objects.exists()
    find_digests(now=NOW + dt.timedelta(days=2))
    assert periods(reader) == ["2024-W42"]


def test_it_is_sent_with_one_click_to_stop_it(reader, key_result, mailoutbox):
    find_digests(now=NOW)
    send_waiting(now=NOW)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([reader.email], "Where it stands · 2024 H2")
    message = mail.message()
    assert message["List-Unsubscribe"] == f"<{stop_address(reader, 'digest')}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<img" not in html_of(mail)
    assert "src=" not in html_of(mail)


def test_nothing_is_said_where_there_is_nothing_to_see(reader, key_result):
    assert mail_to(reader) is not None
    Cycle.objects.update(state=Cycle.State.PLANNING)
    assert mail_to(reader) is None


def test_each_area_stands_beside_what_is_expected(reader, key_result):
    """3 of 10 is 30 %; on 14 October 105 of 183 days are gone, 57 %."""
    check_in(key_result, 3)
    message = mail_to(reader)
    lines = [line for line in message.body.splitlines() if line.startswith("[")]
    assert len(lines) == 2, "the area and the one above it"
    for line in lines:
        assert line.startswith("[######.....|........] ")
        assert "30\u202f%, expected 57\u202f%" in line
    html = html_of(message)
    for width, height in ((30, 8), (70, 8), (57, 3), (43, 3)):
        assert f'width="{width}%" height="{height}"' in html


def test_bars_are_whole_at_both_ends(reader, key_result):
    check_in(key_result, 12)
    html = html_of(mail_to(reader))
    assert 'width="100%" height="8"' in html
    assert 'width="0%"' not in html
    [standing] = standings_for(reader, today=TODAY)
    assert standing.bars[0].text.count("#") == 19


def test_what_moved_most_comes_first_whichever_way(reader, objective):
    up, down, still, earlier = (KeyResultFactory(objective=objective) for _number in range(4))
    for row in (up, down, still, earlier):
        check_in(row, 5, on=TODAY - dt.timedelta(8))
    check_in(up, 6, on=TODAY - dt.timedelta(1))
    check_in(down, 4, on=TODAY - dt.timedelta(6))
    check_in(down, 2, on=TODAY)
    check_in(still, 5, on=TODAY)
    [standing] = standings_for(reader, today=TODAY)
    assert [(line.code, line.told) for line in standing.moved] == [
        (down.code, "−30 points · 20\u202f%"),
        (up.code, "+10 points · 60\u202f%"),
    ]


def test_five_that_need_attention_with_their_reason_and_how_many_more(reader, objective):
    rows = [KeyResultFactory(objective=objective) for _number in range(7)]
    for number, row in enumerate(rows):
        check_in(row, number / 10, on=TODAY)
    [standing] = standings_for(reader, today=TODAY)
    assert [line.code for line in standing.attention] == [row.code for row in rows[:5]]
    assert standing.more_attention == 2
    assert all("expected" in line.told for line in standing.attention)
    for text in both(mail_to(reader)):
        assert "and 2 more" in text
        assert rows[5].code not in text.partition("Needs attention")[2]


def test_managers_read_who_is_silent_and_others_do_not(reader, lead, key_result):
    check_in(key_result, 3, on=TODAY - dt.timedelta(40))
    for text in both(mail_to(reader)):
        silent = text.partition("Who is silent")[2]
        assert key_result.code in silent
        assert "Lea Lead · no check-in for 40 days" in silent
    lead.digest_enabled = True
    lead.save()
    for text in both(mail_to(lead)):
        assert key_result.code in text
        assert "Who is silent" not in text


def test_risks_that_occurred_and_no_others(reader, objective):
    KeyResultFactory(objective=objective)
    occurred = RiskFactory(
        objective=objective, title="The fab is late", state="occurred", occurred_on=TODAY, consequence="late"
    )
    waiting = RiskFactory(objective=objective, title="The chip is hot")
    for text in both(mail_to(reader)):
        assert occurred.title in text.partition("Risks that occurred")[2]
        assert waiting.title not in text


def test_what_its_reader_may_not_see_is_not_in_it(reader, outsider, objective, cycle):
    shown = KeyResultFactory(objective=objective, title="For everybody")
    hidden = KeyResultFactory(objective=objective, title="A secret key result", visibility="restricted")
    secret = ObjectiveFactory(roadmap=objective.roadmap, title="A secret objective", visibility="restricted")
    below = KeyResultFactory(objective=secret, title="Below a secret")
    elsewhere = RoadmapFactory(
        area=AreaFactory(key="HUSH", name="Hush hush"), cycle=cycle, visibility="restricted"
    )
    of_area = KeyResultFactory(objective=ObjectiveFactory(roadmap=elsewhere), title="Of a secret area")
    rows = (shown, hidden, below, of_area)
    for row in rows:
        check_in(row, 1, on=TODAY)
    RiskFactory(
        objective=secret, title="A secret risk", state="occurred", occurred_on=TODAY, consequence="late"
    )
    words = ["secret", "Hush hush", hidden.code, below.code, of_area.code]
    User.objects.filter(pk=outsider.pk).update(digest_enabled=True)
    outsider.refresh_from_db()
    for text in both(mail_to(outsider)):
        assert shown.code in text
        assert not [word for word in words if re.search(rf"{re.escape(word)}(?!\d)", text)]
    for text in both(mail_to(reader)):
        assert all(word in text for word in words)


def test_a_hostile_title_makes_no_header_and_no_markup(reader, key_result):
    Cycle.objects.update(name="H2\r\nBcc: all@example.org")
    KeyResult.objects.update(title="<b>Fast</b>\r\nSubject: no")
    check_in(key_result, 1, on=TODAY)
    message = mail_to(reader)
    assert "\n" not in message.subject
    assert "Bcc" not in message.message()
    assert "&lt;b&gt;Fast&lt;/b&gt;" in html_of(message)
    assert "<b>Fast" not in html_of(message)


def test_it_is_written_in_the_language_of_its_reader(reader, key_result):
    User.objects.update(language="de")
    reader.refresh_from_db()
    check_in(key_result, 1, on=TODAY)
    message = mail_to(reader)
    assert '<html lang="de">' in html_of(message)
    for text in both(message):
        assert "Was sich in sieben Tagen am meisten bewegt hat" in text
        assert "erwartet 57\u202f%" in text
        assert ", expected" not in text


def test_the_number_of_queries_does_not_grow_with_key_results(
    reader, objective, cycle, django_assert_max_num_queries
):
    def build(count: int) -> None:
        for _number in range(count):
            check_in(KeyResultFactory(objective=objective), 1, on=TODAY - dt.timedelta(3))
        roadmap = RoadmapFactory(area=AreaFactory(name=f"Area {count}"), cycle=cycle)
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap)), 1)

    build(1)
    with django_assert_max_num_queries(25) as few:
        standings_for(reader, today=TODAY)
    build(30)
    Objective.objects.update(owner=reader)
    with django_assert_max_num_queries(len(few)):
        [standing] = standings_for(reader, today=TODAY)
    assert len(standing.bars) == 4

"""The mail of a nudge, over a real mail server, and when it is not needed any more."""

import pytest

from accounts.mails import stop_address
from accounts.models import User
from goals.actions.nudges import nudge
from goals.models import Cycle, KeyResult, OutboxMail
from goals.reminders.nudges import build_nudge
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(objective, contributor):
    return KeyResultFactory(objective=objective, owner=contributor, title="Decode speed on a phone")


@pytest.fixture
def mail(late, lead):
    nudge(late, by=lead, now=NOW, today=TODAY, sentence="The board meets tomorrow.")
    return OutboxMail.objects.select_related("user").get()


def test_it_arrives_with_the_sentence_and_a_way_to_stop_it(late, mail, contributor, smtp, settings):
    settings.SITE_URL = "https://okr.example.org"
    assert send_waiting(now=NOW).sent == 1
    letter = smtp.to(contributor)
    assert letter["Subject"] == f"Lea Lead asks for a check-in · {late.code}"
    assert letter["Message-ID"] == mail.message_id
    assert letter["List-Unsubscribe"].replace(" ", "") == f"<{stop_address(contributor, 'nudge')}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        text = letter.get_body((kind,)).get_content()
        for words in (
            "The board meets tomorrow.",
            "Decode speed on a phone",
            "91 days overdue",
            f"https://okr.example.org/key-results/{late.code}/check-in/",
        ):
            assert words in text
    assert send_waiting(now=NOW).due == 0


def test_it_is_not_needed_once_the_check_in_was_made(late, mail):
    assert build_nudge(mail, now=NOW)
    check_in(late, 3, on=TODAY)
    assert build_nudge(mail, now=NOW) is None
    send_waiting(now=NOW)
    mail.refresh_from_db()
    assert mail.state == "skipped"


@pytest.mark.parametrize("change", [{"is_active": False}, {"nudge_mails_enabled": False}])
def test_who_left_or_wants_none_gets_none(mail, contributor, change):
    User.objects.filter(pk=contributor.pk).update(**change)
    mail.user.refresh_from_db()
    assert build_nudge(mail, now=NOW) is None


def test_nothing_is_told_of_what_its_reader_may_not_see_any_more(mail, contributor, lead):
    KeyResult.objects.update(visibility="restricted", owner=lead)
    contributor.memberships.all().delete()
    assert build_nudge(mail, now=NOW) is None


def test_nothing_is_asked_of_a_closed_cycle(mail):
    Cycle.objects.update(state="closed")
    assert build_nudge(mail, now=NOW) is None


def test_a_hostile_title_makes_no_header_and_no_markup(mail):
    KeyResult.objects.update(title="<b>Fast</b>\r\nSubject: no")
    User.objects.filter(name="Lea Lead").update(name="Lea\r\nBcc: all@example.org")
    message = build_nudge(mail, now=NOW)
    assert "\n" not in message.subject
    assert "Bcc" not in message.message()
    [(html, _kind)] = message.alternatives
    assert "&lt;b&gt;Fast&lt;/b&gt;" in html
    assert "<b>Fast" not in html


def test_it_is_written_in_the_language_of_its_reader(mail):
    User.objects.update(language="de")
    mail.user.refresh_from_db()
    assert "bittet um einen Check-in" in build_nudge(mail, now=NOW).subject

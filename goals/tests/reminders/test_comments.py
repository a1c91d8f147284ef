"""The mail about comments: whom it tells, of what, and that one an hour is enough. NOW is 10:00 sharp."""

import datetime as dt

import pytest

from goals.actions.comments import add_comment
from goals.models import Comment, KeyResult, Objective, OutboxMail, Visibility
from goals.reminders import comments
from goals.reminders.comments import build_comments
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, check_in

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
IT_IS_SENT = NOW + dt.timedelta(hours=1, minutes=2)


@pytest.fixture
def say(objective, outsider):
    def write(text="Look.", *, on=None, by=None, at=NOW, mentions=()):
        return add_comment(on or objective, by=by or outsider, now=at, text=text, mentions=mentions)

    return write


def periods(user):
    return list(OutboxMail.objects.filter(user=user).order_by("pk").values_list("period", flat=True))


def body_to(user):
    return build_comments(OutboxMail.objects.get(user=user), now=IT_IS_SENT).body


def test_what_is_said_in_an_hour_is_one_mail_when_it_is_over(say, lead, mailoutbox):
    for minute in (0, 20, 59):
        say(f"Said at {minute}", at=NOW + minute * MINUTE, mentions=[lead])
    say("Said at 60", at=NOW + 60 * MINUTE, mentions=[lead])
    assert periods(lead) == ["2024-10-14T10", "2024-10-14T11"]
    send_waiting(now=IT_IS_SENT - dt.timedelta(seconds=1))
    assert mailoutbox == []
    send_waiting(now=IT_IS_SENT)
    [mail] = mailoutbox
    assert mail.subject == "3 comments for you"
    assert [line for line in mail.body.splitlines() if line.startswith("Said at")] == [
        "Said at 0",
        "Said at 20",
        "Said at 59",
    ]
    assert mail.extra_headers["Message-ID"] == f"<mention.2024-10-14T10.{lead.pk}@127.0.0.1>"
    send_waiting(now=IT_IS_SENT + 60 * MINUTE)
    assert mailoutbox[1].subject == "Out Sider mentioned you · EDGE-24H2-O1"


def test_the_owner_of_what_is_commented_on_is_told_without_a_mention(
    say, objective, key_result, lead, contributor
):
    Objective.objects.update(owner=contributor)
    objective.refresh_from_db()
    say("About the plan", on=objective)
    mail = build_comments(OutboxMail.objects.get(user=contributor), now=IT_IS_SENT)
    assert mail.subject == "Out Sider commented · EDGE-24H2-O1"
    assert "Out Sider commented on EDGE-24H2-O1, A dependable base for on-device AI:" in mail.body
    OutboxMail.objects.all().delete()
    KeyResult.objects.update(owner=lead)
    reported = check_in(key_result, 5, author=contributor)
    say("About the value", on=reported)
    assert "About the value" in body_to(lead)
    assert "About the value" in body_to(contributor)


def test_nobody_is_told_of_their_own_words_nor_of_what_is_none_of_theirs(say, objective, lead, manager):
    Objective.objects.update(owner=lead)
    objective.refresh_from_db()
    say("Of my own", on=objective, by=lead)
    assert not OutboxMail.objects.exists()
    say("To me", on=objective, by=manager)
    say("To nobody", on=objective, by=lead, at=NOW + MINUTE)
    assert periods(manager) == []
    text = body_to(lead)
    assert "To me" in text
    assert "Of my own" not in text
    assert "To nobody" not in text


def test_what_was_taken_back_or_hidden_meanwhile_is_not_told(say, lead, contributor, objective):
    gone = say("Taken back", mentions=[contributor])
    say("Stays", at=NOW + MINUTE, mentions=[contributor])
    Comment.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    text = body_to(contributor)
    assert "Stays" in text
    assert "Taken back" not in text
    mail = OutboxMail.objects.get(user=contributor)
    Objective.objects.update(visibility=Visibility.RESTRICTED)
    assert build_comments(mail, now=IT_IS_SENT) is not None  # of the area
    contributor.memberships.all().delete()
    assert build_comments(mail, now=IT_IS_SENT) is None


def test_a_comment_that_comes_after_the_mail_of_its_hour_goes_by_itself(say, lead, mailoutbox):
    say("In time", mentions=[lead])
    send_waiting(now=IT_IS_SENT)
    late = say("Late", at=NOW + 30 * MINUTE, mentions=[lead])
    assert periods(lead) == ["2024-10-14T10", str(late.pk)]
    send_waiting(now=IT_IS_SENT + MINUTE)
    assert ["Late" in mail.body for mail in mailoutbox] == [False, True]
    assert "In time" not in mailoutbox[1].body


def test_a_long_talk_is_cut_and_counted(say, lead, monkeypatch):
    monkeypatch.setattr(comments, "MOST", 2)
    for number in range(5):
        say(f"Said {number}", at=NOW + number * MINUTE, mentions=[lead])
    text = body_to(lead)
    assert "Said 1" in text
    assert "Said 2" not in text
    assert "and 3 more: http://127.0.0.1:8000/inbox/" in text


def test_what_is_said_makes_no_header_and_no_markup(say, lead, outsider):
    outsider.name = "Eve\r\nBcc: all@example.org"
    outsider.save()
    say("<script>alert(1)</script>", mentions=[lead])
    mail = build_comments(OutboxMail.objects.get(user=lead), now=IT_IS_SENT)
    assert "\n" not in mail.subject
    [(html, _kind)] = mail.alternatives
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_queries_are_as_many_for_twenty_as_for_one(say, lead, django_assert_num_queries):
    say(mentions=[lead])
    with django_assert_num_queries(3):
        assert body_to(lead)
    for number in range(1, 20):
        say(at=NOW + number * MINUTE, mentions=[lead])
    with django_assert_num_queries(3):
        assert body_to(lead).count("Look.") == 20

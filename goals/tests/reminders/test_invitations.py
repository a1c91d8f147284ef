"""The mail that invites: through the outbox, with a link that stands in no table."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail as mailbox
from django.test import Client

from accounts.models import Invitation, User
from accounts.tests.factories import UserFactory
from goals.actions.people import add_person, invite_again, revoke_invitation
from goals.models import OutboxMail
from goals.reminders.invitations import build_invitation
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW

PASSWORD = "a lighthouse keeper's tea"


@pytest.fixture(autouse=True)
def middle_of_october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def nia(administrator):
    return add_person("nia@example.org", name="Nia", by=administrator, now=NOW).person


def links(message) -> set[str]:
    [html, _kind] = message.alternatives[0]
    return set(re.findall(r"https?://[^\s\"<>]+", message.body + html))


def test_the_mail_arrives_and_its_link_lets_the_person_in(nia):
    assert send_waiting(now=NOW).sent == 1
    [message] = mailbox.outbox
    assert message.to == ["nia@example.org"]
    assert message.subject == "Ad Ministrator invites you to okrtracker"
    assert "It works once, until 21 October 2024, 10:00 (UTC)." in message.body
    [link] = links(message)
    assert link.startswith("http://127.0.0.1:8000/invitation/?token=")
    answer = {
        "token": link.partition("token=")[2],
        "name": "Nia",
        "new_password1": PASSWORD,
        "new_password2": PASSWORD,
    }
    assert Client().post("/invitation/", answer).status_code == 302
    assert User.objects.get(pk=nia.pk).is_active
    assert OutboxMail.objects.get().state == "sent"
    assert send_waiting(now=NOW + dt.timedelta(days=1)).due == 0


def test_the_token_is_nowhere_in_the_database(nia):
    send_waiting(now=NOW)
    [link] = links(mailbox.outbox[0])
    token = link.partition("token=")[2]
    for model in (Invitation, OutboxMail, User):
        assert token not in str(list(model.objects.values()))


@pytest.mark.parametrize("end", ["revoked", "expired", "used"])
def test_an_invitation_that_ended_is_not_sent(nia, administrator, end):
    mail = OutboxMail.objects.get()
    now = NOW
    if end == "revoked":
        revoke_invitation(nia, by=administrator, now=NOW)
    elif end == "used":
        Invitation.objects.update(accepted_at=NOW)
    else:
        now = NOW + dt.timedelta(days=7)
    assert build_invitation(mail, now=now) is None
    assert send_waiting(now=now).sent == 0
    assert OutboxMail.objects.get().state == "skipped"


def test_of_two_invitations_the_newer_is_sent(nia, administrator):
    later = NOW + dt.timedelta(minutes=5)
    invite_again(nia, by=administrator, now=later)
    assert send_waiting(now=later).sent == 1
    [message] = mailbox.outbox
    [link] = links(message)
    assert Client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_with_another_secret_the_mail_fails_and_says_why(nia, settings):
    settings.SECRET_KEY = "another secret"
    assert send_waiting(now=NOW).failed == 1
    assert "SECRET_KEY changed" in OutboxMail.objects.get().last_error
    assert mailbox.outbox == []


def test_a_hostile_name_makes_no_header(nia, administrator):
    User.objects.filter(pk=nia.pk).update(name="Nia\r\nBcc: all@example.org")
    User.objects.filter(pk=administrator.pk).update(name="Ad\r\nBcc: all@example.org <b>")
    assert send_waiting(now=NOW).sent == 1
    [message] = mailbox.outbox
    sent = message.message()
    assert sent["Bcc"] is None
    assert "<b>" not in message.alternatives[0][0]


def test_reminders_go_on_beside_invitations(nia, lead, key_result):
    OutboxMail.objects.create(user=lead, kind="check_ins_due", period="2024-W42", message_id="<1@a>")
    send_waiting(now=NOW)
    assert sorted(message.to[0] for message in mailbox.outbox) == [lead.email, "nia@example.org"]


def test_each_invitation_has_a_message_id_of_its_own(nia, administrator):
    for number in range(3):
        other = f"p{number}@example.org"
        add_person(other, name="P", by=administrator, now=NOW)
    ids = set(OutboxMail.objects.values_list("message_id", flat=True))
    assert len(ids) == 4
    assert all(one.startswith("<invitation.") for one in ids)


def test_times_are_those_of_the_person(administrator):
    nia = UserFactory(name="Nia", is_active=False, time_zone="Asia/Tokyo")
    invite_again(nia, by=administrator, now=NOW)
    send_waiting(now=NOW)
    assert "until 21 October 2024, 19:00 (Asia/Tokyo)" in mailbox.outbox[0].body

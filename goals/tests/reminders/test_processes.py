"""Senders that are processes of their own, at once and killed, against a real mail server."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.models import OutboxMail
from goals.reminders.due import find_due
from goals.tests.factories import NOW, KeyResultFactory

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = 60


@pytest.fixture
def expected_ids(owners):
    """The Message-IDs of sixty people's mails, which wait."""
    owners(MAILS)
    find_due(now=NOW)
    ids = set(OutboxMail.objects.values_list("message_id", flat=True))
    assert len(ids) == MAILS
    return ids


def test_two_senders_at_once_send_each_mail_exactly_once(expected_ids, letterbox, start_sender):
    letterbox.wait_for_senders = 2
    senders = [start_sender("--now", NOW.isoformat(), held=True) for _sender in range(2)]
    for sender in senders:
        sender.stdin.write("begin\n")
        sender.stdin.flush()
    counts = []
    for sender in senders:
        output, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors
        counts.append(json.loads(output))
    assert letterbox.message_ids == dict.fromkeys(expected_ids, 1)
    # The server let none through before both had come, so both have sent some.
    assert all(count["sent"] > 0 for count in counts), counts
    assert sum(count["sent"] for count in counts) == MAILS
    assert set(OutboxMail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_killed_senders_lose_nothing_and_repeat_only_what_they_had_not_noted(
    expected_ids, letterbox, start_sender
):
    """Five are killed when the server has a letter and has not said so, five before it has one."""
    letterbox.kill_at_letter = {5, 16, 27, 38, 49}
    letterbox.kill_at_recipient = {2, 13, 24, 35, 46}
    kills = 0
    while OutboxMail.objects.filter(state="pending").exists():
        letterbox.victim = start_sender("--now", NOW.isoformat())
        _output, errors = letterbox.victim.communicate(timeout=60)
        assert letterbox.victim.returncode in (0, -9), errors
        kills += letterbox.victim.returncode == -9
        # The time until a dead sender's lease has passed.
        OutboxMail.objects.filter(state="pending").update(leased_until=timezone.now() - timedelta(seconds=1))
    assert kills == 10
    received = letterbox.message_ids
    assert set(received) == expected_ids
    assert sorted(received.values()) == [1] * (MAILS - 5) + [2] * 5
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {"sent"}


def test_the_command_says_what_is_wrong_and_how_it_ended(start_sender):
    process = start_sender("--now", "monday")
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "'monday' is not a moment; write a date and a time" in errors
    assert "Traceback" not in errors


def test_leads_are_told_once_however_many_look_at_once(objective, lead, letterbox, start_sender):
    """Four processes find and send at once; each of twenty leads has one mail of the week."""
    others = [UserFactory(name=f"Lead {number:02}") for number in range(19)]
    for other in others:
        MembershipFactory(user=other, area=objective.roadmap.area, role=Role.LEAD)
    # Who wants no reminder is asked by none, so working days count from the day on which it was due.
    owner = UserFactory(name="Own Er", reminders_enabled=False)
    KeyResultFactory(objective=objective, owner=owner)
    senders = [start_sender("--now", NOW.isoformat(), held=True) for _sender in range(4)]
    for sender in senders:
        sender.stdin.write("begin\n")
        sender.stdin.flush()
    for sender in senders:
        _output, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors
    mails = OutboxMail.objects.all()
    assert set(mails.values_list("kind", "state", "attempts")) == {("escalation", "sent", 1)}
    assert letterbox.addresses == sorted(person.email for person in (lead, *others))

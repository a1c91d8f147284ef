"""The command: finds and sends once, and prints what became of it."""

import json

import pytest
from django.core.management import CommandError, call_command

from goals.models import OutboxMail
from goals.tests.factories import NOW

pytestmark = pytest.mark.django_db


def run(capsys, *arguments: str) -> str:
    call_command("run_reminders", "--once", *arguments)
    return capsys.readouterr().out.strip()


def test_it_finds_sends_and_counts(lead, key_result, mailoutbox, capsys):
    assert json.loads(run(capsys, "--now", NOW.isoformat(), "--json")) == {
        "due": 1,
        "sent": 1,
        "failed": 0,
        "dead": 0,
    }
    assert [message.to for message in mailoutbox] == [[lead.email]]


def test_twice_sends_once(key_result, mailoutbox, capsys):
    assert run(capsys, "--now", NOW.isoformat()) == "1 due, 1 sent, 0 failed, 0 dead."
    assert run(capsys, "--now", NOW.isoformat()) == "0 due, 0 sent, 0 failed, 0 dead."
    assert len(mailoutbox) == 1


def test_without_a_moment_it_is_now(key_result, mailoutbox, capsys, time_machine):
    time_machine.move_to(NOW)
    assert run(capsys).startswith("1 due, 1 sent")


def test_a_moment_without_a_zone_is_of_the_installation(key_result, mailoutbox, capsys, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert run(capsys, "--now", "2024-10-14T10:59").startswith("0 due")
    assert run(capsys, "--now", "2024-10-14T11:00").startswith("1 due")


@pytest.mark.parametrize(
    "text", ["monday", "", "2024-13-01", "0001-01-01T00:00+00:00", "9999-12-31T23:59-12:00"]
)
def test_a_moment_that_is_none_gets_a_sentence(text):
    with pytest.raises(CommandError, match="is not a moment; write a date and a time, like 2024-10-14T09:00"):
        call_command("run_reminders", "--once", "--now", text)


def test_reminders_that_are_off_are_refused(key_result, settings, mailoutbox):
    settings.REMINDERS_ENABLED = False
    with pytest.raises(CommandError, match="REMINDERS_ENABLED is false") as refusal:
        call_command("run_reminders", "--once")
    assert refusal.value.returncode == 1
    assert not OutboxMail.objects.exists()


def test_once_must_be_said():
    with pytest.raises(CommandError, match="--once"):
        call_command("run_reminders")

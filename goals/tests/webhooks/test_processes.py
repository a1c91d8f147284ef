"""Senders that are processes of their own, at once and killed, against a real receiver."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from goals.models import WebhookDelivery
from goals.tests.factories import NOW
from goals.tests.reminders.conftest import HELD, database_url

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGES = 30


@pytest.fixture
def expected_ids(hook):
    """Of thirty messages that wait."""
    rows = [WebhookDelivery.owed(hook, "webhook.ping", about=0, now=NOW) for _number in range(MESSAGES)]
    WebhookDelivery.objects.bulk_create(rows)
    return {row.message_id for row in rows}


@pytest.fixture
def start_sender():
    """Starts `send_webhooks` as a process of its own; with `held` it waits for a line."""
    started = []

    def start(*, held: bool = False) -> subprocess.Popen:
        begin = ["-c", HELD] if held else ["-m", "django"]
        process = subprocess.Popen(
            [sys.executable, *begin, "send_webhooks", "--json"],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        if held:
            assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_two_senders_at_once_send_each_message_exactly_once(expected_ids, receiver, start_sender):
    senders = [start_sender(held=True) for _sender in range(2)]
    for sender in senders:
        sender.stdin.write("begin\n")
        sender.stdin.flush()
    counts = []
    for sender in senders:
        output, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors
        counts.append(json.loads(output)["sent"])
    assert receiver.ids == dict.fromkeys(expected_ids, 1)
    assert sum(counts) == MESSAGES
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_killed_senders_lose_nothing_and_repeat_only_what_they_had_not_noted(
    expected_ids, receiver, start_sender
):
    """Each of four is killed when the receiver has a message and has not said so."""
    receiver.kill_at = {4, 11, 19, 27}
    kills = 0
    while WebhookDelivery.objects.filter(state="pending").exists():
        receiver.victim = start_sender()
        _output, errors = receiver.victim.communicate(timeout=60)
        assert receiver.victim.returncode in (0, -9), errors
        kills += receiver.victim.returncode == -9
        # The time until a dead sender's lease has passed.
        WebhookDelivery.objects.filter(state="pending").update(
            leased_until=timezone.now() - timedelta(seconds=1)
        )
    assert kills == 4
    assert set(receiver.ids) == expected_ids
    assert sorted(receiver.ids.values()) == [1] * (MESSAGES - 4) + [2] * 4
    bodies = {(headers["webhook-id"], body) for _path, headers, body in receiver.posts}
    assert len(bodies) == MESSAGES
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"sent"}

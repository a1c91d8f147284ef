"""Sending: signed, repeated with patience, given up, stopped."""

import datetime as dt
import json
import re
from ipaddress import ip_network
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from django.utils.http import http_date
from standardwebhooks.webhooks import Webhook as Receiving
from standardwebhooks.webhooks import WebhookVerificationError

from areas.models import Membership
from goals.actions.webhooks import (
    create_webhook,
    delete_webhook,
    ping_webhook,
    renew_secret,
    replay_delivery,
)
from goals.models import KeyResult, Objective, Roadmap, Webhook, WebhookDelivery
from goals.models.webhook import MOST_TRIED, OVERLAP
from goals.reminders import claim
from goals.tests.factories import NOW, check_in
from goals.webhooks.send import (
    GIVE_UP_AFTER,
    HOLD_BACK,
    KEPT_FOR,
    MAX_ATTEMPTS,
    STOP_AFTER,
    are_enough_at_work,
    forget_old_deliveries,
    send_waiting_webhooks,
    wait_after,
)

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def ping(hook, lead):
    return ping_webhook(hook, by=lead, now=NOW)


def counts(now=NOW):
    outcome = send_waiting_webhooks(now=now)
    return outcome.sent, outcome.failed, outcome.dead, outcome.skipped


def test_the_library_of_the_specification_takes_what_is_sent(receiver, hook, ping):
    assert counts() == (1, 0, 0, 0)
    [(_path, headers, body)] = receiver.posts
    told = Receiving(hook.secret).verify(body, headers)
    assert told == {
        "type": "webhook.ping",
        "timestamp": "2024-10-14T10:00:00Z",
        "data": {
            "webhook": {"id": hook.pk, "area": "EDGE"},
            "message": "This is a test of the webhook.",
        },
    }
    for wrong in (body + b" ", body.replace(b"ping", b"pong")):
        with pytest.raises(WebhookVerificationError):
            Receiving(hook.secret).verify(wrong, headers)
    ping.refresh_from_db()
    assert (ping.state, ping.attempts, ping.status, ping.answer) == ("sent", 1, 200, "ok")
    assert (ping.body, headers["webhook-id"]) == (body.decode(), ping.message_id)
    hook.refresh_from_db()
    assert (hook.last_taken_at, hook.failing_since) == (NOW, None)
    assert counts() == (0, 0, 0, 0)


def test_the_example_of_the_guide_takes_what_is_sent(receiver, hook, ping):
    counts()
    [(_path, headers, body)] = receiver.posts
    guide = Path("docs/api.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", guide, re.DOTALL)[1], names)
    assert names["is_genuine"](hook.secret, headers, body)
    assert not names["is_genuine"](hook.secret, headers, body + b" ")
    assert not names["is_genuine"](hook.secret, headers | {"webhook-timestamp": "1"}, body)


def test_a_repeat_is_the_same_message_signed_anew(receiver, hook, ping):
    receiver.answers = [(500, {}, b"broken \0 here")]
    assert counts() == (0, 1, 0, 0)
    ping.refresh_from_db()
    assert (ping.state, ping.status, ping.answer, ping.last_error) == (
        "pending",
        500,
        "broken   here",
        "It answered 500.",
    )
    assert NOW + 5 * SECOND <= ping.next_attempt_at <= NOW + 6 * SECOND
    hook.refresh_from_db()
    assert hook.failing_since == NOW
    assert counts() == (0, 0, 0, 0)
    with time_machine.travel(timezone.now() + 7 * SECOND):
        assert counts(NOW + 7 * SECOND) == (1, 0, 0, 0)
    (_path, first, body), (_path, second, again) = receiver.posts
    ping.refresh_from_db()
    assert [(attempt["status"], attempt["error"]) for attempt in ping.tried] == [
        (500, "It answered 500."),
        (200, ""),
    ]
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert first["webhook-signature"] != second["webhook-signature"]
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_it_is_tried_for_three_days_and_given_up(receiver, hook, ping):
    receiver.answers = [(500, {}, b"")] * MAX_ATTEMPTS
    now, attempts = NOW, 0
    while WebhookDelivery.objects.filter(state="pending").exists():
        counts(now)
        attempts += 1
        now = WebhookDelivery.objects.get().next_attempt_at
    ping.refresh_from_db()
    assert (ping.state, attempts, len(receiver.posts)) == ("dead", MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert dt.timedelta(days=3) < now - NOW < GIVE_UP_AFTER
    assert [attempt["status"] for attempt in ping.tried] == [500] * MAX_ATTEMPTS
    hook.refresh_from_db()
    assert (hook.is_active, hook.failing_since) == (True, NOW)


def test_the_log_of_a_message_keeps_its_last_attempts(receiver, hook, ping):
    WebhookDelivery.objects.update(tried=[{"at": "2024-10-01T00:00:00Z", "status": 503, "error": "x"}] * 40)
    receiver.answers = [lambda handler: handler.connection.close()]
    counts()
    ping.refresh_from_db()
    assert len(ping.tried) == MOST_TRIED
    last = ping.tried[-1]
    assert (last["status"], last["error"]) == (None, ping.last_error)
    assert last["error"]
    assert abs(ping.attempts_told[-1]["at"] - timezone.now()) < dt.timedelta(minutes=5)


def test_waits_grow_and_are_not_all_alike():
    waits = [wait_after(attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert waits == sorted(waits)
    assert len({wait_after(3) for _time in range(20)}) > 1


def test_what_fails_for_a_week_is_stopped_with_a_reason(receiver, hook, ping):
    Webhook.objects.update(failing_since=NOW - STOP_AFTER - SECOND)
    WebhookDelivery.objects.update(owed_since=NOW - GIVE_UP_AFTER, attempts=4)
    receiver.answers = [(500, {}, b"")]
    assert counts() == (0, 0, 1, 0)
    hook.refresh_from_db()
    assert (hook.stopped_at, hook.stopped_because) == (NOW, "it took nothing for seven days")


def test_gone_stops_at_once_and_sends_nothing_that_waits(receiver, hook, ping, lead):
    ping_webhook(hook, by=lead, now=NOW)
    receiver.answers = [(410, {}, b"")]
    counts()
    hook.refresh_from_db()
    assert "410" in hook.stopped_because
    assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == ["dead", "skipped"]
    assert len(receiver.posts) == 1


def test_what_waits_behind_one_that_failed_is_held_back(receiver, hook, ping, lead, edge):
    """A receiver that hangs takes the time of one message; others are sent to in the same run."""
    other = create_webhook(edge, by=lead, now=NOW, url=f"{receiver.url}/other", events=["cycle.closed"])
    for _number in range(3):
        ping_webhook(hook, by=lead, now=NOW)
    ping_webhook(other, by=lead, now=NOW)
    receiver.answers = [(500, {}, b"")]
    assert counts() == (1, 1, 0, 0)
    assert [path for path, *_rest in receiver.posts] == ["/hook", "/hook/other"]
    held = WebhookDelivery.objects.filter(webhook=hook, attempts=0)
    assert set(held.values_list("next_attempt_at", "lease_token")) == {(NOW + HOLD_BACK, None)}
    assert counts(NOW + HOLD_BACK) == (4, 0, 0, 0)


def test_its_owner_has_to_edit_the_plan_when_it_sends(receiver, hook, ping, lead):
    Membership.objects.filter(user=lead).update(role="contributor")
    assert counts() == (0, 0, 0, 1)
    hook.refresh_from_db()
    assert hook.stopped_because == "its owner does not edit the plan of the area any more"
    assert receiver.posts == []


def test_who_is_inactive_sends_nothing(receiver, hook, ping, lead):
    type(lead).objects.filter(pk=lead.pk).update(is_active=False)
    assert counts() == (0, 0, 0, 1)
    assert receiver.posts == []


def test_what_its_owner_may_not_see_any_more_is_not_sent(receiver, hook, key_result, lead, manager, core):
    """It moved into another area meanwhile, where it is restricted: neither a first attempt nor a repeat."""
    check_in(key_result, 4, author=manager)
    check_in(key_result, 5, author=manager)
    receiver.answers = [(500, {}, b"")]
    assert counts() == (0, 1, 0, 0)
    Objective.objects.update(owner=None)
    KeyResult.objects.update(owner=None, visibility="restricted")
    Roadmap.objects.update(area=core)
    # The two check-ins, and the pace that the second one changed.
    assert counts(NOW + dt.timedelta(hours=1)) == (0, 0, 0, WebhookDelivery.objects.count())
    assert len(receiver.posts) == 1
    assert set(WebhookDelivery.objects.values_list("last_error", flat=True)) == {"its owner may not see it"}
    hook.refresh_from_db()
    assert hook.is_active


def test_another_secret_of_the_installation_signs_nothing(receiver, hook, ping, settings):
    settings.SECRET_KEY = settings.SECRET_KEY[::-1]
    assert counts() == (0, 0, 0, 1)
    hook.refresh_from_db()
    assert "secret" in hook.stopped_because
    assert receiver.posts == []


def test_a_new_secret_signs_from_then_on_and_the_one_before_for_a_day(receiver, hook, ping, lead):
    old = hook.secret
    now = timezone.now()
    renew_secret(hook, by=lead, now=now)
    counts()
    [(_path, headers, body)] = receiver.posts
    hook.refresh_from_db()
    assert Receiving(hook.secret).verify(body, headers)
    assert Receiving(old).verify(body, headers)
    assert len(headers["webhook-signature"].split()) == 2
    with time_machine.travel(now + OVERLAP + SECOND):
        ping_webhook(hook, by=lead, now=NOW)
        counts()
        (_path, headers, body) = receiver.posts[-1]
        assert Receiving(hook.secret).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Receiving(old).verify(body, headers)


def test_of_two_renewals_the_last_two_secrets_sign_and_of_a_deletion_none(hook, lead):
    secrets = [hook.secret]
    for _time in range(2):
        renew_secret(hook, by=lead, now=NOW)
        hook.refresh_from_db()
        secrets.append(hook.secret)
    assert hook.secrets_at(NOW) == [secrets[2], secrets[1]]
    delete_webhook(hook, by=lead, now=NOW)
    hook.refresh_from_db()
    assert hook.secrets_at(NOW) == [hook.secret]
    assert hook.secret not in secrets


@pytest.mark.parametrize(
    ("told", "at_least", "at_most"),
    [
        ("120", 120, 132),
        ("0", 5, 6),
        ("1000000", 24 * 3600, 26.4 * 3600),
        ("soon", 5, 6),
        ("-5", 5, 6),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 5, 6),
    ],
)
def test_a_receiver_that_says_how_long_it_is_busy_is_left_alone(
    receiver, hook, ping, told, at_least, at_most
):
    receiver.answers = [(503, {"Retry-After": told}, b"")]
    assert counts() == (0, 1, 0, 0)
    ping.refresh_from_db()
    assert at_least * SECOND <= ping.next_attempt_at - NOW <= at_most * SECOND


def test_it_may_say_so_with_a_date(receiver, hook, ping):
    later = timezone.now() + dt.timedelta(hours=1)
    receiver.answers = [(429, {"Retry-After": http_date(later.timestamp())}, b"")]
    assert counts() == (0, 1, 0, 0)
    ping.refresh_from_db()
    assert dt.timedelta(minutes=59) < ping.next_attempt_at - NOW < dt.timedelta(minutes=67)


def test_an_address_that_became_private_is_not_asked(receiver, hook, ping, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]
    assert counts() == (0, 1, 0, 0)
    ping.refresh_from_db()
    assert (receiver.posts, ping.last_error) == ([], "This address leads into a private network.")


def test_a_payload_that_cannot_be_built_holds_up_no_other(receiver, hook, ping, lead, edge):
    other = create_webhook(edge, by=lead, now=NOW, url=f"{receiver.url}/other", events=["cycle.closed"])
    ping_webhook(other, by=lead, now=NOW)
    WebhookDelivery.objects.filter(pk=ping.pk).update(event="no.such")
    assert counts() == (1, 1, 0, 0)
    ping.refresh_from_db()
    assert ping.last_error == "KeyError"


def test_a_message_is_sent_again_by_hand_under_its_id(receiver, hook, ping, lead):
    counts()
    replay_delivery(ping, by=lead, now=NOW + SECOND)
    assert counts(NOW + SECOND) == (1, 0, 0, 0)
    assert receiver.ids == {ping.message_id: 2}


def test_a_sender_that_is_late_notes_nothing(hook, ping):
    """Its lease passed to another one while the receiver took its time."""
    [row] = claim.claim_of(WebhookDelivery.objects.all(), now=NOW, limit=1)
    assert claim.begin_attempt(row)
    WebhookDelivery.objects.update(lease_token=None, leased_until=None)
    assert not claim.note_sent(row, status=200, answer="")
    assert not claim.begin_attempt(row)
    ping.refresh_from_db()
    assert (ping.state, ping.attempts) == ("pending", 1)


def test_no_more_than_two_senders_are_at_work(hook, ping, lead):
    for _number in range(2):
        assert not are_enough_at_work()
        ping_webhook(hook, by=lead, now=NOW)
        claim.claim_of(WebhookDelivery.objects.all(), now=NOW, limit=1)
    assert are_enough_at_work()
    WebhookDelivery.objects.update(leased_until=timezone.now() - SECOND)
    assert not are_enough_at_work()


def test_the_log_reaches_back_thirty_days(hook, ping, lead):
    counts()
    waits = ping_webhook(hook, by=lead, now=NOW)
    later = NOW + KEPT_FOR + SECOND
    assert forget_old_deliveries(now=NOW + KEPT_FOR) == 0
    assert forget_old_deliveries(now=later) == 1
    assert list(WebhookDelivery.objects.all()) == [waits]


def test_the_command_sends_without_a_worker(receiver, hook, ping, capsys):
    call_command("send_webhooks", "--json")
    assert json.loads(capsys.readouterr().out) == {"sent": 1, "failed": 0, "dead": 0, "skipped": 0}
    call_command("send_webhooks")
    assert capsys.readouterr().out == "0 sent, 0 failed, 0 dead, 0 skipped.\n"

"""Sending over a real mail server, and what it may answer."""

import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from goals.models import KeyResult, OutboxMail
from goals.reminders import send
from goals.reminders.claim import MAX_ATTEMPTS
from goals.reminders.due import find_due
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, KeyResultFactory
from goals.tests.reminders.conftest import free_port

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def states() -> dict[str, str]:
    return dict(OutboxMail.objects.values_list("user__email", "state"))


def test_each_gets_one_mail_with_all_rows_and_a_second_run_sends_nothing(lead, contributor, objective, smtp):
    for owner, count in ((lead, 3), (contributor, 1)):
        for _number in range(count):
            KeyResultFactory(objective=objective, owner=owner)
    find_due(now=NOW)
    outcome = send_waiting(now=NOW)
    assert (outcome.due, outcome.sent, outcome.failed, outcome.dead, outcome.problem) == (2, 2, 0, 0, "")
    assert smtp.addresses == sorted([lead.email, contributor.email])
    letter = smtp.to(lead)
    assert letter["Subject"] == "3 check-ins are due · 2024 H2"
    assert letter["Message-ID"] == OutboxMail.objects.get(user=lead).message_id
    text, html = letter.iter_parts()
    for part in (text, html):
        links = [
            code
            for code in range(1, 4)
            if f"/key-results/EDGE-24H2-O1-KR{code}/check-in/" in part.get_content()
        ]
        assert links == [1, 2, 3]
    find_due(now=NOW)
    assert send_waiting(now=NOW).due == 0
    assert len(smtp.letters) == 2


def test_what_is_owed_no_more_is_skipped(lead, key_result, smtp):
    find_due(now=NOW)
    KeyResult.objects.update(archived_at=NOW)
    assert send_waiting(now=NOW).due == 0
    assert states() == {lead.email: "skipped"}
    assert smtp.letters == []


def test_no_mail_server_costs_no_attempt_and_all_go_out_when_it_is_back(owners, smtp, settings):
    people = owners(count := send.BATCH + 2)
    find_due(now=NOW)
    with override_settings(EMAIL_PORT=free_port()):
        outcome = send_waiting(now=NOW)
    assert (outcome.due, outcome.sent, outcome.failed, outcome.dead) == (count, 0, count, 0)
    assert outcome.problem.startswith("The mail server cannot be reached: ConnectionRefusedError")
    assert set(OutboxMail.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert OutboxMail.objects.filter(last_error=outcome.problem).count() == send.BATCH
    assert send_waiting(now=NOW).sent == count
    assert smtp.addresses == sorted(person.email for person in people)
    assert set(OutboxMail.objects.values_list("state", "last_error")) == {("sent", "")}


def test_a_server_that_hangs_is_given_up_after_the_timeout(key_result, settings, smtp):
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
        find_due(now=NOW)
        outcome = send_waiting(now=NOW)
    assert (outcome.sent, outcome.failed) == (0, 1)
    assert "TimeoutError" in outcome.problem or "timed out" in outcome.problem


def test_a_temporary_refusal_is_tried_again_after_a_minute(owners, smtp):
    first, second = owners(2)
    smtp.recipient_answers[first.email] = ["451 4.3.0 later, please"]
    find_due(now=NOW)
    outcome = send_waiting(now=NOW)
    assert (outcome.due, outcome.sent, outcome.failed, outcome.dead) == (2, 1, 1, 0)
    mail = OutboxMail.objects.get(user=first)
    assert (mail.state, mail.attempts, mail.last_error) == ("pending", 1, "451 4.3.0 later, please")
    assert mail.next_attempt_at == NOW + MINUTE
    assert send_waiting(now=NOW + MINUTE / 2).due == 0
    assert send_waiting(now=NOW + MINUTE).sent == 1
    assert smtp.addresses == [first.email, second.email]
    assert OutboxMail.objects.get(user=first).attempts == 2


@pytest.mark.parametrize("where", ["recipient_answers", "content_answers"])
def test_a_refusal_for_good_is_dead_with_its_reason_and_the_others_go_out(owners, smtp, where):
    people = owners(25)
    poisonous = people[3]
    getattr(smtp, where)[poisonous.email] = ["550 5.1.1 no such user"] * 3
    find_due(now=NOW)
    outcome = send_waiting(now=NOW)
    assert (outcome.due, outcome.sent, outcome.failed, outcome.dead) == (25, 24, 0, 1)
    mail = OutboxMail.objects.get(user=poisonous)
    assert (mail.state, mail.last_error, mail.lease_token) == ("dead", "550 5.1.1 no such user", None)
    assert send_waiting(now=NOW + timedelta(days=30)).due == 0
    assert smtp.addresses == sorted(person.email for person in people if person != poisonous)


def test_ten_refusals_are_the_end(owners, smtp):
    [person] = owners(1)
    smtp.recipient_answers[person.email] = ["451 later"] * MAX_ATTEMPTS
    find_due(now=NOW)
    outcomes = [send_waiting(now=NOW + timedelta(days=day)) for day in range(MAX_ATTEMPTS + 1)]
    assert [outcome.failed for outcome in outcomes] == [1] * 9 + [0, 0]
    assert [outcome.dead for outcome in outcomes] == [0] * 9 + [1, 0]
    mail = OutboxMail.objects.get()
    assert (mail.state, mail.attempts, mail.last_error) == ("dead", 10, "451 later")


def test_a_mail_that_cannot_be_built_stops_no_other(owners, smtp, monkeypatch):
    people = owners(5)
    build = send.build_message

    def build_or_break(mail, **known):
        if mail.user == people[1]:
            raise ZeroDivisionError("a figure that nobody thought of")
        return build(mail, **known)

    monkeypatch.setattr(send, "build_message", build_or_break)
    find_due(now=NOW)
    outcome = send_waiting(now=NOW)
    assert (outcome.sent, outcome.failed) == (4, 1)
    mail = OutboxMail.objects.get(user=people[1])
    assert mail.last_error == "ZeroDivisionError: a figure that nobody thought of"
    assert mail.state == "pending"


def test_an_address_that_is_none_stops_no_other(owners, smtp):
    people = owners(3)
    for person, address in ((people[0], ""), (people[1], "broken\r\nBcc: all@example.org")):
        type(person).objects.filter(pk=person.pk).update(email=address)
    find_due(now=NOW)
    outcome = send_waiting(now=NOW)
    assert (outcome.sent, outcome.failed) == (1, 2)
    assert smtp.addresses == [people[2].email]


def test_a_sender_that_always_died_gives_up_after_ten_attempts(owners, smtp):
    owners(1)
    find_due(now=NOW)
    OutboxMail.objects.update(attempts=MAX_ATTEMPTS)
    assert send_waiting(now=NOW).dead == 1
    assert OutboxMail.objects.get().last_error == (
        "Given up: its sender was stopped in the last of 10 attempts."
    )
    assert smtp.letters == []


def test_a_run_ends_when_its_time_is_over(owners, smtp):
    owners(3)
    find_due(now=NOW)
    assert send_waiting(now=NOW, for_seconds=0).due == 0
    assert send_waiting(now=NOW, for_seconds=60).sent == 3


def test_no_transaction_is_open_while_a_mail_is_on_its_way(key_result, smtp, transactional_db, monkeypatch):
    seen = []
    send_message = send.Post.send
    monkeypatch.setattr(
        send.Post,
        "send",
        lambda post, message: (seen.append(connection.in_atomic_block), send_message(post, message)),
    )
    find_due(now=NOW)
    assert send_waiting(now=NOW).sent == 1
    assert seen == [False]

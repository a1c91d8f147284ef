"""Who sends which mail, and what becomes of those whose sender dies."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from goals.models import OutboxMail
from goals.reminders.claim import (
    LEASE,
    MAX_ATTEMPTS,
    RETRY_AFTER,
    begin_attempt,
    claim,
    note_failed,
    note_sent,
    release,
)
from goals.reminders.due import find_due
from goals.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(owners):
    owners(5)
    find_due(now=NOW)


def let_leases_pass():
    OutboxMail.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))


def test_two_senders_never_hold_the_same_mail(mails):
    first, second, third = (claim(now=NOW, limit=3) for _sender in range(3))
    assert len(first) == 3
    assert len(second) == 2
    assert third == []
    assert not {mail.pk for mail in first} & {mail.pk for mail in second}


def test_what_a_dead_sender_held_is_claimed_when_its_lease_has_passed(mails):
    held = claim(now=NOW, limit=5)
    assert claim(now=NOW, limit=5) == []
    let_leases_pass()
    assert {mail.pk for mail in claim(now=NOW, limit=5)} == {mail.pk for mail in held}


def test_leases_run_by_the_clock_whatever_time_a_run_is_told(mails):
    [mail] = claim(now=NOW, limit=1)
    left = mail.leased_until - timezone.now()
    assert LEASE - dt.timedelta(minutes=1) < left <= LEASE
    future = timezone.now() + dt.timedelta(days=400)
    assert mail.pk not in {other.pk for other in claim(now=future, limit=5)}


def test_an_attempt_is_counted_before_it_is_made_and_renews_the_lease(mails):
    [mail] = claim(now=NOW, limit=1)
    OutboxMail.objects.update(leased_until=timezone.now())
    assert begin_attempt(mail)
    kept = OutboxMail.objects.get(pk=mail.pk)
    assert kept.attempts == mail.attempts == 1
    assert kept.leased_until > timezone.now() + LEASE - dt.timedelta(minutes=1)


def test_who_lost_the_lease_neither_begins_nor_notes_anything(mails):
    slow = claim(now=NOW, limit=5)
    let_leases_pass()
    quick = claim(now=NOW, limit=5)
    mail = slow[0]
    assert not begin_attempt(mail)
    assert not note_sent(mail)
    assert not note_failed(mail, now=NOW, because="too late")
    release(slow, because="too late")
    kept = OutboxMail.objects.get(pk=mail.pk)
    assert (kept.state, kept.attempts, kept.last_error) == ("pending", 0, "")
    assert kept.lease_token == quick[0].lease_token
    assert note_sent(next(other for other in quick if other.pk == mail.pk))


def test_what_was_sent_is_never_claimed_again(mails):
    for mail in claim(now=NOW, limit=5):
        assert note_sent(mail)
    let_leases_pass()
    assert claim(now=NOW + dt.timedelta(days=400), limit=5) == []
    assert not OutboxMail.objects.filter(lease_token__isnull=False).exists()
    assert not OutboxMail.objects.filter(sent_at__isnull=True).exists()


def test_what_is_given_back_can_be_claimed_at_once(mails):
    held = claim(now=NOW, limit=5)
    release(held, because="no mail server")
    assert {mail.last_error for mail in claim(now=NOW, limit=5)} == {"no mail server"}


def test_retries_wait_longer_and_longer(mails):
    [mail] = claim(now=NOW, limit=1)
    waits = []
    for _attempt in range(MAX_ATTEMPTS - 1):
        OutboxMail.objects.filter(pk=mail.pk).update(lease_token=mail.lease_token)
        assert begin_attempt(mail)
        assert note_failed(mail, now=NOW, because="451 later")
        waits.append(OutboxMail.objects.get(pk=mail.pk).next_attempt_at - NOW)
    assert waits[: len(RETRY_AFTER)] == list(RETRY_AFTER)
    assert waits[-1] == dt.timedelta(hours=24)
    assert waits == sorted(waits)
    assert sum(waits, dt.timedelta()) > dt.timedelta(days=3.5)


def test_a_mail_waits_until_its_next_attempt(mails):
    for mail in claim(now=NOW, limit=5):
        begin_attempt(mail)
        note_failed(mail, now=NOW, because="451 later")
    assert claim(now=NOW + dt.timedelta(seconds=59), limit=5) == []
    assert len(claim(now=NOW + dt.timedelta(seconds=60), limit=5)) == 5


def test_a_reason_is_kept_whatever_a_server_answers(mails):
    [mail] = claim(now=NOW, limit=1)
    note_failed(mail, now=NOW, because="451 \0 later\r\n" + "x" * 5000)
    kept = OutboxMail.objects.get(pk=mail.pk).last_error
    assert kept.startswith("451 later xxx")
    assert len(kept) == 500


def test_a_token_is_new_for_each_claim(mails):
    tokens = {mail.lease_token for _sender in range(2) for mail in claim(now=NOW, limit=2)}
    assert len(tokens) == 2
    assert all(isinstance(token, uuid.UUID) for token in tokens)

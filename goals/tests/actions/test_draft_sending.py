"""Drafts are sent at their time, once, with the rights of that moment; where not, the author is told."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from areas.models import Membership
from goals.actions import draft_sending
from goals.actions.draft_sending import LEASE, MAX_ATTEMPTS, claim_drafts, send_due_drafts
from goals.actions.drafts import keep_draft
from goals.models import CheckIn, CheckInDraft, Cycle, KeyResult, OutboxMail
from goals.reminders.asked import owed_by
from goals.reminders.refused_drafts import build_refusal
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

THEN = NOW + dt.timedelta(hours=5)


@pytest.fixture(autouse=True)
def _at_that_time():
    with time_machine.travel(THEN, tick=False):
        yield


@pytest.fixture
def waiting(key_result, contributor):
    """Written by the contributor at ten, to be sent at three."""
    return keep_draft(
        key_result, author=contributor, now=NOW, version=None, value_text="4", status="on_track", send_at=THEN
    )


def refused() -> tuple[str, OutboxMail]:
    draft = CheckInDraft.objects.get()
    assert (draft.send_at, draft.lease_token) == (None, None)
    return draft.refusal, OutboxMail.objects.get(kind="check_in_refused")


def test_it_is_sent_at_its_time_and_not_before(waiting, contributor):
    assert send_due_drafts(now=THEN - dt.timedelta(seconds=1)) == (0, 0)
    assert send_due_drafts(now=THEN) == (1, 0)
    kept = CheckIn.objects.get()
    assert (kept.value, kept.author, kept.source, kept.created_at) == (
        *(Decimal(4), contributor),
        *("scheduled", THEN),
    )
    assert send_due_drafts(now=THEN) == (0, 0)
    assert not CheckInDraft.objects.exists()


def test_its_day_is_that_of_its_author(waiting, contributor):
    contributor.time_zone = "Pacific/Kiritimati"  # 14 hours ahead: it is tomorrow there
    contributor.save()
    send_due_drafts(now=THEN)
    assert CheckIn.objects.get().effective_on == TODAY + dt.timedelta(days=1)


def test_a_key_result_with_only_a_draft_is_still_due(waiting, key_result, lead):
    assert owed_by(lead, today=TODAY) == [key_result]


def test_two_workers_send_it_once(waiting):
    [mine] = claim_drafts(now=THEN, limit=5)
    assert claim_drafts(now=THEN, limit=5) == []
    assert draft_sending._send(mine, now=THEN) == "sent"
    assert draft_sending._send(mine, now=THEN) == "changed"
    assert CheckIn.objects.count() == 1


def test_what_a_dead_worker_held_is_sent_by_another(waiting):
    [slow] = claim_drafts(now=THEN, limit=5)
    with time_machine.travel(THEN + LEASE + dt.timedelta(seconds=1), tick=False):
        assert send_due_drafts(now=THEN) == (1, 0)
    assert draft_sending._send(slow, now=THEN) == "changed"
    assert CheckIn.objects.count() == 1


def test_whose_lease_has_passed_to_another_sends_nothing(waiting):
    [slow] = claim_drafts(now=THEN, limit=5)
    with time_machine.travel(THEN + LEASE + dt.timedelta(seconds=1), tick=False):
        [quick] = claim_drafts(now=THEN, limit=5)
    assert draft_sending._send(slow, now=THEN) == "changed"
    assert draft_sending._send(quick, now=THEN) == "sent"


def test_a_crash_between_claim_and_check_in_loses_nothing(waiting, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr(draft_sending, "send_draft", broken)
    assert send_due_drafts(now=THEN) == (0, 0)
    monkeypatch.undo()
    assert not CheckIn.objects.exists()
    with time_machine.travel(THEN + LEASE + dt.timedelta(seconds=1), tick=False):
        assert send_due_drafts(now=THEN) == (1, 0)


def test_what_breaks_off_every_time_is_given_back_to_its_author(waiting):
    CheckInDraft.objects.update(attempts=MAX_ATTEMPTS)
    assert send_due_drafts(now=THEN) == (0, 1)
    assert refused()[0] == "Sending it broke off again and again; send it yourself."


def close_the_cycle(key_result, contributor):
    Cycle.objects.update(state="closed")


def take_the_right(key_result, contributor):
    Membership.objects.filter(user=contributor).delete()


def archive(key_result, contributor):
    KeyResult.objects.update(archived_at=NOW)


def make_a_milestone(key_result, contributor):
    KeyResult.objects.update(kind="milestone", start_value=0, target_value=1, unit="")


def report(key_result, contributor):
    check_in(key_result, 5)


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (close_the_cycle, "2024 H2 is closed; its numbers are frozen."),
        (take_the_right, "You may not check in on EDGE-24H2-O1-KR1 any more."),
        (archive, "EDGE-24H2-O1-KR1 is archived or dropped; restore it first."),
        (make_a_milestone, "A milestone is done (1) or not done (0)."),
        (report, "Lea Lead reported 5 tok/s on 14 Oct meanwhile; save again to keep both."),
    ],
)
def test_what_is_refused_stays_and_its_author_is_told(waiting, key_result, contributor, happens, sentence):
    happens(key_result, contributor)
    before = CheckIn.objects.count()
    assert send_due_drafts(now=THEN) == (0, 1)
    told, mail = refused()
    assert told == sentence
    assert (mail.user, CheckIn.objects.count()) == (contributor, before)
    message = build_refusal(mail, now=THEN)
    assert message.subject == "Not sent: your check-in on EDGE-24H2-O1-KR1"
    assert sentence in message.body
    assert send_due_drafts(now=THEN) == (0, 0)


def test_the_sentence_is_in_the_words_of_its_author(waiting, contributor):
    contributor.language = "de"
    contributor.save()
    Cycle.objects.update(state="closed")
    send_due_drafts(now=THEN)
    assert refused()[0] == "2024 H2 ist geschlossen; die Zahlen sind eingefroren."


def test_no_mail_once_its_author_looked_after_it(waiting, key_result, contributor):
    KeyResult.objects.update(archived_at=NOW)
    send_due_drafts(now=THEN)
    KeyResult.objects.update(archived_at=None)
    key_result.refresh_from_db()
    version = CheckInDraft.objects.get().version
    draft = keep_draft(key_result, author=contributor, now=THEN, version=version, note="later")
    assert (draft.refusal, draft.refused_at) == ("", None)
    assert build_refusal(OutboxMail.objects.get(), now=THEN) is None


def test_one_that_is_refused_takes_no_other_with_it(waiting, objective, contributor, lead):
    other = KeyResultFactory(objective=objective, owner=lead)
    keep_draft(other, author=lead, now=NOW, version=None, value_text="1", status="behind", send_at=THEN)
    take_the_right(None, contributor)
    assert send_due_drafts(now=THEN) == (1, 1)

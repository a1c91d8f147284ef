"""Several workers send each draft once; several windows of one person do not overwrite each other's."""

import datetime as dt
import os
import signal
import time

import pytest

from goals.actions.draft_sending import send_due_drafts
from goals.actions.drafts import keep_draft
from goals.models import CheckIn, CheckInDraft
from goals.tests.factories import NOW, KeyResultFactory

pytestmark = pytest.mark.django_db(transaction=True)

DRAFTS = 30


def rows_of(objective):
    return [KeyResultFactory(objective=objective) for _ in range(DRAFTS)]


def test_each_draft_is_sent_once(clients, objective, lead):
    before = NOW - dt.timedelta(hours=1)
    for row in rows_of(objective):
        keep_draft(row, author=lead, now=before, version=None, value_text="4", status="on_track", send_at=NOW)
    for client in clients:
        client.start("send_drafts", times=3)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert sum(sent for answer in answers for sent, _refused in answer["kept"]) == DRAFTS
    assert list(CheckIn.objects.values_list("sequence", "source").distinct()) == [(1, "scheduled")]
    assert (CheckIn.objects.count(), CheckInDraft.objects.count()) == (DRAFTS, 0)


def test_a_worker_that_dies_loses_no_draft_and_sends_none_twice(clients, objective, lead):
    """Each of four is killed at work, wherever it is; what it had claimed is free when its lease is over."""
    before = NOW - dt.timedelta(hours=1)
    for row in rows_of(objective):
        keep_draft(row, author=lead, now=before, version=None, value_text="4", status="on_track", send_at=NOW)
    for worker in clients:
        sent = CheckIn.objects.count()
        worker.start("send_drafts", times=1)
        until = time.monotonic() + 30
        while CheckIn.objects.count() == sent and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        assert CheckIn.objects.count() > sent
        # What was sent and what waits, and nothing between the two.
        assert CheckIn.objects.count() + CheckInDraft.objects.count() == DRAFTS
        CheckInDraft.objects.filter(leased_until__isnull=False).update(leased_until=before)
    assert CheckInDraft.objects.exists(), "The workers were faster than the killer: more drafts are needed."
    left = CheckInDraft.objects.count()
    assert send_due_drafts(now=NOW) == (left, 0)
    assert (CheckIn.objects.count(), CheckInDraft.objects.count()) == (DRAFTS, 0)
    assert list(CheckIn.objects.values_list("sequence", "source").distinct()) == [(1, "scheduled")]


def test_of_two_windows_that_begin_one_the_second_is_told(clients, objective, lead):
    rows = [row.pk for row in rows_of(objective)]
    for place, client in enumerate(clients):
        client.start("write_draft", key_results=rows, by=lead.pk, name=f"window {place}")
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    kept = [note for answer in answers for note in answer["kept"]]
    assert len(kept) == DRAFTS
    refused = [code for answer in answers for code in answer["refused"]]
    assert refused == ["stale_version"] * DRAFTS * (len(clients) - 1)
    assert sorted(CheckInDraft.objects.values_list("note", flat=True)) == sorted(kept)

"""Several workers send each draft once; several windows of one person do not overwrite each other's."""

import datetime as dt

import pytest

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

"""The rhythm of an area and the pauses of its key results go out with a document and come in again."""

import datetime as dt
import json

import pytest

from accounts.models import AuditEntry
from areas.models import Area
from goals.actions.pauses import pause_key_result, set_area_rhythm
from goals.exchange.document import PauseEntry
from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.fields import MAX_PAUSE_REASON
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Cycle, KeyResult, Objective, Roadmap, Visibility
from goals.models.pausing import PAUSE_REASON_LENGTH
from goals.tests.factories import NOW, TODAY

TEXT = """---
area: EDGE
area_name: Edge
rhythm: every 7 days
parent: LIB
parent_name: Libraries
parent_rhythm: every 21 days
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed

#### Key results

- [KR1] Decode — 8 -> 11 tok/s
  - Rhythm: every 3 days
  - Paused: 2024-10-01 to 2024-11-04: the lab<br>is closed
"""
PAUSE = PauseEntry(dt.date(2024, 10, 1), dt.date(2024, 11, 4), "the lab\nis closed")


def load(text, lead, **options):
    return load_documents([read(text)], by=lead, today=TODAY, now=NOW, **options)


def days_of(key):
    return Area.objects.get(key=key).check_in_every_days


def test_both_survive_from_one_installation_to_another(cycle, manager):
    """Into an empty one, out again, away with everything, and in once more from what was written."""
    load(TEXT, manager)
    row = KeyResult.objects.get()
    assert (row.paused_on, row.paused_until, row.pause_reason) == (PAUSE.on, PAUSE.until, PAUSE.reason)
    assert (days_of("EDGE"), days_of("LIB"), row.check_in_every_days) == (7, 21, 3)
    document = dump_roadmap("EDGE-24H2")
    written = write(document)
    assert read(written) == document
    for model in (KeyResult, Objective, Roadmap):
        model.objects.all().delete()
    Area.objects.filter(key="EDGE").delete()
    Area.objects.filter(key="LIB").delete()
    load(written, manager)
    assert dump_roadmap("EDGE-24H2") == document
    report = load(written, manager)
    assert (report.created, report.changed) == ([], [])
    assert KeyResult.objects.get().is_paused(TODAY)


def test_what_pages_wrote_is_what_the_document_says(edge, key_result, lead):
    set_area_rhythm(edge, by=lead, now=NOW, days=10, version=edge.version)
    pause_key_result(
        key_result,
        by=lead,
        now=NOW,
        today=TODAY,
        until=dt.date(2024, 11, 4),
        reason="Holidays: Due: x\r\n# y",
    )
    document = dump_roadmap("EDGE-24H2")
    assert document.area_rhythm == 10
    assert "\nrhythm: every 10 days\n" in write(document)
    assert "  - Paused: 2024-10-14 to 2024-11-04: Holidays" in write(document)
    assert read(write(document)) == document
    before = KeyResult.objects.values().get()
    assert load(write(document), lead).changed == []
    assert KeyResult.objects.values().get() == before
    told = json.loads(write_json(document, {}))
    assert told["area_rhythm"] == 10
    [objective] = told["objectives"]
    assert objective["key_results"][0]["pause"] == {
        "on": "2024-10-14",
        "until": "2024-11-04",
        "reason": "Holidays: Due: x\n# y",
    }


def test_a_reason_that_looks_like_fields_stays_a_reason(edge, cycle, lead):
    document = read(TEXT.replace("is closed", "is closed\\; Owner\\: x"))
    [entry] = document.objectives[0].key_results
    assert entry.pause.reason == "the lab\nis closed; Owner: x"
    assert read(write(document)) == document


def test_the_public_is_told_of_neither(edge, cycle, lead):
    load(TEXT, lead)
    Roadmap.objects.update(state="published", visibility=Visibility.PUBLIC)
    Objective.objects.update(visibility=Visibility.PUBLIC)
    assert "the lab" in write(dump_roadmap("EDGE-24H2"))
    text = write(dump_roadmap("EDGE-24H2", public=True))
    assert "Decode" in text
    assert "the lab" not in text
    assert "7 days" not in text
    assert "21 days" not in text


def test_a_document_that_says_nothing_leaves_the_area_and_ends_the_pause(edge, cycle, lead):
    load(TEXT, lead)
    silent = "\n".join(line for line in TEXT.splitlines() if "rhythm:" not in line and "Paused" not in line)
    report = load(silent + "\n", lead)
    assert report.changed == ["EDGE-24H2-O1-KR1"]
    assert days_of("EDGE") == 7
    assert (KeyResult.objects.get().paused_until, KeyResult.objects.get().pause_reason) == (None, "")


def test_a_known_area_takes_the_rhythm_it_is_told_and_its_parent_keeps_its_own(edge, lib, cycle, lead):
    report = load(TEXT, lead)
    assert "EDGE" in report.changed
    assert (days_of("EDGE"), days_of("LIB")) == (7, None)
    entry = AuditEntry.objects.get(kind="area", subject="EDGE", action="changed")
    assert entry.changes["check_in_every_days"] == [None, "7"]
    assert AuditEntry.objects.filter(
        kind="key result", subject="EDGE-24H2-O1-KR1", reason="the lab\nis closed"
    ).exists()
    load(TEXT.replace("every 7 days", "weekly"), lead)
    assert Area.objects.get(key="EDGE").version == 2


def test_a_dry_run_changes_neither(edge, cycle, lead):
    load(TEXT, lead, dry_run=True)
    assert days_of("EDGE") is None
    assert not KeyResult.objects.exists()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2024-10-01", "paused '2024-10-01' is not like '2024-10-14 to 2024-11-04: why'"),
        ("2024-10-01 to 2024-11-04", "is not like"),
        ("2024-10-01 to 2024-11-04:", "say why behind the days"),
        ("2024-10-01 to 2024-11-31: x", "paused '2024-11-31' is not a date"),
        ("2024-10-01 to 2024-10-01: x", "it ends after the day it begins on"),
        ("2024-11-04 to 2024-10-01: x", "it ends after the day it begins on"),
        ("2024-10-01 to 2024-11-04: " + "x" * 501, "paused is longer than 500 characters"),
    ],
)
def test_what_is_no_pause_is_told_with_its_line(written, sentence):
    text = TEXT.replace(TEXT[TEXT.index("2024-10-01") : -1], written)
    with pytest.raises(DocumentError) as refusal:
        read(text)
    assert sentence in str(refusal.value)
    assert ":21: " in str(refusal.value)


@pytest.mark.parametrize("written", ["0", "often", "every 367 days", "-1", "1e3"])
@pytest.mark.parametrize("key", ["rhythm", "parent_rhythm"])
def test_what_is_no_rhythm_is_told_with_its_line(key, written):
    lines = [f"{key}: {written}" if line.startswith(f"{key}:") else line for line in TEXT.splitlines()]
    with pytest.raises(DocumentError) as refusal:
        read("\n".join(lines))
    assert f"{key} '{written}' is not a number of days like 'every 14 days'" in str(refusal.value)


def test_a_pause_ends_in_its_cycle_and_none_comes_into_a_closed_one(edge, cycle, lead):
    with pytest.raises(DocumentError) as refusal:
        load(TEXT.replace("2024-11-04", "2025-01-01"), lead)
    assert "A pause ends in the cycle, on 31 Dec 2024 at the latest." in str(refusal.value)
    assert not KeyResult.objects.exists()
    load(TEXT, lead)
    Cycle.objects.update(state="closed")
    with pytest.raises(DocumentError):
        load(TEXT.replace("2024-11-04", "2024-11-05"), lead)
    assert KeyResult.objects.get().paused_until == PAUSE.until


def test_documents_and_pages_know_one_limit():
    assert MAX_PAUSE_REASON == PAUSE_REASON_LENGTH

"""Interim targets in documents, both ways, and in the API."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Cycle, InterimTarget
from goals.tests.factories import NOW, TODAY

TEXT = """---
area: EDGE
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed

#### Key results

- [KR1] Decode — 8.15 -> 11.5 tok/s
  - Interim: 9 by 2024-09-30, 10.25 by 2024-11-15
"""


def load(text, lead, **options):
    return load_documents([read(text)], by=lead, today=TODAY, now=NOW, **options)


def test_a_plan_goes_in_and_comes_out_as_it_was(edge, cycle, lead):
    load(TEXT, lead)
    assert list(InterimTarget.objects.values_list("on", "value")) == [
        (dt.date(2024, 9, 30), Decimal(9)),
        (dt.date(2024, 11, 15), Decimal("10.25")),
    ]
    document = dump_roadmap("EDGE-24H2")
    assert "  - Interim: 9 by 2024-09-30, 10.25 by 2024-11-15\n" in write(document)
    assert read(write(document)) == document
    assert load(write(document), lead).changed == []
    assert '"interim": [\n' in write_json(document, {})


def test_in_a_begun_cycle_a_plan_changes_with_a_reason(edge, cycle, lead):
    load(TEXT, lead)
    changed = TEXT.replace("10.25", "10.5")
    with pytest.raises(DocumentError) as refusal:
        load(changed, lead)
    assert "Say why the definition of EDGE-24H2-O1-KR1 changes" in str(refusal.value)
    load(changed, lead, reason="a slower start")
    assert InterimTarget.objects.latest("on").value == Decimal("10.5")
    Cycle.objects.update(state="planning")
    load(TEXT.replace("  - Interim: 9 by 2024-09-30, 10.25 by 2024-11-15\n", ""), lead)
    assert not InterimTarget.objects.exists()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("9", "interim '9' is not a value by a day like '9 by 2024-09-30'"),
        ("x by 2024-09-30", "interim 'x' is not a number"),
        ("9 by September", "interim 'September' is not a date like 2024-10-31"),
        ("9 by 2024-09-30, 8 by 2024-09-30", "interim: 2024-09-30 stands twice"),
        ("? by 2024-09-30", "interim '? by 2024-09-30' is not a value"),
        (", ".join(f"{n} by 20{n:02}-09-30" for n in range(61)), "interim: there are more than 60"),
    ],
)
def test_what_is_no_plan_is_told_with_its_line(written, sentence):
    with pytest.raises(DocumentError) as refusal:
        read(TEXT.replace("9 by 2024-09-30, 10.25 by 2024-11-15", written))
    assert sentence in str(refusal.value)
    assert ":15: " in str(refusal.value)


def test_a_milestone_has_no_plan_and_no_day_lies_outside(edge, cycle, lead):
    with pytest.raises(DocumentError) as refusal:
        read(TEXT.replace("8.15 -> 11.5 tok/s", "milestone"))
    assert "interim targets belong to a reach alone" in str(refusal.value)
    with pytest.raises(DocumentError) as refusal:
        load(TEXT.replace("2024-11-15", "2025-01-15"), lead)
    assert "An interim target lies between 2024-07-01 and 2024-12-31" in str(refusal.value)
    assert not InterimTarget.objects.exists()

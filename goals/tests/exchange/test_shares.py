"""With which areas objectives are shared, in documents, both ways."""

import json
from decimal import Decimal

import pytest

from goals.exchange.dump import current_values, dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Cycle, Objective, Roadmap, Share
from goals.tests.factories import NOW, TODAY, RoadmapFactory, ShareFactory

TEXT = """---
area: EDGE
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed · Shared with: CORE (2.5), LIB
"""


@pytest.fixture
def load(edge, core, administrator, cycle):
    Cycle.objects.update(state=Cycle.State.PLANNING)

    def load(text=TEXT, **options):
        return load_documents([read(text)], by=administrator, now=NOW, today=TODAY, **options)

    return load


def shares():
    rows = Share.objects.order_by("area__key")
    return list(rows.values_list("objective__code", "area__key", "weight"))


def test_an_import_shares_and_an_export_says_the_same(load):
    load()
    assert shares() == [("EDGE-24H2-O1", "CORE", Decimal("2.5")), ("EDGE-24H2-O1", "LIB", 1)]
    document = dump_roadmap("EDGE-24H2")
    assert "Shared with: CORE (2.5), LIB" in write(document)
    assert load(write(document)).changed == []
    told = json.loads(write_json(document, current_values("EDGE-24H2")))
    assert told["objectives"][0]["shared_with"] == [
        {"area": "CORE", "weight": "2.5"},
        {"area": "LIB", "weight": "1"},
    ]


def test_a_weight_is_changed_and_what_is_not_named_stays(load):
    load()
    report = load(TEXT.replace("CORE (2.5), LIB", "CORE"))
    assert report.changed == ["EDGE-24H2-O1 shared with CORE"]
    assert "EDGE-24H2-O1 shared with LIB" in report.absent
    assert shares()[0][2] == 1 and len(shares()) == 2


def test_once_the_cycle_has_begun_it_asks_for_a_reason(load):
    load()
    Cycle.objects.update(state=Cycle.State.ACTIVE)
    with pytest.raises(DocumentError, match="Say why who owns EDGE-24H2-O1 changes"):
        load(TEXT.replace("2.5", "3"))
    load(TEXT.replace("2.5", "3"), reason="More of it")
    assert shares()[0][2] == 3


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("NOWHERE", "there is no area NOWHERE"),
        ("EDGE", "it owns it anyway"),
        ("CORE, CORE (2)", "CORE stands twice"),
        ("CORE (much)", "much"),
        ("CORE 2", "is not an area like CORE"),
    ],
)
def test_what_it_refuses(load, told, sentence):
    with pytest.raises(DocumentError, match=sentence):
        load(TEXT.replace("CORE (2.5), LIB", told))


def test_the_public_document_names_co_owners_with_a_public_plan(objective, core, lib, cycle):
    for area in (core, lib):
        ShareFactory(objective=objective, area=area)
    RoadmapFactory(area=core, cycle=cycle)
    Roadmap.objects.update(visibility="public", state="published")
    RoadmapFactory(area=lib, cycle=cycle)
    Objective.objects.update(visibility="public")
    (told,) = dump_roadmap("EDGE-24H2", public=True).objectives
    assert [entry.area for entry in told.shared_with] == ["CORE"]

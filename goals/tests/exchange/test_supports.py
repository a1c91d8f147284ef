"""What objectives support, in documents, both ways."""

from decimal import Decimal

import pytest

from goals.actions.roadmaps import archive_objective
from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Alignment, Cycle, Objective
from goals.tests.factories import NOW, TODAY, AlignmentFactory, ObjectiveFactory, RoadmapFactory

TEXT = """---
area: EDGE
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed

#### Supports

- LIB-24H2-O1 · Weight: 2.5
- EDGE-24H2-O2

### [O2] Fast everywhere

Commitment: aspirational · Supporters: counted
"""


@pytest.fixture
def top(lib, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle))


def load(text, by, **options):
    return load_documents([read(text)], by=by, today=TODAY, now=NOW, **options)


def kept():
    rows = Alignment.objects.order_by("supported__code")
    return list(rows.values_list("supporter__code", "supported__code", "weight"))


def test_what_is_supported_goes_in_and_comes_out_as_it_was(top, edge, administrator):
    load(TEXT, administrator, reason="agreed")
    assert kept() == [
        ("EDGE-24H2-O1", "EDGE-24H2-O2", Decimal(1)),
        ("EDGE-24H2-O1", "LIB-24H2-O1", Decimal("2.5")),
    ]
    assert Objective.objects.get(code="EDGE-24H2-O2").counts_supporters
    written = write(dump_roadmap("EDGE-24H2"))
    assert "- LIB-24H2-O1 · Weight: 2.5\n" in written
    assert "Commitment: aspirational · Supporters: counted\n" in written
    report = load(written, administrator)
    assert (report.created, report.changed, report.absent) == ([], [], [])
    told = write_json(dump_roadmap("EDGE-24H2"), {})
    assert '"supports"' in told
    assert '"objective": "LIB-24H2-O1"' in told


def test_a_changed_weight_is_changed_and_what_is_not_named_stays(top, edge, administrator):
    load(TEXT, administrator, reason="agreed")
    without = TEXT.replace("- EDGE-24H2-O2\n", "").replace("2.5", "4")
    report = load(without, administrator, reason="agreed")
    assert report.changed == ["EDGE-24H2-O1 supports LIB-24H2-O1"]
    assert report.absent == ["EDGE-24H2-O1 supports EDGE-24H2-O2"]
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("- LIB-24H2-O9", "14: there is no objective LIB-24H2-O9"),
        ("- faster phones", "14: 'faster phones' is no code of an objective"),
        ("- EDGE-24H2-O1", "14: An objective does not support itself."),
        ("- LIB-24H2-O1\n- LIB-24H2-O1", "15: that it supports LIB-24H2-O1 stands twice"),
        ("- LIB-24H2-O1 · Weight: -1", "14: "),
        ("| LIB-24H2-O1 |\n|---|", "what is supported is a list"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line_and_nothing_is_written(top, edge, administrator, line, says):
    text = TEXT.replace("- LIB-24H2-O1 · Weight: 2.5\n- EDGE-24H2-O2", line)
    with pytest.raises(DocumentError) as refused:
        load(text, administrator, reason="agreed")
    assert says in str(refused.value)
    assert not Objective.objects.filter(roadmap__area=edge).exists()


def test_a_loop_in_a_document_is_refused(top, edge, administrator):
    text = TEXT.replace("· Supporters: counted\n", "\n\n#### Supports\n\n- EDGE-24H2-O1\n")
    with pytest.raises(DocumentError, match="EDGE-24H2-O2 would support itself: EDGE-24H2-O2 → EDGE-24H2-O1"):
        load(text, administrator, reason="agreed")
    assert kept() == []


def test_a_reason_is_asked_for_where_a_mean_changes(top, edge, administrator):
    with pytest.raises(DocumentError, match="Say why what EDGE-24H2-O2 counts changes"):
        load(TEXT, administrator)


def test_in_another_cycle_what_is_supported_is_of_that_cycle_too(top, lib, edge, into, administrator):
    ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=into))
    load(TEXT, administrator, cycle="25H1")
    assert [upper for _lower, upper, _weight in kept()] == ["EDGE-25H1-O2", "LIB-25H1-O1"]


def test_an_export_names_no_hidden_objective_and_keeps_an_archived_one(
    client, top, objective, lead, core, cycle, manager
):
    secret = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    for supported in (secret, top):
        AlignmentFactory(supporter=objective, supported=supported)
    archive_objective(top, by=manager, now=NOW)
    client.force_login(lead)
    text = client.get("/areas/EDGE/24H2/roadmap.md").content.decode()
    assert "- LIB-24H2-O1\n" in text
    assert secret.code not in text
    load(text, lead)
    assert Cycle.objects.get(key="24H2").state == "active"


def test_a_public_document_names_public_objectives_alone(top, objective):
    AlignmentFactory(supporter=objective, supported=top)
    type(objective.roadmap).objects.update(visibility="public", state="published")
    Objective.objects.filter(pk=objective.pk).update(visibility="public")
    assert "Supports" not in write(dump_roadmap("EDGE-24H2", public=True))
    Objective.objects.update(visibility="public")
    assert "- LIB-24H2-O1" in write(dump_roadmap("EDGE-24H2", public=True))

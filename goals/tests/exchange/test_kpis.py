"""The KPI that gives the value of a key result, in documents both ways, and what a person holds of KPIs."""

import json

import pytest

from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.exchange.personal_data import personal_data
from goals.models import KeyResult, Kpi
from goals.tests.factories import NOW, TODAY, KpiFactory, enter

TEXT = """---
area: EDGE
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed

#### Key results

- [KR1] Decode speed — 0 -> 10 tok/s
  - KPI: EDGE-K1
"""


def load(text, **options):
    return load_documents([read(text)], by=None, today=TODAY, now=NOW, **options)


@pytest.fixture
def kpi(edge, cycle, lead):
    return KpiFactory(area=edge, owner=lead)


def test_the_kpi_goes_in_and_comes_out_as_it_was(kpi):
    load(TEXT)
    assert KeyResult.objects.get().kpi == kpi
    document = dump_roadmap("EDGE-24H2")
    assert write(document).endswith("- [KR1] Decode speed — 0 -> 10 tok/s\n  - KPI: EDGE-K1\n")
    assert read(write(document)) == document
    [objective] = json.loads(write_json(document, {}))["objectives"]
    assert objective["key_results"][0]["kpi"] == "EDGE-K1"
    assert load(write(document)).changed == []
    load(TEXT.replace("  - KPI: EDGE-K1\n", ""))
    assert KeyResult.objects.get().kpi is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("EDGE-K9", "there is no KPI EDGE-K9"),
        ("EDGE-24H2-O1", "is no code of a KPI, like EDGE-K1"),
        ("CORE-K1", "its own area or of one above"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(kpi, core, code, sentence):
    KpiFactory(area=core)
    with pytest.raises(DocumentError, match=sentence):
        load(TEXT.replace("EDGE-K1", code))
    assert not KeyResult.objects.exists()


def test_neither_the_public_nor_who_may_not_see_it_is_told_of_it(client, kpi, outsider, lead):
    load(TEXT)
    KeyResult.objects.update(visibility="restricted", owner=outsider)
    Kpi.objects.update(visibility="restricted")
    for reader, is_told in ((lead, True), (outsider, False)):
        client.force_login(reader)
        text = client.get("/areas/EDGE/24H2/roadmap.md").content.decode()
        assert ("Decode speed" in text, "EDGE-K1" in text) == (True, is_told)
    KeyResult.objects.update(visibility="inherit")
    KeyResult.objects.get().objective.roadmap.__class__.objects.update(visibility="public", state="published")
    KeyResult.objects.get().objective.__class__.objects.update(visibility="public")
    assert "EDGE-K1" not in write(dump_roadmap("EDGE-24H2", public=True))


def test_a_person_is_told_what_they_own_and_entered(kpi, lead):
    enter(kpi, 4, author=lead, note="their own note")
    data = personal_data(lead, now=NOW)
    assert data["kpis"] == [{"code": "EDGE-K1", "title": "KPI 1"}]
    assert [row["note"] for row in data["values_of_kpis"]] == ["their own note"]

"""How risks ended, when they were reviewed and what else they concern, in documents, both ways."""

import datetime as dt
import json

import pytest

from goals.actions.concerns import add_concern
from goals.actions.risk_life import review_risk
from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.json_writer import write_json
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Concern, Objective, Risk, Roadmap
from goals.tests.factories import NOW, TODAY, ConcernFactory, ObjectiveFactory, RiskFactory, RoadmapFactory

HEAD = """---
area: EDGE
cycle: 24H2
---

## Focus areas

### [O1] Fast on phones

Commitment: committed

#### Risks

"""
RISK = """- [R1] Known: One vendor
  - Likelihood: 3 · Impact: 3 · State: closed · Reviewed: 2024-09-02 · Occurred: 2024-09-10 · \
Outcome: handled · Closed: 2024-10-01 · Concerns: EDGE-24H2-O2, LIB-24H2-O1
  - Consequence: A week is lost.
  - Outcome note: Ask two vendors<br>the next time.

### [O2] Fast everywhere

Commitment: aspirational
"""


@pytest.fixture
def top(lib, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle))


def load(text, by, **options):
    return load_documents([read(HEAD + text)], by=by, today=TODAY, now=NOW, **options)


def test_all_of_it_goes_in_and_comes_out_as_it_was(top, edge, administrator):
    load(RISK, administrator)
    risk = Risk.objects.get()
    assert (risk.outcome, risk.closed_on, risk.reviewed_on) == (
        *("handled", dt.date(2024, 10, 1)),
        dt.date(2024, 9, 2),
    )
    assert risk.outcome_note == "Ask two vendors\nthe next time."
    assert {row.objective.code for row in Concern.objects.all()} == {"EDGE-24H2-O2", "LIB-24H2-O1"}
    written = write(dump_roadmap("EDGE-24H2"))
    assert RISK.split("\n\n")[0] in written
    again = load_documents([read(written)], by=administrator, today=TODAY, now=NOW)
    assert (again.created, again.changed, again.absent) == ([], [], [])
    told = json.loads(write_json(dump_roadmap("EDGE-24H2"), {}))["objectives"][0]["risks"][0]
    assert (told["outcome"], told["concerns"]) == ("handled", ["EDGE-24H2-O2", "LIB-24H2-O1"])


def test_what_a_document_does_not_say_is_not_taken_back(top, edge, administrator):
    load(RISK, administrator)
    shorter = "- [R1] Known: One vendor\n  - State: closed · Occurred: 2024-09-10\n"
    shorter += "  - Consequence: A week is lost.\n\n### [O2] Fast everywhere\n"
    report = load(shorter, administrator)
    risk = Risk.objects.get()
    assert (risk.outcome, risk.closed_on, risk.reviewed_on) == (
        *("handled", dt.date(2024, 10, 1)),
        dt.date(2024, 9, 2),
    )
    assert report.absent == [
        "EDGE-24H2-O1-R1 concerns EDGE-24H2-O2",
        "EDGE-24H2-O1-R1 concerns LIB-24H2-O1",
    ]
    assert Concern.objects.count() == 2


def test_a_risk_that_was_closed_before_anybody_asked(edge, cycle, administrator):
    load("- Known: One vendor\n  - State: closed\n", administrator)
    risk = Risk.objects.get()
    assert (risk.outcome, risk.closed_on) == ("not_recorded", TODAY)


def test_it_is_opened_again_with_a_reason_only(top, edge, administrator):
    load(RISK, administrator)
    opened = RISK.replace(" · Outcome: handled · Closed: 2024-10-01", "").replace("closed", "open")
    opened = opened.replace("  - Outcome note: Ask two vendors<br>the next time.\n", "")
    with pytest.raises(DocumentError) as refusal:
        load(opened, administrator)
    assert "Say why EDGE-24H2-O1-R1 is opened again." in str(refusal.value)
    load(opened, administrator, reason="It is back.")
    assert (Risk.objects.get().state, Risk.objects.get().outcome) == ("open", "")


@pytest.mark.parametrize(
    ("risk", "problem"),
    [
        ("- Known: late\n  - Concerns: nowhere", "concerns 'nowhere' is no code of an objective"),
        ("- Known: late\n  - Concerns: CORE-24H2-O7", "there is no objective CORE-24H2-O7"),
        ("- Known: late\n  - Outcome: prevented", "only a closed risk has an outcome"),
        ("- Known: late\n  - State: closed · Outcome: handled", "what was handled has occurred"),
        ("- Known: late\n  - State: occurred · Occurred: 2024-09-10", "say what followed"),
        ("- Known: late\n  - State: closed · Outcome: forgotten", "unknown outcome 'forgotten'"),
        ("- Known: late\n  - Concerns: EDGE-24H2-O1", "The risk belongs to this objective."),
    ],
)
def test_what_is_wrong_is_told_at_its_line(edge, cycle, administrator, risk, problem):
    with pytest.raises(DocumentError) as refusal:
        load(risk, administrator)
    assert problem in str(refusal.value)
    assert not Risk.objects.exists()


def test_into_another_cycle_the_codes_follow(edge, into, cycle, administrator):
    load(RISK.replace(", LIB-24H2-O1", ""), administrator, cycle="25H1")
    assert Concern.objects.get().objective.code == "EDGE-25H1-O2"


def test_the_public_document_names_no_hidden_objective_and_no_review(objective, contributor, core):
    risk = RiskFactory(objective=objective, visibility="public")
    elsewhere = RoadmapFactory(area=core, cycle=objective.roadmap.cycle)
    hidden, shown = ObjectiveFactory(roadmap=elsewhere), ObjectiveFactory(roadmap=elsewhere)
    for other in (hidden, shown):
        add_concern(risk, other, by=contributor, now=NOW)
    review_risk(risk, by=contributor, now=NOW, today=TODAY)
    Roadmap.objects.update(state="published", visibility="public")
    Objective.objects.exclude(pk=hidden.pk).update(visibility="public")
    [entry] = dump_roadmap("EDGE-24H2", public=True).objectives[0].risks
    assert (entry.concerns, entry.reviewed_on) == ((shown.code,), None)
    [entry] = dump_roadmap("EDGE-24H2").objectives[0].risks
    assert entry.concerns == (hidden.code, shown.code)


def test_what_is_given_up_is_named_no_more(objective):
    concern = ConcernFactory(risk=RiskFactory(objective=objective))
    Objective.objects.filter(pk=concern.objective_id).update(dropped_at=NOW)
    assert dump_roadmap("EDGE-24H2").objectives[0].risks[0].concerns == ()

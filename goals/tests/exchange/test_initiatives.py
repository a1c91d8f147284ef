"""Initiatives in roadmap documents: as they are typed, and as rows."""

import json
from datetime import date

import pytest

from goals.exchange.document import InitiativeEntry, MitigationEntry, RiskEntry
from goals.exchange.dump import dump_roadmap
from goals.exchange.json_writer import write_json
from goals.models import Initiative
from goals.tests.exchange.test_load import beta, load, plan, refusals, speed
from goals.tests.exchange.test_loose_documents import objective
from goals.tests.factories import TODAY

LAB = ("Order a lab", "https://example.org/7", "ada@example.org", date(2024, 11, 1), "doing")


@pytest.mark.parametrize(
    "written",
    [
        "  - Initiative: Order a lab · Link: https://example.org/7 · Due: 2024-11-01 · State: doing"
        " · Owner: ada@example.org",
        "  - Initiative: [Order a lab](https://example.org/7) (ada@example.org, due 2024-11-01, doing)",
        "  - **Initiative:** [Order a lab](https://example.org/7) · Due: 2024-11-01 · State: Doing"
        " · Owner: Ada@Example.org",
        "  - Initiative: Order a lab (https://example.org/7, ada@example.org, due 2024-11-01, doing)",
        "  - initiative: Order a lab\n    - Link: <https://example.org/7>\n    - Due: 2024-11-01"
        " · State: doing\n    - Owner: ada@example.org",
        "  - Initiatives:\n"
        "    - [Order a lab](https://example.org/7) (ada@example.org, due 2024-11-01, doing)",
        # Behind its key result instead of below it.
        "- Initiative: [Order a lab](https://example.org/7) (ada@example.org, due 2024-11-01, doing)",
    ],
)
def test_an_initiative_as_people_type_it(written):
    found = objective(f"- Stars 1400 -> 3000\n{written}")
    [key_result] = found.key_results
    [each] = key_result.initiatives
    assert (each.title, each.link, each.owner, each.due_on, each.state) == LAB


def test_several_initiatives_keep_their_order_and_fields_of_the_key_result_their_place():
    found = objective(
        "- Stars 1400 -> 3000\n  - Initiative: Second thoughts (on hold)\n  - Owner: ada@example.org\n"
        "  - Initiative: A link to [docs](https://example.org/d)\n- Forks 1 -> 2"
    )
    stars, forks = found.key_results
    assert (stars.owner, forks.initiatives) == ("ada@example.org", ())
    assert [(each.title, each.link) for each in stars.initiatives] == [
        ("Second thoughts (on hold)", ""),
        ("A link to [docs](https://example.org/d)", ""),
    ]


def lab(**fields):
    return InitiativeEntry(**{"title": "Order a lab", "line": 16} | fields)


def use(**fields):
    return lab(**{"title": "Use it", "line": 17} | fields)


def initiatives():
    return list(Initiative.objects.order_by("position", "pk").values_list("title", "state"))


def test_initiatives_are_made_and_found_by_their_titles(edge, cycle, contributor):
    link = "https://example.org/7"
    document = plan(beta(speed(initiatives=(lab(link=link, owner=contributor.email, due_on=TODAY), use()))))
    report = load(document)
    assert report.created[-2:] == ["EDGE-24H2-O1-KR1: Order a lab", "EDGE-24H2-O1-KR1: Use it"]
    first = Initiative.objects.get(position=1)
    assert (first.title, first.link, first.owner, first.due_on) == ("Order a lab", link, contributor, TODAY)
    assert dump_roadmap("EDGE-24H2").objectives[0].key_results == document.objectives[0].key_results

    report = load(plan(beta(speed(initiatives=(lab(state="done"), use())))))
    assert report.changed == ["EDGE-24H2-O1-KR1: Order a lab"]
    first.refresh_from_db()
    # An empty field in the document is an empty field in the plan.
    assert (first.state, first.link, first.owner) == ("done", "", None)


def test_the_order_of_a_document_counts(edge, cycle):
    load(plan(beta(speed(initiatives=(lab(), use())))))
    new = lab(title="Ask for money")
    report = load(plan(beta(speed(initiatives=(use(), new, lab())))))
    assert report.created == ["EDGE-24H2-O1-KR1: Ask for money"]
    assert report.changed == ["EDGE-24H2-O1-KR1: order of initiatives"]
    assert [title for title, _state in initiatives()] == ["Use it", "Ask for money", "Order a lab"]
    report = load(plan(beta(speed(initiatives=(use(), new, lab())))))
    assert report.created == report.changed == []


def test_initiatives_that_a_document_does_not_name_stay(edge, cycle):
    load(plan(beta(speed(initiatives=(lab(), use())))))
    report = load(plan(beta(speed())))
    assert report.absent == ["EDGE-24H2-O1-KR1: Order a lab", "EDGE-24H2-O1-KR1: Use it"]
    assert len(initiatives()) == 2


def test_initiatives_and_steps_with_the_same_words_are_told_apart_by_their_order(edge, cycle):
    risk = RiskEntry(
        number=1,
        kind="known",
        title="Late",
        mitigations=(MitigationEntry(text="Call"), MitigationEntry(text="Call", state="done")),
    )
    document = plan(beta(speed(initiatives=(lab(), lab(state="done"))), risks=(risk,)))
    load(document)
    report = load(document)
    assert report.created == report.changed == report.absent == []
    assert initiatives() == [("Order a lab", "planned"), ("Order a lab", "done")]
    assert dump_roadmap("EDGE-24H2").objectives == document.objectives


def test_what_an_initiative_lacks_is_told_with_its_line(edge, cycle):
    document = plan(beta(speed(initiatives=(lab(owner="nobody@example.org"), use(link="ftp://e.org")))))
    told = refusals(document)
    assert told == [
        "edge.md:16: nobody here has the address nobody@example.org",
        "edge.md:17: A link begins with http:// or https://.",
    ]
    assert not Initiative.objects.exists()


def test_the_public_document_holds_no_initiatives(edge, cycle):
    shown = beta(speed(initiatives=(lab(),)), visibility="public")
    load(plan(shown, state="published", visibility="public"))
    assert dump_roadmap("EDGE-24H2").objectives[0].key_results[0].initiatives
    assert not dump_roadmap("EDGE-24H2", public=True).objectives[0].key_results[0].initiatives


def test_json_tells_them_too():
    document = plan(beta(speed(initiatives=(lab(link="https://example.org/7", due_on=TODAY), use()))))
    (key_result,) = json.loads(write_json(document, {}))["objectives"][0]["key_results"]
    assert [row["title"] for row in key_result["initiatives"]] == ["Order a lab", "Use it"]
    assert key_result["initiatives"][0] == {
        "title": "Order a lab",
        "link": "https://example.org/7",
        "owner": "",
        "due_on": "2024-10-14",
        "state": "planned",
    }

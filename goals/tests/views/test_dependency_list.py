"""Who waits for whom in a cycle: the table, the drawing, the partners and their CSV."""

import csv
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.actions.needs import answer_dependency, create_dependency
from goals.models import Dependency, Objective
from goals.tests.factories import NOW, DependencyFactory, ObjectiveFactory, RoadmapFactory

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

PAGE = "/dependencies/?cycle=24H2"


@pytest.fixture
def needed(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), title="A compiler")


@pytest.fixture
def needs(objective, needed):
    """One asked of CORE, one of CORE at risk, one of Arm that Arm declined."""
    return [
        DependencyFactory(objective=objective, partner="", on_objective=needed, note="first"),
        DependencyFactory(
            objective=needed, partner="", on_objective=objective, note="second", state="at_risk"
        ),
        DependencyFactory(
            objective=objective,
            partner="Arm",
            note="third",
            answer="declined",
            answer_note="No",
            answered_at=NOW,
        ),
    ]


def lines(client, user, query=""):
    client.force_login(user)
    return [line.row.note for line in client.get(f"{PAGE}{query}").context["lines"]]


def test_what_presses_comes_first(client, viewer, needs):
    assert lines(client, viewer) == ["second", "third", "first"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&area=CORE", ["second", "first"]),
        ("&area=CORE&direction=waits", ["second"]),
        ("&area=CORE&direction=is_waited_for", ["first"]),
        ("&area=LIB", ["second", "third", "first"]),
        ("&state=pressing", ["second", "third"]),
        ("&state=declined", ["third"]),
        ("&state=asked", ["first"]),
        ("&partner=Arm", ["third"]),
        ("&state=met", None),
        ("&state=lost", ["second", "third", "first"]),
    ],
)
def test_filters_narrow_it_down(client, viewer, needs, query, found):
    client.force_login(viewer)
    response = client.get(f"{PAGE}{query}")
    assert [line.row.note for line in response.context["lines"]] == (found or [])
    assert ("No need fits" in response.content.decode()) == (found is None)


def test_mine_are_those_that_wait_for_the_answer_of_a_lead(client, needs, outsider, manager):
    assert lines(client, outsider, "&state=mine") == ["first"]
    assert lines(client, manager, "&state=mine") == []


def test_it_draws_areas_and_partners_and_says_who_waits_for_each_other(client, page, viewer, needs):
    text = page(PAGE, user=viewer)
    drawing = client.get(PAGE).context["drawing"]
    assert [(box.code, box.whole_title) for box in drawing.boxes if box.code == "Partner"] == [
        ("Partner", "Arm")
    ]
    assert sorted(box.code for box in drawing.boxes) == ["CORE", "CORE", "EDGE", "EDGE", "Partner"]
    assert [line.is_pressing for line in drawing.lines] == [False, True, True]
    assert text.count("they wait for each other") == 2


def test_the_drawing_and_the_list_of_partners_follow_the_filters(client, viewer, needs):
    client.force_login(viewer)
    context = client.get(f"{PAGE}&area=CORE").context
    assert len(context["drawing"].lines) == 2
    assert context["partners"] == []


def test_what_is_hidden_is_neither_listed_nor_counted_nor_drawn(client, page, needs, viewer, outsider):
    Objective.objects.filter(code="EDGE-24H2-O1").update(visibility="restricted")
    assert lines(client, viewer) == ["second", "third", "first"]  # a member of EDGE
    text = page(PAGE, user=outsider)
    assert "EDGE-24H2-O1" not in text
    assert "Arm" not in text
    assert "Nobody waits for anybody" in text
    assert (
        list(csv.reader(client.get("/dependencies.csv?cycle=24H2").content.decode().splitlines()))[1:] == []
    )


def test_a_past_day_is_shown_as_it_stood(client, page, objective, needed, lead, outsider):
    then = dt.datetime(2024, 8, 5, 9, tzinfo=dt.UTC)
    Objective.history.update(history_date=then - dt.timedelta(days=9))
    need = create_dependency(objective, by=lead, now=then, on_objective=needed, note="first")
    answer_dependency(need, "declined", by=outsider, now=NOW, note="No room.")
    text = page(f"{PAGE}&as_of=2024-08-06", user=outsider)
    assert "first" in text
    assert "No room." not in text
    assert "/answer/" not in text
    assert "No room." in page(PAGE)
    assert "Nobody waits for anybody" in page(f"{PAGE}&as_of=2024-08-04")
    rows = list(
        csv.DictReader(
            client.get("/dependencies.csv?cycle=24H2&as_of=2024-08-06").content.decode().splitlines()
        )
    )
    assert [row["standing"] for row in rows] == ["asked"]


def test_the_csv_is_the_table(client, viewer, needs):
    Dependency.objects.filter(note="first").update(note="=1+1")
    client.force_login(viewer)
    answer = client.get("/dependencies.csv?cycle=24H2&state=asked")
    (row,) = csv.DictReader(answer.content.decode().splitlines())
    assert (row["objective"], row["needs"], row["standing"], row["note"]) == (
        *("EDGE-24H2-O1", "CORE-24H2-O1", "asked"),
        "'=1+1",
    )
    assert client.get("/dependencies.csv?cycle=24H2&state=lost").status_code == 404
    assert client.get("/dependencies.csv?cycle=99H9").status_code == 404


def test_before_there_is_a_cycle_it_says_so(page, viewer):
    assert "There is no cycle yet" in page("/dependencies/", user=viewer)


def test_queries_do_not_grow_with_the_needs(client, lead, needs, objective):
    client.force_login(lead)

    def cost():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE)
        return len(found)

    before = cost()
    for number in range(3):
        DependencyFactory(objective=objective, partner=f"Partner {number}")
    assert cost() == before

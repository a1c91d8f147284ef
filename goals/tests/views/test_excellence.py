"""Engineering excellence of all areas: by pillar, by what it is worth, by what comes first."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.tests.factories import AreaFactory
from goals.actions.shares import share
from goals.models import Objective, Roadmap, Visibility
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in
from goals.tests.views.entries import text_of

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")
PAGE, CSV = "/excellence/", "/excellence.csv"


def item(roadmap, value, **fields):
    """An item whose key result stands at `value` of 10."""
    options = {"kind": "excellence", "pillar": "better_doc", "impact": "high", "cost": "low"}
    made = ObjectiveFactory(roadmap=roadmap, **{**options, "priority": 2, "confidence": 7, **fields})
    check_in(KeyResultFactory(objective=made, owner=roadmap.area.memberships.first().user), value)
    return made


@pytest.fixture
def items(roadmap, core, cycle, lead, outsider):
    """Three in EDGE below LIB, one in CORE."""
    elsewhere = RoadmapFactory(area=core, cycle=cycle)
    return [
        item(roadmap, 8, title="Every API is documented", priority=1),
        item(roadmap, 2, title="A guide for newcomers", impact="low", confidence=3, priority=5),
        item(roadmap, 6, title="No dead code", pillar="better_code", cost="high", owner=lead),
        item(elsewhere, 4, title="A runbook", impact="", priority=None, confidence=None),
    ]


@pytest.fixture
def rows(client, viewer):
    """What the CSV holds, as dictionaries."""

    def get(query="", *, user=viewer):
        client.force_login(user)
        answer = client.get(CSV + query)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    return get


def titles(text):
    """Of the items in the table, in their order."""
    table = text[text.index('id="items"') :]
    return re.findall(r'<th scope="row"><a href="/objectives/[^"]+">([^<]+)</a>', table)


def test_what_comes_first_stands_first(page, viewer, items):
    assert titles(page(PAGE, user=viewer)) == [
        "Every API is documented",
        "No dead code",
        "A guide for newcomers",
        "A runbook",
    ]


def test_pillars_stand_by_the_area_at_the_top(client, page, viewer, items):
    text = page(PAGE, user=viewer)
    for name in (
        "2 items of Better Doc in Libraries",
        "1 item of Better Doc in Core",
        "3 items of Better Doc",
    ):
        assert f'aria-label="{name}"' in text
    assert "in Edge" not in text
    # 8 and 2 of 10, of equal weight.
    where = text_of(client.get(PAGE))
    assert "2 50 % Behind" in where
    assert "3 47 % Behind" in where


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?pillar=better_code", ["No dead code"]),
        ("?area=LIB", ["Every API is documented", "No dead code", "A guide for newcomers"]),
        ("?area=CORE", ["A runbook"]),
        ("?impact=high&cost=low", ["Every API is documented"]),
        ("?impact=low&cost=low", ["A guide for newcomers"]),
        ("?priority=2&confidence=2", ["No dead code"]),
        ("?priority=5&confidence=0", ["A guide for newcomers"]),
        ("?pillar=better_doc&area=LIB&priority=1", ["Every API is documented"]),
        ("?pillar=modern_code", []),
    ],
)
def test_the_address_narrows_the_table_and_the_csv_alike(page, rows, viewer, items, query, left):
    assert titles(page(PAGE + query, user=viewer)) == left
    assert [row["title"] for row in rows(query)] == left


def test_a_place_of_a_matrix_leads_to_what_is_there(page, viewer, items):
    text = page(f"{PAGE}?area=LIB", user=viewer)
    links = re.findall(r'<a href="(\?[^"]+)#items"[^>]*>(\d+)</a>', text)
    assert len(links) == 11
    for query, count in links:
        assert len(titles(page(PAGE + query.replace("&amp;", "&"), user=viewer))) == int(count), query


def test_what_has_no_level_is_counted_beside_the_matrix(page, viewer, items):
    assert page(PAGE, user=viewer).count("1 item has no place here: a level is not known.") == 2
    assert "has no place here" not in page(f"{PAGE}?area=LIB", user=viewer)


@pytest.mark.parametrize("query", ["?area=NOWHERE", "?pillar=x", "?impact=x", "?priority=9", "?confidence=x"])
def test_a_filter_that_cannot_be_read_narrows_nothing(page, status, viewer, items, query):
    assert len(titles(page(PAGE + query, user=viewer))) == 4
    assert status(CSV + query) == 404


@pytest.mark.parametrize("address", ["?cycle=99H9", "?cycle=%00"])
def test_there_is_none_of_a_cycle_that_is_not_there(status, viewer, items, address):
    assert status(PAGE + address, user=viewer) == 404
    assert status(CSV + address) == 404


def test_a_row_of_the_csv_says_all_of_it(rows, items, lead):
    [row] = rows("?pillar=better_code")
    assert row == {
        "code": "EDGE-24H2-B3",
        "title": "No dead code",
        "area": "EDGE",
        "pillar": "better_code",
        "impact": "high",
        "cost": "high",
        "priority": "2",
        "confidence": "7",
        "completion": "0.600000000000000",
        "expected": row["expected"],
        "pace": "on_track",
        "owner": "Lea Lead",
    }
    assert row["expected"].startswith("0.5737")


def test_no_title_becomes_a_formula(rows, items):
    Objective.objects.filter(title="A runbook").update(title="=1+1")
    assert [row["title"] for row in rows("?area=CORE")] == ["'=1+1"]


@pytest.mark.parametrize("what", ["roadmap", "item"])
def test_what_is_restricted_is_neither_shown_nor_counted(page, rows, outsider, lead, items, what):
    restricted = {"visibility": Visibility.RESTRICTED}
    if what == "roadmap":
        Roadmap.objects.filter(area__key="EDGE").update(**restricted)
    else:
        Objective.objects.filter(roadmap__area__key="EDGE").update(**restricted)
    text = page(PAGE, user=outsider)
    assert titles(text) == ["A runbook"]
    assert 'aria-label="1 item of Better Doc"' in text
    assert ("some parts are hidden from you" in text) == (what == "item")
    assert len(titles(page(PAGE, user=lead))) == 4
    assert len(rows(user=lead)) == 4


def test_an_item_that_two_areas_own_stands_once(page, viewer, manager, core, items):
    share(items[0], core, by=manager, now=NOW, reason="Both write it")
    assert len(titles(page(PAGE, user=viewer))) == 4


@pytest.mark.parametrize("change", ["dropped", "archived"])
def test_what_is_given_up_is_out(page, viewer, items, change):
    Objective.objects.filter(title="No dead code").update(**{f"{change}_at": NOW})
    assert "No dead code" not in titles(page(PAGE, user=viewer))


def test_a_past_day_shows_what_was_known_then(page, client, viewer, items):
    check_in(items[0].key_results.get(), 10, now=NOW)
    text = page(f"{PAGE}?as_of=2024-10-01", user=viewer)
    assert 'name="as_of" value="2024-10-01"' in text
    assert client.get(f"{CSV}?as_of=2099-01-01").status_code == 404


def test_without_a_cycle_and_without_items_it_says_what_to_do(page, viewer, roadmap):
    assert "No items yet" in page(PAGE, user=viewer)
    Roadmap.objects.all().delete()
    type(roadmap.cycle).objects.all().delete()
    assert "There is no cycle yet" in page(PAGE, user=viewer)


def test_queries_do_not_grow_with_areas_and_items(client, viewer, items, cycle, lead):
    client.force_login(viewer)

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{PAGE}?area=LIB").status_code == 200
        return len(asked)

    before = count()
    for number in range(5):
        area = AreaFactory(key=f"A{number}")
        area.memberships.create(user=lead, role="lead")
        plan = RoadmapFactory(area=area, cycle=cycle)
        for value in range(3):
            item(plan, value)
    assert count() == before


@pytest.mark.parametrize("address", ["/", "/areas/EDGE/24H2/"])
def test_pages_lead_there(page, viewer, items, address):
    assert f'href="{PAGE}' in page(address, user=viewer)

"""Looking back: the map and the card of alignments show who supported whom on that day."""

import csv
import datetime as dt
import io
import re

import pytest

from areas.models import Area
from goals.actions.alignments import align, unalign, weigh
from goals.actions.roadmaps import archive_objective, change_objective
from goals.models import Objective
from goals.tests.factories import CycleFactory, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

DAY = "2024-08-20"
MAP, PAGE = "/alignment/", "/objectives/LIB-24H2-O1/"
EDGE_LINK = "/objectives/EDGE-24H2-O1/"


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main")[-1]).split())


def morning(day):
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@pytest.fixture
def plan(lib, edge, core, lead, manager):
    """In August EDGE-O1 supported LIB-O1, twice; since September CORE-O1 does, and EDGE-O2 is gone."""
    with on(JULY):
        cycle = CycleFactory()
        top = ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle), counts_supporters=True)
        roadmap = RoadmapFactory(area=edge, cycle=cycle)
        lower, gone = (ObjectiveFactory(roadmap=roadmap, owner=lead) for _ in range(2))
        other = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
        reported = KeyResultFactory(objective=lower, owner=lead)
    with on(AUGUST):
        now = morning(AUGUST)
        check_in(reported, 5, author=lead, on=AUGUST)
        row = align(lower, top, by=manager, now=now, reason="part of it")
        weigh(row, 2, by=manager, now=now, reason="twice")
        align(gone, top, by=manager, now=now, reason="part of it")
    with on(SEPTEMBER):
        now = morning(SEPTEMBER)
        unalign(row, by=manager, now=now, reason="over")
        align(other, top, by=manager, now=now, reason="takes over")
        archive_objective(Objective.objects.get(pk=gone.pk), by=manager, now=now)
        change_objective(
            Objective.objects.get(pk=top.pk), by=manager, now=now, counts_supporters=False, reason="simpler"
        )
    return top


def test_the_card_of_an_objective_shows_who_supported_it_then(page, plan, manager):
    then = page(f"{PAGE}?as_of={DAY}", user=manager)
    card = then.split('id="alignment"')[1].split("</section>")[0]
    assert f"{EDGE_LINK}?as_of={DAY}" in card
    assert "weight 2" in card
    assert "EDGE-24H2-O2" in card
    assert "Archived" not in card
    assert "count in its mean" in card
    assert "CORE-24H2-O1" not in card
    assert "Weigh" not in card
    assert f"as_of={DAY}" in card.split("Map of the cycle")[0].rsplit("<a", 1)[1]
    now = page(PAGE).split('id="alignment"')[1].split("</section>")[0]
    assert "CORE-24H2-O1" in now
    assert "EDGE-24H2-O1" not in now
    assert "Archived" in now
    assert "count in no mean here" in now
    assert "supports no other objective" in page(f"{EDGE_LINK}?as_of=2024-08-01")
    assert "LIB-24H2-O1" in page(f"{EDGE_LINK}?as_of={DAY}").split('id="alignment"')[1]


@pytest.mark.parametrize("view", ["tree", "graph", "table"])
def test_the_map_shows_who_supported_whom_then_and_stays_on_the_day(page, plan, manager, view):
    then = page(f"{MAP}?as_of={DAY}&view={view}", user=manager)
    assert f'href="{EDGE_LINK}?as_of={DAY}"' in then
    assert "4 objectives, 3 of them aligned" in words(then)
    assert f"as_of={DAY}" in then.split(">CSV<")[0].rsplit("<a", 1)[1]
    assert f'name="as_of" value="{DAY}"' in then.split('class="filters"')[1].split("</form>")[0]
    assert f'name="view" value="{view}"' in then.split('class="day-form"')[1].split("</form>")[0]
    assert f"as_of={DAY}" in then.split('class="map-views"')[1].split("</nav>")[0]
    now = page(f"{MAP}?view={view}")
    assert "4 objectives, 3 of them aligned" in words(now)
    assert "EDGE-24H2-O1" not in now if view == "graph" else "EDGE-24H2-O1" in now
    assert "CORE-24H2-O1" in now


def test_the_table_of_the_map_has_the_figures_and_the_ends_of_the_day(client, plan, manager):
    client.force_login(manager)

    def rows(query):
        text = client.get(f"/alignment.csv?{query}").content.decode()
        return {row["code"]: row for row in csv.DictReader(io.StringIO(text))}

    then, now = rows(f"as_of={DAY}"), rows("")
    assert then["LIB-24H2-O1"]["supported_by"] == "EDGE-24H2-O1 EDGE-24H2-O2"
    assert now["LIB-24H2-O1"]["supported_by"] == "CORE-24H2-O1 EDGE-24H2-O2"
    assert [found["LIB-24H2-O1"]["counts_supporters"] for found in (then, now)] == ["yes", "no"]
    assert [found["EDGE-24H2-O2"]["state"] for found in (then, now)] == ["in the plan", "archived"]
    assert then["EDGE-24H2-O1"]["completion"] == now["EDGE-24H2-O1"]["completion"] == "0.5"
    assert rows("as_of=2024-08-01")["EDGE-24H2-O1"]["completion"] == "0"
    for day in ("2024-13-01", "2023-01-01", "yesterday"):
        assert client.get(f"/alignment.csv?as_of={day}").status_code == 404, day


def test_a_day_that_cannot_be_shown_is_told_and_the_map_is_of_today(page, plan, manager):
    text = page(f"{MAP}?as_of=2023-01-01", user=manager)
    assert "These are the figures of today." in text
    assert "CORE-24H2-O1" in text


def test_an_end_that_is_hidden_today_is_absent_on_every_day(page, plan, lead, outsider):
    Objective.objects.filter(code="EDGE-24H2-O1").update(visibility="restricted")
    for address in (f"{MAP}?as_of={DAY}&view=table", f"{PAGE}?as_of={DAY}"):
        assert "EDGE-24H2-O1" not in page(address, user=outsider), address
        assert "EDGE-24H2-O2" in page(address), address
        assert "EDGE-24H2-O1" in page(address, user=lead), address


def test_a_parent_whose_area_is_archived_does_not_hide_who_supported_it(page, plan, manager):
    Area.objects.filter(key="LIB").update(archived_at=morning(SEPTEMBER))
    then = page(f"{MAP}?as_of={DAY}&view=table", user=manager)
    assert "LIB-24H2-O1" in then
    assert EDGE_LINK in then


def test_looking_back_costs_the_same_queries_whatever_the_size(
    client, plan, manager, django_assert_max_num_queries
):
    client.force_login(manager)

    def cost():
        with django_assert_max_num_queries(30) as queries:
            client.get(f"{MAP}?as_of={DAY}&view=table")
        return len(queries)

    before = cost()
    with on(JULY):
        roadmap = Objective.objects.get(code="EDGE-24H2-O1").roadmap
        for _ in range(5):
            align(ObjectiveFactory(roadmap=roadmap), plan, by=manager, now=morning(JULY), reason="")
    assert cost() == before

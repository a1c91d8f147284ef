"""The heat map: each area at the end of each week, and the way to the area as it was then."""

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.tests.factories import AreaFactory
from goals.actions.snapshots import take_snapshots
from goals.models import Roadmap, Visibility
from goals.tests.factories import KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in
from goals.tests.past import JULY, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")
PAGE, CSV = "/heat-map/", "/heat-map.csv"
FRIDAY, SUNDAY = dt.date(2024, 9, 27), dt.date(2024, 9, 29)


def at_nine(day):
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@pytest.fixture
def story(edge, cycle, lead):
    """Planned in July, reported in two weeks; snapshots of a Friday, a Sunday, the Wednesday after."""
    with on(JULY):
        roadmap = RoadmapFactory(area=edge, cycle=cycle)
        key_result = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap), owner=lead)
    for day, value in ((FRIDAY, 2), (SUNDAY, 4), (dt.date(2024, 10, 2), 6)):
        with on(day):
            check_in(key_result, value, author=lead, on=day, now=at_nine(day))
            take_snapshots(cycle, today=day)
    return key_result


@pytest.fixture
def rows(client):
    def get(user, query=""):
        client.force_login(user)
        answer = client.get(CSV + query)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    return get


def cells(text):
    """(address, label, what stands there) of the places of a page."""
    found = re.findall(
        r'<td class="heat__cell[^"]*"><a href="([^"]+)" aria-label="([^"]+)">([^<]+)</a>', text
    )
    return [
        (address.replace("&amp;", "&"), label.replace("\u202f", " "), said) for address, label, said in found
    ]


def test_a_week_shows_its_last_known_day_and_the_last_one_today(page, story, viewer):
    found = cells(page(PAGE, user=viewer))
    assert [label.partition(",")[0] for _address, label, _said in found] == [
        "Libraries on 29 Sep 2024: 40 %",
        "Libraries on 2 Oct 2024: 60 %",
        "Libraries on 14 Oct 2024: 60 %",
    ]
    assert [said for _address, _label, said in found] == ["−9", "+9", "+3"]
    assert found[0][1].endswith("-9 points, Behind") or found[0][1].endswith("−9 points, Behind")


def test_a_place_leads_to_the_area_as_it_was_then(page, client, story, viewer):
    found = cells(page(PAGE, user=viewer))
    assert [address for address, _label, _said in found] == [
        "/areas/LIB/?cycle=24H2&as_of=2024-09-29",
        "/areas/LIB/?cycle=24H2&as_of=2024-10-02",
        "/areas/LIB/?cycle=24H2",
    ]
    assert "40" in client.get(found[0][0], follow=True).content.decode()


def test_the_csv_says_the_same(rows, story, viewer):
    assert [(row["area"], row["week_from"], row["day"], row["pace"]) for row in rows(viewer)] == [
        ("LIB", "2024-09-23", "2024-09-29", "behind"),
        ("LIB", "2024-09-30", "2024-10-02", "on_track"),
        ("LIB", "2024-10-14", "2024-10-14", "on_track"),
    ]
    assert rows(viewer)[0]["completion"].startswith("0.4")
    assert rows(viewer)[0]["expected"].startswith("0.49")


def test_it_agrees_with_what_the_areas_show_that_day(page, rows, story, viewer):
    """With the past as it was known, where snapshots are not for this person."""
    known = {row["day"]: row for row in rows(viewer)}
    for day in ("2024-09-29", "2024-10-02"):
        [*_before, last] = rows(viewer, f"?as_of={day}")
        assert last["day"] == day
        assert float(last["completion"]) == pytest.approx(float(known[day]["completion"]), abs=1e-5)
        assert last["pace"] == known[day]["pace"]


def test_looking_back_it_ends_with_that_day(page, story, viewer):
    labels = [label for _address, label, _said in cells(page(f"{PAGE}?as_of=2024-10-01", user=viewer))]
    assert labels[-1].startswith("Libraries on 1 Oct 2024: 40 %")


def test_who_does_not_see_all_of_it_gets_figures_of_what_they_see(rows, story, outsider, lead):
    hidden = ObjectiveFactory(roadmap=story.objective.roadmap, visibility=Visibility.RESTRICTED)
    check_in(KeyResultFactory(objective=hidden, owner=lead), 10)
    assert float(rows(outsider)[-1]["completion"]) == 0.6
    assert float(rows(lead)[-1]["completion"]) == 0.8
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert rows(outsider) == []
    assert len(rows(lead)) == 3


def test_before_anything_is_reported_there_is_no_data(page, rows, key_result, viewer):
    assert [row["pace"] for row in rows(viewer)] == ["no_data"]
    assert "No data" in page(PAGE, user=viewer)


def test_without_a_cycle_it_says_so(page, status, viewer):
    assert "There is no cycle yet" in page(PAGE, user=viewer)
    assert status(CSV) == 404
    assert status(f"{PAGE}?cycle=99H9") == 404


def test_a_day_that_cannot_be_shown_has_no_csv(client, story, viewer):
    client.force_login(viewer)
    assert client.get(f"{CSV}?as_of=2099-01-01").status_code == 404
    assert client.get(f"{PAGE}?as_of=2099-01-01").status_code == 200


def test_queries_do_not_grow_with_areas_and_weeks(client, story, viewer, cycle, lead):
    client.force_login(viewer)

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    before = count()
    for number in range(4):
        plan = RoadmapFactory(area=AreaFactory(key=f"A{number}"), cycle=cycle)
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=plan), owner=lead), number)
    for day in range(3, 12):
        take_snapshots(cycle, today=dt.date(2024, 10, day))
    assert count() == before


def test_the_overview_has_it(page, story, viewer):
    text = page("/", user=viewer)
    assert 'hx-get="/heat-map/"' in text
    assert 'href="/heat-map/"' in text

"""Present: a slide for the whole and one for each area, as far as the reader sees it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.tests.factories import AreaFactory
from goals.models import Visibility
from goals.tests.factories import (
    KeyResultFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.past import JULY, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")
PAGE = "/present/"


@pytest.fixture
def story(edge, cycle, lead):
    """An area that is far behind, with a risk that is high."""
    with on(JULY):
        objective = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=cycle), title="Runs on a watch")
        key_result = KeyResultFactory(objective=objective, owner=lead, title="Models that fit")
    check_in(key_result, 1, author=lead)
    RiskFactory(objective=objective, title="No watch to test on", likelihood=5, impact=5)
    return key_result


def slides(text):
    """What stands on each slide, by its name in the address."""
    parts = re.split(r'<section class="slide" id="([^"]+)"', text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_whole_comes_first_and_then_each_area(page, story, viewer):
    AreaFactory(key="ZED", name="Last of all", position=99)
    found = slides(page(PAGE, user=viewer))
    assert next(iter(found)) == "all"
    assert 'href="#LIB"' in found["all"]
    assert "Last of all" in found["all"]
    assert "No goals to show yet" in found["ZED"]


def test_a_slide_has_what_a_meeting_asks_for(page, story, viewer):
    slide = slides(page(PAGE, user=viewer))["LIB"]
    assert "Runs on a watch" in slide
    assert "Models that fit" in slide
    assert "behind" in slide
    assert "No watch to test on" in slide


def test_each_slide_leads_to_the_next_and_back_without_scripts(page, story, viewer):
    AreaFactory(key="ZED", position=99)
    found = slides(page(PAGE, user=viewer))
    names = list(found)
    for place, name in enumerate(names):
        turn = found[name].split("slide__turn")[1]
        assert (f'href="#{names[place - 1]}">Previous' in turn) == (place > 0), name
        following = names[place + 1] if place + 1 < len(names) else None
        assert ("Next</a>" in turn) == (following is not None), name
        assert following is None or f'href="#{following}">Next' in turn


def test_what_does_not_fit_is_counted(page, story, viewer, lead):
    with on(JULY):
        for number in range(9):
            row = KeyResultFactory(
                objective=ObjectiveFactory(roadmap=story.objective.roadmap, title=f"More {number}")
            )
            RiskFactory(objective=row.objective, likelihood=5, impact=4)
    slide = slides(page(PAGE, user=viewer))["LIB"]
    assert slide.count("and 2 more") == 1  # ten objectives, eight of them shown
    assert slide.count("and 7 more") == 1  # ten high risks, three of them shown


def test_what_is_restricted_is_on_no_slide_of_others(page, story, outsider, lead):
    story.objective.visibility = Visibility.RESTRICTED
    story.objective.save()
    text = page(PAGE, user=outsider)
    for secret in ("Runs on a watch", "Models that fit", "No watch to test on"):
        assert secret not in text
        assert secret in page(PAGE, user=lead)


def test_a_day_looked_back_to_stays_in_every_link(page, story, viewer):
    check_in(story, 9, on=dt.date(2024, 10, 13))
    text = page(f"{PAGE}?cycle=24H2&as_of=2024-09-01", user=viewer)
    assert "1 Sep 2024" in text
    links = re.findall(r'href="(/(?:objectives|key-results|areas)/[^"]+)"', text)
    assert links
    assert all("as_of=2024-09-01" in link for link in links)


def test_without_a_cycle_it_says_so(page, status, viewer):
    assert "There is no cycle yet" in page(PAGE, user=viewer)
    assert status(f"{PAGE}?cycle=99H9") == 404


def test_queries_do_not_grow_with_areas(client, story, viewer, cycle, lead):
    client.force_login(viewer)

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    before = count()
    for number in range(4):
        plan = RoadmapFactory(area=AreaFactory(key=f"A{number}"), cycle=cycle)
        row = KeyResultFactory(objective=ObjectiveFactory(roadmap=plan), owner=lead)
        check_in(row, number)
        RiskFactory(objective=row.objective, likelihood=5, impact=5)
    assert count() == before <= 20


def test_the_overview_leads_there_and_keeps_the_cycle(page, story, viewer):
    assert 'href="/present/?cycle=24H2"' in page("/?cycle=24H2", user=viewer)

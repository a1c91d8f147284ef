"""What was given up says so on its own page: when, by whom and why."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.actions.key_results import archive_key_result, drop_key_result, restore_key_result
from goals.actions.roadmaps import drop_objective
from goals.models import KeyResult
from goals.tests.factories import NOW, KeyResultFactory

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

OBJECTIVE = "/objectives/EDGE-24H2-O1/"
KEY_RESULT = "/key-results/EDGE-24H2-O1-KR1/"


@pytest.fixture
def plan():
    """Where the plan was before the story: long enough ago to look back to a day in between."""
    with time_machine.travel(NOW - dt.timedelta(days=40), tick=False):
        yield


@pytest.fixture
def settled(plan, key_result, lead):
    return key_result


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def at(days):
    return time_machine.travel(NOW + dt.timedelta(days=days), tick=False)


def test_a_dropped_key_result_says_why_and_one_of_the_plan_says_nothing(page, lead, viewer, settled):
    assert "no reason was given" not in page(KEY_RESULT, user=viewer)
    with at(0):
        drop_key_result(settled, by=lead, now=NOW, reason="No <device> to measure on")
        said = "Dropped on 14 Oct 2024 by Lea Lead: No &lt;device&gt; to measure on"
        assert said in words(page(KEY_RESULT, user=viewer))
        assert "“No &lt;device&gt; to measure on”" in page(OBJECTIVE)


def test_a_dropped_objective_says_why_on_its_page_and_on_those_of_its_key_results(page, lead, settled):
    with at(0):
        drop_objective(settled.objective, by=lead, now=NOW, reason="merged into O2")
        assert "Dropped on 14 Oct 2024 by Lea Lead: merged into O2" in words(page(OBJECTIVE, user=lead))
        text = words(page(KEY_RESULT))
        assert "EDGE-24H2-O1 was dropped on 14 Oct 2024 by Lea Lead: merged into O2" in text


def test_what_was_given_up_asks_for_no_check_in(page, lead, settled, objective):
    check_in_form = f"{KEY_RESULT}check-in/"
    with at(0):
        for address in (KEY_RESULT, OBJECTIVE, "/areas/EDGE/24H2/"):
            assert check_in_form in page(address, user=lead)
        drop_objective(objective, by=lead, now=NOW, reason="merged into O2")
        for address in (KEY_RESULT, OBJECTIVE, "/areas/EDGE/24H2/"):
            assert check_in_form not in page(address)


def test_of_two_times_the_last_one_is_told_and_looking_back_the_one_of_then(page, lead, manager, settled):
    for days, by, reason in ((-20, lead, "no device"), (-5, manager, "no need")):
        with at(days):
            now = NOW + dt.timedelta(days=days)
            drop_key_result(settled, by=by, now=now, reason=reason)
            if days == -20:
                later = now + dt.timedelta(days=5)
                restore_key_result(settled, by=by, now=later, reason="a device came")
    with at(0):
        text = words(page(KEY_RESULT, user=lead))
        assert "Dropped on 9 Oct 2024 by Mana Ger: no need" in text
        assert "no device" not in text
        text = words(page(f"{KEY_RESULT}?as_of=2024-09-25"))
        assert "Dropped on 24 Sep 2024 by Lea Lead: no device" in text
        assert "no need" not in text
        assert "Dropped" not in words(page(f"{KEY_RESULT}?as_of=2024-10-02"))


def test_what_nobody_wrote_down_is_not_made_up(page, lead, settled):
    KeyResult.objects.update(dropped_at=NOW)  # around the actions, so without history
    with at(0):
        assert "Dropped on 14 Oct 2024; no reason was given." in words(page(KEY_RESULT, user=lead))


def test_the_pages_that_take_it_back_tell_the_reason_too(page, lead, settled, objective):
    other = KeyResultFactory(objective=objective, title="Another")
    with at(0):
        archive_key_result(other, by=lead, now=NOW, reason="written twice")
        drop_key_result(settled, by=lead, now=NOW, reason="no device")
        text = words(page(f"{OBJECTIVE}edit/", user=lead))
        assert "14 Oct 2024 · Lea Lead · “written twice”" in text
        assert "14 Oct 2024 · Lea Lead · “no device”" in text
        drop_objective(objective, by=lead, now=NOW, reason="merged into O2")
        assert "“merged into O2”" in page("/areas/EDGE/24H2/edit/")


def test_one_query_tells_of_all_that_was_dropped(client, lead, settled, objective):
    costs = []
    with at(0):
        client.force_login(lead)
        for number in (0, 1, 4):
            for _ in range(number):
                drop_key_result(KeyResultFactory(objective=objective), by=lead, now=NOW, reason="no device")
            client.get(OBJECTIVE)
            with CaptureQueriesContext(connection) as found:
                client.get(OBJECTIVE)
            costs.append(len(found))
    assert costs == [costs[0], costs[0] + 1, costs[0] + 1]

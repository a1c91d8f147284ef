"""Looking back: risks, steps and needs stand beside the figures of a day as they stood on it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.actions.needs import change_dependency, create_dependency
from goals.actions.risks import (
    change_mitigation,
    change_risk,
    create_mitigation,
    create_risk,
)
from goals.actions.roadmaps import archive_objective
from goals.models import Dependency, Objective, Risk
from goals.tests.factories import NOW, CycleFactory, KeyResultFactory, ObjectiveFactory, RoadmapFactory
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

DAY = "2024-08-20"
OBJECTIVE, ROADMAP = "/objectives/EDGE-24H2-O1/", "/areas/EDGE/24H2/"
BOTH = (OBJECTIVE, ROADMAP)


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def plan(lib, edge, core, lead):
    """EDGE-24H2-O1 with a key result, and CORE-24H2-O1, since July."""
    with on(JULY):
        cycle = CycleFactory()
        objective = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=cycle), owner=lead)
        KeyResultFactory(objective=objective, owner=lead)
        ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    return objective


@pytest.fixture
def risk(plan, lead, manager):
    """Open and high in August, with a planned step; mitigated, written anew and closed since then."""
    with on(AUGUST):
        who = {"by": lead, "now": dt.datetime(2024, 8, 12, 9, tzinfo=dt.UTC)}
        risk = create_risk(plan, title="One vendor", likelihood=4, impact=4, owner=lead, **who)
        step = create_mitigation(risk, text="Ask a second one", due_on=dt.date(2024, 9, 2), owner=lead, **who)
    with on(SEPTEMBER):
        who = {"by": lead, "now": dt.datetime(2024, 9, 30, 9, tzinfo=dt.UTC)}
        change_mitigation(step, text="Asked a second one", state="done", **who)
        create_mitigation(risk, text="Ask a third one", **who)
        change_risk(
            risk, title="Two vendors", likelihood=1, state="closed", outcome="prevented", owner=manager, **who
        )
    return risk


def test_a_risk_is_shown_as_it_stood(page, lead, risk):
    for address in BOTH:
        text = words(page(f"{address}?as_of={DAY}", user=lead))
        assert "One vendor" in text, address
        assert "Ask a second one" in text
        assert "Two vendors" not in text
        assert "Ask a third one" not in text
    text = words(page(f"{OBJECTIVE}?as_of={DAY}"))
    assert "likelihood 4 × impact 4 = 16" in text
    assert "mitigate · Lea Lead" in text
    assert "due 2 Sep" in text
    assert "Ask a second one · planned" in text
    assert "/risks/" not in page(f"{OBJECTIVE}?as_of={DAY}").replace('href="/risks/', "")
    now = words(page(OBJECTIVE))
    assert "Two vendors" in now
    assert "Asked a second one · done" in now
    assert "mitigate · Mana Ger" in now


def test_what_is_overdue_is_judged_by_the_day(page, lead, risk):
    assert "overdue" not in words(page(f"{OBJECTIVE}?as_of={DAY}", user=lead)).replace("overdue_", "")
    assert "overdue since 2 Sep" in words(page(f"{OBJECTIVE}?as_of=2024-09-15"))
    assert "overdue since 2 Sep" in words(page(f"{ROADMAP}?as_of=2024-09-15"))


def test_a_risk_of_later_was_not_there_and_one_that_was_archived_later_was(page, lead, plan, risk):
    assert "One vendor" not in page(f"{OBJECTIVE}?as_of=2024-08-11", user=lead)
    change_risk(risk, by=lead, now=NOW, archived_at=NOW)
    assert "One vendor" in page(f"{OBJECTIVE}?as_of={DAY}")
    assert "One vendor" not in page(OBJECTIVE)
    assert "Two vendors" not in page(OBJECTIVE)


def test_a_risk_that_was_archived_by_then_is_not_shown(page, lead, risk):
    with on(SEPTEMBER):
        now = dt.datetime(2024, 9, 30, 10, tzinfo=dt.UTC)
        change_risk(risk, by=lead, now=now, archived_at=now)
    assert "vendor" not in page(f"{OBJECTIVE}?as_of=2024-10-01", user=lead)
    assert "One vendor" in page(f"{OBJECTIVE}?as_of={DAY}")


def test_what_nobody_wrote_down_has_no_past(page, lead, risk):
    Risk.history.all().delete()
    assert "vendor" not in page(f"{OBJECTIVE}?as_of={DAY}", user=lead)
    assert "Two vendors" in page(OBJECTIVE)


def test_who_may_see_a_risk_is_decided_by_today(page, lead, outsider, risk):
    Risk.objects.update(visibility="restricted")
    for address in BOTH:
        assert "One vendor" not in page(f"{address}?as_of={DAY}", user=outsider)
        assert "One vendor" in page(f"{address}?as_of={DAY}", user=lead)


def test_the_overview_counts_the_risks_of_the_day(client, lead, plan, risk):
    client.force_login(lead)

    def counts(day):
        context = client.get(f"/?as_of={day}" if day else "/").context
        found = context["risks"]
        [row] = [row for row in context["rows"] if row.figures.area.key == "LIB"]
        return found.open, found.high_without_mitigation, found.overdue_mitigations, row.high_risks

    assert counts("2024-08-11") == (0, 0, 0, 0)
    assert counts(DAY) == (1, 0, 0, 1)
    assert counts("2024-09-15") == (1, 0, 1, 1)
    assert counts("2024-10-01") == (0, 0, 0, 0)
    with on(SEPTEMBER):
        now = dt.datetime(2024, 9, 30, 10, tzinfo=dt.UTC)
        create_risk(plan, title="No phones", likelihood=5, impact=5, by=lead, now=now)
    assert counts("2024-10-01") == (1, 1, 0, 1)
    archive_objective(plan, by=lead, now=NOW)
    assert counts("") == (0, 0, 0, 0)
    assert counts("2024-10-01") == (1, 1, 0, 1)


@pytest.fixture
def needs(plan, lead):
    """In August asked of Arm and of CORE; since September agreed and met, and one more."""
    other = Objective.objects.get(code="CORE-24H2-O1")
    with on(AUGUST):
        who = {"by": lead, "now": dt.datetime(2024, 8, 12, 9, tzinfo=dt.UTC)}
        partner = create_dependency(plan, partner="Arm", note="boards", **who)
        within = create_dependency(plan, on_objective=other, note="a compiler", **who)
    with on(SEPTEMBER):
        who = {"by": lead, "now": dt.datetime(2024, 9, 30, 9, tzinfo=dt.UTC)}
        change_dependency(partner, note="two boards", **who)
        change_dependency(partner, state="agreed", **who)
        change_dependency(within, state="met", **who)
        create_dependency(plan, partner="Later Ltd", **who)
    return within


def test_needs_are_shown_as_they_stood(page, lead, needs):
    for address in BOTH:
        text = words(page(f"{address}?as_of={DAY}", user=lead))
        assert "Arm ( partner ): asked · boards" in text.replace("(partner)", "( partner )"), address
        assert ": asked · a compiler" in text
        assert "Later Ltd" not in text
        assert "Nothing is needed" not in text
        now = words(page(address))
        assert ": agreed · two boards" in now
        assert "Later Ltd" in now
        assert "Nothing is needed from elsewhere" in words(page(f"{address}?as_of=2024-08-11"))
    other = "/objectives/CORE-24H2-O1/"
    assert ": asked" in words(page(f"{other}?as_of={DAY}"))
    assert ": met" in words(page(other))
    assert "Needed by" not in words(page(f"{other}?as_of=2024-08-11"))


def test_a_need_that_named_another_objective_then_names_it_if_it_may_be_seen(page, lead, viewer, needs, plan):
    elsewhere = ObjectiveFactory(roadmap=plan.roadmap, title="Something of our own")
    change_dependency(needs, by=lead, now=NOW, on_objective=elsewhere)
    assert "CORE-24H2-O1" in page(f"{OBJECTIVE}?as_of={DAY}", user=lead)
    assert elsewhere.code not in page(f"{OBJECTIVE}?as_of={DAY}")
    assert "Needed by" in words(page(f"/objectives/CORE-24H2-O1/?as_of={DAY}"))
    assert "Needed by" not in words(page("/objectives/CORE-24H2-O1/"))
    Objective.objects.filter(code="CORE-24H2-O1").update(visibility="restricted")
    for address in BOTH:
        assert "CORE-24H2-O1" not in page(f"{address}?as_of={DAY}", user=viewer)
        assert "a compiler" not in page(f"{address}?as_of={DAY}")


def test_nothing_is_written_by_looking(client, lead, risk, needs):
    client.force_login(lead)
    before = list(Risk.objects.values()), list(Dependency.objects.values())
    for address in (*BOTH, "/"):
        client.get(f"{address}?as_of={DAY}")
    assert (list(Risk.objects.values()), list(Dependency.objects.values())) == before


@pytest.mark.parametrize("address", [*BOTH, "/"])
def test_queries_do_not_grow_with_risks_and_needs(client, lead, plan, risk, needs, address):
    client.force_login(lead)

    def cost():
        client.get(f"{address}?as_of={DAY}")
        with CaptureQueriesContext(connection) as found:
            client.get(f"{address}?as_of={DAY}")
        return len(found)

    before = cost()
    with on(AUGUST):
        who = {"by": lead, "now": dt.datetime(2024, 8, 12, 9, tzinfo=dt.UTC)}
        for number in range(3):
            made = create_risk(plan, title=f"No {number}", likelihood=1, impact=1, owner=lead, **who)
            create_mitigation(made, text="Step", owner=lead, **who)
            create_dependency(plan, partner=f"Partner {number}", **who)
    assert cost() == before

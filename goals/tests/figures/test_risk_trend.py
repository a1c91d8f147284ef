"""The trend of risks is what each day would say of itself."""

import datetime as dt

import pytest

from goals.actions.risk_life import close_risk
from goals.actions.risks import change_mitigation, change_risk, create_mitigation, create_risk
from goals.actions.roadmaps import archive_objective
from goals.figures.risk_trend import RiskLevels, risk_levels, risk_trend
from goals.figures.risks import risks_on
from goals.models import Risk
from goals.tests.factories import CycleFactory, ObjectiveFactory, RoadmapFactory
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

OCTOBER = dt.date(2024, 10, 14)


def morning(day):
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@pytest.fixture
def cycle(edge, lead):
    """Two objectives; risks that come in August, change in September and end in October."""
    with on(JULY):
        cycle = CycleFactory()
        roadmap = RoadmapFactory(area=edge, cycle=cycle)
        first, second = (ObjectiveFactory(roadmap=roadmap) for _ in "ab")
    who = {"by": lead, "now": morning(AUGUST)}
    with on(AUGUST):
        grave = create_risk(first, title="One vendor", likelihood=4, impact=4, **who)
        step = create_mitigation(grave, text="Ask a second one", **who)
        small = create_risk(second, title="Rain", likelihood=1, impact=2, **who)
        unknown = {"kind": "unknown", "review_on": OCTOBER}
        create_risk(first, title="What do we not know?", **unknown, **who)
    who["now"] = morning(SEPTEMBER)
    with on(SEPTEMBER):
        change_mitigation(step, state="dropped", **who)
        change_risk(small, state="occurred", occurred_on=SEPTEMBER, consequence="Wet phones", **who)
    who["now"] = morning(OCTOBER)
    with on(OCTOBER):
        close_risk(grave, today=OCTOBER, outcome="prevented", **who)
        archive_objective(second, by=lead, now=who["now"])
    return cycle


def test_each_day_of_the_trend_is_what_that_day_says(cycle):
    days = risk_trend(Risk.objects.all(), cycle, until=OCTOBER)
    assert [row.day for row in days][:: len(days) - 1] == [cycle.starts_on, OCTOBER]
    related = Risk.objects.select_related("objective")
    assert [row.levels for row in days] == [risk_levels(risks_on(related, row.day)) for row in days]
    by_day = {row.day: row.levels for row in days}
    assert by_day[JULY] == RiskLevels(0, 0, 0, 0, 0)
    assert by_day[AUGUST] == RiskLevels(open=3, high=1, occurred=0, mitigated=1, score_sum=18)
    assert by_day[SEPTEMBER] == RiskLevels(open=3, high=1, occurred=1, mitigated=0, score_sum=18)
    assert by_day[OCTOBER] == RiskLevels(open=1, high=0, occurred=0, mitigated=0, score_sum=0)


def test_its_last_day_is_what_is_counted_today(cycle):
    today = risk_levels(Risk.objects.open().with_mitigation_state(OCTOBER))
    assert risk_trend(Risk.objects.all(), cycle, until=OCTOBER)[-1].levels == today


def test_it_ends_with_the_cycle_and_does_not_begin_before(cycle):
    assert risk_trend(Risk.objects.all(), cycle, until=dt.date(2025, 3, 1))[-1].day == cycle.ends_on
    assert risk_trend(Risk.objects.all(), cycle, until=dt.date(2024, 6, 1)) == []


def test_a_whole_cycle_costs_five_queries(cycle, django_assert_num_queries):
    with django_assert_num_queries(5):
        risk_trend(Risk.objects.all(), cycle, until=OCTOBER)

"""The risk register and its filters."""

import datetime as dt

import pytest

from goals.models import Objective, Risk, Visibility
from goals.tests.factories import (
    TODAY,
    CycleFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def register(objective):
    """Four open risks and a closed one."""
    RiskFactory(objective=objective, title="Bare and high", likelihood=4, impact=5)
    watched = RiskFactory(objective=objective, title="Watched", likelihood=2, impact=2)
    MitigationFactory(risk=watched, text="Look weekly", due_on=dt.date(2024, 10, 1))
    RiskFactory(
        objective=objective,
        title="Unforeseen",
        kind="unknown",
        likelihood=None,
        review_on=dt.date(2024, 11, 4),
    )
    RiskFactory(objective=objective, title="Came true", likelihood=1, state="occurred", occurred_on=TODAY)
    RiskFactory(objective=objective, title="Over and done", state="closed")


def titles(client, user, query=""):
    client.force_login(user)
    response = client.get(f"/risks/{query}")
    assert response.status_code == 200
    return [risk.title for risk in response.context["page"]]


def test_visitor_is_sent_to_sign_in(client, register):
    assert client.get("/risks/")["Location"].startswith("/sign-in/")


def test_open_risks_stand_the_gravest_first_and_those_without_likelihood_last(client, manager, register):
    assert titles(client, manager) == ["Bare and high", "Watched", "Came true", "Unforeseen"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=unknown", ["Unforeseen"]),
        ("?kind=known&show=high", ["Bare and high"]),
        ("?show=without_mitigation", ["Bare and high", "Came true", "Unforeseen"]),
        ("?show=overdue", ["Watched"]),
        ("?show=occurred", ["Came true"]),
        ("?show=closed", ["Over and done"]),
        ("?likelihood=4&impact=5", ["Bare and high"]),
        ("?area=CORE", []),
        ("?area=LIB&show=overdue", ["Watched"]),
    ],
)
def test_address_narrows_the_register_down(client, manager, register, core, query, expected):
    assert titles(client, manager, query) == expected


@pytest.mark.parametrize(
    "query", ["?kind=nonsense", "?show=%00", "?area=NOPE", "?likelihood=9", "?impact=x", "?page=zzz"]
)
def test_filter_that_cannot_be_read_narrows_nothing(client, manager, register, query):
    assert len(titles(client, manager, query)) == 4


def test_matrix_counts_and_leads_to_what_it_counts(page, client, manager, register):
    text = page("/risks/", user=manager)
    assert 'href="?likelihood=4&amp;impact=5" aria-label="1 risk with likelihood 4 and impact 5"' in text
    assert 'href="?kind=known&amp;likelihood=4&amp;impact=5"' in page("/risks/?kind=known")


def test_tallies_count_what_each_choice_would_show(client, manager, register):
    client.force_login(manager)
    tallies = client.get("/risks/?kind=unknown").context["tallies"]
    assert {tally.show: tally.count for tally in tallies} == {
        "": 4,
        "high": 1,
        "without_mitigation": 3,
        "overdue": 1,
        "occurred": 1,
        "stale": 0,
    }


def test_overdue_mitigation_is_said_in_words(page, manager, register):
    assert "overdue since 1 Oct" in page("/risks/", user=manager)


def test_nothing_found_says_how_to_go_on(page, manager, register, cycle):
    assert "No risk fits" in page("/risks/?area=LIB&kind=unknown&show=high", user=manager)


def test_register_without_risks_says_so(page, manager, cycle):
    assert "No open risk" in page("/risks/", user=manager)


def test_register_without_a_cycle_says_what_to_do(page, manager):
    assert "There is no cycle yet" in page("/risks/", user=manager)


def test_risks_of_another_cycle_are_not_mixed_in(client, manager, register):
    later = CycleFactory(
        key="25H1",
        name="2025 H1",
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2025, 6, 30),
        state="planning",
    )
    RiskFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(cycle=later)), title="Later")
    assert titles(client, manager, "?cycle=25H1") == ["Later"]
    assert "Later" not in titles(client, manager)


def test_what_is_restricted_is_absent_for_an_outsider(client, outsider, viewer, objective):
    RiskFactory(objective=objective, title="Whispered", visibility=Visibility.RESTRICTED)
    RiskFactory(objective=objective, title="Spoken")
    assert titles(client, outsider) == ["Spoken"]
    assert set(titles(client, viewer)) == {"Spoken", "Whispered"}
    Objective.objects.update(visibility=Visibility.RESTRICTED)
    assert titles(client, outsider) == []


# Eleven for the register, five for the trend, the others for owners, concerns and what is stale.
QUERIES = 20


@pytest.mark.parametrize("number", [1, 20])
def test_queries_do_not_grow_with_the_register(client, manager, objective, django_assert_num_queries, number):
    for risk in RiskFactory.create_batch(number, objective=objective, owner=manager):
        MitigationFactory(risk=risk, owner=manager)
    client.force_login(manager)
    client.get("/risks/")
    with django_assert_num_queries(QUERIES):
        client.get("/risks/")


def test_long_register_has_pages_that_keep_the_filters(page, manager, objective):
    RiskFactory.create_batch(101, objective=objective)
    assert Risk.objects.count() == 101
    assert 'href="?kind=known&amp;page=2"' in page("/risks/?kind=known", user=manager)

"""The public roadmap: what was opened one by one, and no trace of anything else."""

import pytest

from goals.models import KeyResult, Objective, Risk, Roadmap, Visibility
from goals.tests.factories import (
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    check_in,
)

ADDRESS = "/public/24H2/EDGE/"


@pytest.fixture
def opened(roadmap, objective, reported):
    """EDGE-24H2 is public, with one public objective whose key result stands at 30 %."""
    Roadmap.objects.update(state="published", visibility="public", background="Why **now**")
    Objective.objects.update(visibility="public")
    return objective


def test_everybody_reads_it_without_signing_in(page, opened):
    text = page(ADDRESS)
    assert "Edge · 2024 H2" in text
    assert "Why <strong>now</strong>" in text
    assert "A dependable base for on-device AI" in text
    assert "Decode speed on a phone" in text
    assert "3 tok/s" in text


def test_check_in_notes_people_and_codes_are_never_public(page, opened):
    text = page(ADDRESS)
    for secret in ("kernels", "Lea Lead", "lea.lead", "EDGE-24H2-O1", "KR1", "said"):
        assert secret not in text


def test_what_is_not_public_leaves_no_trace_but_that_there_is_more(page, opened, lead, roadmap):
    assert "A selection" not in page(ADDRESS)
    ObjectiveFactory(roadmap=roadmap, title="The first that is not public")
    before = page(ADDRESS)
    assert "A selection: this page shows what its area made public" in before
    assert "The first" not in before
    for visibility in (Visibility.INTERNAL, Visibility.RESTRICTED):
        other = ObjectiveFactory(roadmap=roadmap, title=f"Objective {visibility}", visibility=visibility)
        check_in(KeyResultFactory(objective=other, owner=lead, title="Unseen"), 10)
        RiskFactory(objective=opened, title=f"Risk {visibility}", visibility=visibility)
    for visibility in (KeyResult.Visibility.INTERNAL, KeyResult.Visibility.RESTRICTED):
        check_in(KeyResultFactory(objective=opened, owner=lead, visibility=visibility), 10)
    DependencyFactory(objective=opened, partner="Secret partner")
    assert page(ADDRESS) == before


def test_a_key_result_that_is_not_public_makes_a_selection_too(page, opened):
    row = KeyResultFactory(objective=opened, visibility=KeyResult.Visibility.INTERNAL)
    assert "A selection" in page(ADDRESS)
    KeyResult.objects.filter(pk=row.pk).update(dropped_at=row.created_at)
    assert "A selection" not in page(ADDRESS)


def test_public_risk_is_shown_with_what_is_done_about_it(page, opened, lead):
    risk = RiskFactory(objective=opened, title="One vendor", visibility=Visibility.PUBLIC, owner=lead)
    MitigationFactory(risk=risk, text="Ask a second one", owner=lead)
    text = page(ADDRESS)
    assert "One vendor — Ask a second one" in text
    assert "Lea" not in text


def test_public_risk_of_an_internal_objective_stays_inside(page, opened, roadmap):
    internal = ObjectiveFactory(roadmap=roadmap)
    RiskFactory(objective=internal, title="Too open", visibility=Visibility.PUBLIC)
    assert Risk.objects.count() == 1
    assert "Too open" not in page(ADDRESS)


def test_excellence_items_are_shown_when_public(page, opened, roadmap):
    ObjectiveFactory(roadmap=roadmap, kind="excellence", title="Test coverage", visibility="public")
    text = page(ADDRESS)
    assert "Test coverage" in text
    assert "Better Code" in text


@pytest.mark.parametrize(
    "fields", [{"state": "draft"}, {"visibility": "internal"}, {"visibility": "restricted"}]
)
def test_roadmap_that_is_not_open_is_not_found_even_for_its_lead(status, lead, opened, fields):
    Roadmap.objects.update(**fields)
    assert status(ADDRESS) == 404
    assert status(ADDRESS, user=lead) == 404


@pytest.mark.parametrize("address", ["/public/24H2/NOPE/", "/public/99H9/EDGE/"])
def test_unknown_roadmap_is_not_found(status, opened, address):
    assert status(address) == 404


def test_answer_may_be_kept_by_everybody_and_says_nothing_of_who_asks(client, opened, lead):
    response = client.get(ADDRESS)
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    client.force_login(lead)
    signed_in = client.get(ADDRESS)
    assert signed_in.content == response.content
    assert "Cookie" not in signed_in.get("Vary", "")


def test_unchanged_page_is_not_sent_twice(client, opened):
    tag = client.get(ADDRESS)["ETag"]
    assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304


def test_nothing_can_be_posted_to_it(client, opened):
    assert client.post(ADDRESS).status_code == 405


def test_public_roadmap_without_public_goals_says_so(page, opened):
    Objective.objects.update(visibility="internal")
    text = page(ADDRESS)
    assert "No goals to show yet" in text
    assert "A dependable base" not in text


@pytest.mark.parametrize("number", [1, 20])
def test_queries_do_not_grow_with_the_roadmap(
    client, opened, roadmap, lead, django_assert_num_queries, number
):
    for _index in range(number):
        objective = ObjectiveFactory(roadmap=roadmap, visibility="public")
        check_in(KeyResultFactory(objective=objective, owner=lead), 4)
        MitigationFactory(risk=RiskFactory(objective=objective, visibility="public"))
    client.get(ADDRESS)
    with django_assert_num_queries(11):
        client.get(ADDRESS)

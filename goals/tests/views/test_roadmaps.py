"""An area in a cycle: the roadmap of a team, the roll-up of an area above, the list of areas."""

import datetime as dt
from decimal import Decimal

import pytest

from areas.tests.factories import AreaFactory, MembershipFactory
from goals.actions.key_results import change_key_result
from goals.models import Cycle, Dependency, KeyResult, Objective, Risk, Roadmap, Visibility
from goals.tests.factories import (
    NOW,
    ConcernFactory,
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

ADDRESS = "/areas/EDGE/24H2/"


def test_visitor_is_sent_to_sign_in(client, reported):
    for address in (ADDRESS, "/areas/", "/areas/EDGE/"):
        assert client.get(address)["Location"].startswith("/sign-in/")


def test_roadmap_shows_objectives_with_values_ways_and_health(page, outsider, reported):
    text = page(ADDRESS, user=outsider)
    assert "Edge · 2024 H2" in text
    assert "EDGE-24H2-O1" in text
    assert 'id="key-result-EDGE-24H2-O1-KR1"' in text
    assert "3 tok/s" in text
    assert "0 → 10" in text
    assert 'aria-label="30\u202f% reached, 57\u202f% expected"' in text
    assert "led by Lea Lead" in text


def test_lead_is_addressed_as_you_and_may_check_in(page, lead, reported):
    text = page(ADDRESS, user=lead)
    assert "led by you" in text
    assert 'href="/key-results/EDGE-24H2-O1-KR1/check-in/"' in text


def test_outsider_and_viewer_are_not_offered_to_check_in(page, outsider, viewer, reported):
    assert "/check-in/" not in page(ADDRESS, user=outsider)
    assert "/check-in/" not in page(ADDRESS, user=viewer)


def test_nobody_is_offered_to_check_in_while_the_cycle_is_planned(page, lead, reported):
    Cycle.objects.update(state=Cycle.State.PLANNING)
    assert "/check-in/" not in page(ADDRESS, user=lead)


def test_guardrail_says_kept_and_its_bound(page, lead, objective):
    check_in(KeyResultFactory(objective=objective, owner=lead, guardrail=True, title="Perplexity"), 12)
    text = page(ADDRESS, user=lead)
    assert "Kept" in text
    assert "at most 12.85" in text


def test_open_risks_stand_with_their_objective_and_its_mitigations(page, lead, objective):
    risk = RiskFactory(objective=objective, title="Only one device is measured")
    MitigationFactory(risk=risk, text="Add a device lab", due_on=dt.date(2024, 11, 1))
    RiskFactory(objective=objective, title="A closed matter", state=Risk.State.CLOSED)
    text = page(ADDRESS, user=lead)
    assert "Only one device is measured</a> — Add a device lab (due 1 Nov)" in text
    assert "A closed matter" not in text


def test_excellence_items_show_pillar_impact_and_cost(page, lead, roadmap):
    ObjectiveFactory(
        roadmap=roadmap,
        kind=Objective.Kind.EXCELLENCE,
        title="Test coverage",
        impact="high",
        cost="low",
        confidence=7,
    )
    text = page(ADDRESS, user=lead)
    assert "Better Code" in text
    assert "impact high · cost low · confidence 7/10" in text


def test_latest_shows_what_was_said_and_which_target_changed_why(page, lead, reported):
    change_key_result(reported, by=lead, now=NOW, reason="Beta adds reach", target_value=Decimal(12))
    text = page(ADDRESS, user=lead)
    assert "4-bit kernels" in text
    assert "Target changed" in text
    assert "10 → 12" in text
    assert "Beta adds reach" in text


def test_background_is_markdown_without_raw_html(page, lead, roadmap):
    Roadmap.objects.update(background="**Alpha** <script>alert(1)</script> [x](javascript:alert(1))")
    text = page(ADDRESS, user=lead)
    assert "<strong>Alpha</strong>" in text
    assert "<script>alert(1)" not in text
    assert 'href="javascript' not in text


def test_empty_roadmap_says_what_belongs_there(page, lead, roadmap):
    text = page(ADDRESS, user=lead)
    assert "No focus objectives yet" in text
    assert "No background yet" in text
    assert "Nothing was reported yet" in text


def test_need_of_a_hidden_objective_is_left_out(page, outsider, lead, objective):
    hidden_roadmap = RoadmapFactory(cycle=objective.roadmap.cycle, visibility=Visibility.RESTRICTED)
    hidden = ObjectiveFactory(roadmap=hidden_roadmap, title="A secret plan")
    DependencyFactory(objective=objective, partner="", on_objective=hidden)
    DependencyFactory(objective=objective, partner="Arm", state=Dependency.State.AT_RISK)
    text = page(ADDRESS, user=outsider)
    assert "A secret plan" not in text
    assert 'Arm (partner): <span class="badge badge--at_risk">' in " ".join(text.split())


def test_restricted_roadmap_is_not_found_for_an_outsider(status, outsider, viewer, manager, roadmap):
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert status(ADDRESS, user=outsider) == 404
    assert status(ADDRESS, user=viewer) == 200
    assert status(ADDRESS, user=manager) == 200


def test_restricted_objective_and_key_result_and_risk_are_absent_for_an_outsider(
    page, outsider, lead, objective, reported
):
    other = ObjectiveFactory(
        roadmap=objective.roadmap, title="Hidden objective", visibility=Visibility.RESTRICTED
    )
    check_in(
        KeyResultFactory(objective=other, owner=lead, title="Hidden by its objective"), 9, note="whispered"
    )
    check_in(
        KeyResultFactory(
            objective=objective, owner=lead, title="Hidden itself", visibility=KeyResult.Visibility.RESTRICTED
        ),
        9,
        note="murmured",
    )
    RiskFactory(objective=objective, title="Hidden risk", visibility=Visibility.RESTRICTED)
    hidden = ("Hidden", "whispered", "murmured")
    mine = page(ADDRESS, user=lead)
    assert all(word in mine for word in hidden)
    theirs = page(ADDRESS, user=outsider)
    assert not any(word in theirs for word in hidden)
    assert "from 1 of 1 key result" in theirs


@pytest.mark.parametrize(
    "address", ["/areas/NOPE/24H2/", "/areas/EDGE/99H9/", "/areas/NOPE/", "/areas/CORE/24H2/"]
)
def test_what_is_not_there_is_not_found(status, lead, roadmap, core, address):
    assert status(address, user=lead) == 404


def test_area_above_rolls_its_teams_up(client, manager, lib, reported):
    client.force_login(manager)
    response = client.get("/areas/LIB/24H2/")
    assert response.context["figures"].mean.completion == Decimal("0.3")
    text = response.content.decode()
    assert "rolled up from 1 team" in text
    assert "A dependable base for on-device AI" in text
    assert 'href="/areas/EDGE/?cycle=24H2"' in text


def test_roll_up_leaves_out_what_is_hidden(page, outsider, lib, reported):
    Objective.objects.update(visibility=Visibility.RESTRICTED)
    text = page("/areas/LIB/24H2/", user=outsider)
    assert "A dependable base" not in text
    assert "No objectives yet" in text


def test_area_goes_on_to_its_roadmap_of_the_cycle(client, lead, roadmap):
    client.force_login(lead)
    assert client.get("/areas/EDGE/")["Location"] == ADDRESS
    assert client.get("/areas/EDGE/?cycle=24H2")["Location"] == ADDRESS
    assert client.get("/areas/EDGE/?cycle=nope").status_code == 404


def test_area_without_a_roadmap_says_so_and_a_hidden_one_looks_the_same(page, outsider, core, roadmap):
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert "No roadmap to show in this cycle" in page("/areas/CORE/", user=outsider)
    assert "No roadmap to show in this cycle" in page("/areas/EDGE/", user=outsider)


def test_list_of_areas_shows_the_tree_with_leads_and_figures(page, outsider, core, reported):
    text = page("/areas/", user=outsider)
    assert text.index(">Libraries</a>") < text.index(">Edge</a>")
    assert "Lea Lead" in text
    assert "1 of 1" in text
    assert "no roadmap in this cycle" in text


def test_list_of_areas_without_any_says_what_to_do(page, manager, cycle):
    assert "No area yet" in page("/areas/", user=manager)


@pytest.mark.parametrize("number", [1, 20])
def test_queries_of_a_roadmap_do_not_grow_with_it(
    client, lead, viewer, roadmap, django_assert_num_queries, number
):
    for index in range(number):
        objective = ObjectiveFactory(roadmap=roadmap, owner=lead)
        for key_result in KeyResultFactory.create_batch(2, objective=objective, owner=lead):
            check_in(key_result, index)
        MitigationFactory(risk=RiskFactory(objective=objective, owner=lead))
        DependencyFactory(objective=objective, partner=f"Partner {index}")
    # Whoever plans and whoever reads: how long the printed plan is, is measured elsewhere.
    for person in (lead, viewer):
        client.force_login(person)
        client.get(ADDRESS)
        with django_assert_num_queries(20):
            client.get(ADDRESS)


@pytest.mark.parametrize("number", [1, 10])
def test_queries_of_the_list_of_areas_do_not_grow_with_it(
    client, manager, cycle, django_assert_num_queries, number
):
    for index in range(number):
        area = AreaFactory(key=f"T{index}X")
        MembershipFactory(user=manager, area=area)
        KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=area, cycle=cycle)))
    client.force_login(manager)
    client.get("/areas/")
    with django_assert_num_queries(13):
        client.get("/areas/")


def test_review_remarks_stand_on_the_page_with_their_counts(page, outsider, key_result):
    KeyResult.objects.update(owner=None)
    text = page(ADDRESS, user=outsider)
    assert "Review remarks" in text
    assert "2 to mend · 1 hint" in text  # no background, no owner; no item of excellence
    assert '<a href="/key-results/EDGE-24H2-O1-KR1/">O1-KR1 has no owner.</a>' in text


def test_risks_of_elsewhere_that_concern_an_objective_stand_with_it_once_and_are_not_remarked_on(
    client, lead, outsider, objective
):
    elsewhere = ObjectiveFactory(roadmap=RoadmapFactory(cycle=objective.roadmap.cycle))
    own, foreign = RiskFactory(objective=objective), RiskFactory(objective=elsewhere)
    for risk in (own, foreign):
        ConcernFactory(risk=risk, objective=elsewhere if risk is own else objective)
    ConcernFactory(risk=foreign, objective=ObjectiveFactory(roadmap=objective.roadmap))
    hidden = RiskFactory(objective=elsewhere, visibility=Visibility.RESTRICTED)
    ConcernFactory(risk=hidden, objective=objective)
    client.force_login(outsider)
    told = client.get(ADDRESS).context
    [card, other] = told["focus"]
    assert ([r.code for r in card.risks], [r.code for r in other.risks]) == (
        [own.code, foreign.code],
        [foreign.code],
    )
    subjects = [remark.subject for remark in told["review"].remarks]
    assert own.code in subjects
    assert foreign.code not in subjects


def test_the_review_on_the_page_is_the_one_that_is_asked_for_by_itself(client, lead, objective, key_result):
    KeyResult.objects.update(owner=None)
    MitigationFactory(risk=RiskFactory(objective=objective), due_on=dt.date(2024, 9, 1))
    RiskFactory(objective=objective, state=Risk.State.CLOSED)
    client.force_login(lead)
    on_page = client.get(ADDRESS).context["review"].remarks
    by_itself = client.get(f"{ADDRESS}remarks/").context["review"].remarks
    assert on_page == by_itself
    assert len(on_page) > 3


def test_a_closed_plan_is_not_reviewed(page, outsider, key_result):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    assert "Review remarks" not in page(ADDRESS, user=outsider)

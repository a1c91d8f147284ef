"""The page "What changed", and its CSV."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine

from accounts.models import User
from areas.models import Role
from goals.actions.comments import (
    acknowledge,
    add_comment,
    delete_comment,
    take_back_acknowledgement,
)
from goals.actions.initiatives import change_initiative, create_initiative, shift_initiative
from goals.actions.key_results import change_key_result, drop_key_result
from goals.actions.people import give_role
from goals.actions.risks import change_mitigation, change_risk, create_mitigation, create_risk
from goals.actions.roadmaps import archive_objective, change_objective, change_roadmap
from goals.models import KeyResult, Kpi, Objective, Roadmap
from goals.tests.factories import (
    NOW,
    DependencyFactory,
    KeyResultFactory,
    KpiFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
    enter,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

ADDRESS = "/changes/?cycle=24H2"
EARLIER = NOW - dt.timedelta(days=30)


@pytest.fixture
def long_ago():
    """So that what the story is made of is nothing that changed lately."""
    with time_machine.travel(EARLIER, tick=False) as clock:
        yield clock


@pytest.fixture
def settled(long_ago, key_result, objective, roadmap):
    long_ago.move_to(NOW)
    return key_result


def rows_of(client, address="/changes.csv?cycle=24H2", user=None):
    if user is not None:
        client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200, response.content[:300]
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def told(client, user):
    return {(row["code"], row["what"], row["old"], row["new"]) for row in rows_of(client, user=user)}


def test_tells_initiatives_that_are_new_or_done_but_not_their_order(client, page, settled, lead):
    who = {"by": lead, "now": NOW}
    first, second = (create_initiative(settled, title=title, **who) for title in ("Order a lab", "Use it"))
    change_initiative(first, state="done", **who)
    shift_initiative(second, steps=-1, **who)
    assert told(client, lead) - {("", "role", "", "lead")} == {
        ("EDGE-24H2-O1-KR1", "new", "", ""),
        ("EDGE-24H2-O1-KR1", "state", "planned", "done"),
    }
    text = page(ADDRESS, user=lead)
    assert text.count("Order a lab") == 2
    assert f"/key-results/EDGE-24H2-O1-KR1/#initiative-{first.pk}" in text


def test_tells_values_targets_states_and_risks_of_the_last_two_weeks(
    client, page, settled, objective, roadmap, lead, manager
):
    who = {"by": lead, "now": NOW}
    check_in(settled, 3, note="4-bit kernels **merged**")
    check_in(settled, "2.5", status="at_risk")
    change_key_result(settled, target_value=Decimal(12), reason="New phones", **who)
    change_objective(objective, owner=manager, **who)
    change_roadmap(roadmap, state="published", background="Because.", **who)
    risk = create_risk(objective, title="One vendor", likelihood=3, impact=3, **who)
    change_risk(risk, state="mitigating", **who)
    step = create_mitigation(risk, text="Ask a second one", **who)
    change_mitigation(step, state="done", **who)
    assert told(client, manager) == {
        ("EDGE-24H2-O1-KR1", "check-in", "", "3"),
        ("EDGE-24H2-O1-KR1", "check-in", "3", "2.5"),
        ("EDGE-24H2-O1-KR1", "target", "10", "12"),
        ("EDGE-24H2-O1", "owner", "Lea Lead", "Mana Ger"),
        ("EDGE-24H2", "state", "draft", "published"),
        ("EDGE-24H2", "background", "", "rewritten"),
        ("EDGE-24H2-O1-R1", "new", "", ""),
        ("EDGE-24H2-O1-R1", "state", "open", "mitigating"),
        ("", "new", "", ""),
        ("", "state", "planned", "done"),
        ("", "role", "", "lead"),  # of the lead, made by the story
    } - {("", "role", "", "lead")}
    text = page(ADDRESS, user=manager)
    assert "4-bit kernels merged" in text
    assert "badge--on_track" in text
    assert "badge--at_risk" in text
    assert "“New phones”" in text
    assert '<a href="/areas/EDGE/?cycle=24H2">Edge</a>' in text


def test_interim_targets_and_what_is_given_up_are_told_with_the_reason(client, settled, objective, lead):
    plan = [(dt.date(2024, 11, 1), Decimal(4))]
    change_key_result(settled, by=lead, now=NOW, interim_targets=plan, reason="uneven")
    other = KeyResultFactory(objective=objective)
    drop_key_result(other, by=lead, now=NOW, reason="no device")
    rows = {(row["code"], row["what"], row["new"], row["reason"]) for row in rows_of(client, user=lead)}
    assert ("EDGE-24H2-O1-KR1", "interim target for 1 Nov 2024", "4", "uneven") in rows
    assert (other.code, "dropped", "", "no device") in rows


def test_what_left_the_lists_is_named_without_a_link(client, page, settled, objective, lead):
    archive_objective(objective, by=lead, now=NOW, reason="merged into O2")
    text = page(ADDRESS, user=lead)
    assert "Archived" in text
    assert "merged into O2" in text
    assert 'href="/objectives/EDGE-24H2-O1/"' not in text


def test_what_one_may_not_see_did_not_change(client, settled, objective, lead, outsider, viewer):
    check_in(settled, 3)
    RiskFactory(objective=objective, title="Secret", visibility="restricted")
    hidden = KeyResultFactory(objective=objective, title="Hidden", visibility="restricted")
    check_in(hidden, 4)
    assert {row["title"] for row in rows_of(client, user=viewer)} >= {"Secret", "Hidden"}
    assert {row["title"] for row in rows_of(client, user=outsider)} == {"Decode speed on a phone"}
    Objective.objects.update(visibility="restricted")
    assert rows_of(client, user=outsider) == []
    Objective.objects.update(visibility="internal")
    Roadmap.objects.update(visibility="restricted")
    assert rows_of(client, user=outsider) == []


def test_hidden_roadmaps_kpis_and_needs_did_not_change(
    client, settled, objective, roadmap, edge, lib, cycle, lead, outsider
):
    change_roadmap(roadmap, by=lead, now=NOW, background="Anew.")
    enter(KpiFactory(area=edge), 3)
    there = ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle))
    DependencyFactory(objective=objective, partner="", on_objective=there)
    client.force_login(outsider)

    def told_of():
        text = client.get("/changes.csv?cycle=24H2").content.decode()
        return [word in text for word in ("background", "EDGE-K1", "needs LIB-24H2-O1")]

    assert told_of() == [True, True, True]
    Kpi.objects.update(visibility="restricted")
    Objective.objects.filter(pk=there.pk).update(visibility="restricted")
    assert told_of() == [True, False, False]
    Roadmap.objects.filter(pk=roadmap.pk).update(visibility="restricted")
    assert told_of() == [False, False, False]


def test_what_was_said_is_told_with_who_said_it(client, page, settled, objective, viewer, lead):
    reported = check_in(settled, 3)
    with time_machine.travel(EARLIER, tick=False):
        add_comment(objective, by=viewer, now=EARLIER, text="Long ago.")
    add_comment(objective, by=viewer, now=NOW, text="Why **so** slow?")
    on_check_in = add_comment(reported, by=lead, now=NOW, text="It is the phone.")
    gone = add_comment(reported, by=lead, now=NOW, text="Nonsense.")
    delete_comment(gone, by=lead, now=NOW)
    rows = [row for row in rows_of(client, user=lead) if row["section"] == "comments"]
    assert {(row["area"], row["code"], row["what"], row["by"], row["reason"]) for row in rows} == {
        ("EDGE", "EDGE-24H2-O1", "comment", "Vi Ewer", "Why **so** slow?"),
        ("EDGE", "EDGE-24H2-O1-KR1", "comment on check-in 1", "Lea Lead", "It is the phone."),
    }
    text = page(ADDRESS, user=lead)
    assert '<h3 class="changes__section">Comments</h3>' in text
    assert "“Why so slow?”" in text
    assert f'href="/key-results/EDGE-24H2-O1-KR1/#comment-{on_check_in.pk}"' in text
    archive_objective(objective, by=lead, now=NOW, reason="merged")
    assert "#comment-" not in page(ADDRESS, user=lead)


def test_who_has_taken_note_of_which_check_in_is_told(client, page, settled, lead, manager, outsider):
    first, second = check_in(settled, 3), check_in(settled, 4)
    acknowledge(first, by=manager, now=NOW)
    acknowledge(second, by=manager, now=NOW)
    take_back_acknowledgement(second, by=manager, now=NOW)

    def said(user):
        rows = rows_of(client, user=user)
        return [(row["code"], row["what"], row["by"]) for row in rows if row["section"] == "comments"]

    assert said(lead) == [("EDGE-24H2-O1-KR1", "taken note of check-in 1", "Mana Ger")]
    assert 'href="/key-results/EDGE-24H2-O1-KR1/#check-in-1"' in page(ADDRESS, user=lead)
    KeyResult.objects.update(visibility="restricted")
    assert said(outsider) == []


def test_words_one_may_not_see_were_not_said(client, settled, objective, core, cycle, lead, outsider, viewer):
    reported = check_in(settled, 3)
    add_comment(reported, by=viewer, now=NOW, text="About the check-in.")
    add_comment(objective, by=viewer, now=NOW, text="About the objective.")

    def said(user, query=""):
        rows = rows_of(client, f"/changes.csv?cycle=24H2{query}", user=user)
        return {row["reason"] for row in rows if row["section"] == "comments"}

    both = {"About the check-in.", "About the objective."}
    assert said(outsider) == said(lead) == said(lead, "&area=LIB") == both
    assert said(lead, "&area=CORE") == set()
    KeyResult.objects.update(visibility="restricted")
    assert (said(outsider), said(lead)) == ({"About the objective."}, both)
    KeyResult.objects.update(visibility="inherit")
    Objective.objects.update(visibility="restricted")
    assert (said(outsider), said(lead)) == (set(), both)


def test_co_owners_are_not_told_that_what_is_hidden_is_shared(client, settled, objective, core, outsider):
    ShareFactory(objective=objective, area=core)

    def shared():
        rows = rows_of(client, "/changes.csv?cycle=24H2&area=CORE", user=outsider)
        return [row["what"] for row in rows if "shared" in row["what"]]

    assert shared() == ["shared with CORE"]
    Objective.objects.update(visibility="restricted")
    assert shared() == []


def test_people_are_for_managers(client, page, settled, edge, administrator, manager, lead):
    newcomer = User.objects.get(pk=manager.pk)
    give_role(newcomer, edge, Role.VIEWER, by=administrator, now=NOW)
    people = [row for row in rows_of(client, user=manager) if row["section"] == "people"]
    assert [(row["area"], row["title"], row["new"]) for row in people] == [("EDGE", "Mana Ger", "viewer")]
    assert "People" in page(ADDRESS)
    assert [row for row in rows_of(client, user=lead) if row["section"] == "people"] == []


def test_a_day_and_an_area_narrow_it_down(client, settled, core, cycle, lead, manager):
    check_in(settled, 3)
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    check_in(elsewhere, 4)
    for area, expected in (("LIB", {"EDGE"}), ("CORE", {"CORE"}), ("", {"EDGE", "CORE"})):
        rows = rows_of(client, f"/changes.csv?cycle=24H2&area={area}", user=manager)
        assert {row["area"] for row in rows} == expected
    assert len(rows_of(client, "/changes.csv?cycle=24H2&since=2024-09-01", user=lead)) > len(
        rows_of(client, user=lead)
    )


@pytest.mark.parametrize(
    "since", ["0001-01-01", "1999-12-31", "2024-10-15", "9999-12-31", "x", "２０２４-10-01"]
)
def test_a_day_that_cannot_be_is_told_at_the_field(client, page, settled, lead, since):
    text = page(f"{ADDRESS}&since={since}", user=lead)
    assert 'aria-invalid="true"' in text
    assert "since 30 Sep 2024" in text
    assert client.get(f"/changes.csv?cycle=24H2&since={since}").status_code == 404


def test_an_unknown_cycle_is_not_found_and_an_unknown_area_is_told(client, page, settled, lead):
    assert "Select a valid choice" in page(f"{ADDRESS}&area=NOWHERE", user=lead)
    assert client.get("/changes/?cycle=99H9").status_code == 404


def test_when_nothing_changed_it_says_so(page, settled, lead):
    assert "Nothing changed" in page(ADDRESS, user=lead)


def test_without_a_cycle_it_says_so(page, lead):
    assert "There is no cycle yet" in page("/changes/", user=lead)


def test_cells_are_no_formulas_and_numbers_stay_numbers(client, settled, lead):
    KeyResult.objects.update(title="=1+1")
    check_in(settled, -3, note="@SUM(A1)")
    [row] = [row for row in rows_of(client, user=lead) if row["what"] == "check-in"]
    assert (row["title"], row["new"], row["reason"]) == ("'=1+1", "-3", "'@SUM(A1)")


def test_overview_leads_here(page, settled, manager):
    assert 'href="/changes/"' in page("/", user=manager)
    assert 'href="/changes/?cycle=24H2"' in page("/?cycle=24H2")


@pytest.mark.parametrize("number", [1, 12])
def test_queries_do_not_grow_with_what_changed(
    client, manager, lead, roadmap, django_assert_num_queries, number
):
    for _ in range(number):
        objective = ObjectiveFactory(roadmap=roadmap, owner=lead)
        key_result = KeyResultFactory(objective=objective, owner=lead)
        reported = check_in(key_result, 3)
        add_comment(reported, by=manager, now=NOW, text="Fine.")
        acknowledge(reported, by=manager, now=NOW)
        add_comment(objective, by=manager, now=NOW, text="Fine.")
        change_key_result(
            key_result,
            by=lead,
            now=NOW,
            reason="r",
            target_value=Decimal(20),
            interim_targets=[(dt.date(2024, 11, 1), Decimal(4))],
        )
        RiskFactory(objective=objective)
    client.force_login(manager)
    client.get(ADDRESS)
    with django_assert_num_queries(37):
        client.get(ADDRESS)

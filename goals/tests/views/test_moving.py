"""The pages on which things move, and what old addresses lead to."""

import pytest

from goals.actions.moving import move_key_result
from goals.models import Cycle, KeyResult, MovedCode, Objective
from goals.tests.factories import NOW, ObjectiveFactory, RiskFactory, RoadmapFactory, ShareFactory

OLD, NEW = "/key-results/EDGE-24H2-O1-KR1/", "/key-results/EDGE-24H2-O2-KR1/"


@pytest.fixture
def second(roadmap):
    return ObjectiveFactory(roadmap=roadmap, title="Fast everywhere")


@pytest.fixture
def moved(key_result, second, lead):
    move_key_result(key_result, second, by=lead, now=NOW, reason="It fits better.")
    return KeyResult.objects.get(pk=key_result.pk)


def sent(row, place, **more):
    return {"place": place, "reason": "It fits better.", "version": row.version} | more


def test_it_is_shown_first_and_then_moves(client, lead, reported, second, page):
    assert "EDGE-24H2-O2 Fast everywhere" in page(f"{OLD}move/", user=lead)
    RiskFactory(objective=reported.objective, key_result=reported)
    shown = client.post(f"{OLD}move/", sent(reported, "everywhere"))
    told = shown.content.decode()
    assert shown.status_code == 200
    assert "EDGE-24H2-O2-KR1" in told and "1 check-in<" in told and "EDGE-24H2-O2-R1" in told
    assert not MovedCode.objects.exists()
    done = client.post(f"{OLD}move/", sent(reported, "EDGE-24H2-O2", move="1"))
    assert (done.status_code, done.url) == (302, NEW)
    told = page(NEW)
    assert "Moved" in told and "EDGE-24H2-O1-KR1" in told and "It fits better." in told


def test_an_objective_moves_to_a_roadmap(client, manager, objective, lib, cycle, page):
    RoadmapFactory(area=lib, cycle=cycle)
    assert "LIB-24H2 Libraries" in page("/objectives/EDGE-24H2-O1/move/", user=manager)
    done = client.post("/objectives/EDGE-24H2-O1/move/", sent(objective, "librar", move="1"))
    assert (done.status_code, done.url) == (302, "/objectives/LIB-24H2-O1/")
    old = client.get("/objectives/EDGE-24H2-O1/?as_of=2024-10-01")
    assert (old.status_code, old["Location"]) == (301, "/objectives/LIB-24H2-O1/?as_of=2024-10-01")


def test_it_is_said_that_shares_come_along(client, manager, objective, lib, core, cycle):
    RoadmapFactory(area=lib, cycle=cycle)
    ShareFactory(objective=objective, area=core)
    client.force_login(manager)
    told = client.post("/objectives/EDGE-24H2-O1/move/", sent(objective, "librar")).content.decode()
    assert "1 share with another area" in told


def test_without_a_reason_it_stays_and_what_was_chosen_is_kept(client, lead, key_result, second):
    client.force_login(lead)
    answer = client.post(f"{OLD}move/", sent(key_result, second.code, reason="", move="1"))
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Say why EDGE-24H2-O1-KR1 moves; the cycle has begun." in told and "EDGE-24H2-O2-KR1" in told


def test_what_somebody_changed_meanwhile_is_told(client, lead, key_result, second):
    client.force_login(lead)
    KeyResult.objects.update(version=7)
    answer = client.post(f"{OLD}move/", sent(key_result, second.code, move="1"))
    assert answer.status_code == 409 and "was changed by somebody else" in answer.content.decode()


@pytest.mark.parametrize("place", ["nowhere", "CORE-24H2-O1", ""])
def test_a_place_that_one_does_not_plan_is_not_there(client, lead, key_result, second, core, cycle, place):
    ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    client.force_login(lead)
    answer = client.post(f"{OLD}move/", sent(key_result, place, move="1"))
    assert answer.status_code == 422 and not MovedCode.objects.exists()


def test_the_page_says_that_nothing_moves_any_more(client, lead, key_result, second):
    Cycle.objects.update(state="closing")
    client.force_login(lead)
    answer = client.post(f"{OLD}move/", sent(key_result, second.code))
    assert answer.status_code == 409
    assert "2024 H2 is closing; nothing moves in it any more." in answer.content.decode()


def test_every_old_address_leads_to_the_new_one(client, moved, contributor):
    client.force_login(contributor)
    for rest in ("", "check-in/", "?as_of=2024-10-01"):
        answer = client.get(OLD + rest)
        assert (answer.status_code, answer["Location"]) == (301, NEW + rest)
    answer = client.post(f"{OLD}check-in/", {})
    assert (answer.status_code, answer["Location"]) == (308, f"{NEW}check-in/")
    assert client.get("/key-results/EDGE-24H2-O1-KR9/").status_code == 404


def test_an_old_address_is_not_there_for_whom_the_thing_is_not(client, moved, outsider, lead):
    Objective.objects.filter(pk=moved.objective_id).update(visibility="restricted")
    client.force_login(outsider)
    assert client.get(OLD).status_code == 404
    client.force_login(lead)
    assert client.get(OLD).status_code == 301
    client.logout()
    assert "/sign-in/" in client.get(OLD).url


def test_what_changed_names_both_codes(moved, lead, page):
    told = page("/changes/?since=2024-10-01", user=lead)
    assert "EDGE-24H2-O1-KR1" in told and "EDGE-24H2-O2-KR1" in told


def test_plans_of_others_are_not_offered(page, lead, key_result, second, core, cycle):
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    assert second.code in page(f"{OLD}move/", user=lead)
    for address in (f"{OLD}move/", "/objectives/EDGE-24H2-O1/move/"):
        assert theirs.roadmap.code not in page(address)

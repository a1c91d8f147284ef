"""What somebody follows: kept once, for them alone, through moves and rollovers, until they say otherwise."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from goals.actions import subscriptions
from goals.actions.anonymising import anonymise_person
from goals.actions.leaving import deactivate_person
from goals.actions.moving import move_key_result
from goals.actions.refusals import Invalid
from goals.actions.rollover import roll_over
from goals.actions.subscriptions import subscribe, unsubscribe
from goals.exchange.personal_data import personal_data
from goals.models import ActivityMark, Cycle, KeyResult, Objective, Roadmap, Subscription
from goals.tests.factories import NOW, TODAY, ObjectiveFactory


def followed_by(person):
    return [row.code for row in Subscription.objects.shown_to(person).with_things()]


@pytest.fixture
def follows(outsider, edge, objective, key_result):
    """The outsider follows the area, the objective and the key result of the story."""
    for thing in (edge, objective, key_result):
        assert subscribe(thing, by=outsider, now=NOW)
    return outsider


def test_following_twice_is_as_once_and_ending_it_twice_too(follows, edge, objective, key_result, lead):
    assert not subscribe(objective, by=follows, now=NOW)
    assert followed_by(follows) == ["EDGE-24H2-O1-KR1", "EDGE-24H2-O1", "EDGE"]
    assert unsubscribe(objective, by=follows)
    assert not unsubscribe(objective, by=follows)
    assert followed_by(follows) == ["EDGE-24H2-O1-KR1", "EDGE"]
    assert followed_by(lead) == []


def test_it_leaves_no_entry_in_the_record(objective, outsider):
    before = AuditEntry.objects.count()
    subscribe(objective, by=outsider, now=NOW)
    unsubscribe(objective, by=outsider)
    assert AuditEntry.objects.count() == before


def test_a_closed_cycle_may_be_followed(objective, outsider, cycle):
    Cycle.objects.update(state="closed")
    assert subscribe(objective, by=outsider, now=NOW)


def test_there_is_an_end_to_what_one_follows(monkeypatch, follows, core):
    monkeypatch.setattr(subscriptions, "MOST_FOLLOWED", 3)
    with pytest.raises(Invalid):
        subscribe(core, by=follows, now=NOW)
    assert len(followed_by(follows)) == 3


def test_what_is_hidden_vanishes_and_comes_back(follows, objective, lead):
    subscribe(objective, by=lead, now=NOW)
    Roadmap.objects.update(visibility="restricted")
    assert followed_by(follows) == ["EDGE"]
    assert followed_by(lead) == ["EDGE-24H2-O1"]
    Roadmap.objects.update(visibility="internal")
    KeyResult.objects.update(visibility="restricted")
    assert followed_by(follows) == ["EDGE-24H2-O1", "EDGE"]
    KeyResult.objects.update(visibility="inherit")
    assert len(followed_by(follows)) == 3


@pytest.mark.parametrize("model", [Objective, KeyResult])
def test_what_is_archived_vanishes_and_comes_back(follows, model):
    model.objects.update(archived_at=NOW)
    assert len(followed_by(follows)) < 3
    model.objects.update(archived_at=None)
    assert len(followed_by(follows)) == 3


def test_an_archived_area_vanishes_with_all_in_it(follows, edge):
    type(edge).objects.filter(pk=edge.pk).update(archived_at=NOW)
    assert followed_by(follows) == []


def test_what_has_moved_is_followed_under_its_new_code(follows, key_result, roadmap, lead):
    move_key_result(key_result, ObjectiveFactory(roadmap=roadmap), by=lead, now=NOW, reason="why")
    assert followed_by(follows)[0] == "EDGE-24H2-O2-KR1"


def test_who_follows_what_goes_on_follows_what_it_becomes(follows, cycle, into, manager):
    Cycle.objects.filter(pk=cycle.pk).update(state="closing")
    carry = {"into": into, "by": manager, "now": NOW, "today": TODAY}
    roll_over(Cycle.objects.get(pk=cycle.pk), **carry, dry_run=True)
    assert len(followed_by(follows)) == 3
    roll_over(Cycle.objects.get(pk=cycle.pk), **carry)
    assert set(followed_by(follows)) == {
        *("EDGE", "EDGE-24H2-O1", "EDGE-24H2-O1-KR1", "EDGE-25H1-O1", "EDGE-25H1-O1-KR1")
    }
    # Once ended there it stays so, however often what was left is carried over.
    unsubscribe(Objective.objects.get(code="EDGE-25H1-O1"), by=follows)
    roll_over(Cycle.objects.get(pk=cycle.pk), **carry)
    assert "EDGE-25H1-O1" not in followed_by(follows)
    assert followed_by(manager) == []


def test_who_leaves_hands_over_nothing_of_it_and_who_is_anonymised_keeps_nothing(
    objective, lead, manager, administrator
):
    subscribe(objective, by=lead, now=NOW)
    deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=manager)
    assert [row.person for row in Subscription.objects.all()] == [lead]
    lead.refresh_from_db()
    anonymise_person(lead, by=administrator, now=NOW, address=lead.email, reason="asked for it")
    assert not Subscription.objects.exists()
    assert not ActivityMark.objects.exists()


def test_the_document_of_a_person_has_it_and_nobody_else_takes_it(follows, lead):
    told = [{"kind": "area", "code": "EDGE", "made_at": NOW}]
    assert personal_data(follows, now=NOW)["follows"][:1] == told
    assert len(personal_data(follows, now=NOW)["follows"]) == 3
    assert personal_data(follows, now=NOW)["activity_seen"][0]["seen_until"] < NOW
    taken = personal_data(follows, now=NOW, is_for_themselves=False)
    assert not {"follows", "activity_seen"} & taken.keys()
    assert personal_data(lead, now=NOW)["follows"] == []


def test_an_area_that_is_followed_can_be_deleted(core):
    subscribe(core, by=UserFactory(), now=NOW)
    core.delete()
    assert not Subscription.objects.exists()

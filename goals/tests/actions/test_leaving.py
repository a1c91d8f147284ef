"""Who leaves hands over what they own; every way in is shut; history stays."""

import pytest
from django.test import Client

from accounts.models import ApiToken, AuditEntry, OrgRole, User
from accounts.tests.factories import UserFactory
from goals.actions.leaving import SuccessorNeeded, deactivate_person, holdings
from goals.actions.people import NotAllowed, add_person, invite_again
from goals.actions.refusals import WrongState
from goals.models import CheckIn, Cycle, Initiative, KeyResult, Mitigation, Objective, OutboxMail, Risk
from goals.tests.factories import (
    NOW,
    CycleFactory,
    InitiativeFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)


@pytest.fixture
def owned(key_result, lead, core, cycle):
    """The lead owns EDGE-24H2-O1 with KR1, its initiative, R1, its step, and in CORE what is planned."""
    risk = RiskFactory(objective=key_result.objective, owner=lead)
    MitigationFactory(risk=risk, owner=lead)
    InitiativeFactory(key_result=key_result, owner=lead)
    planned = CycleFactory(key="25H1", name="2025 H1", state=Cycle.State.PLANNING)
    objective = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=planned))
    return KeyResultFactory(objective=objective, owner=lead)


def owners() -> set[str]:
    rows = [
        *Objective.objects.all(),
        *KeyResult.objects.all(),
        *Risk.objects.all(),
        *Mitigation.objects.all(),
        *Initiative.objects.all(),
    ]
    return {f"{type(row).__name__}: {row.owner.name}" for row in rows if row.owner}


def test_everything_goes_to_one_successor_with_its_history(owned, lead, contributor, administrator):
    count = deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=contributor)
    assert count == 6
    assert owners() == {
        "Objective: Con Tributor",
        "KeyResult: Con Tributor",
        "Risk: Con Tributor",
        "Mitigation: Con Tributor",
        "Initiative: Con Tributor",
    }
    for row in (Objective, KeyResult, Risk, Mitigation, Initiative):
        latest = row.history.filter(owner=contributor).latest()
        assert (latest.history_user, latest.history_change_reason) == (
            administrator,
            "taken over from Lea Lead",
        )
    entry = AuditEntry.objects.get(about=lead, action="deactivated")
    assert (entry.reason, entry.actor) == ("6 things went to Con Tributor", administrator)


def test_each_area_may_go_to_somebody_else(owned, lead, contributor, outsider, administrator):
    assert [holding.area.key for holding in holdings(lead)] == ["CORE", "EDGE"]
    deactivate_person(lead, by=administrator, now=NOW, successors={"CORE": outsider, "EDGE": contributor})
    owned.refresh_from_db()
    assert owned.owner == outsider
    assert Risk.objects.get().owner == contributor


def test_without_a_successor_for_an_area_nothing_changes(owned, lead, contributor, administrator):
    before = owners()
    ApiToken.issue(owner=lead, scope="read")
    with pytest.raises(SuccessorNeeded, match="what Lea Lead owns in Edge"):
        deactivate_person(lead, by=administrator, now=NOW, successors={"CORE": contributor})
    lead.refresh_from_db()
    assert lead.is_active
    assert owners() == before
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("who", ["themselves", "gone"])
def test_who_cannot_take_over_does_not(owned, lead, administrator, who):
    heir = lead if who == "themselves" else UserFactory(is_active=False)
    with pytest.raises(SuccessorNeeded, match="cannot take over"):
        deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=heir)
    assert User.objects.get(pk=lead.pk).is_active


def test_what_is_over_keeps_its_owner(key_result, lead, contributor, administrator, edge):
    """Closed cycles, what was given up, closed risks and finished steps."""
    closed = CycleFactory(key="24H1", name="2024 H1", state=Cycle.State.CLOSED)
    earlier = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=closed), owner=lead)
    objective = key_result.objective
    stays = [
        earlier,
        KeyResultFactory(objective=earlier, owner=lead),
        RiskFactory(objective=earlier, owner=lead),
        KeyResultFactory(objective=objective, owner=lead, archived_at=NOW),
        KeyResultFactory(objective=objective, owner=lead, dropped_at=NOW),
        ObjectiveFactory(roadmap=objective.roadmap, owner=lead, dropped_at=NOW),
        RiskFactory(objective=objective, owner=lead, state="closed"),
        MitigationFactory(risk=RiskFactory(objective=objective), owner=lead, state="done"),
        InitiativeFactory(key_result=key_result, owner=lead, state="done"),
        InitiativeFactory(
            key_result=KeyResultFactory(objective=objective, dropped_at=NOW), owner=lead, state="doing"
        ),
    ]
    assert deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=contributor) == 2
    for row in stays:
        row.refresh_from_db()
        assert row.owner == lead, row
        assert row.version == 1


def test_what_they_did_stays_theirs(key_result, lead, contributor, administrator):
    check_in(key_result, 3, author=lead)
    deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=contributor)
    assert CheckIn.objects.get().author == lead
    assert lead.memberships.exists()
    key_result.refresh_from_db()
    assert (key_result.current_value, key_result.owner) == (3, contributor)


def test_every_way_in_is_shut_and_stays_shut_after_a_return(lead, administrator):
    User.objects.filter(pk=lead.pk).update(is_active=True)
    lead.set_password("a lighthouse keeper's tea")
    lead.save()
    browser = Client()
    browser.force_login(lead)
    assert browser.get("/preferences/").status_code == 200
    _row, token = ApiToken.issue(owner=lead, scope="read")
    OutboxMail.objects.create(user=lead, kind="check_ins_due", period="2024-W42", message_id="<1>")

    deactivate_person(lead, by=administrator, now=NOW, successors={})
    asked = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    assert asked.status_code == 401
    assert OutboxMail.objects.get().state == "skipped"
    assert browser.get("/preferences/").status_code == 302

    invite_again(lead, by=administrator, now=NOW)
    User.objects.filter(pk=lead.pk).update(is_active=True)
    assert browser.get("/preferences/").status_code == 302
    asked = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    assert asked.status_code == 401
    assert not Client().login(email=lead.email, password="a lighthouse keeper's tea")


def test_nobody_deactivates_themselves(administrator):
    UserFactory(name="Second", org_role=OrgRole.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="Nobody deactivates themselves"):
        deactivate_person(administrator, by=administrator, now=NOW, successors={})


def test_the_last_administrator_is_not_deactivated_by_one_who_lost_the_role(administrator):
    """Two at once: the second waits, and is no administrator any more when its turn comes."""
    second = UserFactory(name="Second", org_role=OrgRole.ADMINISTRATOR)
    deactivate_person(second, by=administrator, now=NOW, successors={})
    with pytest.raises(NotAllowed):
        deactivate_person(administrator, by=second, now=NOW, successors={})
    assert User.objects.administrators().get() == administrator


def test_who_left_is_not_deactivated_twice(lead, administrator):
    deactivate_person(lead, by=administrator, now=NOW, successors={})
    with pytest.raises(WrongState, match="deactivated already"):
        deactivate_person(lead, by=administrator, now=NOW, successors={})


def test_an_invited_person_who_never_came_may_be_sent_away(administrator, edge):
    nia = add_person("nia@example.org", name="Nia", by=administrator, now=NOW, area=edge, role="lead").person
    deactivate_person(nia, by=administrator, now=NOW, successors={})
    assert not nia.invitations.open().exists()
    assert OutboxMail.objects.get().state == "skipped"


def test_what_was_restored_after_they_left_can_still_be_handed_over(
    key_result, lead, contributor, administrator
):
    KeyResult.objects.update(archived_at=NOW)
    Objective.objects.update(owner=None)
    deactivate_person(lead, by=administrator, now=NOW, successors={})
    KeyResult.objects.update(archived_at=None)
    assert deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=contributor) == 1


def test_finding_what_they_own_takes_seven_queries(owned, lead, django_assert_num_queries):
    with django_assert_num_queries(7):
        assert sum(len(holding.rows) for holding in holdings(lead)) == 6
    for _number in range(20):
        RiskFactory(objective=KeyResultFactory(objective=owned.objective, owner=lead).objective, owner=lead)
    with django_assert_num_queries(7):
        assert sum(len(holding.rows) for holding in holdings(lead)) == 46

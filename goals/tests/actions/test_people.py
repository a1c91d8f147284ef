"""People are invited, given roles and sent away; never without an administrator."""

import datetime as dt

import pytest

from accounts.audit_words import sentence, told
from accounts.models import AuditEntry, Invitation, OrgRole, User
from accounts.tests.factories import UserFactory
from areas.models import Membership
from goals.actions.people import (
    LastAdministrator,
    NotAllowed,
    add_person,
    change_org_role,
    give_role,
    invite_again,
    revoke_invitation,
    take_role,
)
from goals.actions.refusals import Invalid, WrongState
from goals.models import OutboxMail
from goals.tests.factories import NOW

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def invited(administrator, edge):
    return add_person("nia@example.org", name="Nia", by=administrator, now=NOW, area=edge, role="lead").person


def events(person):
    rows = told(
        AuditEntry.objects.of_account(person, with_tokens=True).order_by("pk").select_related("actor")
    )
    return [(sentence(row), row.entry.actor.name) for row in rows if row.entry.actor]


def test_somebody_new_is_invited_with_a_role_and_a_mail(invited, administrator, edge):
    assert (invited.is_active, invited.has_usable_password()) == (False, False)
    assert Membership.objects.values_list("user", "area", "role").get() == (invited.pk, edge.pk, "lead")
    assert Membership.history.values_list("history_user", "history_date").get() == (administrator.pk, NOW)
    mail = OutboxMail.objects.get()
    assert (mail.user, mail.kind, mail.state) == (invited, "invitation", "pending")
    assert mail.period == str(Invitation.objects.get().pk)
    assert events(invited) == [("Role in EDGE: lead", "Ad Ministrator"), ("Invited", "Ad Ministrator")]


def test_a_second_press_of_the_button_sends_no_second_mail(invited, administrator, edge):
    added = add_person("NIA@example.org", name="Nia", by=administrator, now=NOW, area=edge, role="lead")
    assert (added.person, added.is_invited) == (invited, False)
    assert added.sentence == "Invited already. Lead in Edge before."
    with pytest.raises(WrongState, match="less than a minute ago"):
        invite_again(invited, by=administrator, now=NOW)
    assert OutboxMail.objects.count() == Invitation.objects.count() == User.objects.count() - 1 == 1


def test_somebody_who_is_here_gets_the_role(lead, administrator, core):
    added = add_person(lead.email.upper(), name="", by=administrator, now=NOW, area=core, role="viewer")
    assert (added.person, added.is_invited, added.sentence) == (
        lead,
        False,
        "Here already. Viewer in Core now.",
    )
    assert not OutboxMail.objects.exists()


def test_a_role_somebody_has_is_not_changed_in_passing(lead, administrator, edge):
    with pytest.raises(WrongState, match="Lea Lead is lead in Edge already; change that on their page"):
        add_person(lead.email, name="", by=administrator, now=NOW, area=edge, role="viewer")
    assert lead.memberships.get().role == "lead"


def test_somebody_who_left_is_not_let_in_in_passing(lead, administrator, core):
    User.objects.filter(pk=lead.pk).update(is_active=False)
    with pytest.raises(WrongState, match="Lea Lead is deactivated"):
        add_person(lead.email, name="", by=administrator, now=NOW, area=core, role="lead")
    assert not lead.memberships.filter(area=core).exists()


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("nobody", "Nobody"),
        ("", ""),
        ("a@b", "A"),
        ("a@example.org\r\nBcc: all@example.org", "A"),
        ("a\x00@example.org", "A"),
        ("a@example.org", "A\r\nBcc: all@example.org"),
        ("a@example.org", "A\x00"),
        ("a@example.org", ""),
        ("a@example.org", "\udc00"),
        ("\udc00@example.org", "A"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.org", "A"),
    ],
)
def test_what_is_no_person_is_refused(administrator, edge, email, name):
    with pytest.raises(Invalid):
        add_person(email, name=name, by=administrator, now=NOW, area=edge, role="lead")
    assert User.objects.get() == administrator
    assert not OutboxMail.objects.exists()


def test_sending_again_ends_the_older_link(invited, administrator):
    invite_again(invited, by=administrator, now=LATER)
    newer, older = Invitation.objects.all()
    assert (older.revoked_at, newer.revoked_at) == (LATER, None)
    assert newer.digest != older.digest
    assert sorted(OutboxMail.objects.values_list("period", "state")) == sorted(
        [(str(older.pk), "skipped"), (str(newer.pk), "pending")]
    )


def test_an_expired_invitation_is_renewed_when_the_address_is_added_again(invited, administrator):
    after = NOW + dt.timedelta(days=8)
    assert add_person("nia@example.org", name="", by=administrator, now=after).is_invited
    assert Invitation.objects.open().get().created_at == after


def test_a_revoked_invitation_is_no_open_one(invited, administrator):
    revoke_invitation(invited, by=administrator, now=LATER)
    assert not Invitation.objects.open().exists()
    assert OutboxMail.objects.get().state == "skipped"
    with pytest.raises(WrongState, match="no open invitation"):
        revoke_invitation(invited, by=administrator, now=LATER)
    assert events(invited)[1:] == [("Invited", "Ad Ministrator"), ("Invitation revoked", "Ad Ministrator")]


def test_who_signs_in_already_is_not_invited(lead, administrator):
    with pytest.raises(WrongState, match="needs no invitation"):
        invite_again(lead, by=administrator, now=NOW)


def test_roles_in_areas_are_given_changed_and_taken_with_their_history(lead, administrator, edge, core):
    assert give_role(lead, core, "viewer", by=administrator, now=NOW)
    assert give_role(lead, core, "lead", by=administrator, now=LATER)
    assert not give_role(lead, core, "lead", by=administrator, now=LATER)
    take_role(lead, core, by=administrator, now=LATER)
    assert list(lead.memberships.values_list("area__key", "role")) == [("EDGE", "lead")]
    history = Membership.history.filter(area=core).order_by("history_id")
    assert list(history.values_list("history_type", "role", "history_user__name")) == [
        ("+", "viewer", "Ad Ministrator"),
        ("~", "lead", "Ad Ministrator"),
        ("-", "lead", "Ad Ministrator"),
    ]
    with pytest.raises(WrongState, match="no role of their own in Core"):
        take_role(lead, core, by=administrator, now=LATER)
    with pytest.raises(Invalid):
        give_role(lead, core, "emperor", by=administrator, now=LATER)


def test_the_role_in_the_organisation_changes_on_the_record(lead, administrator):
    assert change_org_role(lead, "manager", by=administrator, now=NOW)
    assert not change_org_role(lead, "manager", by=administrator, now=NOW)
    assert events(lead)[-1:] == [("Role in the organisation: Member → Manager", "Ad Ministrator")]


def test_the_last_administrator_stays_one(administrator):
    invited_one = UserFactory(name="Not yet", org_role=OrgRole.ADMINISTRATOR, is_active=False)
    with pytest.raises(LastAdministrator, match="Ad Ministrator is the last administrator"):
        change_org_role(administrator, "", by=administrator, now=NOW)
    User.objects.filter(pk=invited_one.pk).update(is_active=True)
    assert change_org_role(administrator, "", by=administrator, now=NOW)


@pytest.mark.parametrize("role", ["lead", "manager"])
def test_nobody_but_administrators(request, role, edge, outsider):
    somebody = request.getfixturevalue(role)
    for attempt in (
        lambda: add_person("nia@example.org", name="Nia", by=somebody, now=NOW),
        lambda: give_role(outsider, edge, "lead", by=somebody, now=NOW),
        lambda: take_role(outsider, edge, by=somebody, now=NOW),
        lambda: change_org_role(somebody, "administrator", by=somebody, now=NOW),
        lambda: invite_again(outsider, by=somebody, now=NOW),
        lambda: revoke_invitation(outsider, by=somebody, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert events(outsider) == []

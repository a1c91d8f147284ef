"""Administrators at once, in processes of their own: one stays, nobody is invited or let in twice."""

import pytest

from accounts.models import AuditEntry, Invitation, OrgRole, User
from accounts.tests.factories import UserFactory
from goals.actions.people import add_person
from goals.models import KeyResult, OutboxMail
from goals.tests.factories import NOW, KeyResultFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


def demote_each_other(clients) -> tuple[list[str], list[str]]:
    """Four administrators, each demotes the next, all at once: what was refused, and what broke."""
    people = [UserFactory(org_role=OrgRole.ADMINISTRATOR) for _ in clients]
    for place, client in enumerate(clients):
        client.start("demote", person=people[place].pk, by=people[place - 1].pk)
    answers = [client.answer() for client in clients]
    refused = [code for answer in answers for code in answer["refused"]]
    return refused, [error for answer in answers for error in answer["errors"]]


def test_administrators_who_demote_each_other_at_once_leave_one(clients):
    for _round in range(ROUNDS):
        refused, errors = demote_each_other(clients)
        assert errors == []
        assert refused != []
        assert User.objects.administrators().count() >= 1
        User.objects.update(org_role="")


def test_without_the_lock_none_is_left(clients_without_locks):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(5 * ROUNDS):
        _refused, errors = demote_each_other(clients_without_locks)
        if errors or not User.objects.administrators().exists():
            return
        User.objects.update(org_role="")
    pytest.fail("Without the lock an administrator was left every time.")


def test_one_address_added_by_four_at_once_is_invited_once(clients, administrator):
    emails = [f"p{number}@example.org" for number in range(10)]
    for client in clients:
        client.start("invite", emails=emails, by=administrator.pk)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * len(clients)
    assert sum(is_invited for answer in answers for is_invited in answer["kept"]) == len(emails)
    assert User.objects.count() == len(emails) + 1
    assert Invitation.objects.count() == OutboxMail.objects.count() == len(emails)


def test_one_link_followed_by_four_at_once_lets_one_in(clients, administrator):
    for number in range(5):
        email = f"p{number}@example.org"
        person = add_person(email, name="P", by=administrator, now=NOW).person
        for place, client in enumerate(clients):
            client.start("accept", invitation=person.invitations.get().pk, name=f"Follower {place}")
        answers = [client.answer() for client in clients]
        [name] = [name for answer in answers for name in answer["kept"]]
        person.refresh_from_db()
        assert (person.name, person.is_active, person.check_password(name)) == (name, True, True)
        assert AuditEntry.objects.filter(about=person, action="joined").count() == 1


def test_somebody_leaves_while_others_report_about_what_they_own(clients, key_result, lead, administrator):
    heir = UserFactory(name="Heir")
    rows = [key_result, *(KeyResultFactory(objective=key_result.objective, owner=lead) for _ in range(2))]
    leaver, *reporters = clients
    for reporter, row in zip(reporters, rows, strict=True):
        reporter.start("check_ins", key_result=row.pk, author=lead.pk, clients=2, each=10)
    leaver.start("deactivate", person=lead.pk, by=administrator.pk, successor=heir.pk)
    assert leaver.answer() == {"kept": [4], "refused": [], "errors": []}
    answers = [reporter.answer() for reporter in reporters]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[], [], []]
    for row in KeyResult.objects.all():
        assert (row.owner, row.check_in_count) == (heir, 20)
        assert row.current_value == row.last_check_in.value

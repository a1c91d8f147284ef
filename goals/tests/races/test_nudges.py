"""Several leads nudge at once: the owner has one mail about each key result."""

import pytest

from accounts.models import AuditEntry
from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.models import Nudge, OutboxMail
from goals.tests.factories import KeyResultFactory

pytestmark = pytest.mark.django_db(transaction=True)

KEY_RESULTS = 25


@pytest.fixture
def rows(objective, contributor):
    return [KeyResultFactory(objective=objective, owner=contributor).pk for _ in range(KEY_RESULTS)]


@pytest.fixture
def people(edge, lead, manager, administrator, viewer):
    viewer.memberships.all().delete()
    MembershipFactory(user=viewer, area=edge, role=Role.LEAD)
    return [lead, manager, administrator, viewer]


def race(clients, rows, people):
    for client, person in zip(clients, people, strict=True):
        client.start("press_nudge", key_results=rows, by=person.pk)
    return [client.answer() for client in clients]


def test_one_of_four_presses_asks_and_the_others_hear_so(clients, rows, people):
    answers = race(clients, rows, people)
    assert [answer["errors"] for answer in answers] == [[]] * 4
    assert sorted(kept for answer in answers for kept in answer["kept"]) == sorted(rows)
    refused = [code for answer in answers for code in answer["refused"]]
    assert refused == ["wrong_state"] * (3 * KEY_RESULTS)
    mails = OutboxMail.objects.filter(kind="nudge").values_list("period", flat=True)
    assert sorted(mails) == sorted(str(pk) for pk in Nudge.objects.values_list("pk", flat=True))
    assert AuditEntry.objects.filter(model="goals.nudge", action="created").count() == KEY_RESULTS


def test_without_the_locks_some_are_asked_twice(clients_without_locks, rows, people):
    """The control: a race that holds without its locks would show nothing."""
    for _round in range(6):
        answers = race(clients_without_locks, rows, people)
        if any(answer["errors"] for answer in answers) or Nudge.objects.count() > KEY_RESULTS:
            return
        Nudge.objects.all().delete()
    pytest.fail("Without the locks each was asked about once.")

"""Of answers given at once to one need the first stands, and the others are told of it."""

import pytest

from goals.models import Dependency
from goals.tests.factories import DependencyFactory, ObjectiveFactory

pytestmark = pytest.mark.django_db(transaction=True)

NEEDS = 25


def race(clients, roadmap, lead):
    rows = [DependencyFactory(objective=ObjectiveFactory(roadmap=roadmap)).pk for _ in range(NEEDS)]
    for place, client in enumerate(clients):
        client.start("answer_needs", needs=rows, by=lead.pk, says="declined" if place % 2 else "accepted")
    return [client.answer() for client in clients]


def written_twice():
    return [row.pk for row in Dependency.objects.all() if row.history.exclude(answer="").count() > 1]


def test_one_answer_stands_and_the_others_are_told(clients, roadmap, lead):
    answers = race(clients, roadmap, lead)
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert sum(len(answer["kept"]) for answer in answers) == NEEDS
    refused = [code for answer in answers for code in answer["refused"]]
    assert refused == ["answered_before"] * NEEDS * (len(clients) - 1)
    assert written_twice() == []
    assert all(row.answer and row.version == 2 for row in Dependency.objects.all())


def test_without_the_lock_one_answer_is_written_over_another(clients_without_locks, roadmap, lead):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(5):
        answers = race(clients_without_locks, roadmap, lead)
        if written_twice() or any(answer["errors"] for answer in answers):
            return
    pytest.fail("Without the lock no answer was lost.")

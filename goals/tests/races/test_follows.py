"""However many windows follow or read at once: a thing is followed once, and the mark never goes back."""

import pytest

from goals.models import ActivityMark, Subscription
from goals.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def test_a_thing_is_followed_once(clients, objective, lead):
    for client in clients:
        client.start("press_follow", objective=objective.pk, person=lead.pk, rounds=ROUNDS, ends=True)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    clients[0].start("press_follow", objective=objective.pk, person=lead.pk, rounds=1)
    clients[0].answer()
    assert Subscription.objects.count() == 1


def test_the_mark_never_goes_back(clients, lead):
    """Each window has seen something else last; what is kept is what the one that saw most has seen."""
    for place, client in enumerate(clients):
        client.start("see", person=lead.pk, minutes=[place, *range(ROUNDS, 0, -1), ROUNDS + place])
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert ActivityMark.objects.get(person=lead).seen_until == NOW

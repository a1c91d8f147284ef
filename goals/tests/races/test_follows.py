"""However many windows follow the same thing at once, it is followed once."""

import pytest

from goals.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def test_a_thing_is_followed_once(clients, objective, lead):
    for client in clients:
        client.start("follow", objective=objective.pk, person=lead.pk, rounds=ROUNDS, ends=True)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    clients[0].start("follow", objective=objective.pk, person=lead.pk, rounds=1)
    clients[0].answer()
    assert Subscription.objects.count() == 1

"""Opposite moves at once wait for each other, never in a circle; figures and codes stay right."""

import pytest

from goals.actions.stored import differences
from goals.models import KeyResult, MovedCode, Objective
from goals.tests.factories import KeyResultFactory, ObjectiveFactory, RoadmapFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6


def test_opposite_moves_at_once_go_through_one_after_the_other(clients, roadmap, lib, cycle, manager):
    other = RoadmapFactory(area=lib, cycle=cycle)
    one, two = ObjectiveFactory(roadmap=roadmap), ObjectiveFactory(roadmap=other)
    rows = [KeyResultFactory(objective=one), KeyResultFactory(objective=two)]
    for client, row, places in zip(clients, rows, ((two, one), (one, two)), strict=False):
        wanted = [place.pk for place in places] * ROUNDS
        client.start("move_to_and_fro", key_result=row.pk, places=wanted, by=manager.pk)
    for client, row, places in zip(
        clients[2:], (one, two), ((other, roadmap), (roadmap, other)), strict=True
    ):
        wanted = [place.pk for place in places] * ROUNDS
        client.start("move_objectives", objective=row.pk, places=wanted, by=manager.pk)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * 4
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
    codes = set(KeyResult.objects.values_list("code", flat=True))
    codes |= set(Objective.objects.values_list("code", flat=True))
    old = set(MovedCode.objects.values_list("code", flat=True))
    assert len(codes) == 4 and not codes & old
    assert all(row.code.startswith(f"{row.objective.code}-KR") for row in KeyResult.objects.all())
    assert [row.check_in_count for row in KeyResult.objects.all()] == [2 * ROUNDS] * 2


def test_without_the_locks_it_goes_wrong(clients_without_locks, roadmap, manager):
    """The control: a race that holds without its lock would show nothing."""
    one, two = ObjectiveFactory(roadmap=roadmap), ObjectiveFactory(roadmap=roadmap)
    rows = [KeyResultFactory(objective=one if place % 2 else two) for place in range(4)]
    for _round in range(5):
        for place, (client, row) in enumerate(zip(clients_without_locks, rows, strict=True)):
            places = [one.pk, two.pk] if place % 2 == 0 else [two.pk, one.pk]
            client.start("move_to_and_fro", key_result=row.pk, places=places * ROUNDS, by=manager.pk)
        answers = [client.answer() for client in clients_without_locks]
        if any(answer["errors"] for answer in answers):
            return
        if differences(KeyResult.objects.all(), Objective.objects.all()):
            return
    pytest.fail("Without the locks nothing went wrong.")

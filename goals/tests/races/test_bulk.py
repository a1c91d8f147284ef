"""Many check-ins in one request, by programs at once: none waits in a circle, none is lost, none is twice."""

import time
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken
from goals.actions.bulk_check_ins import Report, record_check_ins
from goals.actions.stored import differences
from goals.models import CheckIn, IdempotencyKey, KeyResult, Objective
from goals.tests.factories import TODAY, AlignmentFactory, KeyResultFactory, ObjectiveFactory, RoadmapFactory
from goals.tests.races.conftest import Client

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/check-ins/bulk/"


@pytest.fixture
def token(manager):
    return ApiToken.issue(owner=manager, scope="check-in")[1]


@pytest.fixture
def key_results(edge, core, cycle, into):
    """Eight of four objectives, in two plans of one cycle and one of another; two count others."""
    plans = [RoadmapFactory(area=edge, cycle=cycle), RoadmapFactory(area=core, cycle=cycle)]
    plans.append(RoadmapFactory(area=edge, cycle=into))
    type(into).objects.filter(pk=into.pk).update(state="active", starts_on=cycle.starts_on)
    objectives = [ObjectiveFactory(roadmap=plan) for plan in [*plans, plans[0]]]
    rows = [KeyResultFactory(objective=objective) for objective in objectives for _ in range(2)]
    # The last of all supports the two that come before it wherever rows stand in the order they were made.
    first, second, _elsewhere, last = objectives
    Objective.objects.filter(pk__in=[first.pk, second.pk]).update(counts_supporters=True)
    for supporter, supported in ((last, first), (last, second), (first, second)):
        AlignmentFactory(supporter=supporter, supported=supported)
    return rows


def body_of(key_results, value: int) -> dict:
    return {
        "check_ins": [
            {"key_result": row.code, "value": str(value + number), "status": "on_track"}
            for number, row in enumerate(key_results)
        ]
    }


def is_whole(key_results, count: int) -> bool:
    """Whether each has so many check-ins in one unbroken chain, and stored figures that say so."""
    for row in key_results:
        chain = list(CheckIn.objects.filter(key_result=row).order_by("sequence"))
        if [one.sequence for one in chain] != list(range(1, count + 1)):
            return False
        if [one.previous_value for one in chain] != [None, *(one.value for one in chain[:-1])]:
            return False
    return differences(KeyResult.objects.all(), Objective.objects.all()) == []


ROUNDS = 4


def at_once(clients, token, key_results) -> list[dict]:
    """Two send them in this order, one the other way round, one from the middle; each again and again."""
    half = len(key_results) // 2
    orders = [key_results, key_results[::-1], key_results[half:] + key_results[:half], key_results]
    for number, (client, order) in enumerate(zip(clients, orders, strict=True)):
        bodies = [body_of(order, 1000 * number + 100 * turn) for turn in range(ROUNDS)]
        client.start("send", token=token, method="post", path=URL, bodies=bodies)
    return [client.answer() for client in clients]


def test_bulks_in_opposite_orders_do_not_wait_in_a_circle(clients, token, key_results):
    answers = at_once(clients, token, key_results)
    assert [(answer["errors"], answer["refused"]) for answer in answers] == [([], [])] * len(clients)
    told = [one for answer in answers for kept in answer["kept"] for one in kept["results"]]
    assert Counter(one["status"] for one in told) == {201: len(clients) * ROUNDS * len(key_results)}
    assert is_whole(key_results, len(clients) * ROUNDS)


def test_a_bulk_and_check_ins_one_by_one_are_all_kept(clients, token, key_results, manager):
    bulk, *singles = clients
    bodies = [body_of(key_results, 100 * turn) for turn in range(ROUNDS)]
    bulk.start("send", token=token, method="post", path=URL, bodies=bodies)
    for number, client in enumerate(singles):
        client.start(
            "check_ins", key_result=key_results[number].pk, author=manager.pk, clients=2, each=ROUNDS
        )
    assert [client.answer()["errors"] for client in clients] == [[]] * len(clients)
    assert is_whole(key_results[: len(singles)], ROUNDS * 3)
    assert is_whole(key_results[len(singles) :], ROUNDS)


@pytest.mark.only_on("postgresql")
def test_a_check_in_elsewhere_does_not_wait_for_a_bulk(clients, key_results, manager):
    """SQLite has one writer at a time."""
    among = [Report(row, {"value": 1, "status": "on_track"}) for row in key_results[:2]]
    roadmap, now = key_results[0].objective.roadmap, timezone.now()
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
    with transaction.atomic():
        record_check_ins(among, author=manager, now=now, today=TODAY, source="api")
        clients[0].start("check_ins", key_result=elsewhere.pk, author=manager.pk, clients=1, each=1)
        assert clients[0].answer()["errors"] == []


def test_without_the_locks_the_same_loses_check_ins(clients_without_locks, token, key_results):
    answers = at_once(clients_without_locks, token, key_results)
    is_lossless = all(answer["errors"] == answer["refused"] == [] for answer in answers)
    assert not (is_lossless and is_whole(key_results, len(clients_without_locks) * ROUNDS))


def test_killed_in_the_middle_and_sent_again_nothing_is_there_twice(clients, token, objective):
    """Killed earlier and later in its work, at times after it; whoever sends it again hears what was kept."""
    rows = [KeyResultFactory(objective=objective) for _ in range(15)]
    retrying, unkilled, *_others = clients
    began = time.monotonic()
    unkilled.start("send", token=token, method="post", path=URL, bodies=[body_of(rows, 1)], key="whole")
    assert unkilled.answer()["errors"] == []
    takes = time.monotonic() - began
    kills = 8
    outcomes = Counter()
    for number in range(kills):
        order = {
            "method": "post",
            "path": URL,
            "bodies": [body_of(rows, 10 * number)],
            "key": f"job-{number}",
        }
        victim = Client()
        victim.await_ready()
        victim.start("send", token=token, **order)
        time.sleep(takes * (number + 1) / (kills - 1))
        victim.process.kill()
        victim.process.wait()
        outcomes[IdempotencyKey.objects.filter(key=f"job-{number}").exists()] += 1
        retrying.start("send", token=token, **order)
        answer = retrying.answer()
        assert (answer["errors"], answer["refused"]) == ([], [])
        assert [one["status"] for one in answer["kept"][0]["results"]] == [201] * len(rows)
        assert is_whole(rows, number + 2)
    assert outcomes[False], "Some were killed before they were done."

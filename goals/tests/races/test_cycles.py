"""Managers and leads at once at the end of a cycle, in processes of their own."""

import datetime as dt

import pytest

from accounts.models import ApiToken
from goals.actions.cycles import begin_closing
from goals.models import Cycle, KeyResult, Objective, Roadmap, RolloverDecision, Snapshot
from goals.tests.factories import NOW, CycleFactory, KeyResultFactory, check_in

MADE = 25

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_four_closes_at_once_one_closes(clients, key_result, cycle, manager):
    check_in(key_result, 6)
    begin_closing(cycle, by=manager, now=NOW)
    for client in clients:
        client.start("close", cycle=cycle.pk, by=manager.pk)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert sorted(code for answer in answers for code in answer["refused"]) == ["wrong_state"] * 3
    assert Cycle.history.filter(state="closed").count() == 1
    assert Snapshot.objects.filter(roadmap__isnull=False).count() == 1


def test_of_cycles_and_roadmaps_made_at_once_one_of_each_is_there(clients, objective, administrator):
    """What is unique by its key, and begun under no lock: the others are told, and nothing breaks."""
    _row, token = ApiToken.issue(owner=administrator, scope="admin")
    keys = [f"C{number}" for number in range(MADE)]
    days = {"starts_on": "2025-01-01", "ends_on": "2025-06-30"}
    cycles = [{"key": key, "name": key, **days} for key in keys]
    roadmaps = [{"area": "EDGE", "cycle": key, "title": key} for key in keys]
    for path, bodies, model in (("cycles", cycles, Cycle), ("roadmaps", roadmaps, Roadmap)):
        there = model.objects.count()
        for client in clients:
            client.start("send", token=token, method="post", path=f"/api/v1/{path}/", bodies=bodies)
        answers = [client.answer() for client in clients]
        assert [answer["errors"] for answer in answers] == [[]] * len(clients)
        assert sum(len(answer["kept"]) for answer in answers) == MADE
        assert {code for answer in answers for code in answer["refused"]} == {"invalid"}
        assert model.objects.count() == there + MADE


def test_no_score_is_given_after_a_cycle_closed(clients, key_result, cycle, manager, lead):
    begin_closing(cycle, by=manager, now=NOW)
    closer, *leads = clients
    rows = [key_result, *(KeyResultFactory(objective=key_result.objective) for _ in leads[1:])]
    for client, row in zip(leads, rows, strict=True):
        client.start("score_until_refused", key_result=row.pk, by=lead.pk, clients=2, at_most=500)
    while KeyResult.history.exclude(closing_note="").count() < 20:
        pass  # every lead is in full swing
    closer.start("close", cycle=cycle.pk, by=manager.pk)
    assert closer.answer() == {"kept": [cycle.pk], "refused": [], "errors": []}
    kept = list(KeyResult.objects.order_by("pk").values())
    answers = [client.answer() for client in leads]
    assert [answer["errors"] for answer in answers] == [[]] * len(leads)
    assert [set(answer["refused"]) for answer in answers] == [{"cycle_closed"}] * len(leads)
    assert list(KeyResult.objects.order_by("pk").values()) == kept
    closed_at = KeyResult.history.filter(history_change_reason="cycle closed").latest("history_id")
    assert not KeyResult.history.filter(history_id__gt=closed_at.history_id).exists()


def test_four_rollovers_at_once_carry_everything_once(clients, key_result, cycle, manager):
    for _ in range(4):
        KeyResultFactory(objective=key_result.objective)
    into = CycleFactory(
        key="25H1",
        name="2025 H1",
        state="planning",
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2025, 6, 30),
    )
    for client in clients:
        client.start("carry_over", cycle=cycle.pk, into=into.pk, by=manager.pk)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * len(clients)
    assert sorted(count for answer in answers for count in answer["kept"]) == [0, 0, 0, 5]
    assert KeyResult.objects.of_cycle(into).count() == RolloverDecision.objects.count() == 5
    assert Objective.objects.filter(roadmap__cycle=into).count() == 1
    assert Roadmap.objects.filter(cycle=into).count() == 1

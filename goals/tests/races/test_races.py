"""Writers at once, in processes of their own: none is lost, none waits for ever, none comes too late."""

import pytest
from django.db import transaction

from accounts.tests.factories import UserFactory
from goals.actions.check_ins import record_check_in
from goals.actions.cycles import begin_closing
from goals.actions.refusals import CycleClosed
from goals.actions.stored import differences
from goals.models import CheckIn, Cycle, KeyResult, Objective, Risk
from goals.tests.factories import NOW, TODAY, KeyResultFactory, ObjectiveFactory, check_in

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES, CLIENTS_EACH, CHECK_INS_EACH = 4, 5, 5
ALL = PROCESSES * CLIENTS_EACH * CHECK_INS_EACH  # 20 clients report five times each


def report_from_all(clients, key_result) -> dict[str, list]:
    """100 check-ins on one key result from 20 clients in four processes; their answers put together."""
    authors = [UserFactory() for _ in clients]
    for client, author in zip(clients, authors, strict=True):
        client.start(
            "check_ins",
            key_result=key_result.pk,
            author=author.pk,
            clients=CLIENTS_EACH,
            each=CHECK_INS_EACH,
        )
    answers = [client.answer() for client in clients]
    return {name: [one for answer in answers for one in answer[name]] for name in answers[0]}


def is_whole(key_result, answers) -> bool:
    """Whether every check-in was kept, in one unbroken chain, with stored figures that say so."""
    rows = list(CheckIn.objects.filter(key_result=key_result).order_by("sequence"))
    values = [row.value for row in rows]
    return (
        answers["errors"] == answers["refused"] == []
        and sorted(answers["kept"]) == [row.sequence for row in rows] == list(range(1, ALL + 1))
        and len(set(values)) == ALL
        and [row.previous_value for row in rows] == [None, *values[:-1]]
        and KeyResult.objects.get(pk=key_result.pk).current_value == values[-1]
        and differences(KeyResult.objects.all(), Objective.objects.all()) == []
    )


def test_twenty_clients_report_at_once_and_every_check_in_is_kept(clients, key_result):
    answers = report_from_all(clients, key_result)
    assert answers["errors"] == []
    assert is_whole(key_result, answers)


def test_without_the_locks_the_same_loses_check_ins(clients_without_locks, key_result):
    """The control: a race that holds without its locks would show nothing."""
    answers = report_from_all(clients_without_locks, key_result)
    assert not is_whole(key_result, answers)
    # What was refused by the last line of defence, the unique sequence number, is lost to its sender.
    assert len(answers["errors"]) > 0
    assert CheckIn.objects.filter(key_result=key_result).count() < ALL


def test_eight_writers_report_nothing_after_a_cycle_closed(clients, key_result, cycle, manager):
    begin_closing(cycle, by=manager, now=NOW)
    closer, *writers = clients
    others = [KeyResultFactory(objective=key_result.objective) for _ in writers]
    author = UserFactory()
    for writer, row, people in zip(writers, others, (3, 3, 2), strict=True):
        writer.start(
            "check_in_until_refused", key_result=row.pk, author=author.pk, clients=people, at_most=500
        )
    while CheckIn.objects.count() < 20:
        pass  # every writer is in full swing
    closer.start("close", cycle=cycle.pk, by=manager.pk)
    assert closer.answer() == {"kept": [cycle.pk], "refused": [], "errors": []}
    kept_when_closed = CheckIn.objects.count()
    answers = [writer.answer() for writer in writers]

    # A process leaves off with its first refusal; all it hears is that the cycle is closed.
    assert [set(answer["refused"]) for answer in answers] == [{"cycle_closed"}] * len(writers)
    assert [answer["errors"] for answer in answers] == [[]] * len(writers)
    assert CheckIn.objects.count() == kept_when_closed == sum(len(answer["kept"]) for answer in answers)
    # The score rests on the last value that got in.
    for row in KeyResult.objects.exclude(pk=key_result.pk):
        assert row.final_score == min(1, round(row.completion, 1))
    assert Cycle.objects.get(pk=cycle.pk).is_closed
    with pytest.raises(CycleClosed):
        record_check_in(
            key_result, author=author, now=NOW, today=TODAY, value=1, status="behind", source="api"
        )


def test_two_key_results_of_one_objective_add_up(clients, key_result):
    """Round by round, as only the last two writers of a round could leave a wrong mean behind."""
    others = [key_result, *(KeyResultFactory(objective=key_result.objective) for _ in clients[1:])]
    for row in others:
        KeyResult.objects.filter(pk=row.pk).update(target_value=1_000_000)
    author = UserFactory()
    for _ in range(15):
        for client, row in zip(clients, others, strict=True):
            client.start("check_ins", key_result=row.pk, author=author.pk, clients=1, each=2)
        assert [client.answer()["errors"] for client in clients] == [[]] * len(clients)
        assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
    assert CheckIn.objects.count() == 15 * 2 * len(clients)


def test_check_ins_changes_of_the_plan_and_new_risks_never_wait_for_each_other_in_a_circle(
    clients, key_result, lead
):
    sibling = KeyResultFactory(objective=key_result.objective)
    first, second, third, fourth = clients
    first.start("check_ins", key_result=key_result.pk, author=lead.pk, clients=2, each=15)
    second.start("change_targets", key_result=key_result.pk, by=lead.pk, targets=list(range(20, 45)))
    third.start("create_risks", key_result=key_result.pk, by=lead.pk, count=25)
    fourth.start("check_ins", key_result=sibling.pk, author=lead.pk, clients=2, each=15)
    answers = [client.answer() for client in clients]

    assert [answer["errors"] for answer in answers] == [[], [], [], []]
    assert [len(answer["kept"]) for answer in answers] == [30, 25, 25, 30]
    assert sorted(Risk.objects.values_list("number", flat=True)) == list(range(1, 26))
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def test_two_processes_never_give_out_one_number_twice(clients, roadmap, lead):
    for place, client in enumerate(clients):
        titles = [f"Objective {place}-{number}" for number in range(5)]
        client.start("create_objectives", roadmap=roadmap.pk, by=lead.pk, titles=titles)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    numbers = [number for answer in answers for number in answer["kept"]]
    assert sorted(numbers) == list(range(1, 21))
    assert sorted(Objective.objects.values_list("number", flat=True)) == sorted(numbers)


@pytest.mark.only_on("postgresql")
def test_a_check_in_waits_for_the_cycle_and_not_for_its_neighbours(clients, key_result, lead):
    """While one check-in is under way, another key result of the same cycle may be reported about."""
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=key_result.objective.roadmap))
    with transaction.atomic():
        check_in(key_result, 3, author=lead)
        clients[0].start("check_ins", key_result=elsewhere.pk, author=lead.pk, clients=1, each=1)
        assert clients[0].answer() == {"kept": [1], "refused": [], "errors": []}

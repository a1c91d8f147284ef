"""Alignments, or needs, in opposite directions at once form no loop; stored means add up."""

import pytest

from goals.actions.stored import differences
from goals.graph import supporters_first
from goals.models import Alignment, Dependency, KeyResult, Objective
from goals.tests.factories import AlignmentFactory, KeyResultFactory, ObjectiveFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAIRS = 30


# What lays an edge: its rows, both ends, and how a loop and a second one alike are refused.
LAY = {
    "support": (Alignment, ("supporter", "supported"), "alignment_loop"),
    "need": (Dependency, ("objective", "on_objective"), "need_loop"),
}
both_graphs = pytest.mark.parametrize("work", LAY)


def edges(work="support"):
    model, ends, _code = LAY[work]
    return list(model.objects.order_by().values_list(*ends))


def race(clients, roadmap, lead, work):
    """30 pairs, the one way in two processes and the other way in two; what each answered."""
    rows = [ObjectiveFactory(roadmap=roadmap).pk for _ in range(2 * PAIRS)]
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    for place, client in enumerate(clients):
        wanted = pairs if place % 2 else [pair[::-1] for pair in pairs]
        client.start(work, pairs=wanted, by=lead.pk)
    return pairs, [client.answer() for client in clients]


@both_graphs
def test_of_opposite_edges_at_once_one_wins_thirty_times(clients, roadmap, lead, work):
    pairs, answers = race(clients, roadmap, lead, work)
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert sum(len(answer["kept"]) for answer in answers) == PAIRS
    refused = [code for answer in answers for code in answer["refused"]]
    assert len(refused) == PAIRS * (len(clients) - 1)
    # Two processes ask for the same: one of them is told that it is so already.
    assert refused.count(LAY[work][2]) == 2 * PAIRS
    assert {frozenset(edge) for edge in edges(work)} == {frozenset(pair) for pair in pairs}
    assert len(supporters_first(edges(work))) == 2 * PAIRS


@both_graphs
def test_without_the_lock_there_are_loops(clients_without_locks, roadmap, lead, work):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(5):
        _pairs, answers = race(clients_without_locks, roadmap, lead, work)
        kept = set(edges(work))
        if any(edge[::-1] in kept for edge in kept) or any(answer["errors"] for answer in answers):
            return
    pytest.fail("Without the lock there was no loop.")


def test_a_loop_over_many_is_never_closed(clients, roadmap, lead):
    """Four processes each lay a part of one ring, so that only the last of all edges closes it."""
    rows = [ObjectiveFactory(roadmap=roadmap).pk for _ in range(4 * 6)]
    ring = list(zip(rows, rows[1:] + rows[:1], strict=True))
    for place, client in enumerate(clients):
        client.start("support", pairs=ring[place::4], by=lead.pk)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert [code for answer in answers for code in answer["refused"]] == ["alignment_loop"]
    assert len(supporters_first(edges())) == len(rows)


def test_check_ins_below_and_above_add_up_and_nobody_waits_in_a_circle(clients, roadmap, lead):
    """A diamond: check-ins below and at the top, while an alignment comes and goes."""
    top, left, right, base = [ObjectiveFactory(roadmap=roadmap, counts_supporters=True) for _ in range(4)]
    key_results = [KeyResultFactory(objective=row, target_value=100) for row in (base, left, top)]
    for supporter, supported in ((base, left), (base, right), (left, top), (right, top)):
        AlignmentFactory(supporter=supporter, supported=supported)
    for place, (client, row) in enumerate(zip(clients, key_results, strict=False), start=1):
        client.start("report", key_result=row.pk, author=lead.pk, values=list(range(place, 99, 5)))
    clients[3].start("align_and_end", supporter=base.pk, supported=top.pk, by=lead.pk, times=8)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * len(clients)
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def test_without_the_locks_a_mean_above_is_wrong(clients_without_locks, roadmap, lead):
    """The control."""
    top = ObjectiveFactory(roadmap=roadmap, counts_supporters=True)
    supporters = [ObjectiveFactory(roadmap=roadmap) for _ in range(4)]
    below = [KeyResultFactory(objective=row, target_value=100) for row in supporters]
    for row in below:
        AlignmentFactory(supporter=row.objective, supported=top)
    for value in range(1, 60):
        for client, row in zip(clients_without_locks, below, strict=True):
            client.start("report", key_result=row.pk, author=lead.pk, values=[value])
        answers = [client.answer() for client in clients_without_locks]
        if any(answer["errors"] for answer in answers) or differences([], Objective.objects.all()):
            return
    pytest.fail("Without the locks the mean above was right every time.")

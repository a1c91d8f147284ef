"""Values of one KPI entered at once are all kept, and with each its check-ins; nobody waits in a circle."""

import pytest

from accounts.tests.factories import UserFactory
from goals.actions.stored import differences
from goals.models import CheckIn, KeyResult, Kpi, KpiEntry, Objective
from goals.tests.factories import KeyResultFactory, KpiFactory

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS_EACH, VALUES_EACH = 3, 4


@pytest.fixture
def kpi(edge, key_result):
    """EDGE-K1, whose value two key results of one objective take."""
    kpi = KpiFactory(area=edge)
    KeyResultFactory(objective=key_result.objective)
    KeyResult.objects.update(kpi=kpi)
    return kpi


def enter_from_all(clients, kpi) -> tuple[list[int], list[str]]:
    """What was kept and what went wrong, of three people in each process who enter four values each."""
    for client in clients:
        client.start(
            "enter_values", kpi=kpi.pk, author=UserFactory().pk, clients=CLIENTS_EACH, each=VALUES_EACH
        )
    answers = [client.answer() for client in clients]
    kept = [number for answer in answers for number in answer["kept"]]
    return kept, [error for answer in answers for error in answer["errors"]]


def is_whole(kpi, kept, errors, *, count) -> bool:
    rows = list(KpiEntry.objects.filter(kpi=kpi).order_by("sequence"))
    values = [row.value for row in rows]
    made = [list(row.check_ins.order_by("sequence")) for row in KeyResult.objects.all()]
    return (
        errors == []
        and sorted(kept) == [row.sequence for row in rows] == list(range(1, count + 1))
        and [row.previous_value for row in rows] == [None, *values[:-1]]
        and Kpi.objects.get(pk=kpi.pk).current_value == values[-1]
        # Each value made one check-in on both key results, in the same order.
        and all([row.value for row in check_ins] == values for check_ins in made)
        and differences(KeyResult.objects.all(), Objective.objects.all()) == []
    )


def test_values_entered_at_once_are_all_kept_with_their_check_ins(clients, kpi):
    kept, errors = enter_from_all(clients, kpi)
    assert errors == []
    assert is_whole(kpi, kept, errors, count=len(clients) * CLIENTS_EACH * VALUES_EACH)


def test_without_the_locks_the_same_loses_values(clients_without_locks, kpi):
    """The control: a race that holds without its locks would show nothing."""
    kept, errors = enter_from_all(clients_without_locks, kpi)
    assert not is_whole(kpi, kept, errors, count=len(clients_without_locks) * CLIENTS_EACH * VALUES_EACH)


def test_values_check_ins_and_changes_of_the_plan_never_wait_in_a_circle(clients, kpi, key_result, lead):
    """Two KPIs give their values to two objectives crosswise, while others report and plan there."""
    # The one that gets a value last: its objective is held by then, and whoever plans it holds it first.
    last = KeyResult.objects.filter(kpi=kpi).latest("number")
    sibling = KeyResultFactory(objective=key_result.objective)
    KeyResultFactory(objective=key_result.objective, kpi=KpiFactory(area=kpi.area))
    first, second, third, fourth = clients
    for client, row in zip((first, second), Kpi.objects.order_by("number"), strict=True):
        client.start("enter_values", kpi=row.pk, author=lead.pk, clients=2, each=6)
    third.start("check_ins", key_result=sibling.pk, author=lead.pk, clients=2, each=10)
    fourth.start("change_targets", key_result=last.pk, by=lead.pk, targets=list(range(20, 60)))
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[], [], [], []]
    assert [len(answer["kept"]) for answer in answers] == [12, 12, 20, 40]
    assert CheckIn.objects.count() == 12 * 2 + 12 + 20
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def test_no_number_is_given_out_twice(clients, edge, lead):
    for client in clients:
        client.start("create_kpis", area=edge.pk, by=lead.pk, count=4)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert sorted(number for answer in answers for number in answer["kept"]) == list(range(1, 17))

"""Shares and weights at once: each pair once, no weight over another unseen, stored and shown means right."""

from decimal import Decimal

import pytest

from areas.tests.factories import AreaFactory
from goals.actions.stored import differences
from goals.figures import cycle_figures
from goals.models import KeyResult, Objective, Share
from goals.tests.factories import TODAY, check_in

pytestmark = pytest.mark.django_db(transaction=True)

AREAS = 5


def race(clients, objective, lead):
    areas = [AreaFactory().pk for _ in range(AREAS)]
    for weight, client in enumerate(clients, start=1):
        client.start("share_with_many", objective=objective.pk, areas=areas, weight=weight, by=lead.pk)
    return [client.answer() for client in clients]


def lost():
    """Shares of which a version was written over another one of the same number."""
    found = []
    for row in Share.objects.all():
        versions = list(row.history.order_by("history_id").values_list("version", flat=True))
        if versions != list(range(1, row.version + 1)):
            found.append(row.pk)
    return found


def test_each_pair_is_there_once_and_no_weight_is_lost(clients, key_result, objective, lead, cycle):
    check_in(key_result, 5)
    answers = race(clients, objective, lead)
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    refused = {code for answer in answers for code in answer["refused"]}
    assert refused <= {"invalid", "stale_version"}
    assert Share.objects.count() == AREAS
    assert lost() == []
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
    figures = cycle_figures(cycle, user=None, today=TODAY)
    for row in Share.objects.select_related("area"):
        mean = figures.find_area(row.area.key).mean
        assert (mean.completion, mean.weight) == (Decimal("0.5"), row.weight)
    assert (figures.mean.completion, figures.mean.weight) == (Decimal("0.5"), objective.weight)


def test_without_the_lock_something_is_lost(clients_without_locks, objective, lead):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(5):
        answers = race(clients_without_locks, objective, lead)
        if lost() or any(answer["errors"] for answer in answers):
            return
    pytest.fail("Without the lock nothing was lost.")

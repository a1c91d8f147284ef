"""Editors at once, in processes of their own: one wins, nobody overwrites unseen, one form makes one row."""

import uuid

import pytest

from goals.actions.stored import differences
from goals.models import Initiative, KeyResult, Objective, SentForm
from goals.tests.factories import KeyResultFactory, check_in

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def edit_at_once(clients, key_result, lead):
    """Each with the version there is now; (titles that were kept, codes of refusals, errors)."""
    version = KeyResult.objects.get(pk=key_result.pk).version
    for place, client in enumerate(clients):
        title = f"Version {version} by {place}"
        client.start("change_title", key_result=key_result.pk, by=lead.pk, version=version, title=title)
    answers = [client.answer() for client in clients]
    return tuple(
        [one for answer in answers for one in answer[name]] for name in ("kept", "refused", "errors")
    )


def test_of_editors_with_one_version_one_wins_and_the_others_are_told(clients, key_result, lead):
    for _round in range(ROUNDS):
        kept, refused, errors = edit_at_once(clients, key_result, lead)
        assert errors == []
        assert len(kept) == 1
        assert refused == ["stale_version"] * (len(clients) - 1)
        assert KeyResult.objects.get().title == kept[0]
    assert KeyResult.objects.get().version == key_result.version + ROUNDS


def test_without_the_lock_one_overwrites_another_unseen(clients_without_locks, key_result, lead):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(5 * ROUNDS):
        kept, _refused, errors = edit_at_once(clients_without_locks, key_result, lead)
        if len(kept) > 1 or errors:
            return
    pytest.fail("Without the lock one editor won every time.")


def test_a_form_sent_by_four_at_once_makes_one_row(clients, objective, lead):
    for number in range(1, ROUNDS + 1):
        form_id = str(uuid.uuid4())
        for client in clients:
            client.start("press", objective=objective.pk, by=lead.pk, form_id=form_id, times=3)
        answers = [client.answer() for client in clients]
        assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * len(clients)
        assert sum(is_new for answer in answers for is_new in answer["kept"]) == 1
        assert KeyResult.objects.count() == SentForm.objects.count() == number


def test_weights_and_check_ins_never_wait_for_each_other_in_a_circle(clients, key_result, objective, lead):
    rows = [key_result, KeyResultFactory(objective=objective), KeyResultFactory(objective=objective)]
    for row in rows:
        check_in(row, 1, author=lead)
    weights = {str(row.pk): place for place, row in enumerate(rows, start=1)}
    back = dict(reversed(weights.items()))
    first, second, third, fourth = clients
    first.start("weigh", objective=objective.pk, by=lead.pk, weights=weights, rounds=10)
    second.start("weigh", objective=objective.pk, by=lead.pk, weights=back, rounds=10)
    third.start("check_ins", key_result=rows[0].pk, author=lead.pk, clients=2, each=8)
    fourth.start("check_ins", key_result=rows[2].pk, author=lead.pk, clients=2, each=8)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] + answer["refused"] for answer in answers] == [[]] * 4
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def run_initiatives_at_once(clients, key_result, lead):
    """Errors and refusals, and the positions that the list has afterwards."""
    Initiative.objects.all().delete()
    for place, client in enumerate(clients):
        client.start("run_initiatives", key_result=key_result.pk, by=lead.pk, name=f"Of {place}", rounds=4)
    answers = [client.answer() for client in clients]
    wrong = [one for answer in answers for one in answer["errors"] + answer["refused"]]
    return wrong, list(Initiative.objects.values_list("position", flat=True))


def test_initiatives_that_are_made_and_moved_at_once_stand_in_one_order(clients, key_result, lead):
    wrong, positions = run_initiatives_at_once(clients, key_result, lead)
    assert wrong == []
    assert positions == list(range(1, 4 * len(clients) + 1))


def test_without_the_lock_initiatives_share_a_place(clients_without_locks, key_result, lead):
    for _round in range(ROUNDS):
        wrong, positions = run_initiatives_at_once(clients_without_locks, key_result, lead)
        if wrong or len(set(positions)) < len(positions):
            return
    pytest.fail("Without the lock every initiative found a place of its own.")

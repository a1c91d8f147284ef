"""A dashboard that is arranged from several windows at once loses no card."""

import pytest

from accounts.models import ApiToken
from goals.actions.dashboards import add_card
from goals.models import Card, Dashboard
from goals.tests.factories import DashboardFactory

pytestmark = pytest.mark.django_db(transaction=True)

CARDS_EACH = 5


@pytest.fixture
def dashboard(manager):
    return DashboardFactory(owner=manager)


def answers_of(clients):
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    return answers


def test_every_card_that_was_added_is_there_in_a_place_of_its_own(clients, dashboard):
    for client in clients:
        client.start("add_cards", dashboard=dashboard.pk, each=CARDS_EACH)
    answers = answers_of(clients)
    count = CARDS_EACH * len(clients)
    assert sorted(place for answer in answers for place in answer["kept"]) == list(range(1, count + 1))
    assert sorted(Card.objects.values_list("position", flat=True)) == list(range(1, count + 1))
    assert Dashboard.objects.get().version == count + 1


def test_of_programs_that_read_the_same_one_wins(clients, client, dashboard, manager):
    add_card(dashboard, kind="note", settings={"text": "first"})
    _row, token = ApiToken.issue(owner=manager, scope="write")
    path = f"/api/v1/dashboards/{dashboard.key}/"
    etag = client.get(path, headers={"Authorization": f"Bearer {token}"})["ETag"]
    for number, one in enumerate(clients):
        cards = [{"kind": "note", "settings": {"text": f"{number}"}}]
        one.start("send", token=token, method="patch", path=path, bodies=[{"cards": cards}], etag=etag)
    answers = answers_of(clients)
    assert sum(len(answer["kept"]) for answer in answers) == 1
    refused = [code for answer in answers for code in answer["refused"]]
    assert refused == ["stale_version"] * (len(clients) - 1)
    [kept] = [told for answer in answers for told in answer["kept"]]
    assert Card.objects.get().settings == kept["cards"][0]["settings"]

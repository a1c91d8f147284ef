"""Programs at once over the risks of one objective: of one version one wins, and no number is given twice."""

import pytest

from accounts.models import ApiToken
from goals.models import Risk
from goals.tests.factories import RiskFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6
OF_ONE, ONE = "/api/v1/objectives/EDGE-24H2-O1/risks/", "/api/v1/risks/EDGE-24H2-O1-R1/"


@pytest.fixture
def token(lead):
    return ApiToken.issue(owner=lead, scope="write")[1]


def at_once(clients, orders):
    """What was kept, the codes of problems, errors; of all clients."""
    for client, order in zip(clients, orders, strict=True):
        client.start("send", **order)
    answers = [client.answer() for client in clients]
    return tuple(
        [one for answer in answers for one in answer[name]] for name in ("kept", "refused", "errors")
    )


def change_at_once(clients, program, token, number):
    etag = program.get(ONE, headers={"authorization": f"Bearer {token}"}).headers["ETag"]
    who = {"token": token, "method": "patch", "path": ONE, "etag": etag}
    return at_once(clients, [who | {"bodies": [{"title": f"{number} by {n}"}]} for n in range(len(clients))])


def test_of_programs_with_one_version_one_wins_and_the_others_get_412(clients, client, objective, token):
    RiskFactory(objective=objective)
    for number in range(ROUNDS):
        kept, refused, errors = change_at_once(clients, client, token, number)
        assert errors == []
        assert refused == ["stale_version"] * (len(clients) - 1)
        assert Risk.objects.get().title == kept[0]["title"]
    assert Risk.objects.get().version == 1 + ROUNDS


def write_down_at_once(clients, token, each=6):
    new = [{"title": f"Risk {number}", "likelihood": 2} for number in range(each)]
    order = {"token": token, "method": "post", "path": OF_ONE, "bodies": new}
    kept, refused, errors = at_once(clients, [order] * len(clients))
    return sorted(row["code"] for row in kept), refused + errors


def test_risks_made_at_once_have_numbers_of_their_own(clients, objective, token):
    codes, wrong = write_down_at_once(clients, token)
    assert wrong == []
    assert codes == sorted(f"EDGE-24H2-O1-R{number}" for number in range(1, 25))
    objective.refresh_from_db()
    assert objective.last_risk_number == 24


def test_without_the_lock_they_meet_at_one_number(clients_without_locks, objective, token):
    """The control: a race that holds without its lock would show nothing."""
    for _round in range(ROUNDS):
        _codes, wrong = write_down_at_once(clients_without_locks, token)
        if wrong:
            return
    pytest.fail("Without the lock every risk found a number of its own.")

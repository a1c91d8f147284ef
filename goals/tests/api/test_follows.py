"""What a person follows, over the API."""

import pytest

from areas.models import Area
from goals.models import Roadmap, Subscription

FOLLOWS = "/api/v1/follows/"


@pytest.fixture
def asks(program):
    def ask(owner, scope="write", **options):
        return program(owner, scope, **options)

    return ask


def told(answer):
    return [(row["area"], row["objective"], row["key_result"]) for row in answer.json()["results"]]


def test_a_program_follows_lists_and_ends_it(asks, key_result, outsider, lead):
    program = asks(outsider)
    for given in ({"area": "EDGE"}, {"objective": "EDGE-24H2-O1"}, {"key_result": key_result.code}):
        made = program.post(FOLLOWS, given, format="json")
        assert made.status_code == 201
        assert {name: made.json()[name] for name in given} == given
        assert program.post(FOLLOWS, given, format="json").status_code == 200
    assert told(program.get(FOLLOWS)) == [
        ("EDGE", None, None),
        (None, "EDGE-24H2-O1", None),
        (None, None, key_result.code),
    ]
    one = program.get(FOLLOWS).json()["results"][1]
    address = f"{FOLLOWS}{one['id']}/"
    assert program.get(address).json() == one
    assert asks(lead).get(address).status_code == asks(lead).delete(address).status_code == 404
    assert told(asks(lead).get(FOLLOWS)) == []
    assert program.delete(address).status_code == 204
    assert program.delete(address).status_code == 404
    assert Subscription.objects.count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"area": "EDGE", "objective": "EDGE-24H2-O1"},
        {"area": "NOWHERE"},
        {"area": "\0"},
        {"objective": "EDGE-24H2-O9"},
        {"key_result": "EDGE-24H2-O1"},
        {"objective": None},
        {"objective": 7},
        {"area": ["EDGE"]},
        {"kpi": "EDGE-K1"},
        [],
    ],
)
def test_what_names_no_thing_is_refused(asks, key_result, outsider, given):
    answer = asks(outsider).post(FOLLOWS, given, format="json")
    assert answer.status_code == 400
    assert not Subscription.objects.exists()


def test_what_is_hidden_is_answered_as_what_is_not_there(asks, key_result, outsider):
    program = asks(outsider)
    program.post(FOLLOWS, {"objective": "EDGE-24H2-O1"}, format="json")
    row = program.get(FOLLOWS).json()["results"][0]
    Roadmap.objects.update(visibility="restricted")
    assert told(program.get(FOLLOWS)) == []
    assert program.get(f"{FOLLOWS}{row['id']}/").status_code == 404
    assert program.delete(f"{FOLLOWS}{row['id']}/").status_code == 404
    for kind, code in (("objective", "EDGE-24H2-O1"), ("key_result", key_result.code)):
        hidden = program.post(FOLLOWS, {kind: code}, format="json")
        nothing = program.post(FOLLOWS, {kind: f"{code}9"}, format="json")
        assert (hidden.status_code, hidden.json()) == (nothing.status_code, nothing.json())
    assert Subscription.objects.count() == 1
    Roadmap.objects.update(visibility="internal")
    assert told(program.get(FOLLOWS)) == [(None, "EDGE-24H2-O1", None)]


def test_a_token_reads_and_follows_within_its_reach_alone(asks, key_result, outsider, core):
    for given in ({"area": "EDGE"}, {"objective": "EDGE-24H2-O1"}, {"key_result": key_result.code}):
        asks(outsider).post(FOLLOWS, given, format="json")
    bound = asks(outsider, area=Area.objects.get(key="CORE"))
    assert told(bound.get(FOLLOWS)) == []
    assert bound.post(FOLLOWS, {"area": "EDGE"}, format="json").status_code == 400
    assert bound.post(FOLLOWS, {"area": "CORE"}, format="json").status_code == 201
    assert told(bound.get(FOLLOWS)) == [("CORE", None, None)]
    reads = asks(outsider, "read")
    assert reads.post(FOLLOWS, {"area": "LIB"}, format="json").status_code == 403
    assert len(told(reads.get(FOLLOWS))) == 4


def test_a_retry_takes_effect_once(asks, key_result, outsider):
    program, key = asks(outsider), {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = program.post(FOLLOWS, {"area": "EDGE"}, format="json", **key)
    again = program.post(FOLLOWS, {"area": "EDGE"}, format="json", **key)
    assert first.status_code == again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"

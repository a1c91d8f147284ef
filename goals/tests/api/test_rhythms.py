"""How often is asked, read and set by programs: of an area, a key result and a cycle."""

import pytest

from areas.models import Area
from goals.actions.pauses import set_area_rhythm
from goals.api import parts
from goals.models import Cycle, KeyResult, Objective
from goals.tests.factories import NOW

AREA = "/api/v1/areas/EDGE/rhythm/"
KEY_RESULT = "/api/v1/key-results/EDGE-24H2-O1-KR1/rhythm/"
CYCLE = "/api/v1/cycles/24H2/rhythm/"
OWN = {AREA: "lead", KEY_RESULT: "lead", CYCLE: "manager"}
DAYS = "check_in_every_days"


def change(client, address, sent, **headers):
    etag = client.get(address)["ETag"]
    return client.patch(address, sent, format="json", headers={"If-Match": etag} | headers)


@pytest.fixture
def setter(request, program, key_result):
    """setter(address): a program of somebody who sets this rhythm."""
    return lambda address: program(request.getfixturevalue(OWN[address]), "write")


def test_the_nearest_word_counts_and_all_see_whose_it_is(setter, reader, key_result):
    told = reader.get(KEY_RESULT).json()
    assert told == {
        "key_result": "EDGE-24H2-O1-KR1",
        DAYS: None,
        "rhythm_days": 14,
        "said_by": "cycle",
        "version": 1,
    }
    assert reader.get(AREA).json() == {"area": "EDGE", DAYS: None, "rhythm_days": None, "version": 1}
    answer = change(setter(CYCLE), CYCLE, {DAYS: 28, "check_in_weekday": 4})
    assert answer.json() == {"cycle": "24H2", DAYS: 28, "check_in_weekday": 4, "version": 2}
    assert answer["ETag"] == reader.get(CYCLE)["ETag"]
    assert reader.get("/api/v1/cycles/24H2/").json()[DAYS] == 28
    assert reader.get(KEY_RESULT).json()["rhythm_days"] == 28
    assert change(setter(AREA), AREA, {DAYS: 7}).json() == {
        "area": "EDGE",
        DAYS: 7,
        "rhythm_days": 7,
        "version": 2,
    }
    told = reader.get(KEY_RESULT).json()
    assert (told["rhythm_days"], told["said_by"]) == (7, "area")
    told = change(setter(KEY_RESULT), KEY_RESULT, {DAYS: 3}).json()
    assert (told["rhythm_days"], told["said_by"]) == (3, "key_result")
    assert reader.get("/api/v1/key-results/EDGE-24H2-O1-KR1/").json()["rhythm_days"] == 3
    assert change(setter(KEY_RESULT), KEY_RESULT, {DAYS: None}).json()["rhythm_days"] == 7
    assert change(setter(AREA), AREA, {DAYS: None}).json()["rhythm_days"] is None


def test_an_area_says_it_for_what_is_below(program, manager, reader, key_result):
    change(program(manager, "write"), "/api/v1/areas/LIB/rhythm/", {DAYS: 10})
    told = reader.get(AREA).json()
    assert (told[DAYS], told["rhythm_days"]) == (None, 10)
    assert reader.get(KEY_RESULT).json()["said_by"] == "area"


@pytest.mark.parametrize("days", [0, -1, 367, 1.5, "7", True, [], "٧"])
@pytest.mark.parametrize("address", OWN)
def test_what_is_no_number_of_days_is_refused(setter, address, days):
    answer = change(setter(address), address, {DAYS: days})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, DAYS)
    assert (Area.objects.get(key="EDGE").check_in_every_days, Cycle.objects.get().check_in_every_days) == (
        *(None, 14),
    )
    assert KeyResult.objects.get().check_in_every_days is None


@pytest.mark.parametrize(
    ("address", "sent", "field"),
    [
        (AREA, {}, DAYS),
        (AREA, {DAYS: 7, "rhythm_days": 7}, "rhythm_days"),
        (KEY_RESULT, {DAYS: 7, "target_value": "1"}, "target_value"),
        (CYCLE, {DAYS: None}, DAYS),
        (CYCLE, {"check_in_weekday": 7}, "check_in_weekday"),
        (CYCLE, {"state": "closed"}, "state"),
    ],
    ids=str,
)
def test_a_rhythm_is_changed_and_nothing_else(setter, address, sent, field):
    answer = change(setter(address), address, sent)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("address", OWN)
def test_who_did_not_read_does_not_write(setter, address):
    client = setter(address)
    answer = client.patch(address, {DAYS: 7}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    etag = client.get(address)["ETag"]
    first, second = (
        client.patch(address, {DAYS: days}, format="json", headers={"If-Match": etag}) for days in (7, 8)
    )
    assert (first.status_code, second.status_code) == (200, 412)
    assert client.get(address).json()[DAYS] == 7


def test_of_two_at_the_same_moment_one_wins(setter, manager, monkeypatch):
    """Both pass the question of `If-Match`; the version, asked under the lock, decides."""
    passed = parts.refuse_unless_matched

    def somebody_else(request, told):
        passed(request, told)
        area = Area.objects.get(key="EDGE")
        set_area_rhythm(area, by=manager, now=NOW, days=5, version=area.version)

    client = setter(AREA)
    monkeypatch.setattr(parts, "refuse_unless_matched", somebody_else)
    answer = change(client, AREA, {DAYS: 7})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert Area.objects.get(key="EDGE").check_in_every_days == 5


@pytest.mark.parametrize(
    ("role", "scope", "may"),
    [
        ("lead", "write", {AREA, KEY_RESULT}),
        ("manager", "write", {AREA, KEY_RESULT, CYCLE}),
        ("lead", "check-in", set()),
        ("contributor", "write", set()),
        ("viewer", "write", set()),
        ("outsider", "admin", set()),
    ],
)
def test_who_sets_it_on_the_page_sets_it_by_a_program(request, program, key_result, role, scope, may):
    client = program(request.getfixturevalue(role), scope)
    for address in OWN:
        status = change(client, address, {DAYS: 7}).status_code
        assert status == (200 if address in may else 403), address


def test_a_token_that_is_bound_reaches_no_further(program, manager, core, key_result):
    client = program(manager, "write", area=core)
    assert client.get(AREA).status_code == 404
    assert client.get(KEY_RESULT).status_code == 404
    answer = change(client, CYCLE, {DAYS: 7})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert change(client, "/api/v1/areas/CORE/rhythm/", {DAYS: 7}).status_code == 200


def test_what_is_hidden_archived_or_closed(setter, reader, program, lead):
    Objective.objects.update(visibility="restricted")
    assert reader.get(KEY_RESULT).status_code == 404
    KeyResult.objects.update(archived_at=NOW)
    assert change(setter(KEY_RESULT), KEY_RESULT, {DAYS: 7}).json()["code"] == "archived"
    Cycle.objects.update(state="closed")
    for address in (KEY_RESULT, CYCLE):
        assert change(setter(address), address, {DAYS: 7}).json()["code"] == "cycle_closed"
    Area.objects.filter(key="EDGE").update(archived_at=NOW)
    assert program(lead, "write").get(AREA).status_code == 404

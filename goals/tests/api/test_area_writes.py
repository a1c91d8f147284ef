"""The organisation and the cycles by programs: administrators change the one, managers the other."""

import pytest

from areas.models import Area
from goals.models import Cycle

AREAS, CYCLES = "/api/v1/areas/", "/api/v1/cycles/"
CYCLE = {"key": "25H1", "name": "2025 H1", "starts_on": "2025-01-01", "ends_on": "2025-06-30"}


@pytest.fixture
def owner(program, administrator):
    """An administrator's program."""
    return program(administrator, "admin")


def patch(client, path, body, etag=None):
    etag = etag or client.get(path).headers["ETag"]
    return client.patch(path, body, format="json", headers={"if-match": etag})


def delete(client, path):
    return client.delete(path, headers={"if-match": client.get(path).headers["ETag"]})


def refusal(response):
    told = response.json()
    return response.status_code, told["code"], [error["field"] for error in told["errors"]]


def test_an_area_is_made_moved_archived_and_restored(owner, administrator, edge, core):
    body = {"key": "NEWS", "name": "News", "parent": "EDGE", "position": 3}
    made = owner.post(AREAS, body, format="json", headers={"idempotency-key": "one"})
    assert (made.status_code, made.json()["parent"], made.json()["version"]) == (201, "EDGE", 1)
    path = f"{AREAS}NEWS/"
    assert made.headers["ETag"] == owner.get(path).headers["ETag"]
    assert refusal(owner.patch(path, {"name": "x"}, format="json"))[:2] == (428, "precondition_required")
    moved = patch(owner, path, {"parent": "CORE", "description": "What\r\nis new"})
    assert (moved.json()["parent"], moved.json()["version"]) == ("CORE", 2)
    assert refusal(patch(owner, path, {"name": "x"}, made.headers["ETag"]))[:2] == (412, "stale_version")
    assert refusal(patch(owner, f"{AREAS}CORE/", {"parent": "NEWS"})) == (400, "invalid", ["parent"])
    assert refusal(patch(owner, path, {"key": "OTHER"}))[2] == ["key"]
    assert refusal(delete(owner, f"{AREAS}CORE/"))[:2] == (409, "wrong_state")  # NEWS is below
    assert delete(owner, path).status_code == 204
    assert refusal(patch(owner, path, {"name": "x"}))[:2] == (409, "archived")
    assert "NEWS" not in [row["key"] for row in owner.get(AREAS).json()["results"]]
    assert refusal(owner.post(AREAS, {"key": "LATE", "name": "Late", "parent": "NEWS"}, format="json"))[
        2
    ] == ["parent"]
    assert delete(owner, f"{AREAS}CORE/").status_code == 204
    assert refusal(owner.post(f"{path}restore/", {}, format="json")) == (400, "invalid", ["parent"])
    assert owner.post(f"{AREAS}CORE/restore/", {}, format="json").json()["archived_at"] is None
    assert owner.post(f"{path}restore/", {"reason": "why"}, format="json").json()["archived_at"] is None
    assert refusal(owner.post(f"{path}restore/", {}, format="json"))[:2] == (409, "wrong_state")
    last = Area.objects.get(key="NEWS").history.latest("history_id")
    assert (last.history_user, last.history_change_reason) == (administrator, "why")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "News"}, "key"),
        ({"key": "n", "name": "News"}, "key"),
        ({"key": "EDGE", "name": "News"}, "key"),
        ({"key": "NEWS", "name": "two\nlines"}, "name"),
        ({"key": "NEWS", "name": "News", "parent": "NONE"}, "parent"),
        ({"key": "NEWS", "name": "News", "archived_at": None}, "archived_at"),
    ],
)
def test_an_area_that_does_not_fit_is_refused_at_its_field(owner, edge, body, field):
    assert refusal(owner.post(AREAS, body, format="json")) == (400, "invalid", [field])


def area_writes(client):
    yield client.post(AREAS, {"key": "NEWS", "name": "News"}, format="json")
    yield client.patch(f"{AREAS}EDGE/", {"name": "x"}, format="json", headers={"if-match": "*"})
    yield client.delete(f"{AREAS}EDGE/", headers={"if-match": "*"})
    yield client.post(f"{AREAS}EDGE/restore/", {}, format="json")


def test_nobody_else_changes_the_organisation(program, lead, manager, administrator, edge):
    for client, code in (
        (program(lead, "admin"), "forbidden"),
        (program(manager, "admin"), "forbidden"),
        (program(administrator, "write"), "insufficient_scope"),
        (program(administrator, "admin", area=edge), "insufficient_scope"),
    ):
        for response in area_writes(client):
            assert refusal(response)[:2] == (403, code)
    edge.refresh_from_db()
    assert (edge.version, edge.archived_at) == (1, None)


def test_a_cycle_is_made_and_changed_with_a_reason_once_it_has_begun(program, manager):
    client = program(manager, "write")
    made = client.post(CYCLES, CYCLE | {"check_in_weekday": None, "on_track_gap": "0.1"}, format="json")
    told = made.json()
    assert (made.status_code, told["state"], told["on_track_gap"]) == (201, "planning", "0.1")
    path = f"{CYCLES}25H1/"
    assert made.headers["ETag"] == client.get(path).headers["ETag"]
    assert patch(client, path, {"ends_on": "2025-06-29"}).json()["version"] == 2
    client.post(f"{path}activate/", {}, format="json")
    assert refusal(patch(client, path, {"ends_on": "2025-06-28"})) == (400, "reason_needed", ["reason"])
    assert patch(client, path, {"ends_on": "2025-06-28", "reason": "A holiday"}).status_code == 200
    assert patch(client, path, {"name": "Spring"}).json()["name"] == "Spring"
    assert refusal(patch(client, path, {"state": "closed"}))[2] == ["state"]
    assert refusal(client.patch(path, {"name": "x"}, format="json"))[:2] == (428, "precondition_required")
    assert refusal(patch(client, path, {"name": "x"}, made.headers["ETag"]))[:2] == (412, "stale_version")
    Cycle.objects.update(state="closed")
    assert refusal(patch(client, path, {"name": "x"}))[:2] == (409, "cycle_closed")
    for body, field in (
        (CYCLE, "key"),
        (CYCLE | {"key": "25H2", "ends_on": "soon"}, "ends_on"),
        (CYCLE | {"key": "25H2", "at_risk_gap": 0.1}, "at_risk_gap"),
        (CYCLE | {"key": "25H2", "reason": "why"}, "reason"),
    ):
        assert refusal(client.post(CYCLES, body, format="json")) == (400, "invalid", [field]), body
    ends_first = CYCLE | {"key": "25H2", "ends_on": "2024-12-31"}
    assert "ends after" in client.post(CYCLES, ends_first, format="json").json()["detail"]


def test_managers_alone_make_and_change_cycles_with_a_token_that_is_bound_nowhere(
    program, lead, manager, edge, cycle
):
    for client, code in (
        (program(lead, "write"), "forbidden"),
        (program(manager, "read"), "insufficient_scope"),
        (program(manager, "write", area=edge), "insufficient_scope"),
    ):
        for response in (
            client.post(CYCLES, CYCLE, format="json"),
            client.patch(f"{CYCLES}24H2/", {"name": "x"}, format="json", headers={"if-match": "*"}),
        ):
            assert refusal(response)[:2] == (403, code)
    assert Cycle.objects.get().version == 1

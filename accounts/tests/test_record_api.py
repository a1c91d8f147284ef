"""The record through the API: for administrators, with the filters of the page, as JSON and CSV."""

import csv
import io
from decimal import Decimal

import pytest

from accounts.audit import record
from accounts.models import ApiToken, AuditEntry
from goals.actions.key_results import change_key_result
from goals.tests.factories import NOW

HOSTILE = [
    "who=%00",
    "what=%00",
    "who=a%0Ab",
    "kind=nothing",
    "action=burnt",
    "since=0001-01-01",
    "since=9999-12-31",
    "until=9999-12-31",
    "until=9999-12-31T23:59:59-12:00",
    "since=0001-01-01T00:00:00%2B14:00",
    "since=2024-13-01",
    "since=1" + "0" * 400,
    "until=%EF%BC%92024-10-14",
    "who=" + "x" * 5000,
    "format=xml",
    "limit=1" + "0" * 400,
    "cursor=%00",
    "colour=blue",
]


def ask(client, token: str, query: str = "", **headers):
    return client.get(f"/api/v1/record/{query}", headers={"Authorization": f"Bearer {token}"} | headers)


@pytest.fixture
def token(administrator):
    return ApiToken.issue(owner=administrator, scope="admin")[1]


@pytest.fixture
def raised(key_result, lead):
    change_key_result(key_result, by=lead, now=NOW, target_value=Decimal(20), reason="a faster machine")


def test_an_entry_says_who_when_what_old_new_and_why(client, token, raised, lead):
    answer = ask(client, token, "?what=EDGE-24H2-O1-KR1&action=changed").json()
    [entry] = answer["results"]
    assert entry.pop("id") == AuditEntry.objects.get(action="changed", kind="key result").pk
    assert entry == {
        "made_at": "2024-10-14T10:00:00Z",
        "actor": lead.email,
        "actor_name": "Lea Lead",
        "origin": "command",
        "address": None,
        "action": "changed",
        "kind": "key result",
        "subject": "EDGE-24H2-O1-KR1",
        "about": None,
        "changes": [{"field": "target_value", "old": "10", "new": "20"}],
        "reason": "a faster machine",
    }


def test_pages_follow_each_other_newest_first(client, token, lead):
    for number in range(7):
        record("changed", actor=lead, kind="test", subject=f"ROW-{number}")
    answer = ask(client, token, "?what=row&limit=3").json()
    seen = [entry["subject"] for entry in answer["results"]]
    while answer["next"]:
        answer = client.get(answer["next"], headers={"Authorization": f"Bearer {token}"}).json()
        seen += [entry["subject"] for entry in answer["results"]]
    assert seen == [f"ROW-{number}" for number in reversed(range(7))]


@pytest.mark.parametrize("role", ["viewer", "contributor", "lead", "outsider", "manager"])
def test_nobody_but_administrators(client, request, role):
    token = ApiToken.issue(owner=request.getfixturevalue(role), scope="admin")[1]
    answer = ask(client, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert ask(client, token, "?format=csv").status_code == 403


@pytest.mark.parametrize("scope", ["read", "check-in", "write"])
def test_a_token_needs_the_scope_admin(client, administrator, scope):
    answer = ask(client, ApiToken.issue(owner=administrator, scope=scope)[1])
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_a_token_that_is_bound_to_an_area_reads_nothing_here(client, administrator, edge):
    answer = ask(client, ApiToken.issue(owner=administrator, scope="admin", area=edge)[1])
    assert answer.status_code == 403


@pytest.mark.parametrize("way", ["format", "accept"])
def test_csv_is_the_same_query_without_formulas(client, token, lead, way):
    record("changed", actor=lead, kind="test", subject="=HYPERLINK(1)", reason="@SUM(1)")
    record("changed", actor=lead, kind="other", subject="another")
    if way == "format":
        response = ask(client, token, "?what==&format=csv")
    else:
        response = ask(client, token, "?what==", Accept="text/csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [(row["subject"], row["reason"]) for row in rows] == [("'=HYPERLINK(1)", "'@SUM(1)")]


@pytest.mark.parametrize("query", HOSTILE, ids=[query[:30] for query in HOSTILE])
def test_what_cannot_be_understood_is_refused_with_a_sentence(client, token, query):
    answer = ask(client, token, f"?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["detail"]
    assert ask(client, token, f"?{query}", Accept="text/csv").status_code == 400


def test_half_a_surrogate_pair_names_nobody(client, token):
    assert ask(client, token, "?who=%ED%B0%80&what=%ED%B0%80").json()["results"] == []


def test_writing_is_refused(client, token):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)("/api/v1/record/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 405


def test_page_csv_and_api_find_the_same(client, administrator, token, raised, lead):
    client.force_login(administrator)
    for query in ("?who=lea&since=2024-10-14&until=2024-10-14", "?kind=key+result", "?what=edge-24h2-o1"):
        page = [row.entry.pk for row in client.get(f"/record/{query}").context["rows"]]
        lines = b"".join(client.get(f"/record.csv{query}").streaming_content).decode().splitlines()
        api = ask(client, token, query).json()["results"]
        assert page == [entry["id"] for entry in api] == [int(line.split(",")[0]) for line in lines[1:]]
        assert page, query

"""Tokens through the API: one's own, and never one with more than the token that asks."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry
from areas.tests.factories import AreaFactory

NEW = {"name": "Status page", "scope": "read", "area": "EDGE", "days": 30}


def sign(token: str) -> dict:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def make(client, token: str, **changes):
    return client.post("/api/v1/tokens/", NEW | changes, content_type="application/json", **sign(token))


@pytest.fixture
def held(lead, edge):
    """May read, check in and write in LIB and below, for sixty days."""
    in_two_months = timezone.now() + dt.timedelta(days=60)
    return ApiToken.issue(owner=lead, scope="write", area=edge.parent, expires_at=in_two_months)


def test_a_token_is_made_shown_once_and_works(client, held, lead):
    answer = make(client, held[1])
    assert answer.status_code == 201
    made = answer.json()
    assert (made["scope"], made["area"], made["name"]) == ("read", "EDGE", "Status page")
    assert client.get("/api/v1/me/", **sign(made["token"])).json()["email"] == lead.email
    again = client.get(f"/api/v1/tokens/{made['id']}/", **sign(held[1])).json()
    assert "token" not in again
    assert made["token"] not in str(list(AuditEntry.objects.values()))
    entry = AuditEntry.objects.get(kind="token", object_id=made["id"])
    assert (entry.actor, entry.origin, entry.about) == (lead, "api", lead)


@pytest.mark.parametrize(
    "changes", [{"scope": "admin"}, {"area": None}, {"area": "CORE"}, {"days": 90}], ids=str
)
def test_none_has_more_than_the_one_that_makes_it(client, held, core, changes):
    answer = make(client, held[1], **changes)
    assert (answer.status_code, answer.json()["code"]) == (403, "exceeds_token")
    assert ApiToken.objects.count() == 1


def test_somebody_with_a_session_makes_any(client, lead, edge):
    client.force_login(lead)
    answer = client.post(
        "/api/v1/tokens/", NEW | {"scope": "admin", "area": None}, content_type="application/json"
    )
    assert answer.status_code == 201


def test_reading_needs_read_and_making_needs_write(client, lead, edge):
    token = ApiToken.issue(owner=lead, scope="check-in")[1]
    assert client.get("/api/v1/tokens/", **sign(token)).status_code == 200
    assert make(client, token).json()["code"] == "insufficient_scope"
    row = ApiToken.objects.get()
    assert client.delete(f"/api/v1/tokens/{row.pk}/", **sign(token)).status_code == 403


def test_the_list_holds_what_may_do_no_more_than_the_token_that_asks(client, held, lead, viewer, core):
    inner = ApiToken.issue(owner=lead, scope="read", area=AreaFactory(key="DEEP", parent=held[0].area))[0]
    ApiToken.issue(owner=lead, scope="admin", area=held[0].area)
    ApiToken.issue(owner=lead, scope="read")
    ApiToken.issue(owner=lead, scope="read", area=core)
    ApiToken.issue(owner=viewer, scope="read", area=held[0].area)
    found = client.get("/api/v1/tokens/", **sign(held[1])).json()["results"]
    assert [token["id"] for token in found] == [inner.pk, held[0].pk]
    client.force_login(lead)
    assert len(client.get("/api/v1/tokens/").json()["results"]) == 5


def test_a_revoked_token_is_refused_at_once_and_twice_is_as_once(client, held, lead, edge):
    made = make(client, held[1]).json()
    for _twice in range(2):
        assert client.delete(f"/api/v1/tokens/{made['id']}/", **sign(held[1])).status_code == 204
    assert client.get("/api/v1/me/", **sign(made["token"])).status_code == 401
    assert AuditEntry.objects.filter(kind="token", action="revoked").count() == 1


def test_tokens_of_others_and_stronger_ones_are_not_there(client, held, lead, administrator, edge):
    foreign = ApiToken.issue(owner=administrator, scope="read", area=edge)[0]
    stronger = ApiToken.issue(owner=lead, scope="admin", area=edge)[0]
    for row in (foreign, stronger):
        for method in ("get", "delete"):
            assert getattr(client, method)(f"/api/v1/tokens/{row.pk}/", **sign(held[1])).status_code == 404
    assert not ApiToken.objects.filter(revoked_at__isnull=False).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"days": 0},
        {"days": 366},
        {"days": 10**400},
        {"days": "NaN"},
        {"days": "5"},
        {"days": 5.0},
        {"days": True},
        {"name": 5.862542813045378e16},
        {"name": ""},
        {"name": "a\r\nb"},
        {"name": "a\x00"},
        {"scope": "everything"},
        {"area": "NOWHERE"},
        {"area": "\x00"},
        {"area": ["EDGE"]},
        {"owner": "ada@example.org"},
    ],
    ids=lambda changes: str(changes)[:30],
)
def test_refuses_at_the_field(client, held, changes):
    answer = make(client, held[1], **changes)
    assert answer.status_code == 400
    assert ApiToken.objects.count() == 1


def test_the_empty_text_is_no_area(client, lead, edge):
    """It would make a token that reaches everywhere, where its maker meant one area."""
    _row, token = ApiToken.issue(owner=lead, scope="write")
    answer = make(client, token, area="")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "area")
    assert ApiToken.objects.count() == 1


def test_of_a_method_that_is_not_there_nothing_else_is_judged(client, held):
    answer = client.put("/api/v1/areas/?x=1", {}, content_type="application/json", **sign(held[1]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
    assert client.put("/api/v1/areas/?x=1", {}, content_type="application/json").status_code == 401

"""The tokens page: made, shown once, taken back."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.sessions.models import Session

from accounts.models import ApiToken, AuditEntry
from goals.tests.factories import NOW

NEW = {"name": "Status page", "scope": "read", "area": "EDGE", "days": "90"}


@pytest.fixture(autouse=True)
def middle_of_october():
    with time_machine.travel(NOW, tick=False):
        yield


def ask_as(client, token):
    return client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})


def token_in(page: str) -> str:
    [token] = re.findall(r"okr_[\w-]{43}", page)
    return token


def test_a_token_is_shown_once_and_works(client, lead, edge, caplog):
    caplog.set_level("INFO")
    client.force_login(lead)
    response = client.post("/tokens/", NEW)
    assert (response.status_code, response.url) == (302, "/tokens/")
    page = client.get("/tokens/").content.decode()
    token = token_in(page)
    answer = ask_as(client, token).json()
    assert answer["token"]["area"] == "EDGE"
    assert answer["token"]["expires_at"] == "2025-01-12T10:00:00Z"
    page = client.get("/tokens/").content.decode()
    assert token not in page
    assert f"{token[:10]}…" in page
    assert token not in caplog.text
    assert all(token not in str(session.get_decoded()) for session in Session.objects.all())
    assert token not in str(list(AuditEntry.objects.values()))


def test_looking_with_head_does_not_use_the_showing_up(client, lead, edge):
    client.force_login(lead)
    client.post("/tokens/", NEW)
    client.head("/tokens/")
    assert token_in(client.get("/tokens/").content.decode())


def test_a_revoked_token_is_refused_at_once(client, lead, edge):
    client.force_login(lead)
    client.post("/tokens/", NEW)
    token = token_in(client.get("/tokens/").content.decode())
    row = ApiToken.objects.get()
    for _twice in range(2):
        assert client.post(f"/tokens/{row.pk}/revoke/").url == "/tokens/"
    assert ask_as(client, token).status_code == 401
    entries = AuditEntry.objects.filter(kind="token").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["created", "revoked"]
    assert "Revoked" in client.get("/tokens/").content.decode()


def test_the_last_use_is_shown(client, lead):
    client.force_login(lead)
    ApiToken.issue(owner=lead, scope="read", name="Unused")
    assert "never" in client.get("/tokens/").content.decode()
    ApiToken.objects.update(last_used_at=NOW - dt.timedelta(days=3))
    assert "11 Oct 2024" in client.get("/tokens/").content.decode()


@pytest.mark.parametrize("role", ["contributor", "viewer", "outsider", "manager"])
def test_tokens_of_others_are_not_there(client, request, lead, role):
    row, _token = ApiToken.issue(owner=lead, scope="read", name="Lea's own")
    client.force_login(request.getfixturevalue(role))
    assert "Lea&#x27;s own" not in client.get("/tokens/").content.decode()
    assert client.post(f"/tokens/{row.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_administrators_see_and_revoke_those_of_others(client, administrator, lead):
    row, token = ApiToken.issue(owner=lead, scope="read", name="Lea's own")
    client.force_login(administrator)
    page = client.get("/tokens/").content.decode()
    assert "Lea&#x27;s own" in page
    assert "Lea Lead" in page
    client.post(f"/tokens/{row.pk}/revoke/")
    assert ask_as(client, token).status_code == 401
    entry = AuditEntry.objects.get(kind="token", action="revoked")
    assert (entry.about, entry.actor) == (lead, administrator)


@pytest.mark.parametrize(
    ("field", "entered"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\r\nb"),
        ("name", "a\x00"),
        ("scope", "everything"),
        ("area", "NOWHERE"),
        ("area", "\x00"),
        ("days", "0"),
        ("days", "-1"),
        ("days", "９0"),
        ("days", "1e400"),
        ("days", "99999999999999999999"),
    ],
)
def test_refuses_at_the_field_and_keeps_what_was_typed(client, lead, field, entered):
    client.force_login(lead)
    response = client.post("/tokens/", NEW | {field: entered})
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_revoking_leads_to_no_foreign_place(client, lead, back):
    row, _token = ApiToken.issue(owner=lead, scope="read")
    client.force_login(lead)
    assert client.post(f"/tokens/{row.pk}/revoke/", {"next": back}).url == "/tokens/"


def test_an_archived_area_is_not_offered(client, lead, edge):
    edge.archived_at = NOW
    edge.save()
    client.force_login(lead)
    assert "EDGE" not in client.get("/tokens/").content.decode()


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "9" * 5000])
def test_a_token_that_is_none_is_not_found(client, lead, number):
    client.force_login(lead)
    assert client.post(f"/tokens/{number}/revoke/").status_code == 404


def test_the_number_of_queries_does_not_grow(client, administrator, lead, django_assert_num_queries):
    def issue(count):
        for _number in range(count):
            ApiToken.issue(owner=lead, scope="read")
            ApiToken.issue(owner=administrator, scope="read")

    client.force_login(administrator)
    issue(1)
    with django_assert_num_queries(8):
        client.get("/tokens/")
    issue(20)
    with django_assert_num_queries(8):
        client.get("/tokens/")


def test_visitors_are_sent_to_sign_in(client, db):
    assert client.get("/tokens/").url == "/sign-in/?next=/tokens/"


def rotate(client, row, overlap="7"):
    return client.post(f"/tokens/{row.pk}/rotate/", {"overlap": overlap}, follow=True).content.decode()


def test_a_token_is_replaced_and_the_old_one_ends_after_the_overlap(client, lead, edge):
    client.force_login(lead)
    client.post("/tokens/", NEW)
    old = token_in(client.get("/tokens/").content.decode())
    row = ApiToken.objects.get()
    new = token_in(rotate(client, row))
    made = ApiToken.objects.exclude(pk=row.pk).get()
    assert (made.name, made.scope, made.area) == (row.name, row.scope, row.area)
    assert made.expires_at == NOW + dt.timedelta(days=90)
    for days, alive in ((6, True), (8, False)):
        with time_machine.travel(NOW + dt.timedelta(days=days), tick=False):
            assert ask_as(client, old).status_code == (200 if alive else 401)
            assert ask_as(client, new).status_code == 200


def test_without_an_overlap_the_old_one_ends_at_once(client, lead):
    client.force_login(lead)
    row, old = ApiToken.issue(owner=lead, scope="read")
    assert ask_as(client, token_in(rotate(client, row, "0"))).status_code == 200
    assert ask_as(client, old).status_code == 401


def test_an_overlap_makes_no_token_live_longer(client, lead):
    client.force_login(lead)
    soon = NOW + dt.timedelta(hours=3)
    row, _token = ApiToken.issue(owner=lead, scope="read", expires_at=soon)
    rotate(client, row)
    row.refresh_from_db()
    assert row.expires_at == soon


@pytest.mark.parametrize("overlap", ["8", "-1", "", "1e400", "\x00"])
def test_an_overlap_that_is_none_makes_nothing(client, lead, overlap):
    client.force_login(lead)
    row, _token = ApiToken.issue(owner=lead, scope="read")
    assert "Choose for how long" in rotate(client, row, overlap)
    assert ApiToken.objects.count() == 1


def test_what_has_ended_or_is_anothers_is_not_replaced(client, lead, administrator):
    row, _token = ApiToken.issue(owner=lead, scope="read")
    client.force_login(administrator)
    assert client.post(f"/tokens/{row.pk}/rotate/", {"overlap": "1"}).status_code == 404
    row.revoke(now=NOW)
    client.force_login(lead)
    assert "This token has ended" in rotate(client, row)
    assert ApiToken.objects.count() == 1

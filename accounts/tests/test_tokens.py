"""Programs sign in with tokens, and people make them."""

import datetime as dt
import io
import json

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import ApiToken, Scope
from goals.models import KeyResult
from goals.tests.factories import NOW

ME = "/api/v1/me/"
REPORT = {"value": "5", "status": "on_track"}


def client_with(token: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def make(owner, scope="read", **fields) -> tuple[ApiToken, APIClient]:
    row, token = ApiToken.issue(owner=owner, scope=scope, **fields)
    return row, client_with(token)


def assert_not_signed_in(answer) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="okrtracker"'
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_says_whose_it_is(lead, edge):
    row, client = make(lead, "check-in", area=edge)
    assert client.get(ME).json() == {
        "email": lead.email,
        "name": "Lea Lead",
        "org_role": "",
        "time_zone": "UTC",
        "language": "en",
        "areas": [{"area": "EDGE", "role": "lead"}],
        "unread": 0,
        "token": {"prefix": row.prefix, "scope": "check-in", "area": "EDGE", "expires_at": None},
    }


@pytest.mark.parametrize(
    "path",
    [
        "me/",
        "areas/",
        "cycles/",
        "roadmaps/",
        "objectives/",
        "key-results/",
        "check-ins/",
        "progress/?cycle=24H2",
        "areas/EDGE/",
        "cycles/24H2/",
        "roadmaps/EDGE-24H2/",
        "objectives/EDGE-24H2-O1/",
        "key-results/EDGE-24H2-O1-KR1/",
        "key-results/EDGE-24H2-O1-KR1/check-ins/",
        "../schema/",
    ],
)
def test_nothing_is_read_without_signing_in(client, key_result, path):
    assert_not_signed_in(client.get(f"/api/v1/{path}".replace("v1/../", "")))


def test_nothing_is_written_without_signing_in(client, key_result):
    url = f"/api/v1/key-results/{key_result.code}/check-ins/"
    assert_not_signed_in(client.post(url, REPORT, content_type="application/json"))


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer okr_unknown",
        "Bearer okr_a okr_b",
        "Bearer other_thing",
        "Bearer okr_" + "x" * 10_000,
        "Bearer okr_é",
        "Bearer okr_\x00",
        "Basic bGVhOnNlY3JldA==",
        "okr_unknown",
    ],
)
def test_what_is_no_token_signs_nobody_in(db, header):
    assert_not_signed_in(APIClient(HTTP_AUTHORIZATION=header).get(ME))


def test_a_bad_token_is_not_helped_by_a_session(client, lead):
    client.force_login(lead)
    assert_not_signed_in(client.get(ME, headers={"Authorization": "Bearer okr_unknown"}))


def test_an_expired_token_signs_nobody_in(lead):
    _, client = make(lead, expires_at=NOW)
    with time_machine.travel(NOW - dt.timedelta(seconds=1), tick=False):
        assert client.get(ME).status_code == 200
    with time_machine.travel(NOW, tick=False):
        assert_not_signed_in(client.get(ME))


def test_a_revoked_token_signs_nobody_in(lead):
    row, client = make(lead)
    ApiToken.objects.filter(pk=row.pk).update(revoked_at=NOW)
    assert_not_signed_in(client.get(ME))


def test_the_token_of_somebody_who_left_signs_nobody_in(lead):
    _, client = make(lead)
    lead.is_active = False
    lead.save()
    assert_not_signed_in(client.get(ME))


def test_the_word_bearer_is_read_whatever_its_case(lead):
    _, token = ApiToken.issue(owner=lead, scope="read")
    assert APIClient(HTTP_AUTHORIZATION=f"bearer {token}").get(ME).status_code == 200


@pytest.mark.parametrize(
    ("scope", "status"), [("read", 403), ("check-in", 201), ("write", 201), ("admin", 201)]
)
def test_a_scope_goes_so_far_and_no_further(lead, key_result, scope, status):
    _, client = make(lead, scope)
    url = f"/api/v1/key-results/{key_result.code}/check-ins/"
    assert client.get(url).status_code == 200
    with time_machine.travel(NOW, tick=False):
        answer = client.post(url, REPORT)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "insufficient_scope"


def test_the_widest_scope_gives_no_right_its_owner_lacks(outsider, key_result):
    _, client = make(outsider, "admin")
    assert client.post(f"/api/v1/key-results/{key_result.code}/check-ins/", REPORT).status_code == 403


def test_a_bound_token_reaches_its_area_and_below(manager, lib, core, key_result):
    _, client = make(manager, "admin", area=lib)
    assert [row["key"] for row in client.get("/api/v1/areas/").json()["results"]] == ["LIB", "EDGE"]
    assert client.get(f"/api/v1/key-results/{key_result.code}/").status_code == 200
    with time_machine.travel(NOW, tick=False):
        url = f"/api/v1/key-results/{key_result.code}/check-ins/"
        assert client.post(url, REPORT).status_code == 201


def test_a_bound_token_knows_nothing_else(manager, core, key_result, objective, roadmap):
    _, client = make(manager, "admin", area=core)
    for path in ("roadmaps", "objectives", "key-results", "check-ins"):
        assert client.get(f"/api/v1/{path}/").json()["results"] == []
    for path in (
        "areas/EDGE/",
        f"roadmaps/{roadmap.code}/",
        f"objectives/{objective.code}/",
        f"key-results/{key_result.code}/",
        f"key-results/{key_result.code}/check-ins/",
        "progress/?cycle=24H2&area=EDGE",
    ):
        assert client.get(f"/api/v1/{path}").status_code == 404
    url = f"/api/v1/key-results/{key_result.code}/check-ins/"
    assert client.post(url, REPORT).status_code == 404
    assert client.get("/api/v1/key-results/?area=EDGE").status_code == 400
    progress = client.get("/api/v1/progress/?cycle=24H2").json()
    assert (progress["area"], progress["completion"]) == ("CORE", None)


def test_who_is_bound_to_a_team_does_not_learn_what_is_above(manager, edge):
    _, client = make(manager, area=edge)
    assert client.get("/api/v1/areas/EDGE/").json()["parent"] is None


def test_a_restricted_key_result_stays_with_its_members(lead, outsider, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(visibility="restricted", owner=None)
    for owner, status in ((lead, 200), (outsider, 404)):
        _, client = make(owner)
        assert client.get(f"/api/v1/key-results/{key_result.code}/").status_code == status


def test_the_last_use_is_noted_once_a_minute(lead, django_assert_num_queries):
    row, client = make(lead)
    with time_machine.travel(NOW, tick=False) as clock:
        client.get(ME)
        row.refresh_from_db()
        assert row.last_used_at == NOW
        clock.shift(59)
        with django_assert_num_queries(3):  # the token with its owner, the areas, what is unread
            client.get(ME)
        row.refresh_from_db()
        assert row.last_used_at == NOW
        clock.shift(1)
        client.get(ME)
    row.refresh_from_db()
    assert row.last_used_at == NOW + dt.timedelta(minutes=1)


def test_a_use_that_cannot_be_noted_fails_nobody(lead, monkeypatch):
    from django.db import OperationalError

    from accounts.models.token import ApiTokenQuerySet

    _, client = make(lead)

    def locked(self, **fields):
        raise OperationalError("database is locked")

    monkeypatch.setattr(ApiTokenQuerySet, "update", locked, raising=False)
    assert client.get(ME).status_code == 200


def test_a_session_reads_and_may_write_with_the_token_against_forgery(lead, key_result):
    url = f"/api/v1/key-results/{key_result.code}/check-ins/"
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(lead)
    assert browser.get(ME).json()["token"] is None
    with time_machine.travel(NOW, tick=False):
        refused = browser.post(url, REPORT, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        browser.cookies["csrftoken"] = "x" * 32
        kept = browser.post(url, REPORT, content_type="application/json", headers={"X-CSRFToken": "x" * 32})
    assert kept.status_code == 201


def test_the_session_of_somebody_who_left_is_worth_nothing(client, lead):
    client.force_login(lead)
    lead.is_active = False
    lead.save()
    assert_not_signed_in(client.get(ME))


def test_too_many_requests_are_told_when_to_come_back(lead, settings):
    cache.clear()
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"minute": 2}}
    _, client = make(lead)
    with time_machine.travel(NOW + dt.timedelta(seconds=20), tick=False) as clock:
        assert [client.get(ME).status_code for _ in range(2)] == [200, 200]
        refused = client.get(ME)
        assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
        assert (refused["Retry-After"], refused["RateLimit-Reset"]) == ("40", "40")
        assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("2", "0")
        clock.shift(40)
        assert client.get(ME).status_code == 200


def run(**options) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("create_token", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_the_token_once(lead):
    out, _ = run(user=lead.email.upper(), scope="check-in")
    assert client_with(out.strip()).get(ME).json()["token"]["scope"] == "check-in"
    row = ApiToken.objects.get()
    assert out.strip() not in (row.digest, row.prefix)


def test_the_command_answers_in_json(lead, edge):
    with time_machine.travel(NOW, tick=False):
        out, err = run(user=lead.email, scope="read", area="EDGE", days=30, json=True)
    answer = json.loads(out)
    assert answer.pop("token").startswith("okr_")
    assert answer == {"scope": "read", "area": "EDGE", "expires_at": "2024-11-13T10:00:00Z"}
    assert err == ""


def test_the_command_refuses_with_a_sentence(lead, edge):
    with pytest.raises(CommandError, match="nobody with the e-mail address") as refused:
        run(user="nobody@example.org", scope="read")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="no area with the key NONE"):
        run(user=lead.email, scope="read", area="NONE")
    lead.is_active = False
    lead.save()
    with pytest.raises(CommandError, match="not active"):
        run(user=lead.email, scope="read")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--user", "lea.lead@example.org"],
        ["--user", "lea.lead@example.org", "--scope", "root"],
        ["--user", "lea.lead@example.org", "--scope", "read", "--days", "0"],
        ["--user", "lea.lead@example.org", "--scope", "read", "--days", "99999999"],
        ["--user", "lea.lead@example.org", "--scope", "read", "--days", "７"],
    ],
)
def test_wrong_usage_ends_with_2(lead, words):
    from accounts.management.commands.create_token import Command

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "create_token", *words])
    assert ended.value.code == 2
    assert not ApiToken.objects.exists()


def test_scopes_include_the_ones_before_them(lead):
    row, _ = make(lead, "write")
    assert [row.allows(scope) for scope in Scope] == [True, True, True, False]

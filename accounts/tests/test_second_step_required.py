"""Where a second step is asked for, nothing else opens before there is one."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from accounts.models import ApiToken

PAGES = ["/", "/areas/", "/preferences/", "/tokens/", "/record/", "/admin/", "/people/"]


@pytest.fixture(autouse=True)
def asked(settings):
    settings.REQUIRE_SECOND_STEP = "privileged"


def has_passkey(person):
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "Laptop"})


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_is_led_to_where_one_is_set_up(client, administrator, page):
    client.force_login(administrator)
    assert client.get(page).url == "/security/"
    assert client.post(page).url == "/security/"
    has_passkey(administrator)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("asked_of", "role", "is_led"),
    [
        ("none", "administrator", False),
        ("privileged", "manager", True),
        ("privileged", "lead", False),
        ("all", "lead", True),
    ],
)
def test_of_whom_it_is_asked(client, request, settings, asked_of, role, is_led):
    settings.REQUIRE_SECOND_STEP = asked_of
    client.force_login(request.getfixturevalue(role))
    assert client.get("/preferences/").status_code == (302 if is_led else 200)
    assert ("Your role asks for a second step" in client.get("/security/").content.decode()) == is_led


def test_recovery_codes_alone_are_none(client, manager):
    Authenticator.objects.create(user=manager, type="recovery_codes", data={"seed": "x"})
    client.force_login(manager)
    assert client.get("/preferences/").url == "/security/"


def test_the_way_there_and_the_way_out_are_open(client, manager):
    manager.set_password("correct horse battery")
    manager.save()
    client.force_login(manager)
    assert client.get("/security/authenticator/").url.startswith("/security/confirm/")
    confirm = {"password": "correct horse battery", "next": "/security/authenticator/"}
    assert client.post("/security/confirm/", confirm).url == "/security/authenticator/"
    for page in ("/security/authenticator/", "/security/passkeys/new/", "/security/password/"):
        assert client.get(page).status_code == 200, page
    assert client.get("/public/24H2/NOWHERE/").status_code == 404
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/preferences/").url.startswith("/sign-in/")


def test_a_fragment_takes_the_whole_page_there(client, manager):
    client.force_login(manager)
    answer = client.get("/preferences/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/security/"


def test_a_session_uses_no_program_instead_and_tokens_go_on(client, administrator):
    _, token = ApiToken.issue(owner=administrator, scope="read")
    client.force_login(administrator)
    for headers in ({}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer\xa0x"}):
        answer = client.get("/api/v1/me/", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "second_step_required")
    assert client.get("/api/v1/me/", headers={"Authorization": "Bearer okr_nobody"}).status_code == 401
    assert client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_an_installation_is_warned_that_asks_nobody(settings):
    def warned():
        try:
            call_command("check", deploy=True, tags=["security"], fail_level="WARNING")
        except SystemCheckError as error:
            return "accounts.W001" in str(error)
        return False

    assert not warned()
    settings.REQUIRE_SECOND_STEP = "none"
    assert warned()

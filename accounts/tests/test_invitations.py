"""Coming in by an invitation: the link of the mail, once, within seven days."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from accounts.models import AuditEntry, Invitation, User
from accounts.models.invitation import token_of
from accounts.tests.factories import UserFactory

NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)
PASSWORD = "a lighthouse keeper's tea"


@pytest.fixture(autouse=True)
def middle_of_october():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def inviter(db):
    return UserFactory(name="Ad Ministrator", org_role="administrator")


@pytest.fixture
def invited(inviter):
    user = UserFactory(name="Nia", email="nia@example.org", is_active=False)
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture
def invitation(invited, inviter):
    return Invitation.issue(invited, by=inviter, now=NOW)


def link(invitation) -> str:
    return f"/invitation/?token={token_of(invitation.nonce)}"


def sent(invitation, **changes) -> dict[str, str]:
    token = token_of(invitation.nonce)
    return {
        "token": token,
        "name": "Nia New",
        "new_password1": PASSWORD,
        "new_password2": PASSWORD,
    } | changes


def test_the_link_brings_the_person_in_under_the_name_and_password_they_choose(client, invitation):
    page = client.get(link(invitation)).content.decode()
    assert "Ad Ministrator invited nia@example.org." in page
    assert 'value="Nia"' in page
    response = client.post("/invitation/", sent(invitation))
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/preferences/").context["user"].name == "Nia New"
    again = Client()
    assert again.login(email="nia@example.org", password=PASSWORD)
    assert AuditEntry.objects.get(action="joined").actor.name == "Nia New"


def test_looking_changes_nothing_however_often(client, invitation):
    before = list(Invitation.objects.values()), list(User.objects.values())
    for _time in range(50):
        assert client.get(link(invitation)).status_code == 200
        assert client.head(link(invitation)).status_code == 200
    assert (list(Invitation.objects.values()), list(User.objects.values())) == before
    assert client.get(link(invitation))["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_link_works_once(client, invitation):
    client.post("/invitation/", sent(invitation))
    other = Client()
    for response in (other.get(link(invitation)), other.post("/invitation/", sent(invitation, name="Eve"))):
        assert response.status_code == 410
        assert "was used already" in response.content.decode()
    assert User.objects.get(email="nia@example.org").name == "Nia New"
    assert "_auth_user_id" not in other.session


def test_a_link_is_good_for_seven_days(client, invitation, middle_of_october):
    middle_of_october.move_to(NOW + dt.timedelta(days=7) - dt.timedelta(seconds=1))
    assert client.get(link(invitation)).status_code == 200
    middle_of_october.move_to(NOW + dt.timedelta(days=7))
    response = client.post("/invitation/", sent(invitation))
    assert response.status_code == 410
    assert "Ask Ad Ministrator to send a new one." in response.content.decode()
    assert not User.objects.get(email="nia@example.org").is_active


def test_a_revoked_link_says_so(client, invitation):
    Invitation.objects.update(revoked_at=NOW)
    response = client.post("/invitation/", sent(invitation))
    assert response.status_code == 410
    assert "was taken back" in response.content.decode()
    assert not User.objects.get(email="nia@example.org").is_active


@pytest.mark.parametrize("token", ["", "x", "é", "\x00", "x" * 100_000, "0" * 43, "' OR 1=1 --", "\ud7ff"])
def test_what_is_no_token_lets_nobody_in(client, invitation, token):
    for response in (
        client.get("/invitation/", {"token": token}),
        client.post("/invitation/", sent(invitation, token=token)),
    ):
        assert response.status_code == 404
        assert "not one of ours" in response.content.decode()


def test_neither_the_nonce_nor_the_digest_is_a_token(client, invitation):
    for kept in (invitation.nonce, invitation.digest):
        assert client.get("/invitation/", {"token": kept}).status_code == 404


def test_the_token_is_in_no_table(invitation):
    token = token_of(invitation.nonce)
    row = Invitation.objects.values().get()
    assert token not in map(str, row.values())


def test_another_secret_makes_another_token_and_old_links_work_on(client, invitation, settings):
    address = link(invitation)
    settings.SECRET_KEY = "another secret"
    assert link(invitation) != address
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("field", "entered"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "Nia\r\nBcc: all@example.org"),
        ("name", "Nia\x00"),
        ("new_password2", "something else entirely"),
        ("new_password1", "short"),
        ("new_password1", "123456789012345"),
        ("new_password1", "nia@example.org"),
        ("new_password1", "x" * 1001),
    ],
)
def test_refuses_at_the_field_and_keeps_what_was_typed(client, invitation, field, entered):
    changes = {field: entered}
    if field == "new_password1":
        changes["new_password2"] = entered
    response = client.post("/invitation/", sent(invitation, **changes))
    assert response.status_code == 200
    assert 'class="errorlist"' in response.content.decode()
    assert not User.objects.get(email="nia@example.org").is_active
    assert Invitation.objects.get().accepted_at is None


def test_whoever_is_signed_in_becomes_the_invited_person(client, invitation, inviter):
    client.force_login(inviter)
    client.post("/invitation/", sent(invitation))
    assert client.get("/preferences/").context["user"].name == "Nia New"


def test_asks_for_the_csrf_token(invitation):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/invitation/", sent(invitation)).status_code == 403
    assert Invitation.objects.get().accepted_at is None


def test_the_log_of_requests_does_not_hold_the_token(client, invitation, caplog):
    caplog.set_level("INFO")
    client.get(link(invitation))
    client.post("/invitation/", sent(invitation))
    assert "GET /invitation/" in caplog.text
    assert token_of(invitation.nonce) not in caplog.text
    assert PASSWORD not in caplog.text

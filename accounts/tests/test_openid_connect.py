"""Signing in with the organisation's provider: a real one, in a process of its own."""

import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured

from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory
from okrtracker import environment

REFUSED = "Only people whom an administrator has added can sign in here."


@pytest.fixture(scope="module")
def provider():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        _await(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            if requests.get(f"{url}/.well-known/openid-configuration", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("The provider did not start.")


@pytest.fixture
def configured(provider, settings, monkeypatch):
    monkeypatch.setenv("OIDC_ISSUER", provider)
    monkeypatch.setenv("OIDC_CLIENT_ID", "okrtracker")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "a secret")
    monkeypatch.setenv("OIDC_NAME", "Example Corp")
    settings.SOCIALACCOUNT_PROVIDERS = environment.openid_connect()
    return provider


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="Lea@example.org")
    user.set_password("correct horse battery")
    user.save()
    return user


def sign_in(client, provider, *, next_page="", tamper=None, **claims):
    """The way of a browser: to the provider, which knows the claims, and back."""
    requests.put(f"{provider}/users/lea-at-work", json=claims, timeout=10).raise_for_status()
    start = client.get("/sign-in/oidc/start/", {"next": next_page} if next_page else {})
    assert start.url.startswith(f"{provider}/")
    granted = requests.post(start.url, data={"sub": "lea-at-work"}, allow_redirects=False, timeout=10)
    back = urlsplit(granted.headers["Location"])
    assert back.path == "/sign-in/oidc/callback/"
    query = {name: values[0] for name, values in parse_qs(back.query).items()} | (tamper or {})
    return client.get(back.path, query)


def is_inside(client):
    return client.get("/preferences/").status_code == 200


def test_the_sign_in_page_offers_the_provider_by_name(client, configured, db):
    page = client.get("/sign-in/?next=/preferences/").content.decode()
    assert "Sign in with Example Corp" in page
    assert 'href="/sign-in/oidc/start/?next=/preferences/"' in page


def test_without_a_provider_there_is_no_such_page(client, db):
    assert "Sign in with Example" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/oidc/start/").status_code == 404
    assert client.get("/sign-in/oidc/callback/").status_code == 404


@pytest.mark.parametrize("email", ["lea@example.org", "LEA@EXAMPLE.ORG"])
def test_somebody_with_the_verified_address_comes_in(client, configured, lea, email):
    answer = sign_in(client, configured, email=email, email_verified=True, next_page="/preferences/")
    assert (answer.status_code, answer.url) == (302, "/preferences/")
    assert client.session["_auth_user_id"] == str(lea.pk)
    assert AuditEntry.objects.get(action="signed_in").reason == "with single sign-on"


def test_the_password_stays_and_only_the_name_at_the_provider_is_kept(client, configured, lea):
    for _ in range(2):
        sign_in(client, configured, email="lea@example.org", email_verified=True, phone_number="0800")
    kept = User.objects.get()
    assert (kept.password, kept.email, kept.name) == (lea.password, "Lea@example.org", "Lea Lead")
    known = SocialAccount.objects.get()
    assert (known.user, known.uid, known.extra_data) == (lea, "lea-at-work", {})
    assert not EmailAddress.objects.exists()
    entry = AuditEntry.objects.get(kind="single sign-on")
    assert (entry.action, entry.actor, entry.about_id) == ("created", lea, lea.pk)


def test_who_is_known_comes_in_whatever_their_address_is_now(client, configured, lea):
    sign_in(client, configured, email="lea@example.org", email_verified=True)
    client.logout()
    sign_in(client, configured, email="lea.married@example.org", email_verified=True)
    assert client.session["_auth_user_id"] == str(lea.pk)


def test_whoever_is_given_an_old_address_is_not_let_in(client, configured, lea, administrator):
    known = SocialAccount.objects.create(user=lea, provider="oidc", uid="lea-the-first")
    answer = sign_in(client, configured, email="lea@example.org", email_verified=True)
    assert answer.url == "/sign-in/"
    assert REFUSED in client.get("/sign-in/").content.decode()
    assert not is_inside(client)
    # An administrator who has made sure who asks lets the address count once more.
    client.force_login(administrator)
    client.post(f"/admin/socialaccount/socialaccount/{known.pk}/delete/", {"post": "yes"})
    entry = AuditEntry.objects.get(kind="single sign-on", action="deleted")
    assert (entry.actor, entry.about_id) == (administrator, lea.pk)
    client.logout()
    sign_in(client, configured, email="lea@example.org", email_verified=True)
    assert client.session["_auth_user_id"] == str(lea.pk)


def test_nobody_is_remembered_before_the_second_step(client, configured, lea):
    TOTP.activate(lea, generate_totp_secret())
    sign_in(client, configured, email="lea@example.org", email_verified=True)
    assert not is_inside(client)
    assert not SocialAccount.objects.exists()


def test_who_left_and_comes_back_is_found_by_address_again(client, configured, lea):
    sign_in(client, configured, email="lea@example.org", email_verified=True)
    lea.is_active = False
    lea.save()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.org", "email_verified": True},
        {"email": "lea@example.org", "email_verified": False},
        {"email": "lea@example.org", "email_verified": "false"},
        {"email": "lea@example.org"},
        {"email_verified": True},
        {},
    ],
    ids=str,
)
def test_nobody_else_comes_in_and_nobody_is_made(client, configured, lea, claims):
    answer = sign_in(client, configured, **claims)
    assert answer.url == "/sign-in/"
    assert REFUSED in client.get("/sign-in/").content.decode()
    assert not is_inside(client)
    assert User.objects.count() == 1


def test_who_left_stays_outside(client, configured, lea):
    User.objects.update(is_active=False)
    assert sign_in(client, configured, email="lea@example.org", email_verified=True).url == "/sign-in/"
    assert not is_inside(client)


def test_a_provider_that_only_has_verified_addresses_can_be_trusted(
    client, configured, lea, settings, monkeypatch
):
    monkeypatch.setenv("OIDC_EMAIL_IS_VERIFIED", "true")
    settings.SOCIALACCOUNT_PROVIDERS = environment.openid_connect()
    sign_in(client, configured, email="lea@example.org")
    assert is_inside(client)


@pytest.mark.parametrize(
    "tamper", [{"state": "made-up"}, {"code": "made-up"}, {"error": "access_denied"}], ids=str
)
def test_an_answer_that_was_tampered_with_signs_nobody_in(client, configured, lea, tamper):
    answer = sign_in(client, configured, email="lea@example.org", email_verified=True, tamper=tamper)
    assert answer.url == "/sign-in/"
    assert not is_inside(client)


def test_an_answer_for_another_browser_signs_nobody_in(client, configured, lea):
    start = client.get("/sign-in/oidc/start/")
    granted = requests.post(start.url, data={"sub": "lea-at-work"}, allow_redirects=False, timeout=10)
    victim = type(client)()
    assert victim.get(granted.headers["Location"]).url == "/sign-in/"
    assert not is_inside(victim)


def test_next_leads_to_no_other_site(client, configured, lea):
    answer = sign_in(
        client, configured, email="lea@example.org", email_verified=True, next_page="https://evil.example/"
    )
    assert answer.url == "/"


def test_a_provider_that_is_down_is_no_server_error(client, configured, settings, db):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    assert client.get("/sign-in/oidc/start/").url == "/sign-in/"


@pytest.mark.parametrize("missing", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_configuration_stops_the_start(configured, monkeypatch, missing):
    monkeypatch.delenv(missing)
    with pytest.raises(ImproperlyConfigured, match=f"{missing} must be set too"):
        environment.openid_connect()


def test_the_secret_comes_from_a_file(configured, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.delenv("OIDC_CLIENT_SECRET")
    monkeypatch.setenv("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    [app] = environment.openid_connect()["openid_connect"]["APPS"]
    assert app["secret"] == "from a file"

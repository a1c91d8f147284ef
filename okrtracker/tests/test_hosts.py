"""No link comes from what a request says about its host, and nobody is sent on to another site."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client

from accounts.models import ApiToken, User
from accounts.sign_in.mail import send_waiting
from accounts.tests.factories import UserFactory
from goals.tests.factories import KeyResultFactory
from okrtracker.tests.test_walk import PARTS_OF_THE_WALK, in_turn, story  # noqa: F401

PASSWORD = "correct horse battery"
SITE = "https://okr.example.org"
POISON = {
    "HTTP_HOST": "okr.example.org:6666",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "6666",
    "HTTP_X_FORWARDED_PROTO": "gopher",
    "HTTP_X_FORWARDED_SERVER": "evil.example",
    "HTTP_X_ORIGINAL_URL": "/evil.example",
    "HTTP_X_REWRITE_URL": "/evil.example",
    "HTTP_FORWARDED": "host=evil.example;proto=gopher",
    "HTTP_REFERER": "https://evil.example/back",
}
# A port stands behind its colon; four digits alone may be part of the random name of a form.
TRACES = re.compile(r"evil\.example|:6666|gopher")

# What is asked here is answered alike by every database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["okr.example.org", "testserver"]


@pytest.fixture
def poisoned():
    return Client(raise_request_exception=False, **POISON)


def assert_clean(response):
    told = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert not TRACES.search(told), told
    assert not TRACES.search(body.decode(errors="replace"))


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("names", PARTS_OF_THE_WALK, ids=str)
def test_no_address_answers_with_what_a_request_says_about_its_host(administrator, names):
    for _name, place in in_turn(names):
        poisoned = Client(raise_request_exception=False, **POISON)
        for method in ("get", "post"):
            assert_clean(getattr(poisoned, method)(place))
        poisoned.force_login(administrator)
        for method in ("get", "post"):
            assert_clean(getattr(poisoned, method)(place))


@pytest.mark.parametrize(
    "place", ["/", "/sign-in/", "/api/v1/me/", "/static/js/app.js", "/admin/", "/nowhere"]
)
@pytest.mark.parametrize(
    "host", ["evil.example", "okr.example.org.evil.example", "okr.example.org@evil.example"]
)
def test_a_foreign_host_gets_400_and_no_echo(place, host):
    response = Client(raise_request_exception=False).get(place, headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode() + str(response.headers)


def test_pages_of_the_api_link_to_the_site(poisoned, administrator, objective):
    for _ in range(3):
        KeyResultFactory(objective=objective)
    poisoned.force_login(administrator)
    page = poisoned.get("/api/v1/key-results/?limit=1").json()
    assert page["next"].startswith(f"{SITE}/api/v1/key-results/?")
    second = poisoned.get(page["next"].removeprefix(SITE)).json()
    assert second["previous"].startswith(f"{SITE}/api/v1/key-results/?")
    assert second["results"][0]["url"].startswith(f"{SITE}/api/v1/key-results/")


def test_mail_links_to_the_site(poisoned, lead):
    lead.email, lead.is_active = "lea@example.org", True
    lead.set_password(PASSWORD)
    lead.save()
    poisoned.post("/sign-in/password/", {"email": "lea@example.org"})
    poisoned.force_login(lead)
    new = {"oldpassword": PASSWORD, "password1": "four odd walnut bicycles"}
    poisoned.post("/security/password/", new | {"password2": new["password1"]})
    assert send_waiting(now=dt.datetime.now(dt.UTC)) == 2
    for message in mail.outbox:
        assert f"{SITE}/" in message.body
        assert not TRACES.search(str(message.message()))


def test_the_provider_is_told_the_address_of_the_site(poisoned, settings, monkeypatch):
    monkeypatch.setenv("OIDC_ISSUER", "https://id.example.org")
    monkeypatch.setenv("OIDC_CLIENT_ID", "okrtracker")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "a secret")
    from okrtracker import environment

    settings.SOCIALACCOUNT_PROVIDERS = environment.openid_connect()
    monkeypatch.setattr(
        "allauth.socialaccount.providers.openid_connect.views.OpenIDConnectOAuth2Adapter.openid_config",
        {name: f"https://id.example.org/{name}" for name in ("authorization_endpoint", "token_endpoint")},
    )
    response = poisoned.get("/sign-in/oidc/start/")
    assert response.status_code == 302
    asked = parse_qs(urlsplit(response.url).query)
    assert asked["redirect_uri"] == [f"{SITE}/sign-in/oidc/callback/"]
    assert_clean(response)


# Where people are sent on to

HOSTILE = [
    "https://evil.example",
    "http://evil.example/",
    "HTTPS://EVIL.EXAMPLE",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x08//evil.example",
    "/%09/evil.example",
    "%2f%2fevil.example",
    "/%2f/evil.example/..//evil.example\r\nSet-Cookie: a=b",
    "%5c%5cevil.example",
    "https://okr.example.org@evil.example",
    "https://okr.example.org:6666/",
    "http://okr.example.org/",
    "https://okr.example.org/",
    "//okr.example.org:6666/",
    "https://okr.example.org.evil.example",
    "https://evil.example#okr.example.org",
    "https://evil.example?okr.example.org",
    "https://evil.example\\okr.example.org",
    "//evil%E3%80%82example",
    "//evil\u3002example",
    "\uff0f\uff0fevil.example",
    "https://[::1]/",
    "//[evil",
    "//2130706433/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "javascript://okr.example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://evil.example/",
    "mailto:x@evil.example",
    "evil.example",
    "?next=//evil.example",
    "",
]


def stays_here(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and line breaks are nothing, spaces before go."""
    seen = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    return seen.startswith("/") and not seen.startswith("//")


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def test_the_list_is_hostile():
    assert len(HOSTILE) > 40
    assert sum(not stays_here(value) for value in HOSTILE) > 40


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_signing_in_sends_nobody_to_another_site(client, lea, value):
    page = client.get("/sign-in/", {"next": value}, SERVER_NAME="okr.example.org").content.decode()
    assert 'name="next"' not in page or stays_here(re.search(r'name="next" value="([^"]*)"', page)[1])
    data = {"username": "lea@example.org", "password": PASSWORD, "next": value}
    response = client.post("/sign-in/", data, SERVER_NAME="okr.example.org")
    assert response.status_code == 302
    assert stays_here(response.url), response.url
    assert client.session["_auth_user_id"]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_no_other_form_sends_anybody_to_another_site(client, lea, value):
    client.force_login(lea)
    answers = [
        client.get("/sign-in/", {"next": value}),
        client.post("/security/confirm/", {"password": PASSWORD, "next": value}),
        client.post(
            "/security/password/",
            {
                "oldpassword": PASSWORD,
                "password1": "four odd walnut bicycles",
                "password2": "four odd walnut bicycles",
                "next": value,
            },
        ),
        client.post(f"/tokens/{a_token(lea)}/revoke/", {"next": value}),
        client.post("/sign-out/", {"next": value}),
        client.post("/sign-in/password/", {"email": "lea@example.org", "next": value}),
        client.get("/admin/login/", {"next": value}),
        client.get("/sign-in/oidc/start/", {"next": value}),
    ]
    assert [answer.status_code for answer in answers[:7]] == [302] * 7
    for answer in answers:
        assert stays_here(answer.headers.get("Location", "/")), answer.headers["Location"]


def a_token(owner: User) -> int:
    return ApiToken.objects.create(owner=owner, prefix="okr_sample", digest="0" * 64).pk


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_fragment_whose_session_ended_leads_to_this_sites_sign_in_page(client, lea, value):
    current = value if value.isprintable() and value.isascii() else "https://okr.example.org//evil.example"
    response = client.get("/preferences/", headers={"HX-Request": "true", "HX-Current-URL": current})
    target = response.headers["HX-Redirect"]
    assert target.startswith("/sign-in/?next=")
    data = {"username": "lea@example.org", "password": PASSWORD}
    data["next"] = parse_qs(urlsplit(target).query).get("next", [""])[0]
    assert stays_here(data["next"])
    assert stays_here(client.post("/sign-in/", data).url)


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/preferences/", "/\\evil.example/", "///x/"]
)
def test_an_address_that_looks_like_a_host_leads_nowhere_else(path):
    response = Client().get("/x/", PATH_INFO=path)
    assert stays_here(response.headers.get("Location", "/")), response.headers

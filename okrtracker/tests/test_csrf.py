"""No other site can make a signed-in browser change anything: every address, every method that may change."""

import pytest
from django.test import Client

from okrtracker.tests.test_walk import ADMIN, PARTS_OF_THE_WALK, in_turn, story  # noqa: F401

# They change nothing and answer alike whatever is sent.
PROBES = {"healthz", "readyz"}
# Mail programs post there (RFC 8058). What is sent here is not their one click, so nothing changes either;
# accounts/tests/test_mails.py says that a click alone does, with a token that we signed.
ONE_CLICK = {"accounts:mail_stop"}
UNSAFE = ("post", "put", "patch", "delete")
TOKEN = "x" * 32
CHECK_INS = "/api/v1/key-results/EDGE-24H2-O1-KR1/check-ins/"
WAYS = {
    "no token": ({}, False),
    "no token in the cookie": ({"X-CSRFToken": TOKEN}, False),
    "another token": ({"X-CSRFToken": "y" * 32, "Cookie": f"csrftoken={TOKEN}"}, False),
    "another site": ({"X-CSRFToken": TOKEN, "Origin": "https://evil.example"}, True),
    "another port": ({"X-CSRFToken": TOKEN, "Origin": "http://testserver:6666"}, True),
    "no site that says so": ({"X-CSRFToken": TOKEN, "Origin": "null"}, True),
}

# Answered before a database is asked for anything that differs between them.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite"), pytest.mark.usefixtures("story")]


@pytest.fixture
def browser(administrator):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(administrator)
    return client


def keep(client, token):
    client.cookies.pop("csrftoken", None)
    if token:
        client.cookies["csrftoken"] = token


def send(client, method, place, headers, **extra):
    session = client.cookies["sessionid"].value
    if "Cookie" in headers:
        headers = headers | {"Cookie": f"{headers['Cookie']}; sessionid={session}"}
    return client.generic(method.upper(), place, b"{}", "application/json", headers=headers, **extra)


@pytest.mark.parametrize("names", PARTS_OF_THE_WALK, ids=str)
def test_every_unsafe_method_needs_the_token_and_our_own_site(browser, names):
    for name, place in in_turn(set(names) - PROBES - ONE_CLICK):
        keep(browser, "")
        for method in UNSAFE:
            answer = send(browser, method, place, {})
            assert answer.status_code == 403, (name, method, answer.status_code)
        headers, _has_cookie = WAYS["another site"]
        keep(browser, TOKEN)
        assert send(browser, "post", place, headers).status_code == 403, name
    assert browser.get("/preferences/").status_code == 200, "still signed in"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["/preferences/", "/sign-in/", "/sign-out/", CHECK_INS])
def test_however_a_request_lacks_the_token(browser, way, place):
    headers, has_cookie = WAYS[way]
    keep(browser, TOKEN if has_cookie else "")
    assert send(browser, "post", place, headers).status_code == 403
    assert browser.get("/preferences/").status_code == 200


@pytest.mark.parametrize("names", PARTS_OF_THE_WALK, ids=str)
def test_over_https_the_referer_has_to_be_ours(browser, names):
    keep(browser, TOKEN)
    headers = {"X-CSRFToken": TOKEN, "Referer": "https://evil.example/"}
    for name, place in in_turn(set(names) - PROBES - ONE_CLICK):
        assert send(browser, "post", place, headers, secure=True).status_code == 403, name


@pytest.mark.parametrize(
    "referer", ["https://evil.example/", "http://testserver/", "https://testserver:6666/", ""]
)
def test_whatever_other_referer_there_is(browser, referer):
    keep(browser, TOKEN)
    headers = {"X-CSRFToken": TOKEN} | ({"Referer": referer} if referer else {})
    for place in ("/preferences/", CHECK_INS):
        assert send(browser, "post", place, headers, secure=True).status_code == 403


@pytest.mark.parametrize("place", ADMIN)
def test_the_admin_too(browser, place):
    for headers, has_cookie in WAYS.values():
        keep(browser, TOKEN if has_cookie else "")
        assert send(browser, "post", place, headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}], ids=["no origin", "our origin"])
def test_with_the_token_the_same_requests_come_through(browser, headers):
    keep(browser, TOKEN)
    headers = headers | {"X-CSRFToken": TOKEN}
    assert send(browser, "post", "/preferences/", headers).status_code == 200
    assert send(browser, "post", CHECK_INS, headers).status_code == 400
    assert send(browser, "post", "/sign-out/", headers).status_code in {200, 302}
    assert browser.get("/preferences/").status_code == 302


def test_programs_with_a_token_of_their_own_need_no_other():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/me/", headers={"Authorization": "Bearer okr_nobody"})
    assert answer.status_code == 401

"""No other site can make a signed-in browser change anything: every address, every method that may change."""

import pytest
from django.test import Client

from okrtracker.tests.test_walk import ADMIN, ROUTES, address, story  # noqa: F401

# They change nothing and answer alike whatever is sent.
PROBES = {"healthz", "readyz"}
UNSAFE = ("post", "put", "patch", "delete")
TOKEN = "x" * 32
WAYS = {
    "no token": ({}, False),
    "no token in the cookie": ({"X-CSRFToken": TOKEN}, False),
    "another token": ({"X-CSRFToken": "y" * 32, "Cookie": f"csrftoken={TOKEN}"}, False),
    "another site": ({"X-CSRFToken": TOKEN, "Origin": "https://evil.example"}, True),
    "another port": ({"X-CSRFToken": TOKEN, "Origin": "http://testserver:6666"}, True),
    "no site that says so": ({"X-CSRFToken": TOKEN, "Origin": "null"}, True),
}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("story")]


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


@pytest.mark.parametrize("name", sorted(set(ROUTES) - PROBES))
def test_every_unsafe_method_needs_the_token_and_our_own_site(browser, name):
    place = address(name, ROUTES[name])
    for headers, has_cookie in WAYS.values():
        keep(browser, TOKEN if has_cookie else "")
        for method in UNSAFE if not headers else ("post",):
            answer = send(browser, method, place, headers)
            assert answer.status_code == 403, (headers, method, answer.status_code)
    assert browser.get("/preferences/").status_code == 200, "still signed in"


@pytest.mark.parametrize("name", sorted(set(ROUTES) - PROBES))
def test_over_https_the_referer_has_to_be_ours(browser, name):
    keep(browser, TOKEN)
    place = address(name, ROUTES[name])
    for referer in ("https://evil.example/", "http://testserver/", "https://testserver:6666/", None):
        headers = {"X-CSRFToken": TOKEN} | ({"Referer": referer} if referer else {})
        assert send(browser, "post", place, headers, secure=True).status_code == 403, referer


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
    check_ins = "/api/v1/key-results/EDGE-24H2-O1-KR1/check-ins/"
    assert send(browser, "post", check_ins, headers).status_code == 400
    assert send(browser, "post", "/sign-out/", headers).status_code in {200, 302}
    assert browser.get("/preferences/").status_code == 302


def test_programs_with_a_token_of_their_own_need_no_other():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/me/", headers={"Authorization": "Bearer okr_nobody"})
    assert answer.status_code == 401

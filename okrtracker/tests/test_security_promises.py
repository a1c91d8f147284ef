"""Promises of docs/security.md that no other test shows: cookies, passwords as typed, the log of refusals."""

import io
import json
import logging
import re

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from accounts.tests.factories import UserFactory
from okrtracker import logs
from okrtracker.tests.test_walk import ROUTES, address, story  # noqa: F401

ODD = "  Żółta łódź, zwei Möwen 🛶 and 3 gulls, far out at sea under a grey sky  "

ODD_SIGNS = "¿Ż!7ő~ßqØ{9 вѣ☂}kł¡œþ%2ðЖ^ÿ#wæ§3ŋ=µ8 ĸ/jħ&4ŧЮ|zđ5ə@xʒ;6ɸ+vŀ~rǂ?0ñ"


@pytest.fixture
def lines():
    """What was logged as JSON since the test began."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    form = logs.configuration(as_text=False)["formatters"]["events"]
    handler.setFormatter(form.pop("()")(**form))
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)


def finished(lines):
    return [line for line in lines() if line["event"] == "request_finished"]


def sign_in(client, user, password):
    return client.post("/sign-in/", {"username": user.email, "password": password})


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead")
    user.set_password(ODD)
    user.save()
    return user


def test_cookies_come_with_no_request_of_another_site_and_scripts_do_not_read_the_session(client, lea):
    client.get("/sign-in/")
    sign_in(client, lea, ODD)

    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["samesite"], session["httponly"], session["path"], session["domain"]) == (
        "Lax",
        True,
        "/",
        "",
    )
    assert (csrf["samesite"], csrf["path"], csrf["domain"]) == ("Lax", "/", "")


def test_the_key_of_a_session_cannot_be_guessed(client, lea):
    keys = set()
    for _ in range(5):
        browser = Client()
        sign_in(browser, lea, ODD)
        keys.add(browser.session.session_key)

    assert len(keys) == 5
    assert all(re.fullmatch(r"[0-9a-z]{32}", key) for key in keys), "32 of 36 characters are 165 bits"


def test_a_password_counts_exactly_as_typed(client, lea):
    for other in (ODD.strip(), ODD.lower(), ODD[:64], ODD + " "):
        assert sign_in(client, lea, other).status_code == 200
    assert sign_in(client, lea, ODD).status_code == 302


@pytest.mark.parametrize("password", [ODD, "only small letters and blanks", ODD_SIGNS])
def test_any_composition_makes_a_password_of_64_characters_or_more_too(client, lea, password):
    sign_in(client, lea, ODD)

    fields = {"oldpassword": ODD, "password1": password, "password2": password}
    assert client.post("/security/password/", fields).status_code == 302

    client.post("/sign-out/")
    assert sign_in(client, lea, password).status_code == 302


def test_password_fields_are_masked_and_let_password_managers_in(client, lea):
    pages = [client.get("/sign-in/").content.decode()]
    sign_in(client, lea, ODD)
    pages.append(client.get("/security/password/").content.decode())

    fields = [field for page in pages for field in re.findall(r"<input[^>]*password[^>]*>", page)]
    assert len(fields) == 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "onpaste" not in field


def test_no_other_site_may_read_an_answer(client, lead, key_result):
    client.force_login(lead)
    for place in ("/", "/api/v1/me/", "/api/v1/key-results/", "/sign-in/", "/public/24H2/EDGE/"):
        for method in (client.get, client.options):
            response = method(place, headers={"Origin": "https://evil.example"})
            assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FROB"])
def test_nothing_takes_a_method_that_nobody_knows(client, administrator, method):
    for name in ROUTES:
        response = client.generic(method, address(name, ROUTES[name]), headers={"X-Canary": "an echo"})

        assert response.status_code == 405, name
        assert b"an echo" not in response.content
        assert "POST" in response.headers["Allow"]
    client.force_login(administrator)
    assert client.generic(method, "/areas/").status_code == 405


def test_a_program_is_told_so_in_its_form(client, db):
    response = client.trace("/api/v1/me/")

    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "method_not_allowed"


def test_a_refusal_is_logged_with_who_when_from_where_and_what(client, lead, lines):
    client.force_login(lead)

    assert client.get("/record/", REMOTE_ADDR="192.0.2.7").status_code == 403

    (line,) = finished(lines)
    assert (line["level"], line["code"], line["request"]) == ("warning", 403, "GET /record/")
    assert (line["user_id"], line["ip"]) == (lead.pk, "192.0.2.7")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


@pytest.mark.parametrize(
    ("proxies", "forwarded", "named"),
    [
        (0, "203.0.113.66", "192.0.2.7"),
        (1, "203.0.113.66, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.66, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "not an address", None),
    ],
)
def test_the_log_names_the_address_that_the_brake_counts(
    client, db, lines, settings, proxies, forwarded, named
):
    settings.TRUSTED_PROXIES = proxies

    client.get("/sign-in/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.7")

    assert finished(lines)[0]["ip"] == named


def test_an_address_forges_no_line_of_the_log(client, db, lines):
    client.get("/nowhere%0A%7B%22event%22%3A%20%22forged%22%7D/")

    assert [line["event"] for line in lines()].count("forged") == 0
    assert [line["request"] for line in lines() if line["event"] == "request_finished"] == [
        'GET /nowhere\n{"event": "forged"}/'
    ]


def test_what_is_typed_as_a_password_is_in_no_log(client, lea, caplog):
    caplog.set_level("DEBUG")

    sign_in(client, lea, "a wrong secret of mine")
    sign_in(client, lea, ODD)

    assert "request_finished" in caplog.text
    assert "a wrong secret" not in caplog.text
    assert ODD.strip() not in caplog.text


@pytest.mark.parametrize("words", ["' OR 1=1 --", '"; DROP TABLE goals_keyresult; --', "%' OR '%'='", "\\"])
def test_words_to_look_for_are_data_to_the_database(client, lead, key_result, words):
    client.force_login(lead)
    for kind in ("key-results", "objectives", "areas"):
        response = client.get(f"/api/v1/{kind}/", {"q": words})
        assert (response.status_code, response.json()["results"]) == (200, [])
    key_result.refresh_from_db()


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_a_request_with_two_lengths_is_refused(headers):
    """Two servers in a row that take different ones would let one request hide in another."""
    request = b"POST /api/v1/me/ HTTP/1.1\r\nHost: okr.example.org\r\n" + headers + b"\r\n0\r\n\r\n"

    with pytest.raises(ParseException):
        next(RequestParser(Config(), iter([request]), None))


def test_the_seed_of_an_app_is_new_and_long():
    seeds = {generate_totp_secret() for _ in range(5)}

    assert len(seeds) == 5
    assert all(re.fullmatch(r"[A-Z2-7]{32}", seed) for seed in seeds), "160 bits in base 32"

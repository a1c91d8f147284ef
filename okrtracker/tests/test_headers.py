"""The security headers, on every answer there is: of every address, whoever asks, and whatever goes wrong."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.api.throttling import PerMinute
from okrtracker.tests.test_answers import urlpatterns as failing  # noqa: F401 - the routes that fail
from okrtracker.tests.test_walk import ADMIN, PARTS_OF_THE_WALK, in_turn, story  # noqa: F401

FAILING = "okrtracker.tests.test_answers"
PRIVATE = ("no-store", "private, no-cache")
# What may be kept by others: what is published for everybody, and files that are the same for everybody.
PUBLIC = {"goals:public_cycle", "goals:public_roadmap", "goals:badge_picture"}
# What pages of other sites show: that is what a badge is for.
PICTURES = {"goals:badge_picture"}

# Middleware answers alike whatever the database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def look(response, *, is_public=False, is_picture=False, is_https=False):
    """Asserts what every answer has to carry."""
    headers = response.headers
    directives = [part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")]
    policy = {words[0]: (words[1] if len(words) > 1 else "") for words in directives}
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "*" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    shown_by = "cross-origin" if is_picture else "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == shown_by
    permissions = dict(re.findall(r"([a-z-]+)=(\([a-z]*\))", headers["Permissions-Policy"]))
    assert len(permissions) > 30
    assert permissions["camera"] == permissions["geolocation"] == permissions["usb"] == "()"
    assert permissions["publickey-credentials-get"] == "(self)"
    assert ("Strict-Transport-Security" in headers) == is_https
    assert "Access-Control-Allow-Origin" not in headers
    if not is_public:
        assert any(word in headers["Cache-Control"] for word in PRIVATE), headers["Cache-Control"]
        assert "public" not in headers["Cache-Control"]


def send(client, method, place):
    data = b"{}" if method in {"post", "put", "patch"} else None
    return getattr(client, method)(
        place, **({"data": data, "content_type": "application/json"} if data else {})
    )


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("names", PARTS_OF_THE_WALK, ids=str)
def test_every_address_and_method_for_a_visitor_and_for_somebody(names, administrator):
    for name, place in in_turn(names):
        inside = Client(raise_request_exception=False)
        inside.force_login(administrator)
        for method in ("get", "options", "post"):
            for client in (Client(raise_request_exception=False), inside):
                if name.endswith(("sign_out", "account_logout")) and client is inside and method == "post":
                    continue  # ends the session; looked at below
                response = send(client, method, place)
                assert response.status_code < 500, (name, method, response.content[:300])
                is_there = response.status_code == 200
                look(
                    response, is_public=name in PUBLIC and is_there, is_picture=name in PICTURES and is_there
                )


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("place", ADMIN)
def test_the_admin(client, administrator, place):
    look(client.get(place))
    client.force_login(administrator)
    look(client.get(place))


@pytest.mark.parametrize("what", ["refused", "suspicious", "broken", "database-gone", "connection-gone"])
@pytest.mark.parametrize("prefix", ["", "/api/v1"])
@pytest.mark.urls(FAILING)
def test_whatever_goes_wrong(what, prefix):
    response = Client(raise_request_exception=False).get(f"{prefix}/fail/{what}/")
    assert response.status_code >= 400
    look(response)


WRONG = {
    "a host that is not ours": (400, {"path": "/", "headers": {"Host": "evil.example"}}),
    "a malformed host": (400, {"path": "/", "headers": {"Host": "a b"}}),
    "a host and a static file": (400, {"path": "/static/js/app.js", "headers": {"Host": "evil.example"}}),
    "no such page": (404, {"path": "/nowhere/"}),
    "no such endpoint": (404, {"path": "/api/v1/nowhere/"}),
    "no such file": (404, {"path": "/static/nowhere.js"}),
    "a NUL": (404, {"path": "/public/24H2/%00/"}),
    "a path that is no text": (404, {"path": "/%ff%fe/"}),
    "no slash": (301, {"path": "/sign-in"}),
    "sign in first": (302, {"path": "/areas/"}),
    "no token": (401, {"path": "/api/v1/me/"}),
    "cookies that are none": (
        200,
        {"path": "/sign-in/", "headers": {"Cookie": "\x00=;;;sessionid=\xff; =x"}},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_requests_that_are_wrong(name):
    status, request = WRONG[name]
    response = Client(raise_request_exception=False).get(**request)
    assert response.status_code == status
    look(response)


def test_bodies_that_are_wrong():
    client = Client(raise_request_exception=False)
    many = "&".join(f"a{number}=1" for number in range(1200))
    form = "application/x-www-form-urlencoded"
    answers = {
        "fields": client.post("/sign-in/", many, content_type=form),
        "multipart": client.post("/sign-in/", b"x", content_type="multipart/form-data"),
        "charset": client.generic("POST", "/sign-in/", b"x=\xff", f"{form}; charset=nonsense"),
        "long": client.post("/sign-in/", "a=" + "x" * 3_000_000, content_type=form),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {"fields": 400, "multipart": 400, "charset": 200, "long": 413}
    for answer in answers.values():
        look(answer)


def test_csrf_and_refused_methods(client, lead):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(lead)
    refused = strict.post("/preferences/")
    assert refused.status_code == 403
    look(refused)
    look(client.get("/sign-out/"))


def test_too_many_requests(client, lead, monkeypatch):
    for _ in range(5):
        client.post("/sign-in/", {"username": "x@example.org", "password": "x"})
    page = client.post("/sign-in/", {"username": "x@example.org", "password": "x"})
    assert page.status_code == 429
    look(page)
    client.force_login(lead)
    monkeypatch.setattr(PerMinute, "allow_request", lambda self, request, view: False)
    monkeypatch.setattr(PerMinute, "wait", lambda self: 7)
    api = client.get("/api/v1/me/")
    assert api.status_code == 429
    look(api)


def test_probes_ready_or_not(client, monkeypatch):
    for place in ("/healthz", "/readyz"):
        look(client.get(place, headers={"Host": "whatever.example.org"}))

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("okrtracker.views.MigrationExecutor", gone)
    response = client.get("/readyz")
    assert response.status_code == 503
    look(response)


@pytest.mark.parametrize(
    "place", ["js/app.js", "css/base.css", "icons/shapes.svg", "fonts/inter-latin.woff2"]
)
def test_static_files_and_what_has_not_changed(client, place):
    response = client.get(f"/static/{place}")
    assert response.status_code == 200
    assert response.streaming
    look(response, is_public=True)
    again = client.get(f"/static/{place}", headers={"If-Modified-Since": response["Last-Modified"]})
    assert again.status_code == 304
    look(again, is_public=True)


@pytest.mark.usefixtures("story")
def test_what_a_program_has_already(client, lead):
    client.force_login(lead)
    first = client.get("/api/v1/areas/EDGE/")
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get("/api/v1/areas/EDGE/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    look(again)


@pytest.mark.usefixtures("story")
def test_streamed_csv(client, administrator):
    client.force_login(administrator)
    response = client.get("/record.csv")
    assert response.status_code == 200
    look(response)


@pytest.mark.usefixtures("story")
def test_what_is_public_may_be_kept_by_others(client, lead):
    client.force_login(lead)
    response = client.get("/public/24H2/EDGE/")
    assert "public" in response["Cache-Control"]
    assert "Lea Lead" not in response.content.decode().partition("<main")[0]


def test_signing_out_clears_what_was_kept(client, lead):
    client.force_login(lead)
    response = client.post("/sign-out/")
    assert response["Clear-Site-Data"] == '"cache"'
    look(response)


@pytest.fixture
def https(settings):
    settings.SITE_URL = "https://okr.example.org"
    settings.ALLOWED_HOSTS = ["okr.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "okr.example.org"
    settings.SECURE_HSTS_SECONDS = 31536000


@pytest.mark.parametrize(
    "place", ["/sign-in/", "/static/js/app.js", "/nowhere/", "/healthz", "/api/v1/me/", "/areas/", "/sign-in"]
)
def test_https_is_remembered_by_every_answer(https, place):
    client = Client(SERVER_NAME="okr.example.org")
    response = client.get(place, secure=True)
    look(response, is_https=True, is_public=place.startswith("/static/"))
    assert response["Strict-Transport-Security"] == "max-age=31536000"


def test_subdomains_are_in_it_where_that_is_said(https, settings):
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    for place in ("/sign-in/", "/healthz", "/static/js/app.js"):
        response = Client(SERVER_NAME="okr.example.org").get(place, secure=True)
        assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_http_leads_to_our_own_host_whatever_port_was_named(https):
    response = Client().get("/areas/?a=b", headers={"Host": "okr.example.org:6666"})
    assert response.status_code == 301
    assert response["Location"] == "https://okr.example.org/areas/?a=b"
    look(response, is_public=True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_program_without_https_is_refused_instead_of_sent_on(https, method):
    client = Client(SERVER_NAME="okr.example.org")
    response = getattr(client, method)("/api/v1/me/", headers={"Authorization": "Bearer okr_secret"})
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert response.json()["code"] == "https_required"
    look(response)
    assert getattr(client, method)("/api/v1/me/", secure=True).status_code in {401, 403, 405}
    assert client.get("/api/v1/me/", secure=True).json()["code"] == "not_authenticated"

"""What every answer carries, and what people and programs see when something goes wrong."""

import json

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from okrtracker import urls, views

TROUBLE = {
    "refused": PermissionDenied("Only leads edit the plan."),
    "suspicious": SuspiciousOperation("no"),
    "broken": ValueError("a secret detail"),
    "database-gone": OperationalError("server closed the connection unexpectedly"),
    "connection-gone": InterfaceError("connection already closed"),
}


def fail(request, what):
    raise TROUBLE[what]


def answer(request):
    return HttpResponse("fine")


fail.login_required = answer.login_required = False
urlpatterns = [
    *urls.urlpatterns,
    path("fail/<what>/", fail),
    path("api/v1/fail/<what>/", fail),
    path("fine/", answer),
]
handler400, handler403 = views.bad_request, views.forbidden
handler404, handler500 = views.not_found, views.server_error

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def visitor():
    """Sees what a browser sees: an exception is an answer."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("what", "status", "sentence"),
    [
        ("refused", 403, "Only leads edit the plan."),
        ("suspicious", 400, ""),
        ("broken", 500, "Something broke on our side"),
        ("database-gone", 503, "Back in a moment"),
        ("connection-gone", 503, "Back in a moment"),
    ],
)
def test_people_get_a_page(visitor, what, status, sentence):
    response = visitor.get(f"/fail/{what}/")

    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    assert sentence in response.content.decode()
    assert "a secret detail" not in response.content.decode()


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("refused", 403, "forbidden"),
        ("suspicious", 400, "bad_request"),
        ("broken", 500, "error"),
        ("database-gone", 503, "database_unavailable"),
    ],
)
def test_programs_get_a_problem(visitor, what, status, code):
    response = visitor.get(f"/api/v1/fail/{what}/")

    problem = json.loads(response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem.keys() == {"type", "title", "status", "detail", "code", "errors"}
    assert "a secret detail" not in response.content.decode()


def test_an_unknown_address_is_not_found(visitor):
    assert visitor.get("/nowhere/").status_code == 404
    assert json.loads(visitor.get("/api/v1/nowhere/").content)["code"] == "not_found"


@pytest.mark.parametrize("address", ["/fail/database-gone/", "/api/v1/fail/database-gone/"])
def test_a_dead_database_says_when_to_try_again(visitor, address):
    assert visitor.get(address)["Retry-After"] == "5"


@pytest.mark.parametrize("address", ["/fail/broken/", "/fail/database-gone/", "/fine/"])
def test_these_pages_ask_the_database_nothing(visitor, address, django_assert_num_queries):
    with django_assert_num_queries(0):
        visitor.get(address)


def test_a_session_that_cannot_be_read_is_worth_another_try(visitor, lead, monkeypatch):
    visitor.force_login(lead)

    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)

    assert visitor.get("/admin/").status_code == 503


def test_a_form_from_an_expired_session_is_refused_with_advice(settings):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/fine/")

    assert response.status_code == 403
    assert "reload the page" in response.content.decode()


def test_what_says_nothing_else_is_stored_nowhere(visitor, lead):
    assert visitor.get("/fine/")["Cache-Control"] == "no-store"
    visitor.force_login(lead)
    assert visitor.get("/fine/")["Cache-Control"] == "no-store"


def test_a_body_that_is_too_large_gets_a_page_that_says_so(visitor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = visitor.post("/sign-in/", {"username": "x" * 2000})
    assert answer.status_code == 413
    assert "Nothing was saved" in answer.content.decode()


@pytest.mark.parametrize("name", ["GET", "TRACE", "FROB"])
def test_a_refused_method_gets_a_page_that_says_so(visitor, name):
    answer = visitor.generic(name, "/sign-out/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert name not in answer["Allow"]
    assert "This page does not take that" in answer.content.decode()


def test_a_fragment_that_is_refused_gets_no_page_into_it(visitor):
    assert visitor.get("/sign-out/", headers={"HX-Request": "true"}).content == b""


def test_with_a_dead_database_even_a_missing_page_says_when_to_try_again(visitor, lead, monkeypatch):
    visitor.force_login(lead)

    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
    answer = visitor.get("/nowhere/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Back in a moment" in answer.content.decode()


def test_a_visitor_who_is_refused_is_not_told_that_they_are_signed_in(visitor, lead):
    assert "Sign in first" in visitor.get("/fail/refused/").content.decode()
    visitor.force_login(lead)
    assert "your role does not cover this" in visitor.get("/fail/refused/").content.decode()

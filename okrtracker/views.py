"""Probes, and the answers to what went wrong."""

import sys
from collections.abc import Iterable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from accounts.ways import is_for_programs
from okrtracker.celery import app

RETRY_AFTER_SECONDS = "5"
# A probe must not take as long as the trouble it looks for.
REDIS_PROBE = {"socket_connect_timeout": 1, "socket_timeout": 1}
AMQP_PROBE = {"read_timeout": 1, "write_timeout": 1}
BROKER_PROBE_OPTIONS = {"redis": REDIS_PROBE, "rediss": REDIS_PROBE, "amqp": AMQP_PROBE, "amqps": AMQP_PROBE}


def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; asks nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Says whether pages can be served: 503 without a migrated database.

    A broker that does not answer only delays mail, so it degrades the service and the answer stays 200.
    """
    database = _database_state()
    parts = {"database": database, "broker": _broker_state()}
    if database != "ok":
        status = "unavailable"
    elif parts["broker"] != "ok":
        status = "degraded"
    else:
        status = "ok"
    degraded = [name for name, state in parts.items() if state != "ok"]
    return JsonResponse(
        {"status": status, "degraded": degraded, **parts}, status=503 if database != "ok" else 200
    )


def _database_state() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        return "unreachable"
    return "migrations are missing" if waiting else "ok"


def _broker_state() -> str:
    scheme = app.conf.broker_write_url.partition(":")[0]
    options = BROKER_PROBE_OPTIONS.get(scheme, {})
    with app.connection_for_write(connect_timeout=1, transport_options=options) as broker:
        failures: tuple[type[BaseException], ...] = (*broker.connection_errors, OSError)
        try:
            broker.transport.close_connection(broker.transport.establish_connection())
        except failures:
            return "unreachable"
    return "ok"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Also for a host that is not ours; nothing of what was sent is repeated."""
    is_too_large = isinstance(exception, RequestDataTooBig)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_too_large else HTTPStatus.BAD_REQUEST
    if is_for_programs(request):
        return _problem(status, "too_large" if is_too_large else "bad_request")
    page = render_to_string("400.html", {"is_too_large": is_too_large})
    return HttpResponse(page, status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_programs(request):
        return _problem(HTTPStatus.FORBIDDEN, "forbidden")
    return defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Also when a form comes from another site: it gets the same sentence."""
    if is_for_programs(request):
        return _problem(HTTPStatus.FORBIDDEN, "forbidden")
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_programs(request):
        return _problem(HTTPStatus.NOT_FOUND, "not_found")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an exception; one that a dead or busy database raised is worth another try.

    Django calls this while it handles the exception, wherever it came from: view, middleware, session.
    """
    is_program = is_for_programs(request)
    if not isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return (
            _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error")
            if is_program
            else defaults.server_error(request)
        )
    response = (
        _problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable")
        if is_program
        else HttpResponse(render_to_string("503.html"), status=HTTPStatus.SERVICE_UNAVAILABLE)
    )
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def https_required(request: HttpRequest) -> HttpResponse:
    detail = "The API is there over HTTPS alone. Make a new token: this one was readable on its way."
    return _problem(HTTPStatus.FORBIDDEN, "https_required", detail)


def method_not_allowed(request: HttpRequest, allowed: Iterable[str]) -> HttpResponse:
    response = _problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed")
    response.headers["Allow"] = ", ".join(allowed)
    return response


def _problem(status: HTTPStatus, code: str, detail: str = "") -> HttpResponse:
    """An error in the API's form (application/problem+json)."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail or status.description or status.phrase,
        "code": code,
        "errors": [],
    }
    return JsonResponse(problem, status=status, content_type="application/problem+json")

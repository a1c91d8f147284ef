"""What a test run can use on this machine (PostgreSQL, Redis, a browser, the checks), and why not else."""

import getpass
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg2
import redis

POSTGRESQL_SOCKETS = "/var/run/postgresql"
REDIS_URL = "redis://127.0.0.1:6379/15"
CHECKS = ("bandit", "detect-secrets-hook", "pip-audit")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Service:
    """`address` is a URL or a path, empty when the service cannot be used; then `missing` says why."""

    address: str = ""
    missing: str = ""


@cache
def postgresql() -> Service:
    """Where we may create databases: TEST_DATABASE_URL, or a local server that asks for no password."""
    given = os.environ.get("TEST_DATABASE_URL")
    users = dict.fromkeys([getpass.getuser(), "postgres"])
    local = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in users]
    sockets = [f"postgresql://{user}@/{POSTGRESQL_SOCKETS}/postgres" for user in users]
    for url in [given] if given else local + sockets:
        if _may_create_databases(url):
            return Service(address=url)
    if given:
        return Service(
            missing="the server of TEST_DATABASE_URL does not answer or lets nobody create databases"
        )
    return Service(missing="no local server lets us create databases; start one or set TEST_DATABASE_URL")


def _may_create_databases(url: str) -> bool:
    # libpq wants a socket's folder percent-encoded, where Django's URL has it as a path.
    dsn = url.replace(f"@/{POSTGRESQL_SOCKETS}", f"@{POSTGRESQL_SOCKETS.replace('/', '%2F')}")
    try:
        connection = psycopg2.connect(dsn, connect_timeout=3)
    except psycopg2.Error:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()


@cache
def redis_server() -> Service:
    url = os.environ.get("TEST_REDIS_URL") or REDIS_URL
    try:
        redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2).ping()
    except redis.RedisError:
        return Service(missing="no Redis answers at 127.0.0.1:6379; start one or set TEST_REDIS_URL")
    return Service(address=url)


@cache
def chromium() -> Service:
    for name in BROWSERS:
        if path := shutil.which(name):
            return Service(address=path)
    return Service(missing=f"none of {', '.join(BROWSERS)} is installed")


@cache
def checks() -> Service:
    """The programs of `make check`, where they are installed beside this Python."""
    folder = Path(sys.executable).parent
    if all((folder / name).exists() for name in CHECKS):
        return Service(address=str(folder))
    return Service(missing="what make check uses is not installed; run it once")


SERVICES = {"postgresql": postgresql, "redis": redis_server, "chromium": chromium, "checks": checks}

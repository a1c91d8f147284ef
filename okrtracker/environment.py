"""Reads environment variables, with a sentence when one is malformed."""

import os
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BROKER_SCHEMES = {"filesystem", "redis", "rediss", "amqp", "amqps"}


def read(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points to, or the default."""
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        if name in os.environ:
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE names {file_name}, which cannot be read: {error}") from error
    return os.environ.get(name, default)


def boolean(name: str, default: bool) -> bool:
    value = read(name).strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write true or false.")


def words(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in read(name, default).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    value = read(name, default)
    if value not in zoneinfo.available_timezones():
        raise ImproperlyConfigured(f"{name} is {value!r}; write the name of a time zone, like Europe/Berlin.")
    return value


def site_url(name: str, default: str) -> str:
    """An absolute http(s) address without a trailing slash."""
    value = read(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a full address, like https://okr.example.org.")
    return value


def database(name: str, default: str) -> dict:
    """Django's connection settings from a database URL."""
    value = read(name, default)
    if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} does not name a database; write sqlite:///path or postgresql://user:password@host/name."
        )
    try:
        return environ.Env.db_url_config(value)
    except Exception as error:
        raise ImproperlyConfigured(f"{name} cannot be understood: {error}") from error


def broker_url(name: str, default: str) -> str:
    value = read(name, default)
    if urlsplit(value).scheme not in BROKER_SCHEMES:
        raise ImproperlyConfigured(
            f"{name} does not name a broker; write redis://host/0, amqp://user:password@host// or leave it out."
        )
    return value

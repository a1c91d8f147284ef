"""Reads environment variables, with a sentence when one is malformed."""

import os
import re
import zoneinfo
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = {"sqlite", "postgres", "postgresql"}
BROKER_SCHEMES = {"filesystem", "redis", "rediss", "amqp", "amqps"}
CACHE_SCHEMES = {"locmemcache", "dbcache", "filecache", "dummycache", "redis", "rediss"}
EMAIL_SCHEMES = {
    "smtp",
    "smtps",
    "smtp+tls",
    "smtp+ssl",
    "consolemail",
    "filemail",
    "memorymail",
    "dummymail",
}


def read(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points to, or the default; empty is unset.

    The value is taken as it is: a leading `$` has no meaning.
    """
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        if os.environ.get(name):
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {file_name}, which cannot be read: {error}"
            ) from error
    return os.environ.get(name) or default


def boolean(name: str, default: bool) -> bool:
    value = read(name).strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write true or false.")


def choice(name: str, default: str, *, of: tuple[str, ...]) -> str:
    value = read(name).strip().lower() or default
    if value not in of:
        raise ImproperlyConfigured(f"{name} is {value!r}; write {', '.join(of[:-1])} or {of[-1]}.")
    return value


def whole_number(name: str, default: int) -> int:
    """A number of 0 or more."""
    value = read(name).strip()
    if not value:
        return default
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number, like {default or 365}.")
    return int(value)


def hosts(name: str, default: str) -> list[str]:
    """A comma-separated list of host names."""
    hosts = [word.strip() for word in read(name, default).split(",") if word.strip()]
    for host in hosts:
        if "/" in host or " " in host:
            raise ImproperlyConfigured(f"{name} has {host!r}; write host names alone, like okr.example.org.")
    return hosts


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of networks, like 10.1.0.0/16; none without it."""
    found = []
    for word in filter(None, (word.strip() for word in read(name).split(","))):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} has {word!r}; write networks, like 10.1.0.0/16.") from error
    return found


def count(name: str, default: int, *, least: int = 0, most: int) -> int:
    """A whole number in plain digits, from `least` to `most`."""
    value = read(name).strip()
    if not value:
        return default
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from {least} to {most}.")
    return int(value)


def openid_connect() -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS from OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME and
    OIDC_EMAIL_IS_VERIFIED; empty without an issuer."""
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    given = {name: read(name) for name in names}
    if not any(given.values()):
        return {}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set too, to sign in with OpenID Connect."
        )
    app = {
        "provider_id": "oidc",
        "name": read("OIDC_NAME", "single sign-on"),
        "client_id": given["OIDC_CLIENT_ID"],
        "secret": given["OIDC_CLIENT_SECRET"],
        "settings": {
            "server_url": site_url("OIDC_ISSUER", default=""),
            "oauth_pkce_enabled": True,
            "verified_email": boolean("OIDC_EMAIL_IS_VERIFIED", default=False),
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def folder(name: str) -> Path | None:
    """A folder that is there and may be written to; None without it."""
    value = read(name).strip()
    if not value:
        return None
    path = Path(value)
    if not (path.is_absolute() and path.is_dir() and os.access(path, os.W_OK)):
        raise ImproperlyConfigured(f"{name} is {value!r}; write the full path of a folder it may write to.")
    return path


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
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write a full address, like https://okr.example.org."
        )
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Django's connection settings from a database URL, and DATABASE_PASSWORD where it has no password."""
    value = _url(
        name,
        default,
        schemes=DATABASE_SCHEMES,
        hint="does not name a database; write sqlite:///path or postgresql://user:password@host/name",
    )
    config = environ.Env.db_url_config(value)
    if not config["NAME"]:
        raise ImproperlyConfigured(f"{name} does not say which database; end it with /name.")
    config["PASSWORD"] = config["PASSWORD"] or read("DATABASE_PASSWORD")
    return config


def cache(name: str, default: str) -> dict[str, Any]:
    """Django's cache settings from a cache URL."""
    hint = "does not name a cache; write redis://host/1 or leave it out"
    return environ.Env.cache_url_config(_url(name, default, schemes=CACHE_SCHEMES, hint=hint))


def email(name: str, default: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from a mail URL."""
    hint = "does not name a way to send mail; write smtp+tls://user:password@host:587 or filemail:///folder"
    value = _url(name, default, schemes=EMAIL_SCHEMES, hint=hint)
    config = environ.Env.email_url_config(value)
    if value.startswith("smtp") and not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(
            f"{name} does not say which mail server; write smtp+tls://user:password@host:587."
        )
    if value.startswith("filemail"):
        config["EMAIL_BACKEND"] = "okrtracker.mail.FolderBackend"
    return config


def mail_address(name: str, default: str) -> str:
    """An address with or without a name before it: `OKR Tracker <okr@example.org>`."""
    value = read(name, default)
    if "@" not in parseaddr(value)[1] or "\n" in value or "\r" in value:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write an address, like OKR Tracker <okr@example.org>."
        )
    return value


def contact(name: str) -> str:
    """Where people report something: an address on the web, or of mail; empty when unset."""
    value = read(name).strip()
    if not value or re.fullmatch(r"(https://|mailto:)[!-~]+", value):
        return value
    if re.fullmatch(r"[^\s@:/]+@[^\s@:/]+", value):
        return f"mailto:{value}"
    raise ImproperlyConfigured(
        f"{name} is {value!r}; write an address, like security@example.org or https://example.org/report."
    )


def broker_url(name: str, default: str) -> str:
    hint = "does not name a broker; write redis://host/0, amqp://user:password@host// or leave it out"
    return _url(name, default, schemes=BROKER_SCHEMES, hint=hint)


def _url(name: str, default: str, *, schemes: set[str], hint: str) -> str:
    """A URL with one of the schemes. The sentences never repeat the value: it may hold a password."""
    value = read(name, default)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be understood; its host or port is malformed.") from error
    if parts.scheme not in schemes or port == 0:
        raise ImproperlyConfigured(f"{name} {hint}.")
    return value

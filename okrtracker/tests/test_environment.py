"""A malformed value stops the start with a sentence that names the variable."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from okrtracker import environment
from okrtracker import settings as product

KEY = "a key that protects nothing but tests"

MALFORMED = [
    ("DEBUG", "maybe", "DEBUG is 'maybe'; write true or false."),
    ("DATABASE_URL", "foo", "DATABASE_URL does not name a database"),
    ("DATABASE_URL", "mysql://host/name", "DATABASE_URL does not name a database"),
    ("DATABASE_URL", "postgresql://host:many/name", "DATABASE_URL cannot be understood"),
    ("DATABASE_URL", "postgresql://host", "DATABASE_URL does not say which database"),
    ("EMAIL_URL", "mail.example.org", "EMAIL_URL does not name a way to send mail"),
    ("EMAIL_URL", "smtp+tls://", "EMAIL_URL does not say which mail server"),
    ("CACHE_URL", "ftp://host", "CACHE_URL does not name a cache"),
    ("CELERY_BROKER_URL", "ftp://host", "CELERY_BROKER_URL does not name a broker"),
    ("TIME_ZONE", "Mars", "TIME_ZONE is 'Mars'; write the name of a time zone"),
    ("SITE_URL", "okr.example.org", "SITE_URL is 'okr.example.org'; write a full address"),
    ("SITE_URL", "https://okr.example.org/?a=b", "write a full address"),
    ("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.1/8", "WEBHOOK_ALLOWED_NETWORKS has '10.0.0.1/8'"),
    ("ALLOWED_HOSTS", "https://okr.example.org", "ALLOWED_HOSTS has 'https://okr.example.org'"),
    ("DEFAULT_FROM_EMAIL", "nobody", "DEFAULT_FROM_EMAIL is 'nobody'; write an address"),
    ("REMINDERS_ENABLED", "2", "REMINDERS_ENABLED is '2'; write true or false."),
    ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES is '-1'; write a whole number from 0 to 10."),
    ("SESSION_IDLE_HOURS", "0", "SESSION_IDLE_HOURS is '0'; write a whole number from 1 to 8760."),
    ("SESSION_MAX_HOURS", "1e400", "SESSION_MAX_HOURS is '1e400'; write a whole number"),
    ("SECURITY_CONTACT", "call us", "SECURITY_CONTACT is 'call us'; write an address"),
    ("SECURITY_CONTACT", "http://example.org/a\nb", "write an address"),
    ("HSTS_SUBDOMAINS", "all", "HSTS_SUBDOMAINS is 'all'; write true or false."),
    ("REQUIRE_SECOND_STEP", "admins", "REQUIRE_SECOND_STEP is 'admins'; write none, privileged or all."),
    ("OIDC_ISSUER", "https://id.example.org", "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set too"),
    ("SECRET_KEY_FILE", "/nowhere/key", "SECRET_KEY or SECRET_KEY_FILE, not both"),
    ("DATABASE_URL_FILE", "/nowhere/url", "DATABASE_URL_FILE names /nowhere/url, which cannot be read"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), MALFORMED)
def test_malformed_value_stops_the_start_with_a_sentence(manage, name, value, sentence):
    result = manage("check", **{"SECRET_KEY": KEY, name: value})

    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_secret_key_is_asked_for(manage):
    result = manage("check")

    assert result.returncode == 1
    assert (
        "SECRET_KEY is not set; write a long random text into it, or start with `make run`." in result.stderr
    )


def test_without_anything_else_the_embedded_parts_are_used(manage):
    result = manage("check", SECRET_KEY=KEY)

    assert (result.returncode, result.stderr) == (0, "")


def test_the_key_that_make_run_made_serves_the_commands_beside_it(manage, checkout):
    (checkout / "var").mkdir()
    (checkout / "var" / "secret_key").write_text(f"{KEY}\n")

    assert manage("check").returncode == 0


def test_sentences_do_not_repeat_passwords(manage):
    result = manage("check", SECRET_KEY=KEY, DATABASE_URL="mysql://user:hunter2@host/name")

    assert result.returncode == 1
    assert "hunter2" not in result.stderr


def test_a_value_that_starts_with_a_dollar_sign_is_taken_literally(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "$HOME")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:$HOME@host/name")

    assert environment.read("SECRET_KEY") == "$HOME"
    assert environment.database("DATABASE_URL", default="")["PASSWORD"] == "$HOME"


def test_a_secret_is_read_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    assert environment.read("SECRET_KEY") == "from a file"


def test_a_file_that_is_no_text_is_refused(monkeypatch, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        environment.read("SECRET_KEY")


def test_an_empty_value_is_no_value(monkeypatch):
    monkeypatch.setenv("TIME_ZONE", "")

    assert environment.time_zone("TIME_ZONE", default="UTC") == "UTC"


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_booleans_are_read_in_the_usual_words(monkeypatch, value, expected):
    monkeypatch.setenv("DEBUG", value)

    assert environment.boolean("DEBUG", default=False) is expected


def test_every_variable_is_documented(settings):
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', Path(product.__file__).read_text()))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (settings.BASE_DIR / "docs/environment.md").read_text(), re.M))

    assert len(read) == 20
    assert read | {"OIDC_NAME", "OIDC_EMAIL_IS_VERIFIED"} <= table


@pytest.mark.parametrize(
    ("site", "names"),
    [
        ("https://okr.example.org", "__Host-sessionid __Host-csrftoken __Host-trusted True True True None"),
        ("http://127.0.0.1:8000", "sessionid csrftoken trusted False False False None"),
    ],
)
def test_cookies_of_an_https_site_belong_to_its_host_alone(manage, site, names):
    words = (
        "from django.conf import settings as s; from allauth.mfa import app_settings as mfa; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.MFA_TRUST_COOKIE_NAME, s.SESSION_COOKIE_SECURE, "
        "s.CSRF_COOKIE_SECURE, mfa.TRUST_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN)"
    )
    result = manage("shell", "--no-imports", "-c", words, SECRET_KEY=KEY, SITE_URL=site)
    assert result.stdout.strip() == names


def test_the_password_of_the_database_may_come_from_a_file_of_its_own(monkeypatch, tmp_path):
    odd = "a/b:c@d+e f"
    (tmp_path / "password").write_text(f"{odd}\n")
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "password"))

    monkeypatch.setenv("DATABASE_URL", "postgresql://okrtracker@postgres:5432/okrtracker")
    assert environment.database("DATABASE_URL", default="")["PASSWORD"] == odd

    monkeypatch.setenv("DATABASE_URL", "postgresql://okrtracker:password@postgres:5432/okrtracker")
    assert environment.database("DATABASE_URL", default="")["PASSWORD"] == "password"

"""Addresses that programs know beforehand."""

import datetime as dt
from urllib.robotparser import RobotFileParser

import pytest
import time_machine

from okrtracker import environment

pytestmark = pytest.mark.django_db


def test_nobody_is_told_where_to_report_without_a_contact(client):
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
def test_a_contact_stands_in_security_txt(client, settings, monkeypatch, written, contact):
    monkeypatch.setenv("SECURITY_CONTACT", written)
    settings.SECURITY_CONTACT = environment.contact("SECURITY_CONTACT")
    settings.SITE_URL = "https://okr.example.org"
    with time_machine.travel(dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)):
        answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields == {
        "Contact": contact,
        "Expires": "2026-08-28T00:00:00Z",
        "Preferred-Languages": "en",
        "Canonical": "https://okr.example.org/.well-known/security.txt",
    }


def test_a_password_manager_finds_the_page(client, lead):
    assert client.get("/.well-known/change-password").url == "/security/password/"
    client.force_login(lead)
    answer = client.get("/.well-known/change-password", follow=True)
    assert answer.status_code == 200
    assert b"password1" in answer.content or b"Set a password" in answer.content


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("/public/24H2/EDGE/", True),
        ("/", False),
        ("/areas/", False),
        ("/sign-in/", False),
        ("/api/v1/", False),
    ],
)
def test_robots_look_at_what_is_public_alone(client, address, is_open):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())
    assert robots.can_fetch("Googlebot", address) == is_open

"""What people do about their own way in is in the record: passwords, second steps, sessions, browsers."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, TrustedBrowser
from accounts.sign_in.mail import send_waiting
from accounts.tests.test_second_step import (  # noqa: F401 - fixtures
    PASSWORD,
    code_at,
    lea,
    noon,
    now,
    secret,
    sign_in,
    step,
)
from goals.actions.people import add_person
from goals.tests.factories import NOW

NEW = "a much longer secret"


@pytest.fixture
def told(lea):  # noqa: F811
    """The entries since it was asked last: (action, kind, who, about, reason)."""
    seen = 0

    def since() -> list[tuple]:
        nonlocal seen
        rows = list(AuditEntry.objects.filter(pk__gt=seen).order_by("pk").select_related("actor", "about"))
        seen = rows[-1].pk if rows else seen
        for row in rows:
            assert (row.origin, row.address) == ("page", "127.0.0.1") or row.origin == "command"
        return [
            (row.action, row.kind, row.actor and row.actor.name, row.about and row.about.name, row.reason)
            for row in rows
        ]

    since()
    return since


def confirm(client) -> None:
    client.post("/security/confirm/", {"password": PASSWORD, "next": "/security/"})


LEA = ("Lea Lead", "Lea Lead", "")


def test_setting_up_and_removing_an_authenticator_app(client, told, noon):  # noqa: F811
    sign_in(client)
    confirm(client)
    told()
    page = client.get("/security/authenticator/")
    client.post("/security/authenticator/", {"code": code_at(NOW, page.context["form"].secret)})
    assert told() == [("created", "authenticator app", *LEA), ("created", "recovery codes", *LEA)]
    client.post("/security/recovery-codes/new/")
    assert told() == [("deleted", "recovery codes", *LEA), ("created", "recovery codes", *LEA)]
    client.post("/security/authenticator/remove/")
    assert set(told()) == {("deleted", "authenticator app", *LEA), ("deleted", "recovery codes", *LEA)}
    values = str(list(AuditEntry.objects.values()))
    assert page.context["form"].secret not in values


def test_a_failed_second_step_a_used_recovery_code_and_a_trusted_browser(client, secret, told):  # noqa: F811
    told()
    sign_in(client)
    step(client, "000000")
    assert told() == [("second_step_failed", "authenticator app", None, "Lea Lead", "")]
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    step(client, code)
    client.post("/sign-in/this-browser/", {"action": "trust"})
    assert told() == [
        ("changed", "recovery codes", "Lea Lead", "Lea Lead", "a code was used"),
        ("signed_in", "sign-in", "Lea Lead", "Lea Lead", "with password and recovery code"),
        ("trusted", "browser", *LEA),
    ]
    client.post(f"/security/browsers/{TrustedBrowser.objects.get().pk}/forget/")
    assert told() == [("ended", "trusted browser", *LEA)]


def test_a_sign_in_says_with_what(client, secret, told):  # noqa: F811
    sign_in(client)
    step(client, "000000")
    sign_in(client)
    step(client, code_at(now(), secret))
    client.post("/sign-in/this-browser/", {"action": "trust"})
    assert told()[-2] == (
        "signed_in",
        "sign-in",
        "Lea Lead",
        "Lea Lead",
        "with password and authenticator app",
    )


def test_a_code_that_was_spent_is_a_failure(client, secret, told):  # noqa: F811
    code = code_at(now(), secret)
    sign_in(client)
    step(client, code)
    told()
    other = Client()
    sign_in(other)
    step(other, code)
    assert told() == [("second_step_failed", "authenticator app", None, "Lea Lead", "")]


def test_a_passkey_is_told_with_its_name_and_not_its_key(client, lea, told):  # noqa: F811
    passkey = Authenticator.objects.create(
        user=lea, type="webauthn", data={"name": "Laptop", "credential": "KEY"}
    )
    passkey.save(update_fields=["last_used_at"])
    assert [row[:2] for row in told()] == [("created", "passkey")]
    passkey.delete()
    assert [row[:2] for row in told()] == [("deleted", "passkey")]
    assert [entry.changes for entry in AuditEntry.objects.filter(kind="passkey").order_by("pk")] == [
        {"name": [None, "Laptop"]},
        {"name": ["Laptop", None]},
    ]
    assert "KEY" not in str(list(AuditEntry.objects.values()))


def test_a_password_that_is_changed(client, told):
    sign_in(client)
    confirm(client)
    told()
    client.post("/security/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert told() == [("changed", "password", *LEA)]
    assert NEW not in str(list(AuditEntry.objects.values()))


def test_a_password_that_is_set_with_a_link(client, told, noon):  # noqa: F811
    client.post("/sign-in/password/", {"email": "lea@example.org"})
    send_waiting(now=dt.datetime.now(dt.UTC))
    link = re.search(r"http://127.0.0.1:8000(/sign-in/password/\S+)", mail.outbox[-1].body)[1]
    form = client.get(link)
    assert told() == []
    client.post(form.url, {"password1": NEW, "password2": NEW})
    assert told()[0] == ("changed", "password", "Lea Lead", "Lea Lead", "with a link sent by mail")


def test_an_invitation_that_is_accepted(client, told, administrator):
    from accounts.models.invitation import token_of

    person = add_person("nia@example.org", name="Nia", by=administrator, now=dt.datetime.now(dt.UTC)).person
    told()
    token = token_of(person.invitations.get().nonce)
    form = {"token": token, "name": "Nia New", "new_password1": NEW, "new_password2": NEW}
    client.post("/invitation/", form)
    assert told() == [
        ("joined", "person", "Nia New", "Nia New", ""),
        ("changed", "password", "Nia New", "Nia New", "with an invitation"),
        ("signed_in", "sign-in", "Nia New", "Nia New", ""),
    ]


def test_a_hash_that_is_renewed_is_no_new_password(client, lea, told, settings):  # noqa: F811
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    before = lea.password
    sign_in(client)
    lea.refresh_from_db()
    assert lea.password != before
    assert told() == [("signed_in", "sign-in", "Lea Lead", "Lea Lead", "with password")]


def test_sessions_that_are_ended(client, lea, told):  # noqa: F811
    for _browser in range(3):
        sign_in(Client())
    sign_in(client)
    told()
    other = UserSession.objects.exclude(session_key=client.session.session_key).first()
    client.post(f"/security/sessions/{other.pk}/end/")
    assert told() == [("ended", "session", *LEA)]
    client.post("/security/sessions/")
    assert told() == [("ended", "session", *LEA)] * 2
    assert UserSession.objects.count() == 1


def test_preferences(client, told):
    sign_in(client)
    told()
    preferences = {"name": "Lea Lead", "time_zone": "Europe/Berlin", "language": "en"}
    client.post(
        "/preferences/",
        preferences | {"reminder_rhythm": "weekly", "reminder_weekday": 2, "reminder_hour": 7},
    )
    assert told() == [("changed", "person", *LEA)]
    assert AuditEntry.objects.newest_first().first().changes == {
        "time_zone": ["UTC", "Europe/Berlin"],
        "reminders_enabled": ["True", "False"],
        "mention_mails_enabled": ["True", "False"],
        "escalation_mails_enabled": ["True", "False"],
        "nudge_mails_enabled": ["True", "False"],
        "cycle_mails_enabled": ["True", "False"],
        "reminder_weekday": ["0", "2"],
        "reminder_hour": ["9", "7"],
    }


def test_what_is_edited_in_the_admin(client, administrator, lea, told, edge):  # noqa: F811
    client.force_login(administrator)
    told()
    profile = {"email": "lea.new@example.org", "name": "Lea Lead", "time_zone": "UTC", "language": "en"}
    client.post(
        f"/admin/accounts/user/{lea.pk}/change/", profile | {"reminder_weekday": 0, "reminder_hour": 9}
    )
    client.post(
        f"/admin/accounts/user/{lea.pk}/password/",
        {"password1": NEW, "password2": NEW, "usable_password": "true"},  # pragma: allowlist secret
    )
    client.post("/admin/areas/membership/add/", {"user": lea.pk, "area": edge.pk, "role": "lead"})
    client.post(
        f"/admin/areas/area/{edge.pk}/change/", {"name": "Edge and more", "parent": "", "position": 0}
    )
    by, about = "Ad Ministrator", "Lea Lead"
    assert [row[:4] for row in told()] == [
        ("changed", "person", by, about),
        ("changed", "password", by, about),
        ("created", "role in an area", by, about),
        ("changed", "area", by, None),
    ]


def test_the_address_is_the_one_that_the_trusted_proxy_names(client, lea, settings):  # noqa: F811
    settings.TRUSTED_PROXIES = 1
    client.post(
        "/sign-in/",
        {"username": "lea@example.org", "password": "wrong"},
        headers={"X-Forwarded-For": "203.0.113.66, 198.51.100.7"},
    )
    assert AuditEntry.objects.newest_first().first().address == "198.51.100.7"


@pytest.mark.parametrize("address", ["not an address", "", "::ffff:192.0.2.7%eth0"])
def test_an_address_that_is_none_breaks_nothing(client, lea, address):  # noqa: F811
    client.post("/sign-in/", {"username": "lea@example.org", "password": "wrong"}, REMOTE_ADDR=address)
    assert AuditEntry.objects.newest_first().first().action == "sign_in_failed"
    assert connection.vendor in ("sqlite", "postgresql")

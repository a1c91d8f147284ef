"""Changing a password, and setting one with a link sent by mail."""

import datetime as dt
import re
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from accounts.models import AccountMail, MailKind, User
from accounts.sign_in.mail import send_waiting
from accounts.tests.factories import UserFactory
from goals.tests.factories import NOW
from okrtracker import settings as product

PASSWORD = "correct horse battery"
NEW = "a much longer secret"
SENT = "/sign-in/password/sent/"


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def noon():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def ask(client, email="lea@example.org"):
    return client.post("/sign-in/password/", {"email": email})


def link_for(client, email="lea@example.org"):
    """The path in the mail that a request brings."""
    ask(client, email)
    assert send_waiting(now=dt.datetime.now(dt.UTC)) == 1
    return re.search(r"http://127.0.0.1:8000(/sign-in/password/\S+)", mail.outbox[-1].body)[1]


def set_password(client, link, password=NEW, again=None):
    form = client.get(link)
    assert form.status_code == 302, "the key leaves the address"
    return client.post(form.url, {"password1": password, "password2": again or password})


def sign_in(client, password, email="lea@example.org"):
    return client.post("/sign-in/", {"username": email, "password": password}).status_code == 302


def test_a_link_sets_a_new_password_once(client, lea, noon):
    link = link_for(client)
    assert mail.outbox[-1].to == ["lea@example.org"]
    assert set_password(client, link).url == "/sign-in/"
    assert "Your password is changed" in client.get("/sign-in/").content.decode()
    assert not sign_in(client, PASSWORD)
    assert sign_in(client, NEW)
    client.post("/sign-out/")
    assert "has expired or has been used" in client.get(link).content.decode()


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_row(client, lea):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, SENT)
    assert "If somebody here has this" in client.get(SENT).content.decode()
    rows = AccountMail.objects.values("kind", "from_address", "attempts")
    assert rows[0] == rows[1]
    assert mail.outbox == []


def test_known_and_unknown_addresses_cost_the_same_queries(client, lea):
    with CaptureQueriesContext(connection) as known:
        ask(client)
    with CaptureQueriesContext(connection) as unknown:
        ask(client, "nobody@example.org")
    shape = [[re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in side] for side in (known, unknown)]
    assert shape[0] == shape[1]
    assert len(shape[0]) > 3


@pytest.mark.parametrize("email", ["nobody@example.org", "gone@example.org", "nobody@example.org"])
def test_nobody_is_written_to_who_cannot_sign_in(client, lea, email):
    UserFactory(name="Gone", email="gone@example.org", is_active=False)
    ask(client, email)
    assert send_waiting(now=dt.datetime.now(dt.UTC)) == 0
    assert mail.outbox == []
    assert not AccountMail.objects.exists()


def test_a_mailbox_is_not_filled(client, lea, noon):
    for _ in range(20):
        assert ask(client, "LEA@example.org").url == SENT
    assert AccountMail.objects.count() == 3
    noon.shift(dt.timedelta(minutes=15))
    ask(client)
    assert AccountMail.objects.count() == 4


@pytest.mark.parametrize(
    "email", ["", "lea", "lea@example.org\r\nBcc: all@example.org", "a\x00@example.org", "x" * 300 + "@e.org"]
)
def test_what_is_no_address_is_refused(client, lea, email):
    assert ask(client, email).status_code == 200
    assert not AccountMail.objects.exists()


def test_a_link_ends_after_two_hours(client, lea, noon):
    link = link_for(client)
    noon.shift(dt.timedelta(hours=2, seconds=1))
    assert "has expired or has been used" in client.get(link).content.decode()


@pytest.mark.parametrize("change", [{"password": "!x"}, {"email": "new@example.org"}], ids=str)
def test_a_link_ends_when_the_password_or_the_address_changes(client, lea, noon, change):
    link = link_for(client)
    User.objects.update(**change)
    assert "has expired or has been used" in client.get(link).content.decode()


def test_looking_at_a_link_changes_nothing(client, lea, noon):
    link = link_for(client)
    before = User.objects.values().get()
    for _ in range(50):
        client.get(link)
        client.head(link)
    assert User.objects.values().get() == before
    assert set_password(client, link).status_code == 302


def test_the_key_of_a_link_is_in_no_log(client, lea, noon, caplog):
    key = link_for(client).strip("/").rpartition("-")[2]
    caplog.set_level("DEBUG")
    client.get(f"/sign-in/password/1-abc-{key}/")
    assert "/sign-in/password/" in caplog.text
    assert key not in caplog.text


def test_a_link_for_one_signs_out_another(client, lea, noon):
    link = link_for(client)
    client.force_login(UserFactory(name="Other"))
    set_password(client, link)
    assert client.get("/preferences/").status_code == 302
    assert sign_in(client, NEW)


def test_a_host_that_a_visitor_made_up_is_in_no_link(client, lea, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/sign-in/password/", {"email": "lea@example.org"}, headers={"Host": "evil.example"})
    send_waiting(now=dt.datetime.now(dt.UTC))
    assert "evil" not in mail.outbox[-1].body
    assert "http://127.0.0.1:8000/sign-in/password/" in mail.outbox[-1].body


def test_who_has_no_password_yet_sets_the_first_one(client, db):
    User.objects.create_user("new@example.org", None, name="New")
    set_password(client, link_for(client, "new@example.org"))
    assert sign_in(client, NEW, "new@example.org")


def test_who_signs_in_with_the_organisation_gets_no_password_beside_it(client, db, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    User.objects.create_user("new@example.org", None, name="New")
    ask(client, "new@example.org")
    assert send_waiting(now=dt.datetime.now(dt.UTC)) == 0


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "at least 12 characters"),
        ("q1w2e3r4t5y6", "q1w2e3r4t5y6", "known leaked passwords"),
        ("123456789012345", "123456789012345", "known leaked passwords"),
        ("lea.lead@example", "lea.lead@example", "made of your name"),
        (NEW, NEW + "!", "same password each time"),
        ("", "", "required"),
        ("a\x00" * 10, "a\x00" * 10, "Null characters"),
    ],
)
def test_a_weak_password_is_refused(client, lea, noon, password, again, sentence):
    link = link_for(client)
    page = set_password(client, link, password, again)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert User.objects.get().password == lea.password


def test_a_mail_server_that_fails_gets_the_mail_later(client, lea, noon, monkeypatch):
    ask(client)
    ask(client, "lea@example.org")
    broken = True

    def send(message, **kwargs):
        if broken:
            raise SMTPServerDisconnected
        mail.outbox.append(message)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    assert send_waiting(now=NOW) == 0
    assert send_waiting(now=NOW) == 0
    broken = False
    assert send_waiting(now=NOW + dt.timedelta(seconds=29)) == 0
    assert send_waiting(now=NOW + dt.timedelta(seconds=30)) == 2
    assert not AccountMail.objects.exists()


def test_a_mail_that_never_goes_is_given_up(lea, noon, monkeypatch):
    AccountMail.objects.create(kind=MailKind.PASSWORD_LINK, email="lea@example.org")

    def send(message, **kwargs):
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    for day in range(10):
        assert AccountMail.objects.exists()
        send_waiting(now=NOW + dt.timedelta(days=day))
    assert not AccountMail.objects.exists()


def test_two_workers_send_a_mail_once(lea):
    AccountMail.objects.create(kind=MailKind.PASSWORD_LINK, email="lea@example.org", next_attempt_at=NOW)
    seen_by_both = [AccountMail.objects.get(), AccountMail.objects.get()]
    assert [row.claim(NOW) for row in seen_by_both] == [True, False]


def change(client, **fields):
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW} | fields
    return client.post("/security/password/", data)


def test_changing_the_password_ends_every_other_session_and_is_told_by_mail(client, lea):
    elsewhere = type(client)()
    for browser in (client, elsewhere):
        assert sign_in(browser, PASSWORD)
    assert change(client).url == "/security/"
    assert client.get("/preferences/").status_code == 200
    assert elsewhere.get("/preferences/").status_code == 302
    assert send_waiting(now=dt.datetime.now(dt.UTC)) == 1
    assert "the password was changed" in mail.outbox[-1].subject
    assert "from the address 127.0.0.1" in mail.outbox[-1].body


@pytest.mark.parametrize(
    "fields", [{"oldpassword": "wrong"}, {"oldpassword": ""}, {"password1": "short", "password2": "short"}]
)
def test_a_refused_change_changes_nothing(client, lea, fields):
    client.force_login(lea)
    assert change(client, **fields).status_code == 200
    assert User.objects.get().password == lea.password


def test_passwords_are_kept_with_argon2():
    hasher = import_string(product.PASSWORD_HASHERS[0])()
    assert hasher.encode(PASSWORD, hasher.salt()).startswith("argon2$argon2id$")

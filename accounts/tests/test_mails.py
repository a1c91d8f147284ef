"""Stopping mails from the mail itself, and putting reminders off."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.mails import MAILS, ONE_CLICK, reader_of, stop_address
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory

TODAY = dt.date(2024, 10, 14)
CLICK = dict([ONE_CLICK])

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(dt.datetime(2024, 10, 14, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def lea(db):
    return somebody("Lea Lead")


def somebody(name: str) -> User:
    """Who gets every mail there is."""
    return UserFactory(name=name, **{mails.field: True for mails in MAILS.values()})


def place(user, kind="check_ins_due", *, page="stop") -> str:
    parts = urlsplit(stop_address(user, kind))
    assert parts.path == "/mails/stop/"
    return f"/mails/{page}/?{parts.query}"


def wants(user) -> dict[str, bool]:
    user.refresh_from_db()
    return {kind: getattr(user, mails.field) for kind, mails in MAILS.items()}


@pytest.mark.parametrize("kind", MAILS)
def test_one_click_of_a_mail_program_stops_this_kind_alone(lea, kind):
    """As RFC 8058 has it: no cookie, no session, no CSRF token, no redirect."""
    other = somebody("Other")
    program = Client(enforce_csrf_checks=True)
    response = program.post(place(lea, kind), CLICK)
    assert response.status_code == 200
    assert "These mails have stopped" in response.content.decode()
    assert wants(lea) == {name: name != kind for name in MAILS}
    assert all(wants(other).values())


@pytest.mark.parametrize("kind", MAILS)
def test_looking_changes_nothing_however_often(client, lea, kind):
    for _look in range(5):
        for method in (client.get, client.head):
            assert method(place(lea, kind)).status_code == 200
    page = client.get(place(lea, kind)).content.decode()
    assert "Nothing has changed yet" in page
    assert ("Put them off" in page) == MAILS[kind].can_wait
    assert all(wants(lea).values())
    assert not AuditEntry.objects.filter(action="changed").exists()


def test_the_form_of_the_page_does_it_too(lea):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(place(lea)).content.decode()
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    assert f'action="{place(lea)}"' in page
    browser.post(place(lea), CLICK)
    assert not wants(lea)["check_ins_due"]


@pytest.mark.parametrize("sent", [{}, {"List-Unsubscribe": "one-click"}, {"One-Click": "List-Unsubscribe"}])
def test_another_post_is_no_click(client, lea, sent):
    assert client.post(place(lea), sent).status_code == 200
    assert all(wants(lea).values())


def test_twice_is_once(client, lea):
    for _press in range(3):
        assert client.post(place(lea), CLICK).status_code == 200
    assert AuditEntry.objects.filter(action="changed").count() == 1


def test_the_record_names_the_reader_of_the_mail(client, lea):
    client.post(place(lea), CLICK)
    client.post(place(lea, page="snooze"), {"until": "2024-11-04"})
    entries = AuditEntry.objects.filter(action="changed").order_by("pk")
    assert [(entry.actor, entry.about, entry.origin) for entry in entries] == [(lea, lea, "page")] * 2
    assert [entry.changes for entry in entries] == [
        {"reminders_enabled": ["True", "False"]},
        {"reminders_snoozed_until": [None, "2024-11-04"]},
    ]


def tampered(user) -> list[str]:
    token = place(user).partition("token=")[2]
    return [
        "",
        "x",
        token[:-1],
        token + "A",
        token.replace(f"{user.pk}.", f"{user.pk + 1}."),
        token.replace("check_ins_due", "mention"),
        token.replace("check_ins_due", "invitation"),
        "%00",
        "%ED%A0%80",
        "1.check_ins_due%3A" + "A" * 43,
    ]


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("page", ["stop", "snooze"])
def test_what_we_did_not_sign_stops_nothing(client, lea, number, page):
    other = somebody("Other")
    assert other.pk == lea.pk + 1
    address = f"/mails/{page}/?token={tampered(lea)[number]}"
    response = client.post(address, CLICK | {"until": "2024-11-04"})
    assert response.status_code == 404
    assert "This link stops nothing" in response.content.decode()
    for user in (lea, other):
        assert all(wants(user).values())
        assert user.reminders_snoozed_until is None


def test_a_token_for_something_else_is_none(lea, settings):
    from django.core.signing import Signer

    assert reader_of(Signer().sign(f"{lea.pk}.check_ins_due")) is None
    token = place(lea).partition("token=")[2].replace("%3A", ":")
    assert reader_of(token) == (lea, MAILS["check_ins_due"])
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret of this installation"
    assert reader_of(token) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert reader_of(token) == (lea, MAILS["check_ins_due"])


def test_reminders_are_put_off_until_a_day_and_mentions_are_not(client, lea):
    page = client.get(place(lea)).content.decode()
    assert 'value="2024-10-21"' in page
    response = client.post(place(lea, page="snooze"), {"until": "2024-11-04"})
    assert response.status_code == 200
    assert "None comes before Mon 4 Nov 2024." in response.content.decode()
    lea.refresh_from_db()
    assert lea.reminders_snoozed_until == dt.date(2024, 11, 4)
    assert lea.reminders_enabled
    refused = client.post(place(lea, "mention", page="snooze"), {"until": "2024-12-02"})
    assert refused.status_code == 404
    lea.refresh_from_db()
    assert lea.reminders_snoozed_until == dt.date(2024, 11, 4)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2024-10-14", "Choose a day after today."),
        ("0001-01-01", "Choose a day after today."),
        ("2025-10-16", "Choose a day within a year"),
        ("9999-12-31", "Choose a day within a year"),
        ("", "This field is required."),
        ("soon", "Write the day as year-month-day"),
        ("２０２４-11-04", "Write the day as year-month-day"),
    ],
)
def test_a_day_that_is_none_is_refused_on_both_pages(client, lea, until, why):
    response = client.post(place(lea, page="snooze"), {"until": until})
    assert response.status_code == 422
    assert why in response.content.decode()
    client.force_login(lea)
    if until:
        form = {
            "name": "Lea Lead",
            "time_zone": "UTC",
            "language": "en",
            "reminder_rhythm": "weekly",
            "reminder_weekday": "0",
            "reminder_hour": "9",
        }
        refused = client.post("/preferences/", form | {"reminders_snoozed_until": until})
        assert why in refused.content.decode()
    assert User.objects.get(pk=lea.pk).reminders_snoozed_until is None


def test_today_is_that_of_the_reader(client, lea):
    User.objects.update(time_zone="Pacific/Kiritimati")  # where it is Tuesday already
    assert client.post(place(lea, page="snooze"), {"until": "2024-10-15"}).status_code == 422
    User.objects.update(time_zone="UTC")
    assert client.post(place(lea, page="snooze"), {"until": "2024-10-15"}).status_code == 200


def test_putting_off_asks_for_the_csrf_token(lea):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(place(lea, page="snooze"), {"until": "2024-11-04"}).status_code == 403


def test_a_day_that_has_come_is_forgotten_by_the_preferences(client, lea):
    User.objects.update(reminders_snoozed_until=TODAY)
    client.force_login(lea)
    page = client.get("/preferences/")
    assert page.context["form"]["reminders_snoozed_until"].value() is None

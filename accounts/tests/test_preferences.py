import datetime as dt

import pytest
import time_machine

from accounts.models import OrgRole, User
from accounts.tests.factories import UserFactory


def sent(**changes):
    return {
        "name": "Lea Lead",
        "time_zone": "Europe/Berlin",
        "language": "en-gb",
        "reminders_enabled": "on",
        "reminder_rhythm": "weekly",
        "reminder_weekday": "2",
        "reminder_hour": "8",
    } | changes


@pytest.fixture
def lea(client, db):
    user = UserFactory(name="Lea Lead")
    client.force_login(user)
    return user


def test_saves_and_shows_what_was_chosen(client, lea):
    response = client.post("/preferences/", sent(name="Lea L. Lead"), follow=True)
    assert "Your preferences are saved." in response.content.decode()
    lea.refresh_from_db()
    assert (lea.name, lea.time_zone, lea.language) == ("Lea L. Lead", "Europe/Berlin", "en-gb")
    assert (lea.reminders_enabled, lea.reminder_weekday, lea.reminder_hour) == (True, 2, 8)
    assert '<option value="Europe/Berlin" selected>' in response.content.decode()


def test_reminders_can_be_switched_off(client, lea):
    data = sent()
    del data["reminders_enabled"]
    client.post("/preferences/", data)
    lea.refresh_from_db()
    assert not lea.reminders_enabled


def test_changes_nobody_else_and_nothing_else(client, lea):
    other = UserFactory(name="Other")
    before = User.objects.filter(pk=other.pk).values().get()
    hostile = {
        "id": other.pk,
        "email": "x@example.org",
        "org_role": "administrator",
        "is_active": "",
        "pk": other.pk,
    }
    client.post("/preferences/", sent(**hostile))
    assert User.objects.filter(pk=other.pk).values().get() == before
    lea.refresh_from_db()
    assert (lea.email, lea.org_role, lea.is_active) == ("lea.lead@example.org", OrgRole.MEMBER, True)


def test_a_role_taken_away_meanwhile_does_not_come_back(client, lea, monkeypatch):
    User.objects.update(org_role=OrgRole.MANAGER)
    from accounts.forms import PreferencesForm

    clean = PreferencesForm.clean

    def taken_away(form):
        User.objects.update(org_role=OrgRole.MEMBER)
        return clean(form)

    monkeypatch.setattr(PreferencesForm, "clean", taken_away)
    assert client.post("/preferences/", sent()).status_code == 302
    lea.refresh_from_db()
    assert (lea.org_role, lea.time_zone) == (OrgRole.MEMBER, "Europe/Berlin")


@pytest.mark.parametrize(
    ("field", "entered"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "Lea\r\nBcc: all@example.org"),
        ("name", "Lea\x00"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("language", "xx"),
        ("reminder_weekday", "7"),
        ("reminder_weekday", "-1"),
        ("reminder_hour", "24"),
        ("reminder_hour", "９"),
        ("reminder_hour", "1e400"),
    ],
)
def test_refuses_at_the_field_and_keeps_what_was(client, lea, field, entered):
    before = User.objects.values().get()
    response = client.post("/preferences/", sent(**{field: entered}))
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in response.content.decode()
    assert User.objects.values().get() == before


def test_a_refused_name_does_not_stand_in_the_header(client, lea):
    page = client.post("/preferences/", sent(name="N" * 130)).content.decode()
    assert "<strong>Lea Lead</strong>" in page
    assert f'value="{"N" * 130}"' in page


def test_visitors_are_sent_to_sign_in(client, db):
    assert client.get("/preferences/").url == "/sign-in/?next=/preferences/"
    assert client.post("/preferences/", sent()).url == "/sign-in/?next=/preferences/"


def test_asks_for_the_csrf_token(client, lea):
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(lea)
    assert strict.post("/preferences/", sent()).status_code == 403


def test_the_day_is_that_of_the_reader(client, lead, key_result):
    """Due from Monday 15 July on, which begins in Auckland while it is Sunday in London."""
    late_on_sunday = dt.datetime(2024, 7, 14, 13, 0, tzinfo=dt.UTC)
    with time_machine.travel(late_on_sunday, tick=False):
        client.force_login(lead)
        assert "1 key result is due" not in client.get("/check-ins/").content.decode()
        User.objects.update(time_zone="Pacific/Auckland")
        assert "1 key result is due" in client.get("/check-ins/").content.decode()

"""Where somebody is signed in, and how that ends."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.tests.factories import UserFactory
from accounts.tests.test_second_step import code_at
from goals.tests.factories import NOW

PASSWORD = "correct horse battery"


@pytest.fixture
def noon():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(client, agent):
    browser = type(client)(HTTP_USER_AGENT=agent)
    browser.post("/sign-in/", {"username": "lea@example.org", "password": PASSWORD})
    assert is_inside(browser)
    return browser


def is_inside(browser):
    return browser.get("/preferences/").status_code == 200


@pytest.fixture
def desk(client, lea):
    return signed_in(client, "Desk")


@pytest.fixture
def phone(client, lea):
    return signed_in(client, "Phone")


def test_the_list_names_every_browser_and_which_is_this_one(desk, phone):
    page = desk.get("/security/sessions/").content.decode()
    assert "Desk" in page
    assert "Phone" in page
    assert page.count("This browser") == 1
    assert not {row.session_key for row in UserSession.objects.all()} & set(page.split('"'))


def test_one_session_is_ended(desk, phone):
    row = UserSession.objects.get(user_agent="Phone")
    answer = desk.post(f"/security/sessions/{row.pk}/end/", follow=True)
    assert "The session has ended." in answer.content.decode()
    assert not is_inside(phone)
    assert is_inside(desk)


def test_ending_the_own_session_leads_to_the_sign_in_page(desk):
    row = UserSession.objects.get()
    assert desk.post(f"/security/sessions/{row.pk}/end/").url == "/sign-in/"
    assert not is_inside(desk)


def test_all_others_are_ended(client, desk, phone):
    tablet = signed_in(client, "Tablet")
    desk.post("/security/sessions/")
    assert [is_inside(browser) for browser in (desk, phone, tablet)] == [True, False, False]


def test_nobody_ends_the_session_of_somebody_else(client, desk):
    client.force_login(UserFactory(name="Other"))
    row = UserSession.objects.get(user_agent="Desk")
    assert client.post(f"/security/sessions/{row.pk}/end/").status_code == 404
    client.post("/security/sessions/")
    assert is_inside(desk)


def test_looking_ends_nothing(desk, phone):
    row = UserSession.objects.get(user_agent="Phone")
    assert desk.get(f"/security/sessions/{row.pk}/end/").status_code == 405
    assert is_inside(phone)


def test_a_session_ends_when_nobody_uses_it(noon, desk, settings):
    for _ in range(5):
        noon.shift(dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS))
        assert is_inside(desk)
    noon.shift(dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1))
    assert not is_inside(desk)
    noon.shift(dt.timedelta(seconds=-100))
    assert not is_inside(desk)


def test_every_session_ends_after_a_while(noon, desk, settings):
    settings.SESSION_COOKIE_AGE = 10 * 60 * 60
    for _ in range(10):
        noon.shift(dt.timedelta(hours=1))
        assert is_inside(desk)
    noon.shift(dt.timedelta(seconds=1))
    assert not is_inside(desk)


def test_a_program_in_the_browser_does_not_keep_an_ended_session(noon, desk, settings):
    noon.shift(dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1))
    assert desk.get("/api/v1/me/").status_code == 401


def test_a_session_from_before_there_were_limits_begins_now(noon, desk, settings):
    session = desk.session
    del session["signed_in_at"], session["seen_at"]
    session.save()
    assert is_inside(desk)
    noon.shift(dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1))
    assert not is_inside(desk)


def test_being_seen_is_written_once_a_minute(noon, desk, django_assert_max_num_queries):
    noon.shift(dt.timedelta(minutes=2))
    is_inside(desk)
    seen = UserSession.objects.get().last_seen_at
    assert seen == NOW + dt.timedelta(minutes=2)
    noon.shift(dt.timedelta(seconds=59))
    is_inside(desk)
    assert UserSession.objects.get().last_seen_at == seen


def test_who_left_is_out_and_stays_out_when_coming_back(desk, lea):
    lea.is_active = False
    lea.save()
    assert not is_inside(desk)
    assert not UserSession.objects.exists()
    lea.is_active = True
    lea.save()
    assert not is_inside(desk)


def test_passkeys_and_second_steps_of_who_left_do_not_come_back(lea):
    Authenticator.objects.create(user=lea, type=Authenticator.Type.WEBAUTHN, data={})
    lea.is_active = False
    lea.save()
    assert not Authenticator.objects.filter(user=lea).exists()


def test_nothing_is_left_of_an_ended_session(desk, phone):
    desk.post("/security/sessions/")
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_a_password_set_by_an_administrator_ends_all_sessions(desk, phone, lea):
    lea.set_password("another long secret")
    lea.save()
    assert [is_inside(desk), is_inside(phone)] == [False, False]


@pytest.mark.parametrize("header", ["Desk " * 200, "<script>alert(1)</script>", ""])
def test_a_strange_browser_signs_in_too(client, lea, header):
    browser = signed_in(client, header)
    assert "<script>alert" not in browser.get("/security/sessions/").content.decode()
    assert User.objects.count() == 1


def test_confirming_who_one_is_renews_the_key(desk, phone):
    before = desk.session.session_key
    desk.post("/security/confirm/", {"password": PASSWORD, "next": "/security/"})
    after = desk.session.session_key
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()
    assert is_inside(desk)
    keys = set(UserSession.objects.values_list("session_key", flat=True))
    assert keys == {after, phone.session.session_key}


def test_a_wrong_password_renews_nothing(desk):
    before = desk.session.session_key
    desk.post("/security/confirm/", {"password": "wrong", "next": "/security/"})
    assert desk.session.session_key == before


def test_after_a_change_of_a_second_step_ending_the_others_is_offered(desk, phone):
    add_app(desk)
    desk.post("/security/authenticator/remove/")
    page = desk.get("/security/").content.decode()
    assert "The authenticator app is removed. You are signed in elsewhere too" in page
    assert "End all other sessions" in page
    desk.post("/security/sessions/")
    assert not is_inside(phone)
    add_app(desk)
    desk.post("/security/authenticator/remove/")
    page = desk.get("/security/").content.decode()
    assert "The authenticator app is removed." in page
    assert "signed in elsewhere" not in page
    assert "End all other sessions" not in page


def add_app(browser):
    browser.post("/security/confirm/", {"password": PASSWORD, "next": "/security/"})
    secret = browser.get("/security/authenticator/").context["form"].secret
    answer = browser.post("/security/authenticator/", {"code": code_at(dt.datetime.now(dt.UTC), secret)})
    assert answer.status_code == 302

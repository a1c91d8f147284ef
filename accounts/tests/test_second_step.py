"""Codes of an authenticator app, recovery codes, and browsers that are trusted."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.internal.flows.trust import trust_browser
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as product
from django.core import mail
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import TrustedBrowser, User
from accounts.sign_in.mail import send_waiting
from accounts.sign_in.trust import trust
from accounts.tests.factories import UserFactory
from goals.tests.factories import NOW

PASSWORD = "correct horse battery"
WRONG = "This code is wrong, has expired or has been used."


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


def sign_in(client):
    return client.post("/sign-in/", {"username": "lea@example.org", "password": PASSWORD})


def code_at(moment: dt.datetime, secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30))


def set_up(client, clock) -> str:
    """Sets the app up as a person does; answers its key. Ends half a minute later, signed out."""
    sign_in(client)
    assert client.get("/security/authenticator/").url.startswith("/security/confirm/?next=")
    confirmed = client.post("/security/confirm/", {"password": PASSWORD, "next": "/security/authenticator/"})
    page = client.get(confirmed.url)
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    answer = client.post("/security/authenticator/", {"code": code_at(NOW, secret)})
    assert answer.url == "/security/recovery-codes/"
    client.post("/sign-out/")
    clock.shift(dt.timedelta(minutes=1))
    return secret


@pytest.fixture
def secret(client, lea, noon):
    return set_up(client, noon)


def now():
    return dt.datetime.now(dt.UTC)


def step(client, code):
    return client.post("/sign-in/second-step/", {"code": code})


def is_inside(client):
    return client.get("/preferences/").status_code == 200


def test_the_password_alone_signs_nobody_in_any_more(client, secret):
    assert sign_in(client).url == "/sign-in/second-step/"
    assert not is_inside(client)
    assert client.get("/api/v1/me/").status_code == 401


def test_password_and_code_sign_in_and_the_page_asked_for_comes(client, secret):
    data = {"username": "lea@example.org", "password": PASSWORD, "next": "/preferences/"}
    assert client.post("/sign-in/", data).url == "/sign-in/second-step/"
    assert step(client, code_at(now(), secret)).url == "/sign-in/this-browser/"
    assert not is_inside(client)
    assert client.post("/sign-in/this-browser/", {}).url == "/preferences/"
    assert is_inside(client)


def test_setting_up_is_told_by_mail(client, lea, noon, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client, noon)
    send_waiting(now=now())
    assert "an authenticator app was added" in mail.outbox[-1].subject


@pytest.mark.parametrize("code", ["", "000000", "abc", "１２３４５６", "0" * 10_000, "1\x002"])
def test_a_wrong_code_does_not_sign_in(client, secret, code):
    sign_in(client)
    page = step(client, code)
    assert page.status_code == 200
    assert 'class="errorlist"' in page.content.decode()
    assert not is_inside(client)


@pytest.mark.parametrize(("seconds", "is_right"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_clock_may_be_half_a_minute_off(client, secret, seconds, is_right):
    sign_in(client)
    answer = step(client, code_at(now() + dt.timedelta(seconds=seconds), secret))
    assert (answer.status_code == 302) == is_right


def test_a_code_counts_once(client, secret):
    sign_in(client)
    code = code_at(now(), secret)
    assert step(client, code).status_code == 302
    thief = type(client)()
    sign_in(thief)
    assert WRONG in step(thief, code).content.decode()


def test_a_code_counts_once_also_in_another_process(client, secret):
    """Where memory is not shared: only the database knows."""
    from django.core.cache import cache

    sign_in(client)
    code = code_at(now(), secret)
    step(client, code)
    cache.clear()
    thief = type(client)()
    sign_in(thief)
    assert WRONG in step(thief, code).content.decode()


def test_codes_cannot_be_tried_one_after_the_other(client, secret, noon):
    sign_in(client)
    assert [step(client, "000000").status_code for _ in range(5)] == [200] * 5
    refused = step(client, code_at(now(), secret))
    assert (refused.status_code, refused["Retry-After"]) == (429, "31")
    elsewhere = type(client)(REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere)
    assert step(elsewhere, code_at(now(), secret)).status_code == 429
    noon.shift(dt.timedelta(seconds=30))
    assert step(client, code_at(now(), secret)).status_code == 302


def test_a_recovery_code_signs_in_once(client, secret):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client)
    assert step(client, code).url == "/sign-in/this-browser/"
    client.post("/sign-in/this-browser/")
    client.post("/sign-out/")
    sign_in(client)
    assert WRONG in step(client, code).content.decode()


def confirm_with_code(client, secret, path):
    """What was wanted goes on where it stopped: a page opens, a form that was sent is done."""
    return client.post("/security/confirm/code/", {"code": code_at(now(), secret), "next": path})


@pytest.fixture
def inside(client, secret, noon):
    """Signed in with both; a minute later, so that the next code is a new one."""
    sign_in(client)
    step(client, code_at(now(), secret))
    client.post("/sign-in/this-browser/")
    noon.shift(dt.timedelta(minutes=2))
    return client


@pytest.mark.parametrize(
    "path", ["/security/recovery-codes/", "/security/recovery-codes/file/", "/security/authenticator/remove/"]
)
def test_seeing_codes_and_removing_the_app_ask_who_it_is_again(inside, secret, path):
    assert "/security/confirm/" in inside.get(path).url
    assert confirm_with_code(inside, secret, path).url == path
    assert inside.get(path).status_code == 200


def test_removing_the_app_removes_the_recovery_codes_too(inside, secret):
    assert "/security/confirm/" in inside.post("/security/authenticator/remove/").url
    assert Authenticator.objects.count() == 2
    assert confirm_with_code(inside, secret, "/security/authenticator/remove/").url == "/security/"
    assert not Authenticator.objects.exists()
    inside.post("/sign-out/")
    assert sign_in(inside).url == "/"


def test_recovery_codes_are_shown_saved_and_made_anew(inside, secret):
    confirm_with_code(inside, secret, "/security/recovery-codes/")
    page = inside.get("/security/recovery-codes/").content.decode()
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    file = inside.get("/security/recovery-codes/file/")
    assert "attachment" in file["Content-Disposition"]
    for code in codes:
        assert code in page
        assert code in file.content.decode()
    inside.post("/security/recovery-codes/new/")
    assert codes != Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()


def test_a_confirmation_holds_for_ten_minutes(inside, secret, noon):
    confirm_with_code(inside, secret, "/security/recovery-codes/")
    noon.shift(dt.timedelta(minutes=10, seconds=1))
    assert "/security/confirm/" in inside.get("/security/recovery-codes/").url


def test_a_trusted_browser_is_asked_for_the_password_alone_for_thirty_days(client, secret, noon):
    sign_in(client)
    step(client, code_at(now(), secret))
    client.post("/sign-in/this-browser/", {"action": "trust"})
    client.post("/sign-out/")
    assert sign_in(client).url == "/"
    other = type(client)()
    assert sign_in(other).url == "/sign-in/second-step/"
    client.post("/sign-out/")
    noon.shift(dt.timedelta(days=30))
    assert sign_in(client).url == "/sign-in/second-step/"


def trusted(client, secret, noon, agent="Desk"):
    """A browser that is trusted from now on, signed out."""
    browser = type(client)(HTTP_USER_AGENT=agent)
    sign_in(browser)
    step(browser, code_at(now(), secret))
    browser.post("/sign-in/this-browser/", {"action": "trust"})
    browser.post("/sign-out/")
    noon.shift(dt.timedelta(minutes=6))  # for a code of its own
    return browser


def test_a_trust_is_ended_from_any_other_browser(client, secret, noon):
    desk, phone = trusted(client, secret, noon, "Desk"), trusted(client, secret, noon, "Phone")
    sign_in(phone)
    page = phone.get("/security/sessions/").content.decode()
    assert "Browsers that are not asked for a code" in page
    row = TrustedBrowser.objects.get(user_agent="Desk")
    assert phone.post(f"/security/browsers/{row.pk}/forget/").url == "/security/sessions/"
    assert sign_in(desk).url == "/sign-in/second-step/"
    phone.post("/sign-out/")
    assert sign_in(phone).url == "/"


def test_nobody_ends_the_trust_of_another_or_without_a_post(client, secret, noon):
    trusted(client, secret, noon)
    row = TrustedBrowser.objects.get()
    client.force_login(UserFactory(name="Other"))
    assert client.post(f"/security/browsers/{row.pk}/forget/").status_code == 404
    assert client.get(f"/security/browsers/{row.pk}/forget/").status_code == 405
    assert TrustedBrowser.objects.exists()


def test_a_cookie_without_its_row_is_nothing_and_a_row_without_its_cookie_neither(client, secret, noon):
    desk = trusted(client, secret, noon)
    assert sign_in(client).url == "/sign-in/second-step/"
    TrustedBrowser.objects.all().delete()
    assert sign_in(desk).url == "/sign-in/second-step/"


def test_two_people_trust_one_browser_each_for_themselves(client, secret, noon):
    desk = trusted(client, secret, noon)
    other = UserFactory(name="Other")
    # What the second person's trust makes of the cookie and of the rows.
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in desk.cookies.items()}
    response = HttpResponse()
    trust_browser(request, other, response)
    value = response.cookies[product.MFA_TRUST_COOKIE_NAME].value
    trust(request, other, value)
    desk.cookies[product.MFA_TRUST_COOKIE_NAME] = value
    assert sign_in(desk).url == "/"
    assert TrustedBrowser.objects.count() == 2


def test_what_is_over_does_not_pile_up(client, secret, noon):
    trusted(client, secret, noon)
    noon.shift(dt.timedelta(days=31))
    trusted(client, secret, noon)
    assert TrustedBrowser.objects.count() == 1


def test_a_new_password_ends_the_trust(client, secret, lea):
    sign_in(client)
    step(client, code_at(now(), secret))
    client.post("/sign-in/this-browser/", {"action": "trust"})
    client.post("/sign-out/")
    lea.set_password(PASSWORD)
    lea.save()
    assert sign_in(client).url == "/sign-in/second-step/"


def test_a_trust_made_up_by_hand_is_none(client, secret, settings):
    client.cookies[settings.MFA_TRUST_COOKIE_NAME] = "WyJ4IiwxXQ:1:signature"
    assert sign_in(client).url == "/sign-in/second-step/"


def test_who_started_may_start_again(client, secret):
    sign_in(client)
    assert client.get("/sign-in/").url == "/sign-in/second-step/"
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/sign-in/").status_code == 200


def test_a_step_waits_a_quarter_of_an_hour_at_most(client, secret, noon):
    sign_in(client)
    noon.shift(dt.timedelta(minutes=15, seconds=1))
    assert step(client, code_at(now(), secret)).url == "/sign-in/"


def test_who_leaves_between_the_steps_stays_outside(client, secret):
    sign_in(client)
    User.objects.update(is_active=False)
    step(client, code_at(now(), secret))
    client.post("/sign-in/this-browser/")
    assert not is_inside(client)


def test_an_administrator_removes_a_lost_second_step_and_sees_no_secret(client, secret, administrator):
    client.force_login(administrator)
    row = Authenticator.objects.get(type="totp")
    page = client.get(f"/admin/mfa/authenticator/{row.pk}/change/").content.decode()
    assert "lea.lead" in page or "Lea Lead" in page
    assert secret not in page
    client.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
    client.logout()
    assert sign_in(client).url == "/"


def test_administrators_come_in_through_the_sign_in_page(client, administrator):
    asked = client.get("/admin/login/?next=/admin/")
    assert asked.status_code == 302
    assert asked.url.startswith("/sign-in/?next=")
    administrator.set_password(PASSWORD)
    administrator.save()
    data = {"username": administrator.email, "password": PASSWORD}
    assert client.post("/admin/login/", data).status_code == 302
    assert not is_inside(client)

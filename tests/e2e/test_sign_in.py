"""Passkeys and codes, as people use them: with an authenticator that the browser plays, and with an app."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import sign_in
from tests.e2e.product import Product

pytestmark = pytest.mark.needs("chromium")

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def open_as(product: Product, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of somebody who just signed in, on localhost: browsers give no passkey to a number."""
    contexts = []
    complaints: list[str] = []

    def open_as(person: dict[str, str], *, theme: str = "light", width: int = 1400) -> Page:
        context = browser.new_context(
            base_url=product.url.replace("127.0.0.1", "localhost"),
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        sign_in(page, person)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


def give_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def confirm(page: Page, person: dict[str, str]) -> None:
    page.get_by_label("Password", exact=True).fill(person["password"])
    page.get_by_role("button", name="Continue").click()


def look(page: Page) -> None:
    """Nothing in the way of anybody, nothing sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def sign_out(page: Page) -> None:
    page.get_by_text("You", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def test_a_passkey_is_added_signs_in_alone_and_is_removed(product, open_as):
    person = product.person("viewer")
    page = open_as(person, theme="dark", width=360)
    give_authenticator(page)
    page.goto("/security/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page, person)
    look(page)
    page.get_by_label("Name").fill("Telephone")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(page)
    sign_out(page)

    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    page.goto("/security/")
    expect(page.get_by_text("Telephone").first).to_be_visible()
    look(page)
    sign_out(page)

    # The password alone is not enough any more; the passkey is the second step too.
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password", exact=True).fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/second-step/")
    look(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/sign-in/this-browser/")
    look(page)
    page.get_by_role("button", name="Ask me every time").click()

    page.goto("/security/")
    page.get_by_role("link", name="Remove Telephone").click()
    confirm(page, person)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_a_browser_that_refuses_a_passkey_is_told_so(product, open_as):
    page = open_as(product.person("viewer"))
    sign_out(page)
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('no')) }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used.")


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1400)])
def test_an_app_is_set_up_and_removed(product, open_as, theme, width):
    person = product.person("contributor", "VIS")
    page = open_as(person, theme=theme, width=width)
    page.goto("/security/")
    page.get_by_role("link", name="Set up an app").click()
    look(page)
    confirm(page, person)
    look(page)
    secret = page.locator(".secret").inner_text()
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    page.get_by_label("Code", exact=True).fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("The authenticator app is set up.")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    look(page)
    page.goto("/security/authenticator/remove/")
    look(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The authenticator app is removed.")).to_be_visible()

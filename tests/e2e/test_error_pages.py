"""What people see when something goes wrong looks like the product, in each theme, on a telephone too."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

from tests.e2e.test_accessibility import VIEWS

pytestmark = pytest.mark.needs("chromium")

# Without anything that a request or the database would say, as when both are gone.
PAGES = {
    "400": ("400.html", {}),
    "413": ("400.html", {"is_too_large": True}),
    "403": ("403.html", {"exception": "Only leads edit the plan."}),
    "403 csrf": ("403_csrf.html", {}),
    "404": ("404.html", {}),
    "405": ("405.html", {}),
    "429": ("429.html", {}),
    "500": ("500.html", {}),
    "503": ("503.html", {}),
}


def look(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("theme", "width"), VIEWS, ids=[f"{theme}-{width}" for theme, width in VIEWS])
@pytest.mark.parametrize("name", PAGES)
def test_every_error_page_has_no_barrier_and_says_what_to_do(product, open_page, name, theme, width):
    template, context = PAGES[name]
    body = render_to_string(template, context)
    page = open_page(theme=theme, width=width, quiet=True)

    def answer(route: Route) -> None:
        route.fulfill(status=int(name[:3]), body=body, content_type="text/html; charset=utf-8")

    page.route("**/trouble/", answer)
    page.goto("/trouble/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Go to the overview")).to_be_visible()
    # The style of the product has come through.
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Inter")
    look(page)


def test_a_form_that_expired_and_a_method_and_an_address_that_are_wrong(open_page):
    page = open_page(quiet=True)
    page.goto("/sign-in/")
    page.context.clear_cookies()
    page.get_by_label("E-mail").fill("lea@example.org")
    page.get_by_label("Password", exact=True).fill("x")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="This form has expired")).to_be_visible()
    assert page.goto("/sign-out/").status == 405
    expect(page.get_by_role("heading", name="This page does not take that")).to_be_visible()
    assert page.goto("/sign-in/?" + "&".join(["a"] * 1001)).status == 400
    expect(page.get_by_role("heading", name="This request cannot be read")).to_be_visible()


def test_the_strength_of_a_new_password_is_told_while_it_is_typed(product, open_page):
    page = open_page("lead", area="DIST", width=360, theme="dark")
    page.goto("/security/password/")
    field = page.get_by_label("New password", exact=True)
    word = page.locator("#id_password1_strength")
    field.fill("1qaz2wsx3edc")
    expect(word).to_contain_text("very weak")
    expect(word).to_contain_text("among known leaked passwords")
    look(page)
    field.fill("four odd walnut bicycles")
    expect(word).to_contain_text("Strength: strong.")
    expect(word.get_by_role("meter")).to_have_attribute("value", "4")
    look(page)

    show = page.get_by_role("button", name="Show New password", exact=True)
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(field).to_have_attribute("type", "password")


def test_without_scripts_the_form_refuses_alone(product, open_page):
    page = open_page("lead", area="DIST", scripts=False)
    page.goto("/security/password/")
    expect(page.get_by_role("button", name=re.compile("Show"))).to_have_count(0)
    page.get_by_label("Current password").fill(product.person("lead", "DIST")["password"])
    for label in ("New password", "New password again"):
        page.get_by_label(label, exact=True).fill("1qaz2wsx3edc")
    page.get_by_role("button", name="Save password").click()
    expect(page.locator(".errorlist")).to_contain_text("among known leaked passwords")

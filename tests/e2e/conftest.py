"""A browser, and the product behind it, for all browser tests of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from okrtracker.tests.services import chromium
from tests.e2e.product import (
    Product,
    create_database,
    drop_database,
    environment_for,
    free_port,
    load_demo,
    start_server,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    server_url = os.environ.get("DATABASE_URL", "")
    database_url, name = create_database(server_url, folder)
    port = free_port()
    product = Product(f"http://127.0.0.1:{port}", environment_for(folder, port, database_url))
    try:
        load_demo(product)
        server = start_server(product, folder / "server.log")
        yield product
        server.terminate()
        server.wait(timeout=20)
    finally:
        drop_database(server_url, name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium().address, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(product: Product, browser: Browser) -> Callable[..., dict]:
    """The cookies of a person of the demo; everybody signs in once for all tests, through the page."""
    kept: dict[str, dict] = {}

    def state_of(role: str, area: str = "") -> dict:
        person = product.person(role, area)
        if person["email"] not in kept:
            context = browser.new_context(base_url=product.url)
            page = context.new_page()
            sign_in(page, person)
            kept[person["email"]] = context.storage_state()
            context.close()
        return kept[person["email"]]

    return state_of


def sign_in(page: Page, person: dict[str, str]) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password", exact=True).fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@pytest.fixture
def open_page(
    product: Product, browser: Browser, signed_in: Callable[..., dict]
) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody, or as a visitor; any error in the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_as(
        role: str = "",
        *,
        area: str = "",
        width: int = 1400,
        theme: str = "light",
        scripts: bool = True,
        quiet: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=product.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            storage_state=signed_in(role, area) if role else None,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not quiet:  # a status of 4xx, asked for on purpose, is an error in the console too
            page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []

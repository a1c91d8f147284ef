"""The page of the OpenAPI document in a browser: under the policy of all pages, and without the network."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.only_on("sqlite"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def session(client, lead, live_server) -> dict:
    """The cookie of the lead's session; made before playwright's event loop runs in this thread."""
    client.force_login(lead)
    key = client.session.session_key
    return {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}


@pytest.fixture
def page(session):
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.context.add_cookies([session])
        yield page
        browser.close()


def test_the_page_shows_every_operation_and_runs_one(page, live_server, lead):
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.add(request.url.partition("/api/")[0].partition("/static/")[0]))
    page.goto(f"{live_server.url}/api/docs/")
    tags = page.locator(".opblock-tag")
    tags.first.wait_for()
    shown = 0
    for index in range(tags.count()):
        tag = tags.nth(index)
        tag.click()
        section = tag.locator("xpath=..")
        section.locator(".opblock").first.wait_for()
        shown += section.locator(".opblock").count()
        tag.click()
    page.locator("#operations-tag-me").click()
    operation = page.locator("#operations-me-me")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table").get_by_text(lead.email).first.wait_for()
    kept = Path("docs/openapi.yaml").read_text(encoding="utf-8")
    paths = yaml.load(kept, Loader=yaml.CSafeLoader)["paths"]
    assert shown == sum(len(methods) for methods in paths.values()) >= 15
    assert complaints == []
    assert {address for address in asked if not address.startswith("data:")} == {live_server.url}

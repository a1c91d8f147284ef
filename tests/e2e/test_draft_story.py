"""Drafts of check-ins in a browser: found again by their author alone, sent by hand and by the worker."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs("chromium")

# The task as the worker runs it, once the time has come: what was planned for a day ahead is due now.
THE_TIME_COMES = """
from datetime import timedelta
from django.utils import timezone
from goals.models import CheckInDraft
from goals.tasks import send_drafts
planned = CheckInDraft.objects.filter(send_at__isnull=False, key_result__code="{code}")
assert planned.update(send_at=timezone.now() - timedelta(minutes=1)) == 1
send_drafts()
"""


def code_with(page: Page, field: str) -> str:
    """The first key result in My check-ins whose value is entered in such a field."""
    row = page.locator(f"[data-check-in-row]:has({field}[data-value])").first
    return (row.get_attribute("id") or "").removeprefix("key-result-")


def write(page: Page, code: str, value: str, note: str) -> None:
    page.goto(f"/key-results/{code}/check-in/")
    field = page.locator("[data-value]")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
    page.get_by_label("Note").fill(note)


def newest(page: Page, code: str):
    page.goto(f"/key-results/{code}/")
    return page.locator(".check-ins-log > li").first


def test_a_draft_is_its_authors_until_it_is_sent_by_hand_or_at_its_time(product, open_page):
    page = open_page("lead", area="COREP")
    page.goto("/check-ins/")
    first = code_with(page, "input")
    second = code_with(page, "select")

    # Half a thought, kept, and the page is left.
    write(page, first, "41", "half a thought")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator(".messages").first).to_contain_text("Kept as a draft that only you see")
    page.goto("/")

    # Somebody who sees everything sees neither the words nor that there are any.
    manager = open_page("manager")
    manager.goto(f"/key-results/{first}/")
    expect(manager.locator("main")).not_to_contain_text("half a thought")
    manager.goto(f"/key-results/{first}/check-in/")
    expect(manager.get_by_label("Note")).to_have_value("")
    expect(manager.locator("main")).not_to_contain_text("draft,")
    manager.goto("/drafts/")
    expect(manager.get_by_text("No drafts")).to_be_visible()

    # It is there again, in its place, and is sent as it was completed.
    page.goto("/drafts/")
    expect(page.locator(f"#draft-{first}")).to_contain_text("half a thought")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name=f"Continue {first}").click()
    expect(page.locator("[data-value]")).to_have_value("41")
    expect(page.get_by_label("Note")).to_have_value("half a thought")
    page.get_by_label("Note").fill("a whole thought")
    page.get_by_role("button", name="Save check-in").click()
    page.wait_for_url(f"**/key-results/{first}/")
    sent = newest(manager, first)
    expect(sent).to_contain_text("a whole thought")
    expect(sent.locator("strong").first).to_contain_text("41")

    # Another has a time; the worker sends it when that has come.
    write(page, second, "done", "written ahead")
    page.locator("summary", has_text="Send it later").click()
    ahead = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=2)
    page.locator(".status-choice label", has_text="On track").click()
    page.get_by_label("Send it on").fill(ahead.isoformat())
    page.get_by_role("button", name="Send it then").click()
    expect(page.locator(f"#draft-{second}")).to_contain_text("Goes out on")
    manager.goto(f"/key-results/{second}/")
    expect(manager.locator("main")).not_to_contain_text("written ahead")
    product.manage("shell", "-c", THE_TIME_COMES.format(code=second))
    sent = newest(manager, second)
    expect(sent).to_contain_text("written ahead")
    expect(sent.locator("strong").first).to_contain_text("done", ignore_case=True)
    page.goto("/drafts/")
    expect(page.get_by_text("No drafts")).to_be_visible()
    page.goto("/check-ins/")
    for code in (first, second):
        expect(page.locator(f"#key-result-{code}")).to_have_count(0)

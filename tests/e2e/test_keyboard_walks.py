"""The three main jobs by the keyboard alone, as docs/keyboard.md walks them: every stop is seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs("chromium")

# What has the focus: its words, whether it stands in the window, and whether something shows that it has it.
STOP = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it);
  const label = it.labels && it.labels.length ? it.labels[0].textContent : "";
  const words = it.getAttribute("aria-label") || label || it.textContent || it.placeholder || "";
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  return {words: words.replace(/\\s+/g, " ").trim(), inside, shows, tag: it.tagName};
}"""


def walk_to(page: Page, words: str, *, most: int) -> None:
    """Presses Tab until the focus is on what says so; fails on a stop that is not seen, and after `most`."""
    passed = []
    for _press in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        assert stop["tag"] != "BODY", f"The focus went out of the page after {passed}."
        assert stop["inside"], f"“{stop['words']}” has the focus outside of the window."
        assert stop["shows"], f"Nothing shows that “{stop['words']}” has the focus."
        if re.search(words, stop["words"]):
            return
        passed.append(stop["words"][:30])
    raise AssertionError(f"No “{words}” within {most} presses of Tab: {passed}")


def test_a_lead_reports_what_is_due(product, open_page):
    page = open_page("lead", area="CORE")
    page.goto("/")
    walk_to(page, "^My check-ins", most=16)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("check-ins", re.IGNORECASE))
    page.wait_for_load_state()
    walk_to(page, "^Skip to the content$", most=1)
    page.keyboard.press("Enter")
    walk_to(page, "^Now, ", most=6)
    page.keyboard.type("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messages").first).to_contain_text("1 check-in saved")
    # What happened is read out, and the focus stays in the page.
    expect(page.locator("[data-announce]")).to_contain_text("1 check-in saved")
    assert page.evaluate("document.activeElement.tagName") != "BODY"


def test_a_manager_finds_out_why_something_is_behind(product, open_page):
    page = open_page("manager")
    page.goto("/")
    walk_to(page, "^Skip to the content$", most=1)
    page.keyboard.press("Enter")
    first = page.get_by_role("region", name="Needs attention").locator(".rows a").first
    title = first.text_content() or ""
    walk_to(page, f"^{re.escape(title)}$", most=60)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    # Up to the objective, where it is told how the mean came about.
    walk_to(page, r"-O[0-9]+$", most=24)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/objectives/"))
    page.wait_for_load_state()
    walk_to(page, "^Skip to the content$", most=1)
    page.keyboard.press("Enter")
    # The table that says what each key result adds stands open; its rows are stops.
    walk_to(page, "^KR1$", most=60)
    explained = page.get_by_role("region", name=re.compile("computed"))
    expect(explained.locator("a:focus")).to_have_text("KR1")
    expect(explained.get_by_role("columnheader", name="Weight", exact=True)).to_be_visible()


def test_somebody_looks_for_a_key_result_by_its_code(product, open_page):
    page = open_page("viewer")
    page.goto("/areas/")
    walk_to(page, "^Search", most=20)
    page.keyboard.type("EDGE-24H2-O1-KR1")
    expect(page.get_by_role("status").get_by_role("link").first).to_be_visible()
    walk_to(page, "EDGE-24H2-O1-KR1", most=3)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/key-results/EDGE-24H2-O1-KR1/$"))
    page.wait_for_load_state()
    walk_to(page, "^Skip to the content$", most=1)

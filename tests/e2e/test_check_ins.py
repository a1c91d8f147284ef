"""Check-ins in a browser: by keyboard alone, without a connection, on a shared computer, in conflict."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from goals.models import CheckIn
from tests.e2e.conftest import sign_in

pytestmark = pytest.mark.needs("chromium")

MOST_STROKES = 25
WORDS = [str(word).capitalize() for word in CheckIn.Status.labels]


def codes_of(page: Page) -> list[str]:
    rows = page.locator("[data-check-in-row]").all()
    return [(row.get_attribute("id") or "").removeprefix("key-result-") for row in rows]


def field_of(page: Page, code: str):
    return page.locator(f"#key-result-{code} [data-value]")


def said(page: Page, code: str) -> str:
    return page.locator(f"#key-result-{code} .status-choice label:has(:checked)").inner_text().strip()


def drafts_in(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('okr-draft:'))")


class Keyboard:
    """Counts every press; nothing else touches the page."""

    def __init__(self, page: Page):
        self.page, self.strokes = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.strokes += 1

    def type(self, text: str) -> None:
        for sign in text:
            self.press(sign)


def test_five_values_with_status_take_at_most_25_key_strokes(product, open_page, capsys):
    page = open_page("lead", area="COREL")
    page.goto("/check-ins/")
    codes = codes_of(page)[:5]
    assert len(codes) == 5
    before = {code: said(page, code) for code in codes}
    values = {code: str(90 + number) for number, code in enumerate(codes)}
    expected = {code: WORDS[min(WORDS.index(before[code]) + 1, 2)] for code in codes}
    keyboard = Keyboard(page)
    for number, code in enumerate(codes):
        keyboard.type(values[code])
        keyboard.press("Alt+ArrowDown")
        if number < 4:
            keyboard.press("Enter")
    assert {code: said(page, code) for code in codes} == expected
    keyboard.press("Control+Enter")
    expect(page.locator(".messages").first).to_contain_text("5 check-ins saved")
    assert keyboard.strokes <= MOST_STROKES
    with capsys.disabled():
        print(f" [5 values and statuses with {keyboard.strokes} key strokes]", end="")
    # What happened is read out, and the focus is where work goes on.
    expect(page.locator("[data-announce]")).to_contain_text("5 check-ins saved")
    [left] = codes_of(page)
    assert page.evaluate("document.activeElement.id") == f"id_{left}-value"
    for code in codes:
        page.goto(f"/key-results/{code}/")
        newest = page.locator(".check-ins-log > li").first
        expect(newest).to_contain_text(values[code])
        expect(newest).to_contain_text(re.compile(expected[code], re.I))


def test_keys_reach_no_change_every_row_and_the_help(product, open_page):
    page = open_page("lead", area="DIST")
    page.goto("/check-ins/")
    codes = codes_of(page)
    # Down from the first value as far as it goes; a select keeps its own arrows, so Enter leads on from it.
    for code in codes[1:]:
        is_select = page.evaluate("document.activeElement.matches('select')")
        page.keyboard.press("Enter" if is_select else "ArrowDown")
        assert page.evaluate("document.activeElement.id") == f"id_{code}-value"
    page.keyboard.press("Alt+Enter")
    expect(page.locator("[data-save]")).to_have_text("Save 1 check-in")
    expect(page.locator(f"#effect-{codes[-1]}")).to_contain_text("no change")
    page.keyboard.press("Alt+Enter")
    expect(page.locator("[data-save]")).to_have_text("Save check-ins")
    # Status fields: up and down go between rows, left and right choose.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("ArrowUp")
    above = page.evaluate("document.activeElement.closest('tr').id")
    assert above == f"key-result-{codes[-2]}"
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_contain_text("save all")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(page.locator("[data-keys] .menu__panel")).to_be_hidden()
    assert drafts_in(page) == []


def test_what_is_typed_survives_a_lost_connection_and_is_forgotten_when_saved(product, open_page):
    page = open_page("lead", area="VIS", quiet=True)  # a lost connection is an error in the console
    page.goto("/check-ins/")
    code = codes_of(page)[0]
    field_of(page, code).fill("3")
    page.locator(f"#key-result-{code} textarea").first.fill("typed in a train")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("No connection: nothing was sent, nothing is lost.")
    expect(field_of(page, code)).to_have_value("3")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_contain_text("The connection is back")
    page.goto("/")  # whatever becomes of the page
    page.goto("/check-ins/")
    expect(page.locator("[data-restored]")).to_contain_text("What you typed into one row before is back")
    expect(field_of(page, code)).to_have_value("3")
    expect(page.locator(f"#key-result-{code} textarea").first).to_have_value("typed in a train")
    expect(page.locator(f"#effect-{code}")).not_to_contain_text("so far")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messages").first).to_contain_text("1 check-in saved")
    assert drafts_in(page) == []
    page.goto("/check-ins/")
    expect(page.locator("[data-restored]")).to_be_hidden()


def test_nobody_finds_the_draft_of_another_person_and_signing_out_forgets_it(product, open_page):
    page = open_page("lead", area="DIST")
    page.goto("/check-ins/")
    code = codes_of(page)[0]
    field_of(page, code).fill("59")
    assert len(drafts_in(page)) == 1
    expect(page.locator(f"#effect-{code}")).not_to_contain_text("so far")
    # The session ends without a sign-out, and somebody else signs in.
    page.context.clear_cookies()
    sign_in(page, product.person("manager"))
    page.goto(f"/key-results/{code}/check-in/")
    assert drafts_in(page) == []
    expect(page.locator("[data-value]")).to_have_value("")
    page.locator("[data-value]").fill("58")
    assert len(drafts_in(page)) == 1
    page.get_by_text("You", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=60_000)
    assert drafts_in(page) == []


def test_two_people_on_one_key_result_decide_with_one_press(product, open_page):
    page = open_page("lead", area="DATA", quiet=True)  # a conflict answers 422
    page.goto("/check-ins/")
    code = next(code for code in codes_of(page) if field_of(page, code).evaluate("f => f.tagName") == "INPUT")
    manager = open_page("manager")
    manager.goto(f"/key-results/{code}/check-in/")
    manager.locator("[data-value]").fill("2")
    manager.get_by_label("Note").fill("seen in the dashboard")
    manager.get_by_role("button", name="Save check-in").click()
    manager.wait_for_url(f"**/key-results/{code}/")

    field_of(page, code).fill("3")
    page.keyboard.press("Control+Enter")
    versions = page.get_by_role("group", name="Both versions")
    expect(versions).to_contain_text("seen in the dashboard")
    expect(field_of(page, code)).to_have_value("3")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Save mine after all").click()
    expect(page.locator(".messages").first).to_contain_text("1 check-in saved")
    manager.reload()
    newest = manager.locator(".check-ins-log > li")
    expect(newest.nth(0)).to_contain_text("3")
    expect(newest.nth(1)).to_contain_text("seen in the dashboard")


def test_a_key_result_is_paused_and_shown_so(product, open_page):
    page = open_page("lead", area="COMPD")
    page.goto("/check-ins/")
    code = codes_of(page)[0]
    page.goto(f"/key-results/{code}/pause/")
    page.get_by_label("Why").fill("Waits for the release")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Pause until that day").click()
    expect(page.locator("main")).to_contain_text("Waits for the release")
    page.goto("/check-ins/")
    expect(page.locator(f"#key-result-{code}")).to_have_count(0)
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Waits for the release")


def test_double_click_on_save_is_one_check_in(product, open_page):
    page = open_page("lead", area="TUNE")
    page.goto("/check-ins/")
    code = codes_of(page)[-1]
    field_of(page, code).fill("25")
    page.locator("[data-save]").dblclick()
    expect(page.locator(".messages").first).to_contain_text("1 check-in saved")
    page.goto(f"/key-results/{code}/")
    assert page.locator(".check-ins-log strong", has_text=re.compile(r"^25\b")).count() == 1

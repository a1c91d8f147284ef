"""axe finds nothing, and nothing scrolls sideways, on any page in either theme at any width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = {
    "sign-in": ("", "/sign-in/"),
    "public roadmap": ("", "/public/24H2/EDGE/"),
    "public roadmaps of a cycle": ("", "/public/24H2/"),
    "not found": ("", "/public/24H2/NOWHERE/"),
    "overview": ("manager", "/"),
    "areas": ("manager", "/areas/"),
    "area of teams": ("manager", "/areas/LIB/24H2/"),
    "area without a roadmap": ("manager", "/areas/REC/?cycle=24H1"),
    "roadmap": ("manager", "/areas/EDGE/24H2/"),
    "closed roadmap": ("manager", "/areas/EDGE/24H1/"),
    "objective": ("manager", "/objectives/DIST-24H2-O1/"),
    "key result": ("manager", "/key-results/EDGE-24H2-O3-KR1/"),
    "guardrail": ("manager", "/key-results/COREP-24H2-O1-KR3/"),
    "roadmap form": ("manager", "/areas/EDGE/24H2/edit/"),
    "new roadmap": ("manager", "/areas/LIB/24H2/new/"),
    "new objective": ("manager", "/areas/EDGE/24H2/objectives/"),
    "excellence form": ("manager", "/objectives/EDGE-24H2-B1/edit/"),
    "key result form": ("manager", "/key-results/EDGE-24H2-O1-KR2/edit/"),
    "guardrail form": ("manager", "/key-results/COREP-24H2-O1-KR3/edit/"),
    "key result with initiatives": ("manager", "/key-results/EDGE-24H2-O1-KR2/"),
    "my initiatives": ("contributor", "/check-ins/"),
    "new initiative": ("manager", "/key-results/EDGE-24H2-O1-KR2/initiatives/"),
    "removal": ("manager", "/key-results/EDGE-24H2-O1-KR2/remove/"),
    "risk form": ("manager", "/risks/EDGE-24H2-O1-R1/edit/"),
    "risk": ("manager", "/risks/EDGE-24H2-O1-R1/"),
    "closing a risk": ("manager", "/risks/EDGE-24H2-O1-R1/close/"),
    "what a risk concerns": ("manager", "/risks/EDGE-24H2-O1-R1/objectives/"),
    "new mitigation": ("manager", "/risks/EDGE-24H2-O1-R1/mitigations/"),
    "new need": ("manager", "/objectives/EDGE-24H2-O1/needs/"),
    "alignment as tree": ("manager", "/alignment/"),
    "alignment as graph": ("manager", "/alignment/?view=graph&cycle=24H2"),
    "alignment as table": ("manager", "/alignment/?view=table&area=EDGE"),
    "alignment, nothing found": ("manager", "/alignment/?person=999999&health=done&area=VIS"),
    "supported objective": ("manager", "/objectives/TUNE-24H2-O1/"),
    "new support": ("manager", "/objectives/EDGE-24H2-O1/supports/"),
    "weight of a supporter": ("manager", "/alignments/1/edit/"),
    "end of a support": ("manager", "/alignments/1/end/"),
    "weights of an objective": ("manager", "/objectives/EDGE-24H2-O1/weights/"),
    "weights of a roadmap": ("manager", "/areas/EDGE/24H2/weights/"),
    "closed key result form": ("manager", "/key-results/EDGE-24H1-O1-KR1/edit/"),
    "what changed": ("manager", "/changes/?cycle=24H2"),
    "nothing changed": ("manager", "/changes/?cycle=24H1&area=EDGE"),
    "risks": ("manager", "/risks/"),
    "reviews": ("manager", "/reviews/"),
    "drafts": ("lead", "/drafts/"),
    "what I follow": ("lead", "/following/"),
    "calendars and feeds": ("lead", "/feeds/"),
    "all that needs attention": ("manager", "/attention/"),
    "all who are silent": ("manager", "/attention/?show=silent"),
    "how a mean came about": ("manager", "/explanation/?cycle=24H2&area=LIB"),
    "heat map": ("manager", "/heat-map/"),
    "slides": ("manager", "/present/"),
    "engineering excellence": ("manager", "/excellence/"),
    "a badge": ("lead", "/badge/DIST-24H2-O1/"),
    "activity of an area": ("lead", "/activity/?area=EDGE"),
    "activity of what I follow": ("manager", "/activity/"),
    "search": ("lead", "/search/?q=compile"),
    "nothing found": ("lead", "/search/?q=elephants"),
    "kpis": ("manager", "/kpis/"),
    "kpi": ("manager", "/kpis/INFRA-K1/"),
    "kpi value": ("manager", "/kpis/INFRA-K2/enter/"),
    "templates": ("manager", "/templates/"),
    "template to save": ("manager", "/objectives/EDGE-24H2-O1/template/"),
    "shares": ("manager", "/objectives/EDGE-24H2-O1/shares/"),
    "absences": ("lead", "/preferences/absences/"),
    "move": ("manager", "/objectives/EDGE-24H2-O1/move/"),
    "copy": ("manager", "/objectives/EDGE-24H2-O1/copy/"),
    "webhooks": ("manager", "/areas/EDGE/webhooks/"),
    "webhook to add": ("manager", "/areas/EDGE/webhooks/new/"),
    "dashboards": ("manager", "/dashboards/"),
    "dashboard to make": ("manager", "/dashboards/new/"),
    "new kpi": ("lead", "/areas/DIST/kpis/new/"),
    "inbox": ("lead", "/inbox/"),
    "my check-ins": ("lead", "/check-ins/"),
    "my check-ins, nothing due": ("manager", "/check-ins/"),
    "single check-in": ("lead", "/key-results/DIST-24H2-O1-KR2/check-in/"),
    "pause": ("lead", "/key-results/DIST-24H2-O1-KR2/pause/"),
    "rhythm of a key result": ("lead", "/key-results/DIST-24H2-O1-KR2/rhythm/"),
    "rhythm of an area": ("lead", "/areas/DIST/rhythm/"),
    "preferences": ("lead", "/preferences/"),
    "cycles": ("manager", "/cycles/"),
    "cycle": ("manager", "/cycles/24H2/"),
    "cycle to make": ("manager", "/cycles/add/"),
    "cycle to edit": ("manager", "/cycles/24H2/edit/"),
    "cycle to begin closing": ("manager", "/cycles/24H2/begin-closing/"),
    "cycle to open again": ("manager", "/cycles/24H1/reopen/"),
    "scores of a cycle": ("manager", "/cycles/24H1/scores/"),
    "scores of a roadmap": ("lead", "/cycles/24H1/scores/EDGE/"),
    "two cycles": ("manager", "/cycles/24H2/compare/"),
    "rollover without a cycle": ("manager", "/cycles/24H2/roll-over/"),
    "people": ("administrator", "/people/"),
    "people to add": ("administrator", "/people/add/"),
    "invitation that is none": ("", "/invitation/"),
    "mails to stop, of nobody": ("", "/mails/stop/"),
    "answer to no mail of ours": ("", "/check-ins/no-change/"),
    "tokens": ("administrator", "/tokens/"),
    "record of changes": ("administrator", "/record/"),
    "record, nothing found": ("administrator", "/record/?what=NOWHERE"),
    "record, filter that is none": ("administrator", "/record/?since=soon"),
    "person": ("administrator", "/people/2/"),
    "person to anonymise": ("administrator", "/people/2/anonymise/"),
    "password link": ("", "/sign-in/password/"),
    "password link sent": ("", "/sign-in/password/sent/"),
    "password link that expired": ("", "/sign-in/password/1-a-key-of-nobody/"),
    "security": ("lead", "/security/"),
    "change of the password": ("lead", "/security/password/"),
    "sessions": ("lead", "/security/sessions/"),
    "confirmation": ("lead", "/security/confirm/"),
}
# In whose area somebody of this role is.
AT_HOME = {"lead": "DIST", "contributor": "EDGE"}
# Colours do not depend on the width, so three of the four say all.
VIEWS = [("light", 1400), ("dark", 1400), ("light", 360)]
# The missing pages are asked for on purpose; the browser logs their status as an error.
EXPECTED_STATUS = {
    "not found": 404,
    "invitation that is none": 404,
    "mails to stop, of nobody": 404,
    "answer to no mail of ours": 404,
    "record, filter that is none": 422,
}


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_barrier_and_does_not_scroll_sideways(open_page, name):
    role, path = PAGES[name]
    page = open_page(role, area=AT_HOME.get(role, ""), quiet=name in EXPECTED_STATUS)
    response = page.goto(path)
    assert response.status == EXPECTED_STATUS.get(name, 200)
    assert_no_barrier(page)


@pytest.mark.needs("chromium")
def test_a_dashboard_and_its_cards_have_no_barrier(open_page):
    page = open_page("manager")
    page.goto("/dashboards/")
    page.get_by_role("button", name="manager's dashboard").click()
    page.wait_for_url("**/dashboards/*/")
    assert page.locator("main section").count() > 5
    assert_no_barrier(page)
    page.goto(f"{page.url}cards/")
    assert_no_barrier(page)


@pytest.mark.needs("chromium")
def test_what_is_found_while_typing_has_no_barrier_and_leads_there_by_keyboard(open_page):
    page = open_page("lead", area="DIST")
    page.goto("/")
    words = page.get_by_role("searchbox", name="Search or code")
    words.press_sequentially("tune-24h2-o1-k")
    panel = page.locator("#search-panel")
    panel.get_by_role("link").first.wait_for()
    assert_no_barrier(page)
    words.press("Escape")
    assert panel.inner_text() == ""
    # A browser empties the field with the same key.
    words.fill("")
    words.press_sequentially("tune-24h2-o1-kr")
    panel.get_by_role("link").first.wait_for()
    words.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/key-results/TUNE-24H2-O1-KR1/")
    page.get_by_role("searchbox", name="Search or code").fill("dist-24h2-o1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/objectives/DIST-24H2-O1/")


@pytest.mark.needs("chromium")
def test_a_filter_is_saved_and_used_by_keyboard_and_has_no_barrier(open_page):
    page = open_page("manager")
    page.goto("/risks/?show=high")
    page.get_by_text("Save this filter").press("Enter")
    assert_no_barrier(page)
    name = page.get_by_label("Name of this filter")
    name.fill("The high ones")
    name.press("Enter")
    page.wait_for_load_state()
    chosen = page.get_by_role("navigation", name="Saved filters").get_by_role("link")
    expect(chosen).to_have_attribute("aria-current", "page")
    assert_no_barrier(page)
    page.goto("/risks/?cycle=24H2")
    page.get_by_role("link", name="The high ones").press("Enter")
    page.wait_for_url("**/risks/?show=high&cycle=24H2")
    page.get_by_role("button", name="Forget “The high ones”").press("Enter")
    expect(page.get_by_role("navigation", name="Saved filters")).to_have_count(0)


@pytest.mark.needs("chromium")
def test_a_webhook_with_its_secret_and_log_has_no_barrier(open_page):
    page = open_page("manager")
    page.goto("/areas/EDGE/webhooks/new/")
    page.get_by_label("Address").fill("https://hooks.example.org/chat")
    page.get_by_label("a check-in").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="The secret").wait_for()
    assert_no_barrier(page)
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("A test is on its way").wait_for()
    page.locator("summary", has_text="Show").click()
    assert_no_barrier(page)


def assert_no_barrier(page):
    for theme, width in VIEWS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, f"{theme}, {width} px: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (theme, width)

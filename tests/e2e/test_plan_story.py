"""A lead makes a plan and changes it: from the empty form to the chart and What changed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs("chromium")


def look(page: Page) -> None:
    """Nothing in the way of anybody, nothing sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def add_key_result(page: Page, title: str, start: str, target: str) -> None:
    page.get_by_role("link", name="Add key result").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Start").fill(start)
    page.get_by_label("Target", exact=True).fill(target)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_lead_plans_an_objective_and_changes_a_target_with_a_reason(product, open_page, scripts):
    page = open_page("lead", area="EDGE", scripts=scripts, quiet=True)
    page.goto("/areas/EDGE/24H2/")
    page.get_by_role("link", name="Add objective").click()
    page.get_by_label("Title").fill("Every model runs on a watch")
    page.get_by_role("radio", name="committed").check()
    # Pillar, impact and cost are for engineering excellence alone.
    expect(page.get_by_label("Pillar")).to_be_hidden()
    page.get_by_role("radio", name="engineering excellence").check()
    expect(page.get_by_label("Pillar")).to_be_visible()
    page.get_by_role("radio", name="focus").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Every model runs on a watch")).to_be_visible()

    day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=20)
    add_key_result(page, "Models that fit", "0", "20")
    page.get_by_label("Unit").fill("models")
    page.locator("summary", has_text="Interim targets").click()
    row = page.get_by_role("group", name="Interim target 1")
    row.get_by_label("Day").fill(day.isoformat())
    row.get_by_label("Value").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 models").first).to_be_visible()
    # From the first day to the interim target, from there to the end: two bends make three points.
    points = page.locator(".chart__line--expected").get_attribute("points")
    assert len(points.split()) == 3
    key_result = page.url

    page.get_by_role("link", name=re.compile("-O[0-9]+$")).click()
    objective = page.url
    add_key_result(page, "Battery life lost", "30", "10")
    page.get_by_role("radio", name="guardrail").check()
    expect(page.get_by_label("Target", exact=True)).to_be_hidden()
    page.get_by_role("radio", name="reach").check()
    page.get_by_role("button", name="Save").click()

    page.goto(objective)
    page.get_by_role("link", name="Weights").click()
    page.get_by_label("KR1 Models that fit").fill("3")
    if scripts:
        expect(page.get_by_text("75.0\u202f%").first).to_be_visible()
        page.get_by_role("button", name="Save weights").click()
    else:
        page.get_by_role("button", name="Show the shares").click()
        expect(page.get_by_text("75.0\u202f%").first).to_be_visible()
        page.get_by_role("button", name="Save weights").click()
    expect(page.get_by_text("the cycle has begun.", exact=False).last).to_be_visible()
    if scripts:
        look(page)
    page.get_by_label("Why they change").fill("Fitting comes first")
    page.get_by_role("button", name="Save weights").click()
    expect(page.get_by_text("1 weight saved.")).to_be_visible()

    page.goto(key_result)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Target", exact=True).fill("25")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say why the definition of")).to_be_visible()
    expect(page.get_by_label("Target", exact=True)).to_have_value("25")
    if scripts:
        look(page)
    page.get_by_label("Why it changes").fill("Five more watches")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Five more watches”").first).to_be_visible()
    expect(page.locator(".chart__mark")).to_have_count(1)

    page.goto("/")
    page.get_by_role("link", name="See what changed").click()
    edge = page.get_by_role("region", name="Edge", exact=True)
    if edge.get_by_text("more", exact=False).count():
        edge.evaluate("section => section.querySelectorAll('details').forEach(one => one.open = true)")
    expect(edge.get_by_text("20 → 25").first).to_be_visible()
    expect(edge.get_by_text("Fitting comes first").first).to_be_visible()


def test_two_leads_at_one_form_and_words_about_a_check_in(product, open_page):
    lead = open_page("lead", area="DIST", width=360, theme="dark", quiet=True)
    manager = open_page("manager", quiet=True)
    address = "/key-results/DIST-24H2-O1-KR2/edit/"
    lead.goto(address)
    manager.goto(address)
    manager.get_by_label("Title").fill("As the manager says")
    manager.get_by_role("button", name="Save").click()
    expect(manager.get_by_role("heading", name="As the manager says")).to_be_visible()
    lead.get_by_label("Title").fill("As the lead says")
    lead.get_by_role("button", name="Save").click()
    conflict = lead.get_by_role("alert")
    expect(conflict).to_contain_text("As the manager says")
    expect(conflict).to_contain_text("As the lead says")
    look(lead)
    lead.get_by_role("button", name="Save").click()
    expect(lead.get_by_role("heading", name="As the lead says")).to_be_visible()

    manager.goto("/key-results/DIST-24H2-O1-KR2/")
    manager.get_by_role("button", name="Take note").first.click()
    expect(manager.get_by_text("took note on").first).to_be_visible()
    manager.locator("summary", has_text="Comment").first.click()
    manager.get_by_label("Comment").first.fill("Which *phone* was it?")
    mention = manager.get_by_label("Mention").first
    mention.press_sequentially(product.person("lead", "DIST")["email"][:12], delay=20)
    expect(manager.locator("datalist option").first).to_be_attached()
    mention.fill(product.person("lead", "DIST")["email"])
    look(manager)
    manager.get_by_role("button", name="Comment").first.click()
    expect(manager.get_by_text("Which phone was it?")).to_be_visible()
    look(manager)

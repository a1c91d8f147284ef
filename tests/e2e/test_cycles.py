"""A half-year from its activation to the next one, in the browser, on a database of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import sign_in
from tests.e2e.product import (
    Product,
    create_database,
    drop_database,
    environment_for,
    free_port,
    load_demo,
    start_server,
)

pytestmark = pytest.mark.needs("chromium")

# The demo's plans, small enough to be carried over while somebody watches.
NEXT_YEARS = """
import datetime as dt
from goals.actions.cycles import create_cycle
from goals.actions.key_results import create_key_result
from goals.actions.risks import create_risk
from goals.actions.roadmaps import create_objective, create_roadmap
from django.utils import timezone
from areas.models import Area
from goals.models import Cycle
now, today = timezone.now(), timezone.localdate()
end = Cycle.objects.order_by("-ends_on").first().ends_on
days = [end + dt.timedelta(days=number) for number in (1, 181, 182, 365)]
first = create_cycle(by=None, now=now, key="NEXT1", name="Next H1", starts_on=days[0], ends_on=days[1])
create_cycle(by=None, now=now, key="NEXT2", name="Next H2", starts_on=days[2], ends_on=days[3])
edge = Area.objects.get(key="EDGE")
roadmap = create_roadmap(edge, first, by=None, now=now)
objective = create_objective(roadmap, by=None, now=now, title="Run on watches", commitment="committed")
for title in ("Watches that run it", "Battery hours"):
    create_key_result(objective, by=None, now=now, today=today, title=title, metric="measured",
                      start_value=0, target_value=10)
create_risk(objective, by=None, now=now, title="Watches come late", likelihood=3, impact=4)
"""


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo by itself: other stories go on in the half-year that runs."""
    folder = tmp_path_factory.mktemp("cycles")
    server_url = os.environ.get("DATABASE_URL", "")
    port = free_port()
    database_url, name = create_database(server_url, folder, suffix="_cycles")
    product = Product(f"http://127.0.0.1:{port}", environment_for(folder, port, database_url))
    try:
        load_demo(product)
        product.manage("shell", "-c", NEXT_YEARS)
        server = start_server(product, folder / "server.log")
        yield product
        server.terminate()
        server.wait(timeout=20)
    finally:
        drop_database(server_url, name)


@pytest.fixture
def open_as(own_product: Product, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []
    complaints: list[str] = []

    def open_as(role: str, area: str = "", *, theme: str = "light", width: int = 1400) -> Page:
        context = browser.new_context(
            base_url=own_product.url, viewport={"width": width, "height": 900}, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, own_product.person(role, area))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


def look(page: Page) -> None:
    """Nothing in the way of anybody, nothing sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def press(page: Page, link: str, button: str) -> None:
    page.get_by_role("link", name=link).click()
    look(page)
    page.get_by_role("button", name=button, exact=True).click()


def test_a_half_year_from_its_activation_to_the_next_one(open_as):
    manager = open_as("manager", theme="dark", width=360)
    manager.goto("/cycles/NEXT1/")
    look(manager)
    manager.get_by_role("link", name="Activate…").click()
    expect(manager.get_by_text("O1-KR1 has no owner.")).to_be_visible()
    look(manager)
    manager.get_by_role("button", name="Activate", exact=True).click()
    expect(manager.get_by_text("Next H1 is active; check-ins are open.")).to_be_visible()
    press(manager, "Begin closing…", "Begin closing")
    expect(manager.get_by_text("Next H1 is closing; scores can be given.")).to_be_visible()

    lead = open_as("lead", "EDGE")
    lead.goto("/cycles/NEXT1/scores/EDGE/")
    look(lead)
    lead.get_by_label("Score of EDGE-NEXT1-O1 KR1").fill("0.4")
    lead.get_by_role("button", name="Save, the rest as proposed").click()
    expect(lead.get_by_text("1 row was not saved; it says why.")).to_be_visible()
    expect(lead.get_by_text("Say why the score differs from the proposed one.")).to_be_visible()
    look(lead)
    lead.get_by_label("Why it differs of EDGE-NEXT1-O1 KR1").fill("Two watches ran it unmeasured.")
    lead.get_by_label("Closing note of EDGE-NEXT1-O1 KR1").fill("Measure earlier.")
    lead.get_by_role("button", name="Save scores").click()
    expect(lead.get_by_text("1 row is saved.")).to_be_visible()
    expect(lead.get_by_text("0.20 red").first).to_be_visible()
    lead.get_by_label("Post-mortem").fill("The watches came late.")
    lead.get_by_role("button", name="Save scores").click()
    expect(lead.get_by_text("1 row is saved.")).to_be_visible()
    assert lead.request.get("/cycles/NEXT1/close/").status == 403

    manager.get_by_role("link", name="Close…").click()
    expect(manager.get_by_text("1 closing note is missing")).to_be_visible()
    look(manager)
    manager.get_by_role("button", name="Close", exact=True).click()
    expect(manager.get_by_text("Next H1 is closed; its numbers are frozen.")).to_be_visible()
    manager.get_by_role("link", name="Open again…").click()
    manager.get_by_label("Why it is opened again").fill("One watch was counted twice.")
    manager.get_by_role("button", name="Open again").click()
    expect(manager.get_by_text("“One watch was counted twice.”")).to_be_visible()
    manager.get_by_role("link", name="Close…").click()
    manager.get_by_role("button", name="Close", exact=True).click()

    manager.set_viewport_size({"width": 1400, "height": 900})
    manager.get_by_role("link", name="Roll over").click()
    manager.get_by_label("Into the cycle").select_option("NEXT2")
    manager.get_by_role("button", name="Look at what is unfinished").click()
    look(manager)
    manager.get_by_label("Decision EDGE-NEXT1-O1-KR2").select_option("drop")
    manager.get_by_label("Why EDGE-NEXT1-O1-KR2").fill("Nobody asks for it.")
    manager.get_by_role("button", name="Show what would be done").click()
    expect(manager.get_by_text("1 key result goes on, 1 is dropped")).to_be_visible()
    look(manager)
    manager.get_by_role("button", name="Carry it out").click()
    expect(manager.get_by_text("1 key result goes on in Next H2; 1 dropped.")).to_be_visible()
    manager.goto("/key-results/EDGE-NEXT1-O1-KR1/")
    manager.get_by_role("link", name="EDGE-NEXT2-O1-KR1").click()
    expect(manager).to_have_url(re.compile("/key-results/EDGE-NEXT2-O1-KR1/"))
    expect(manager.get_by_role("link", name="EDGE-NEXT1-O1-KR1")).to_be_visible()
    manager.goto("/objectives/EDGE-NEXT2-O1/")
    expect(manager.get_by_text("Watches come late")).to_be_visible()
    manager.goto("/cycles/NEXT2/compare/?with=NEXT1")
    look(manager)

"""The three main jobs, from the page to the figures: a lead reports, a manager looks, a visitor reads."""

from __future__ import annotations

import datetime as dt
import json
import re
import urllib.request
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from goals.values import format_share

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def token(product) -> str:
    manager = product.person("manager")["email"]
    printed = product.manage("create_token", "--user", manager, "--scope", "read", "--json")
    return json.loads(printed)["token"]


def from_api(product, token: str, path: str) -> dict:
    request = urllib.request.Request(
        f"{product.url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)


def find(node: dict | list, word: str, name: str) -> dict:
    """The node of the roll-up whose `word` ("key", "code") is `name`."""
    if isinstance(node, dict) and node.get(word) == name:
        return node
    for part in node if isinstance(node, list) else node.values():
        if isinstance(part, (dict, list)) and (found := find(part, word, name)):
            return found
    return {}


def fill_rows(page: Page, values: dict[str, str]) -> None:
    for code, value in values.items():
        field = page.locator(f"#key-result-{code} [data-value]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def test_lead_saves_five_check_ins_and_every_figure_moves_alike(product, open_page, token):
    before = from_api(product, token, "progress/?cycle=24H2&area=EDGE")
    page = open_page("lead", area="EDGE")
    page.goto("/check-ins/")
    codes = [
        row.get_attribute("id").removeprefix("key-result-")
        for row in page.locator("[data-check-in-row]").all()
    ]
    assert len(codes) == 5
    current = {code: from_api(product, token, f"key-results/{code}/") for code in codes}
    values = {}
    for code, key_result in current.items():
        start, target = Decimal(key_result["start_value"]), Decimal(key_result["target_value"])
        values[code] = f"{start + (target - start) * Decimal('0.9'):.2f}"
    fill_rows(page, values)
    expect(page.locator("[data-save]")).to_have_text("Save 5 check-ins")
    # While typing, the effect of the first value is shown by the server.
    expect(page.locator(f"#effect-{codes[0]}")).to_contain_text("On track")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("5")

    after = from_api(product, token, "progress/?cycle=24H2&area=EDGE")
    area = find(after, "key", "EDGE")
    assert Decimal(area["completion"]) > Decimal(find(before, "key", "EDGE")["completion"])
    for code in codes:
        key_result = from_api(product, token, f"key-results/{code}/")
        assert Decimal(key_result["current_value"]) == Decimal(values[code])
        page.goto(f"/key-results/{code}/")
        expect(page.locator("main")).to_contain_text(key_result["reason"])
        objective = find(after, "code", key_result["objective"])
        page.goto(f"/objectives/{key_result['objective']}/")
        expect(page.locator("main")).to_contain_text(format_share(Decimal(objective["completion"])))
        expect(page.locator("main")).to_contain_text(objective["reason"])
    page.goto("/areas/EDGE/24H2/")
    share = format_share(Decimal(area["completion"]))
    expect(page.locator(".page-head")).to_contain_text(share)
    page.goto("/")
    expect(page.get_by_role("row").filter(has_text="Edge")).to_contain_text(share)

    exported = json.loads(product.manage("export_roadmap", "EDGE-24H2", "--format", "json"))
    for code in codes:
        assert Decimal(find(exported, "code", code)["current_value"]) == Decimal(values[code])


def test_row_that_cannot_be_saved_stays_with_its_reason(product, open_page):
    page = open_page("lead", area="COMPC", quiet=True)  # what is refused answers 422
    page.goto("/check-ins/")
    rows = page.locator("[data-check-in-row]").filter(has=page.locator("input[data-value]"))
    first, second = rows.nth(0), rows.nth(1)
    code = first.get_attribute("id").removeprefix("key-result-")
    second_code = second.get_attribute("id").removeprefix("key-result-")
    fill_rows(page, {code: "1e400", second_code: "1"})
    page.locator("[data-save]").click()
    kept = page.locator(f"#key-result-{code}")
    expect(kept).to_contain_text("plain digits")
    expect(kept.locator("[data-value]")).to_have_value("1e400")
    expect(page.locator(f"#key-result-{second_code}")).to_have_count(0)


def test_lead_without_scripts_saves_too(product, open_page):
    page = open_page("lead", area="TUNE", scripts=False)
    page.goto("/check-ins/")
    row = page.locator("[data-check-in-row]").first
    code = row.get_attribute("id").removeprefix("key-result-")
    fill_rows(page, {code: "1"})
    page.get_by_role("button", name="Save check-ins").click()
    expect(page.locator(f"#key-result-{code}")).to_have_count(0)
    page.goto(f"/key-results/{code}/")
    expect(page.locator("main")).to_contain_text("#")


def test_lead_makes_a_single_check_in(product, open_page):
    page = open_page("lead", area="INFRA")
    page.goto("/key-results/INFRA-24H2-O1-KR2/check-in/")
    page.get_by_label("Now").first.fill("48")
    page.get_by_label("Note").fill("Cache hits doubled")
    page.get_by_role("button", name="Save check-in").click()
    page.wait_for_url(re.compile("/key-results/INFRA-24H2-O1-KR2/"))
    expect(page.locator("main")).to_contain_text("Cache hits doubled")
    expect(page.locator("main")).to_contain_text("48 min")


def test_manager_finds_what_is_behind_and_why(product, open_page):
    page = open_page("manager")
    page.goto("/")
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    page.get_by_role("link", name="Data loading").first.click()
    expect(page.locator("h1")).to_contain_text("Data loading")
    page.get_by_role("link", name="DataPipes").first.click()
    expect(page.get_by_role("heading", name=re.compile("How is"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Share of the weight")


def test_visitor_reads_what_is_public_and_nothing_else(product, open_page):
    page = open_page()
    page.goto("/public/24H2/EDGE/")
    expect(page.locator("h1")).to_contain_text("ExecuTorch")
    body = page.locator("body").inner_text()
    assert "partner schedules slip" not in body  # an internal risk
    assert "4-bit kernels" not in body  # a note of a check-in
    assert "example.org" not in body
    page.goto("/areas/EDGE/24H2/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/areas/EDGE/24H2/"))


def test_exported_document_imports_as_unchanged(product, tmp_path):
    for code in ("EDGE-24H2", "DIST-24H2", "COMPC-24H2"):
        document = tmp_path / f"{code}.md"
        product.manage("export_roadmap", code, "-o", str(document))
        printed = product.manage("import_roadmap", str(document))
        assert re.search(r"^created: 0\nchanged: 0\nunchanged: \d\d", printed), printed


def test_reminders_sent_twice_reach_everybody_once(product, tmp_path):
    today = dt.datetime.now(dt.UTC)
    monday = (today + dt.timedelta(days=7 - today.weekday())).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    first = json.loads(product.manage("run_reminders", "--once", "--now", monday.isoformat(), "--json"))
    second = json.loads(product.manage("run_reminders", "--once", "--now", monday.isoformat(), "--json"))
    assert first["sent"] >= 10
    assert first["failed"] == first["dead"] == 0
    assert second == {"due": 0, "sent": 0, "failed": 0, "dead": 0}


@pytest.mark.parametrize(
    ("role", "area", "start"), [("manager", "", "/"), ("lead", "DIST", "/"), ("", "", "/public/24H2/EDGE/")]
)
def test_no_link_is_broken(product, open_page, role, area, start):
    page = open_page(role, area=area)
    seen, waiting = {start}, [start]
    while waiting and len(seen) < 400:
        response = page.context.request.get(f"{product.url}{waiting.pop()}", timeout=30_000)
        assert response.status == 200, response.url
        if "text/html" not in response.headers["content-type"]:
            continue
        for link in re.findall(r'href="(/[^"#]*)', response.text()):
            if link not in seen and not link.startswith(("/static/", "/admin/", "/api/")):
                seen.add(link)
                waiting.append(link)
    assert len(seen) > (1 if not role else 50)

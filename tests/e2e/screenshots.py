"""Takes the pictures of the README from a demo of its own: `make screenshots`; needs Chromium.

The same pages at the same size each time; what they show follows the day, as the demo does.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from okrtracker.tests.services import chromium
from tests.e2e.conftest import FLAGS, sign_in
from tests.e2e.product import ROOT, Product, environment_for, free_port, load_demo, start_server

FOLDER = ROOT / "docs" / "images"
WIDTH = 1400
# The picture: who looks at what, and how much of the page, in pixels.
PICTURES = {
    "overview": ("manager", "", "/", 1180),
    "check-ins": ("lead", "DIST", "/check-ins/", 1050),
    "roadmap": ("lead", "DIST", "/areas/DIST/24H2/", 1180),
    "heat-map": ("manager", "", "/heat-map/", 480),
}


def main() -> int:
    found = chromium()
    if not found.address:
        print(f"No pictures: {found.missing}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, port = Path(name), free_port()
        database = f"sqlite:///{folder}/product.sqlite3"
        product = Product(f"http://127.0.0.1:{port}", environment_for(folder, port, database))
        load_demo(product)
        server = start_server(product, folder / "server.log")
        try:
            browser = playwright.chromium.launch(executable_path=found.address, args=FLAGS)
            for picture in PICTURES:
                take(picture, product, browser)
        finally:
            server.terminate()
            server.wait(timeout=20)
    return 0


def take(picture: str, product: Product, browser: Browser) -> None:
    role, area, path, height = PICTURES[picture]
    context = browser.new_context(base_url=product.url, viewport={"width": WIDTH, "height": height})
    page = context.new_page()
    sign_in(page, product.person(role, area))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture}.png")
    context.close()
    print(f"docs/images/{picture}.png")


if __name__ == "__main__":
    sys.exit(main())

"""A manager turns slides in a meeting by the arrow keys; without scripts they stand below each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.needs("chromium")


def test_the_arrow_keys_turn_slides_and_the_address_follows(product, open_page):
    page = open_page("manager")
    page.goto("/")
    page.get_by_role("link", name="Present", exact=True).click()
    shown = page.locator(".slide:visible")
    expect(shown).to_have_count(1)
    first = page.get_by_role("heading", level=1)
    expect(first).to_be_visible()

    page.keyboard.press("ArrowLeft")
    expect(first).to_be_visible()  # there is none before the first
    page.keyboard.press("ArrowRight")
    expect(first).to_be_hidden()
    expect(shown).to_have_count(1)
    expect(page).to_have_url(re.compile("#[A-Z]+$"))
    expect(page.get_by_role("status")).to_have_text(re.compile("^Slide 2 of [0-9]+: "))
    expect(page.locator(".slide:focus")).to_have_count(1)

    page.keyboard.press("End")
    last = page.url
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(last)
    page.reload()
    expect(shown).to_have_count(1)
    expect(page).to_have_url(last)
    page.go_back()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Slide 2 of [0-9]+: "))
    page.keyboard.press("Home")
    expect(first).to_be_visible()


def test_a_place_in_the_table_leads_to_its_slide(product, open_page):
    page = open_page("viewer")
    page.goto("/present/")
    page.get_by_role("link", name="Edge", exact=True).first.click()
    expect(page.get_by_role("heading", name="Edge", exact=True)).to_be_visible()
    expect(page.locator(".slide:visible")).to_have_count(1)


def test_without_scripts_all_slides_stand_there(product, open_page):
    page = open_page("manager", scripts=False)
    page.goto("/present/")
    expect(page.locator(".slide:visible")).to_have_count(page.locator(".slide").count())
    page.get_by_role("link", name="Next", exact=True).first.click()
    expect(page).to_have_url(re.compile("#[A-Z]+$"))

"""Search everywhere by keyboard: the palette, the header's field, the sheet of shortcuts, and the page of its own."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_palette_goes_anywhere_without_a_mouse(morning: Any, sign_in: Any, page: Any, site: str, axe: Any) -> None:
    sign_in("alice")
    page.keyboard.press("Control+k")
    field = page.locator("#palette").get_by_role("combobox")
    expect(field).to_be_focused()
    expect(page.locator("#palette-found").get_by_role("option").first).to_be_visible()
    field.fill("okafor")
    expect(page.locator("#palette-found a", has_text="U2000001")).to_be_visible()
    expect(page.locator("[data-counts='palette-found']")).to_have_text("1 result")
    assert axe(page) == []
    shot(page, "palette")

    field.fill("fee")
    first = page.locator("#palette-found a[aria-selected='true']")
    expect(first).to_have_count(1)
    chosen = first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(field).not_to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", chosen)
    field.fill("structure")
    expect(page.locator("#palette-found a[aria-selected='true']")).to_contain_text("Structure")
    with page.expect_response("**/find/used/") as told:
        page.keyboard.press("Enter")
    assert told.value.status == 204
    expect(page).to_have_url(f"{site}/structure/")
    # What was used last stands first, before anything is typed.
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-found")).to_contain_text("Recently used")
    expect(page.locator("#palette-found a[aria-selected='true']")).to_contain_text("Structure")
    assert axe(page) == []
    shot(page, "palette-used")


def test_slash_finds_and_the_question_mark_lists_the_keys(
    morning: Any, sign_in: Any, page: Any, site: str, axe: Any
) -> None:
    sign_in("alice")
    page.keyboard.press("/")
    page.keyboard.type("U1000001")
    expect(page.locator("#top-found a", has_text="U1000001")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#top-found")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("u1000001")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/accounts/U1000001/")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_page_of_the_search_reads_well(morning: Any, sign_in: Any, page: Any, site: str, axe: Any) -> None:
    sign_in("alice")
    for name, size in {"desk": DESK, "phone": PHONE}.items():
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for text in ("", "a", "qqqq"):
                page.goto(f"{site}/find/?q={text}")
                assert overflow(page) <= 0
                assert axe(page) == []
                shot(page, f"find-{text or 'all'}-{name}-{scheme}")
    page.goto(f"{site}/find/?q=okafor")
    page.get_by_role("main").get_by_role("link", name=re.compile("U2000001")).click()
    expect(page).to_have_url(f"{site}/accounts/U2000001/")

"""The structure walked through in a real browser: by mouse, by keys, on a phone, in the dark."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import overflow

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
PAGES = (
    "/structure/",
    "/structure/?node=F200002",
    "/applications/new/?below=F100001",
    "/applications/second-level/",
    "/links/",
    "/seen-as/",
)


def shot(page, name):
    """A picture for whoever wants to look; only where a folder for them is named."""
    folder = os.environ.get("PORTAL_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_tree_opens_by_keys_and_tells_why(sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/structure/")
    tree = page.get_by_role("treegrid")
    expect(tree).to_be_visible()

    page.locator("#n-F100001").focus()
    page.keyboard.press("b")
    expect(page.locator("#n-F200002")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/structure/?node=F200002")
    opened = page.locator("tr", has=page.locator("#n-F200002"))
    expect(opened).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#n-F200002")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#n-U2000001")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#n-F200002")).to_be_focused()

    page.locator("#n-U2000001").click()
    expect(page.get_by_text("Only second-level advisors can allocate trades to their clients.")).to_be_visible()
    assert axe(page) == []


def test_every_page_is_clean_in_light_and_dark_and_fits_a_phone(sign_in, page, site, axe):
    sign_in("alice")
    for place, address in enumerate(PAGES):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(site + address)
            assert axe(page) == [], (address, scheme)
            shot(page, f"{place}-{scheme}")
        page.set_viewport_size(PHONE)
        assert overflow(page) <= 0, address
        assert axe(page) == [], address
        shot(page, f"{place}-phone")


def test_the_view_of_another_user_says_whose_it_is(sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/structure/")
    page.get_by_role("link", name="As seen by").click()
    page.get_by_role("button", name="bob").click()

    expect(page.get_by_text("Shown as bob, Brightwell LLC (Second-level advisor).")).to_be_visible()
    expect(page.locator("#n-F200002")).to_be_visible()
    expect(page.locator("#n-F100001")).to_have_count(0)
    assert axe(page) == []
    shot(page, "seen-as-bob")
    page.get_by_role("button", name="Back to my own view").click()
    expect(page.locator("#n-F100001")).to_be_visible()


def test_an_application_is_started_without_script(browser, site, morning):
    from tests.world import PASSWORD

    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/sign-in/login/")
    page.fill("#id_login", "bob")
    page.fill("#id_password", PASSWORD)
    page.click(".door-form button")
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/structure/")
    page.click("text=New client application")
    page.fill("#id_number", "u5000001")
    page.fill("#id_title", "Amsel, Ida")
    page.fill("#id_holder_born_on", "1980-05-17")
    page.click("main form .btn-primary")

    expect(page).to_have_url(f"{site}/structure/?node=U5000001")
    expect(page.get_by_text("The application has been started.")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Mark as pending")

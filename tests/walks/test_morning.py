"""An advisor's first morning, walked through in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import overflow

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def test_the_sign_in_page_is_clean_in_light_and_dark(page, site, morning, axe):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{site}/sign-in/login/")

        assert axe(page) == []


def test_a_wrong_password_is_answered_in_words(page, site, morning, axe):
    page.goto(f"{site}/sign-in/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("not her pass phrase")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert axe(page) == []


def test_the_top_level_advisor_sees_the_morning(sign_in, axe):
    page = sign_in("alice")

    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    expect(page.locator(".figures")).to_contain_text("5,883,130.00")
    expect(page.locator("#pending")).to_contain_text("U1000001")
    expect(page.locator("#pending")).not_to_contain_text("U2000001")
    assert page.title().strip().startswith("(1)")
    assert axe(page) == []


def test_the_second_level_advisor_sees_only_its_own(sign_in, axe):
    page = sign_in("bob")

    expect(page.locator("#pending")).to_contain_text("U2000001")
    expect(page.locator("#pending")).not_to_contain_text("U1000001")
    page.get_by_role("link", name="Accounts").first.click()
    expect(page.locator("#rows")).to_contain_text("U2000001")
    expect(page.locator("#rows")).not_to_contain_text("U3000001")
    assert axe(page) == []


def test_a_client_sees_only_the_own_account(sign_in, axe):
    page = sign_in("ana")

    page.get_by_role("link", name="Accounts").first.click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("link", name="U1000001").click()
    expect(page.get_by_text("A client sees the accounts it owns.")).to_be_visible()
    assert axe(page) == []


def test_the_plot_answers_pointer_and_arrow_keys(sign_in):
    page = sign_in("alice")
    plot = page.get_by_role("slider")

    page.locator(".u-over").hover(position={"x": 40, "y": 40})
    expect(page.locator(".plot-tip")).to_contain_text("USD")
    plot.focus()
    page.keyboard.press("End")
    expect(plot).to_have_attribute("aria-valuetext", re.compile("Nov 19, 2026, 5,883,130.00 USD"))
    page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("aria-valuetext", re.compile("Nov 18, 2026"))


def test_the_table_behind_the_plot_says_what_moved_the_value(sign_in, axe):
    page = sign_in("alice")
    page.get_by_role("link", name="Show data").click()

    expect(page.get_by_text("50,000.00 USD came in")).to_be_visible()
    assert axe(page) == []


def test_pending_items_sort_in_place(sign_in):
    page = sign_in("alice")
    header = page.get_by_role("columnheader", name="Date")

    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=-date"))


def test_the_language_switch_keeps_page_and_query(sign_in, site, axe):
    page = sign_in("alice")
    page.goto(f"{site}/accounts/?status=O&q=ana")

    page.locator("summary", has_text="EN").click()
    page.get_by_role("button", name="Русский").click()

    expect(page.get_by_role("heading", name="Счета", level=1)).to_be_visible()
    expect(page).to_have_url(f"{site}/accounts/?status=O&q=ana")
    assert axe(page) == []


def test_dark_stays_dark_after_signing_in_again(sign_in, page, axe):
    sign_in("alice")
    page.get_by_label("Theme", exact=True).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert axe(page) == []

    page.get_by_role("button", name="Sign out").click()
    sign_in("alice")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_menu_folds_and_stays_folded(sign_in, page):
    sign_in("alice")
    with page.expect_response("**/menu/"):
        page.get_by_role("button", name="Application menu").click()
    expect(page.locator("html")).to_have_attribute("data-menu", "folded")

    page.reload()

    expect(page.locator("html")).to_have_attribute("data-menu", "folded")


def test_on_a_phone_everything_fits_and_the_menu_is_a_drawer(sign_in, page, site, axe):
    page.set_viewport_size(PHONE)
    sign_in("alice")
    for address in ("/", "/accounts/", "/accounts/U1000001/", "/pending/", "/support/"):
        page.goto(site + address)
        assert overflow(page) <= 0, address
        assert axe(page) == [], address

    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("navigation", name="Application menu").get_by_role("link", name="Accounts").click()

    expect(page.get_by_role("heading", name="Accounts", level=1)).to_be_visible()


def test_the_keyboard_finds_and_goes(sign_in, page, site):
    sign_in("alice")

    page.keyboard.press("/")
    page.keyboard.type("ana")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/find/\\?q=ana"))
    page.goto(f"{site}/accounts/?q=ana")
    page.keyboard.press("j")
    expect(page.locator("#rows tbody a.id").first).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"{site}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_list_narrows_while_typing(sign_in, page, site):
    sign_in("alice")
    page.goto(f"{site}/accounts/")
    rows = page.locator("#rows tbody tr")
    expect(rows).not_to_have_count(1)

    page.locator("#list input[type=search]").type("okafor")

    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("q=okafor"))


def test_without_script_it_all_still_works(browser, site, morning):
    from tests.world import PASSWORD

    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/sign-in/login/")
    page.fill("#id_login", "alice")
    page.fill("#id_password", PASSWORD)
    page.click(".door-form button")
    page.wait_for_url(f"{site}/")
    page.click("[data-fold] button")
    expect(page.locator("html")).to_have_attribute("data-menu", "folded")
    page.goto(f"{site}/?sort=date&range=1m")
    page.click("text=Show data")

    expect(page.locator("table tbody")).to_contain_text("2026-11-19")

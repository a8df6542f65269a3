"""Every row of every menu is clicked once, as an advisor, a client and the back office: it opens, whole."""

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.walks.test_vault import SIGN_IN, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"width": 1440, "height": 900}
RAIL = ".rail > ul > li > a"
# By how much a heading is wider than its place.
CUT = "heading => heading.scrollWidth - heading.clientWidth"


def open_by(page, link):
    """A click on one row; what it leads to is there, has a heading that fits, and no wider than the window."""
    words = link.inner_text()
    with page.expect_navigation() as going:
        link.click()
    assert going.value.status == 200, words
    heading = page.locator("main h1, #content h1").first
    expect(heading, words).not_to_be_empty()
    assert heading.evaluate(CUT) <= 0, words
    assert overflow(page) <= 0, words
    assert page.problems == [], words


def click_through(page):
    """Each section, and each of its tabs; the words of all rows."""
    opened = []
    for place in range(page.locator(RAIL).count()):
        open_by(page, page.locator(RAIL).nth(place))
        opened.append(page.locator(RAIL).nth(place).inner_text())
        for below in range(1, page.locator(".tabs a").count()):
            open_by(page, page.locator(".tabs a").nth(below))
            opened.append(page.locator(".tabs a").nth(below).inner_text())
            if not page.locator(".tabs").count():  # a page of another section: back to where the row was
                page.go_back()
    return opened


def test_an_advisor_opens_every_row(sign_in, page, site):
    sign_in("alice")
    page.set_viewport_size(DESK)
    open_book(page, site)
    opened = click_through(page)
    assert {"Home", "Contacts", "Transfer & Pay", "Investors' Marketplace", "Message Center"} <= set(opened)
    page.goto(f"{site}/fees/")
    for place in range(page.locator(".pages a").count()):
        open_by(page, page.locator(".pages a").nth(place))
        page.goto(f"{site}/fees/")


def test_a_client_and_the_back_office_open_every_row(sign_in, page, site):
    sign_in("ana")
    page.set_viewport_size(DESK)
    assert {"Accounts", "Statements", "Approvals", "Messages"} <= set(click_through(page))
    page.context.clear_cookies()
    page.goto(f"{site}/office/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill(SIGN_IN)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/office/")
    page.goto(f"{site}/support/")
    for row in ("Home", "Settings", "Secure login", "API tokens", "Support", "Back office"):
        open_by(page, page.locator(".rail, .tabs").get_by_role("link", name=row, exact=True).first)
    page.goto(f"{site}/office/nights/")
    for row in ("Overview", "Load statements", "Reconciliation", "Tickets", "Nightly runs"):
        open_by(page, page.get_by_role("link", name=row, exact=True).first)
        page.goto(f"{site}/office/nights/")

"""Alice keeps a contact in the client book, in a real browser: found, looked at, changed and taken back."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.walks.test_vault import WIDTHS, enter, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABS = ("Profile", "Configuration", "Financial", "Agenda")


@pytest.fixture
def shown(axe):
    """The page is clean and as wide as its window, on a desk and on a phone, in light and dark."""

    def look(page, name):
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert axe(page) == [], (name, width, scheme)
                assert overflow(page) <= 0, (name, width)
                if folder := os.environ.get("PORTAL_PICTURES"):
                    page.screenshot(path=f"{folder}/contacts-{name}-{width}-{scheme}.png", full_page=True)
        page.set_viewport_size(WIDTHS["wide"])
        page.emulate_media(color_scheme="light")

    return look


def test_a_contact_from_first_to_last(own_world, page, site, shown):
    enter(page, site, "alice")
    open_book(page, site)

    page.goto(f"{site}/contacts/")
    expect(page.get_by_text("Your client book is empty")).to_be_visible()
    shown(page, "empty")
    page.get_by_role("button", name="Bring in clients who are not here yet").click()
    expect(page.get_by_text("were brought in.")).to_be_visible()

    page.get_by_role("link", name="Add contact").click()
    expect(page.get_by_role("heading", name="Add contact", level=1)).to_be_visible()
    page.get_by_label("Last name").fill("Quillfeather")
    page.get_by_label("E-mail").fill("no address")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("A first name is required.")).to_be_visible()
    page.problems.clear()  # answered with 422
    shown(page, "refused")
    page.get_by_label("First name").fill("Oriel")
    page.get_by_label("E-mail").fill("oriel@example.org")
    page.get_by_label("Phone", exact=True).fill("+34 600 123 456")
    page.get_by_label("Residential address").fill("12 Quillmarsh Lane\nHarrowgate-upon-the-Long-Water")
    page.get_by_label("Marital status").select_option("Widowed")
    page.get_by_label("Notes").fill("Likes owls. " * 20)
    shown(page, "form")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The contact is in the book.")).to_be_visible()
    expect(page.get_by_text("12 Quillmarsh Lane")).to_be_visible()

    page.goto(f"{site}/contacts/")
    shown(page, "list")
    page.get_by_role("searchbox", name="Find a contact").press_sequentially("Quilfether")  # two letters are missing
    page.wait_for_url(re.compile(r"q=Quilfether"))
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Quillfeather, Oriel")
    # What keeps, saves or exports the search is about the one that is shown.
    about = page.locator("#of-search")
    for form in ("/groups/", "/preferences/views/"):
        expect(about.locator(f"form[action='{form}'] input[name=query]")).to_have_value("q=Quilfether")
    expect(about.get_by_role("link", name="Export")).to_have_attribute("href", re.compile(r"\?q=Quilfether$"))
    shown(page, "found")

    page.get_by_role("link", name="Look at Quillfeather, Oriel").click()
    peek = page.locator("#peek")
    expect(peek.get_by_role("link", name="oriel@example.org")).to_be_visible()
    shown(page, "peek")
    page.keyboard.press("Escape")
    expect(peek).to_be_empty()
    page.get_by_role("link", name="Quillfeather, Oriel", exact=True).click()
    for tab in TABS:
        link = page.get_by_role("navigation", name="Parts of the record").get_by_role("link", name=tab)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        shown(page, tab.lower())

    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Phone", exact=True).fill("+34 600 654 321")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    expect(page.get_by_role("link", name="+34 600 654 321")).to_be_visible()
    expect(page.get_by_text("12 Quillmarsh Lane")).to_be_visible()

    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("The contact is in the trash.")).to_be_visible()
    expect(page.get_by_role("link", name="Quillfeather, Oriel", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Open the trash").click()
    expect(page.get_by_role("button", name="Take back Quillfeather, Oriel")).to_be_visible()
    shown(page, "trash")
    page.get_by_role("button", name="Take back Quillfeather, Oriel").click()
    expect(page.get_by_role("heading", name="Quillfeather, Oriel", level=1)).to_be_visible()
    expect(page.get_by_text("12 Quillmarsh Lane")).to_be_visible()


def test_the_record_of_a_client_shows_the_accounts(own_world, page, site, shown):
    """What the broker knows stands beside what the practice wrote down."""
    enter(page, site, "alice")
    open_book(page, site)
    page.goto(f"{site}/contacts/")
    page.get_by_role("button", name="Bring in clients who are not here yet").click()
    page.get_by_role("searchbox", name="Find a contact").press_sequentially("U1000001")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr").get_by_role("link").first.click()
    for tab in TABS:
        link = page.get_by_role("navigation", name="Parts of the record").get_by_role("link", name=tab)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        shown(page, f"client-{tab.lower()}")

    # Several at once: marked, put into a group, and the way back.
    page.goto(f"{site}/groups/")
    shown(page, "groups-empty")
    page.get_by_label("Name of the group").fill("Sailing club")
    page.get_by_role("button", name="Make the group").click()
    expect(page.get_by_role("heading", name="Sailing club", level=1)).to_be_visible()
    page.goto(f"{site}/contacts/")
    page.locator("tbody input[name=chosen]").first.check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    shown(page, "marked")
    page.get_by_role("button", name="Group", exact=True).click()
    expect(page.get_by_role("button", name="Put them into a group")).to_be_visible()
    shown(page, "several")
    page.get_by_role("button", name="Put them into a group").click()
    expect(page.get_by_text("1 contact was changed.")).to_be_visible()
    page.get_by_role("link", name="Undo").click()
    shown(page, "changes")
    page.goto(f"{site}/groups/")
    page.get_by_role("link", name="Sailing club").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    shown(page, "group")
    page.get_by_role("button", name="Change the fees of 1 account").click()
    expect(page.get_by_label("Account numbers")).to_have_value(re.compile(r"^U\d{7}$"))
    page.go_back()
    page.goto(f"{site}/contacts/fields/")
    page.get_by_label("Name of the field").fill("Boat")
    page.get_by_role("button", name="Add the field").click()
    page.get_by_text("Boat", exact=True).click()
    shown(page, "fields")
    page.goto(f"{site}/contacts/")
    keys = page.locator("tbody input[name=chosen]").evaluate_all("all => all.map((one) => one.value)")
    page.goto(f"{site}/contacts/duplicates/{keys[0]}/{keys[1]}/")
    shown(page, "compare")
    page.goto(f"{site}/contacts/duplicates/")
    shown(page, "duplicates")


def test_a_file_is_brought_in_and_taken_back(own_world, page, site, shown):
    enter(page, site, "alice")
    open_book(page, site)

    page.goto(f"{site}/contacts/import/")
    shown(page, "import")
    lines = "First name,Last name,Email,Phone,Shoe size\nOriel,Quillfeather,oriel@example.org,+34 600 1234,38\nJo,,,,\n"
    page.get_by_label("File").set_input_files({"name": "book.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="book.csv")).to_be_visible()
    expect(page.get_by_text("Last name is required.")).to_be_visible()
    shown(page, "intake")
    page.get_by_role("button", name="Import 1 contact").click()
    expect(page.get_by_text("1 created, 0 filled, 0 written over, 0 skipped, 1 rejected.")).to_be_visible()
    shown(page, "taken")

    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("1 contact was taken back.")).to_be_visible()
    page.goto(f"{site}/contacts/")
    expect(page.get_by_text("Your client book is empty")).to_be_visible()

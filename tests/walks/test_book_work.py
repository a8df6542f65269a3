"""Alice plans work and keeps papers about a contact in a real browser, from first to last."""

import base64

import pytest
from playwright.sync_api import expect

from tests.walks.test_contacts import shown  # noqa: F401  (a fixture)
from tests.walks.test_vault import enter, open_book

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_tasks_and_papers_from_first_to_last(own_world, page, site, shown):  # noqa: F811
    enter(page, site, "alice")
    page.goto(f"{site}/")
    shown(page, "home-without")
    open_book(page, site)

    page.goto(f"{site}/tasks/")
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    shown(page, "tasks-empty")
    page.goto(f"{site}/contacts/")
    page.get_by_role("button", name="Bring in clients who are not here yet").click()
    page.get_by_role("searchbox", name="Find a contact").press_sequentially("U1000001")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr").get_by_role("link").first.click()
    page.get_by_role("navigation", name="Parts of the record").get_by_role("link", name="Agenda").click()
    page.get_by_role("link", name="Add a task").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("A title is required.")).to_be_visible()
    page.problems.clear()  # answered with 422
    page.get_by_label("Title").fill("Send the figures before the call, with the comparison of the last three years")
    page.get_by_label("Due").fill("2026-01-05")
    page.get_by_label("Notes").fill("Twelve months, after fees.")
    shown(page, "task-form")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The task is kept.")).to_be_visible()
    shown(page, "tasks-agenda")
    page.goto(f"{site}/tasks/")
    expect(page.locator("tbody tr")).to_have_count(1)
    shown(page, "tasks-list")
    page.goto(f"{site}/")
    expect(page.get_by_role("button", name="Done: Send the figures")).to_be_visible()
    shown(page, "home-with")
    page.get_by_role("button", name="Done: Send the figures").click()
    expect(page.get_by_text("The task is done.")).to_be_visible()
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("main").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The task is open again.")).to_be_visible()

    page.goto(f"{site}/documents/")
    expect(page.get_by_text("No documents yet")).to_be_visible()
    shown(page, "documents-empty")
    page.get_by_label("Files").set_input_files({"name": "deed.exe", "mimeType": "text/plain", "buffer": b"MZ"})
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("deed.exe: only PDF, pictures")).to_be_visible()
    page.problems.clear()  # answered with 422
    text = "The trustees meet once a year.\n" * 20
    page.get_by_label("Files").set_input_files(
        [
            {"name": "trust deed.txt", "mimeType": "text/plain", "buffer": text.encode()},
            {"name": "house.png", "mimeType": "image/png", "buffer": PICTURE},
        ]
    )
    page.get_by_label("Folder", exact=True).fill("Trusts/2026")
    page.get_by_label("Tags, between commas").fill("signed")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("2 documents are kept.")).to_be_visible()
    shown(page, "documents-list")
    page.get_by_role("link", name="trust deed.txt", exact=True).click()
    expect(page.get_by_text("The trustees meet once a year.").first).to_be_visible()
    shown(page, "document-text")
    page.get_by_role("link", name="All documents").click()
    page.get_by_role("link", name="house.png", exact=True).click()
    expect(page.get_by_role("img", name="house.png")).to_be_visible()
    assert page.get_by_role("img", name="house.png").evaluate("one => one.complete && one.naturalWidth > 0")
    shown(page, "document-picture")
    page.get_by_role("link", name="Throw away").click()
    shown(page, "document-throw-away")
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("The document is in the trash for 30 days.")).to_be_visible()
    page.goto(f"{site}/")
    shown(page, "home-documents")

"""Alice brings a file of contacts in by slices, undoes an edit, and writes one mail to several, in a real browser."""

import pytest
from playwright.sync_api import expect

from crm.contacts import importing
from tests.walks.test_contacts import shown  # noqa: F401 (a fixture)
from tests.walks.test_vault import enter, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADER = "First name,Last name,Email,Phone,Employer\n"
FIRST = HEADER + "".join(f"Oriel,Quill {number},oriel{number}@example.org,,Elm Dental\n" for number in range(6))
AGAIN = HEADER + "Oriel,Quill 2,oriel2@example.org,+34 600 123 456,Oak Dental\nGreta,,greta@example.org,,\n"


def bring(page, site, text, name):
    page.goto(f"{site}/contacts/import/")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Check the file").click()


def test_a_file_an_edit_and_a_mail(own_world, page, site, shown, monkeypatch):  # noqa: F811
    monkeypatch.setattr(importing, "SLICE", 2)
    enter(page, site, "alice")
    open_book(page, site)

    bring(page, site, FIRST, "evening.csv")
    shown(page, "file-waits")
    page.get_by_role("button", name="Import 6 contacts").click()
    expect(page.get_by_text("6 created, 0 filled, 0 written over, 0 skipped, 0 rejected.")).to_be_visible()

    bring(page, site, AGAIN, "again.csv")
    page.get_by_text("Write over the chosen fields from the file").click()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("Oak Dental")).to_be_visible()
    shown(page, "file-preview")
    page.get_by_role("button", name="Import the file").click()
    expect(page.get_by_text("0 created, 0 filled, 1 written over, 0 skipped, 1 rejected.")).to_be_visible()
    shown(page, "file-taken")

    page.goto(f"{site}/contacts/")
    page.get_by_role("link", name="Quill 2, Oriel", exact=True).click()
    expect(page.get_by_text("3 of 6")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="Quill 3, Oriel")).to_be_visible()
    expect(page.get_by_text("4 of 6")).to_be_visible()
    page.keyboard.press("[")
    expect(page.get_by_role("heading", name="Quill 2, Oriel")).to_be_visible()
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="What was changed")).to_be_visible()
    shown(page, "history")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Elm Dental")).to_be_visible()

    page.goto(f"{site}/contacts/")
    page.get_by_role("checkbox", name="Select Quill 1, Oriel").check()
    page.get_by_role("button", name="E-mail").click()
    page.get_by_label("Subject").fill("Our hours, {{first_name}}")
    page.get_by_label("Text").fill("Dear {{first_name}} {{last_name}},\n\nwe are here.")
    shown(page, "mail-new")
    page.get_by_role("button", name="See whom it reaches").click()
    expect(page.get_by_text("Dear Oriel Quill 1,")).to_be_visible()
    shown(page, "mail-seen")
    page.get_by_role("button", name="Send 1 message").click()
    expect(page.get_by_text("1 on the way")).to_be_visible()
    shown(page, "mail-sent")

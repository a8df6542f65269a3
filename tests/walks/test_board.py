"""Alice sees what she types, reads what happened around a prospect, and moves a card by key and by dragging."""

import pytest
from playwright.sync_api import expect

from tests.crm.vault.kit import PASSWORD
from tests.walks.test_contacts import shown  # noqa: F401  (a fixture)
from tests.walks.test_vault import enter, set_up, unlock

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def begin_flow(page, site, title):
    page.goto(f"{site}/workflows/new/")
    page.locator("[name=title]").fill(title)
    page.locator("[name=contacts]").fill("Quillmarsh")
    page.locator("[name=stage-1-title]").fill("Ask for the papers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The workflow is kept.")).to_be_visible()


def test_a_prospect_from_the_first_note_to_the_board(own_world, page, site, shown):  # noqa: F811
    enter(page, site, "alice")
    page.goto(f"{site}/settings/storage-password/")
    field, strength = page.locator("#set-up-new"), page.locator("[data-secret-strength]")
    for typed, words in (("short", "Too short"), ("a" * 20, "within days"), (PASSWORD, "centuries")):
        field.fill(typed)
        expect(strength).to_contain_text(words)
    page.get_by_role("button", name="Show").first.click()
    expect(field).to_have_attribute("type", "text")
    shown(page, "strength")
    code = set_up(page, site, PASSWORD)
    page.get_by_role("textbox", name="Recovery code").fill(code)
    page.get_by_role("button", name="I have kept everything").click()
    shown(page, "unlock")
    page.get_by_label("Lock again when nothing is done for").select_option("5")
    unlock(page, PASSWORD)
    expect(page.get_by_role("heading", name="Unlocked in this browser")).to_be_visible()

    page.goto(f"{site}/contacts/new/")
    page.locator("[name=first_name]").fill("Petra")
    page.locator("[name=name]").fill("Quillmarsh")
    page.locator("[data-save]").first.click()
    page.get_by_role("navigation", name="Parts of the record").get_by_role("link", name="Agenda").click()
    expect(page.get_by_text("Nothing has happened yet")).to_be_visible()
    shown(page, "timeline-empty")
    for title, body in (("Prefers calls after four", "Retires in March."), ("Called", "Wants the comparison.")):
        page.locator("#timeline").get_by_role("link", name="Add a note").click()
        page.locator("#note-title").fill(title)
        page.locator("#note-body").fill(body)
        page.get_by_role("button", name="Keep the note").click()
        page.get_by_role("link", name="Agenda").click()
    page.locator(".moment").filter(has_text="Prefers calls").get_by_role("button", name="Pin").click()
    expect(page.locator(".moment").first).to_contain_text("Prefers calls after four")
    for title in ("Onboarding", "Annual review"):
        begin_flow(page, site, title)
    page.goto(f"{site}/contacts/")
    page.get_by_role("link", name="Quillmarsh").first.click()
    page.get_by_role("navigation", name="Parts of the record").get_by_role("link", name="Agenda").click()
    shown(page, "timeline")
    page.get_by_role("link", name="Notes", exact=True).first.click()
    expect(page.locator(".moment")).to_have_count(2)

    page.goto(f"{site}/workflows/")
    page.get_by_role("link", name="Board", exact=True).click()
    shown(page, "board")
    page.get_by_role("link", name="Priority").click()
    lanes = page.locator("[data-lane]")
    card = page.locator("[data-card]").filter(has_text="Onboarding")
    card.get_by_role("link", name="Onboarding").focus()
    page.keyboard.press("m")
    page.keyboard.press("L")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The card is in its new column.")).to_be_visible()
    expect(lanes.nth(2)).to_contain_text("Onboarding")
    card.drag_to(lanes.nth(0))
    expect(lanes.nth(0)).to_contain_text("Onboarding")
    expect(card).to_be_focused()
    shown(page, "board-priority")

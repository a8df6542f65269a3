"""Alice sets up a storage password, unlocks, writes a note, lets a colleague in and locks, in a real browser."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, colleague
from tests.world import PASSWORD as SIGN_IN

WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def shown(axe):
    """The page is clean; its pictures in both widths and schemes are kept where PORTAL_PICTURES says."""

    def look(page, name):
        assert axe(page) == []
        if folder := os.environ.get("PORTAL_PICTURES"):
            for width, size in WIDTHS.items():
                page.set_viewport_size(size)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(path=f"{folder}/vault-{name}-{width}-{scheme}.png", full_page=True)
            assert axe(page) == []  # dark, on a phone
            page.set_viewport_size(WIDTHS["wide"])
            page.emulate_media(color_scheme="light")

    return look


def enter(page, site, name, onward="/"):
    """By the usual door, or by the one of the page `onward`, as the back office comes in."""
    page.context.clear_cookies()
    page.goto(f"{site}{'/sign-in/login/' if onward == '/' else onward}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(SIGN_IN)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}{onward}")


def set_up(page, site, password):
    """Through the form; the recovery code."""
    page.goto(site + HOME)
    page.locator("#set-up-new").fill(password)
    page.locator("#set-up-again").fill(password)
    page.get_by_role("button", name="Set up", exact=True).click()
    expect(page.get_by_role("heading", name="Keep these on paper")).to_be_visible()
    return page.locator(".vault-code").first.inner_text()


def unlock(page, password):
    page.locator("#unlock").fill(password)
    page.get_by_role("button", name="Unlock", exact=True).click()


def open_book(page, site):
    """A new client book, set up, kept on paper and unlocked; the recovery code."""
    code = set_up(page, site, PASSWORD)
    page.get_by_role("textbox", name="Recovery code").fill(code)
    page.get_by_role("button", name="I have kept everything").click()
    unlock(page, PASSWORD)
    expect(page.get_by_role("heading", name="Unlocked in this browser")).to_be_visible()
    return code


@pytest.mark.browser
@pytest.mark.slow
def test_a_practice_begins_its_client_book(own_world, page, site, shown):
    from accounts.ground.access.context import as_role

    with as_role("owner"):
        colleague(own_world)
    enter(page, site, "alice")
    page.goto(site + HOME)
    expect(page.get_by_role("heading", name="Set up a storage password")).to_be_visible()
    shown(page, "new")
    code = set_up(page, site, PASSWORD)
    shown(page, "papers")
    page.get_by_role("textbox", name="Recovery code").fill(code)
    page.get_by_role("button", name="I have kept everything").click()
    expect(page.get_by_role("heading", name="Unlock the client book")).to_be_visible()
    shown(page, "unlock")

    page.goto(f"{site}/accounts/U1000001/")
    page.get_by_role("link", name="Notes", exact=True).click()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.problems.clear()  # the browser reports the refusal as an error of the network
    shown(page, "locked")
    page.get_by_role("link", name="Unlock", exact=True).click()
    unlock(page, "not this one, surely")
    expect(page.get_by_text("That is not your storage password.")).to_be_visible()
    page.problems.clear()
    unlock(page, PASSWORD)
    expect(page.get_by_text("No notes yet")).to_be_visible()  # back where she wanted to go
    shown(page, "notes-empty")
    page.locator("#note-title").fill("Call on Thursday")
    page.locator("#note-body").fill("Wants fewer bonds.\n\nAsk about the trust.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Wants fewer bonds.")).to_be_visible()
    shown(page, "notes")
    page.get_by_role("link", name="Change Call on Thursday").click()
    expect(page.get_by_role("heading", name="Change the note")).to_be_visible()
    shown(page, "note")
    page.goto(site + HOME)
    expect(page.get_by_role("heading", name="Unlocked in this browser")).to_be_visible()
    shown(page, "home")
    page.goto(site + HOME + "protects/")
    expect(page.get_by_role("heading", name="It protects from", exact=True)).to_be_visible()
    shown(page, "protects")
    page.goto(site + HOME)
    page.get_by_role("link", name="Take a copy with you").click()
    expect(page.get_by_role("heading", name="What is in it")).to_be_visible()
    shown(page, "copy")
    page.goto(site + HOME + "recover/")
    expect(page.get_by_role("heading", name="With your recovery code")).to_be_visible()
    shown(page, "recover")
    page.get_by_role("button", name="The client book is open until").click()
    expect(page.get_by_text("Your client book is locked.")).to_be_visible()

    enter(page, site, "abel")
    code = set_up(page, site, OTHER_PASSWORD)
    page.get_by_role("textbox", name="Recovery code").fill(code)
    page.get_by_role("button", name="I have kept everything").click()
    expect(page.get_by_role("heading", name="Waiting for your colleague")).to_be_visible()
    page.locator("#words").fill(OTHER_PASSWORD)
    page.get_by_role("button", name="Show my six words").click()
    words = page.locator(".vault-words")
    expect(words).to_be_visible()
    shown(page, "waiting")
    read_aloud = words.inner_text()
    enter(page, site, "alice")
    page.goto(site + HOME + "members/")
    shown(page, "members")
    page.get_by_role("link", name="Compare words").click()
    expect(page.locator(".vault-words")).to_have_text(read_aloud)
    shown(page, "member")
    page.locator("#admit").fill(PASSWORD)
    page.get_by_role("button", name="All six agree: let in").click()
    expect(page.get_by_text("Let abel into the client book.")).to_be_visible()
    page.problems.clear()  # the browser reports the question as an error of the network
    shown(page, "sure")
    page.get_by_label("Password").fill(SIGN_IN)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("abel can now unlock the client book.")).to_be_visible()
    enter(page, site, "abel")
    page.goto(f"{site}/unlock/?next=/accounts/U1000001/notes/")
    unlock(page, OTHER_PASSWORD)
    expect(page.get_by_text("Wants fewer bonds.")).to_be_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_the_padlock_counts_down_and_locks_what_is_shown(own_world, page, site, shown):
    enter(page, site, "alice")
    open_book(page, site)
    page.goto(f"{site}/accounts/U1000001/notes/")
    page.locator("#note-body").fill("Wants fewer bonds.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Wants fewer bonds.")).to_be_visible()
    expect(page.get_by_text("No notes yet")).to_have_count(0)
    page.clock.install()
    page.goto(f"{site}/accounts/U1000001/")  # any page of the portal shows it
    left = page.locator("[data-padlock-left]")
    expect(left).to_have_text(re.compile(r"^1[45]:\d\d$"))
    page.goto(f"{site}/accounts/U1000001/notes/")
    page.locator("#note-title").fill("Half a sent")
    page.clock.fast_forward("14:10")
    soon = page.get_by_text("Your client book locks in less than a minute.")
    expect(soon).to_be_visible()
    shown(page, "soon")
    page.get_by_role("button", name="Keep it open").click()
    expect(soon).to_be_hidden()
    expect(left).to_have_text(re.compile(r"^1[45]:\d\d$"))
    page.clock.fast_forward("15:10")
    expect(page.get_by_text("Your client book is locked.")).to_be_visible()
    expect(page.get_by_text("Wants fewer bonds.")).to_have_count(0)
    expect(page.locator("#note-title")).to_have_value("Half a sent")
    shown(page, "over")

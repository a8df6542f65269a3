"""A client's evening, walked through in a real browser: what they have, a statement, a question, a brand."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


def shoot(page, name):
    """For looking at; off unless a folder is named."""
    folder = os.environ.get("PORTAL_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def sure(page):
    """Confirm a sensitive task with the password."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


@pytest.fixture
def evening(own_world):
    from accounts.ground.access.context import as_role
    from accounts.ground.requests.actions import ask
    from tests.house.scenery import DAY, dress

    with as_role("owner"):
        dress(own_world)
        ask(
            account=own_world["U1000001"],
            kind="client_approval",
            title="Fee of 1.00% a year",
            natural_key="fee",
            day=DAY,
            status="awaiting_client",
        )
    return own_world


@pytest.fixture
def enter(page, site, evening):
    def sign_in(name):
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return sign_in


def test_a_client_looks_around_asks_and_is_answered(enter, site, axe):
    page = enter("ana")
    expect(page.get_by_role("heading", name="Your accounts", level=1)).to_be_visible()
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for place, address in (
                ("home", "/"),
                ("approvals", "/approvals/"),
                ("months", "/accounts/U1000001/statements/"),
                ("month", "/accounts/U1000001/statements/2025-09/"),
                ("messages", "/messages/"),
                ("corrections", "/accounts/U1000001/corrections/"),
            ):
                page.goto(site + address)
                assert axe(page) == [], (place, name, scheme)
                assert overflow(page) <= 0, (place, name)
                shoot(page, f"{place}-{name}-{scheme}")
    page.goto(f"{site}/messages/")
    page.get_by_role("link", name="Write a message").first.click()
    page.get_by_label("Subject").fill("My fee")
    page.get_by_label("Message", exact=True).fill("Why <b>this</b> much?")
    assert axe(page) == []
    shoot(page, "new-phone-dark")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Why <b>this</b> much?")).to_be_visible()
    assert axe(page) == []
    shoot(page, "thread-phone-dark")


def test_an_advisor_answers_and_brands(enter, site, axe):
    page = enter("alice")
    page.set_viewport_size(DESK)
    page.get_by_role("link", name="unread message").click()
    shoot(page, "center-alice")
    page.get_by_role("link", name="Kestrel asks").click()
    page.get_by_label("Message", exact=True).fill("From your agreement.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("From your agreement.")).to_be_visible()
    assert axe(page) == []
    shoot(page, "thread-alice")
    page.goto(f"{site}/settings/brand/")
    page.get_by_label("Name", exact=True).fill("North Wealth")
    page.get_by_label("Brand id").fill("north")
    page.get_by_role("button", name="Save").click()
    sure(page)
    expect(page.get_by_text("6 to 10 characters").last).to_be_visible()
    page.get_by_label("Brand id").fill("north_1")
    page.get_by_role("button", name="Save").click()
    sure(page)
    expect(page.get_by_text("From 20")).to_be_visible()
    # The questions and the refusal themselves.
    page.problems[:] = [one for one in page.problems if "422" not in one and "403" not in one]
    assert axe(page) == []
    shoot(page, "brand-alice")


def test_an_stl_master_reads_its_group_as_one(enter, site, axe):
    page = enter("sam")
    page.set_viewport_size(DESK)
    shoot(page, "home-sam")
    page.goto(f"{site}/accounts/I4000001/statements/2025-09/?of=together")
    expect(page.get_by_text("Accounts in this statement")).to_be_visible()
    assert axe(page) == []
    shoot(page, "month-sam")


def test_the_office_loads_a_file(page, evening, site, axe, tmp_path, settings):
    settings.STATE_DIR = tmp_path
    page.set_viewport_size(DESK)
    page.goto(f"{site}/office/statements/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/office/statements/")
    assert axe(page) == []
    shoot(page, "office-uploads")
    for place in ("corrections", "rates"):
        page.goto(f"{site}/office/statements/{place}/")
        assert axe(page) == []
        shoot(page, f"office-{place}")
    page.goto(f"{site}/office/statements/")
    file = tmp_path / "values.csv"
    file.write_text("account,date,nlv\nU1000001,2025-10-01,100.00\nU1000002,2025-10-01,x\nU7777777,2025-10-01,5\n")
    page.get_by_label("Statement files").set_input_files(file)
    page.get_by_role("button", name="Load").click()
    expect(page.locator("#job").get_by_text("Waiting")).to_be_visible()
    from django.utils import timezone

    from portal.office.statements.work import work_off

    assert work_off(now=timezone.now) == 1
    expect(page.get_by_text("Account by account")).to_be_visible()
    assert axe(page) == []
    shoot(page, "office-job")

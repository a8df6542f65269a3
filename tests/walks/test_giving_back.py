"""Money that goes back, what clients are told, and what the back office sees of it, in a real browser."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from tests.fees.posting.nights import Nights, figures
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ANA, CHIDI = "U1000001", "U2000001"
SIZES = (("desk", {"width": 1440, "height": 900}), ("phone", {"width": 390, "height": 844}))


def shoot(page, name):
    """For looking at, in both sizes and both schemes; off unless a folder is named."""
    folder = os.environ.get("PORTAL_SHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES:
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{size}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SIZES[0][1])


@pytest.fixture
def billed(own_world, settings, tmp_path):
    """Ana was charged 12,000.00 and Chidi 2.00 in the last night before today."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(own_world)
    day = nights.previous(timezone.now().date())
    first = nights.previous(day)
    with as_role("owner"):
        nights.agree(ANA, figures("ANNUALFLATFEE", flat="3024000"), starts=first, ends=day)
        nights.agree(CHIDI, figures("ANNUALFLATFEE", flat="504"), starts=first)
        for number in (ANA, CHIDI):
            nights.values(number, "10000000", first, day)
        nights.night(first)
        nights.accrue(day)
        nights.close(day)
        nights.post(day)
        nights.sweep(day)
        nights.transmit(day)
        nights.notices(day)
        nights.reconcile(day)
        assert nights.seal(day).problem == ""
    return own_world


@pytest.fixture
def enter(page, site, billed):
    def sign_in(name):
        page.context.clear_cookies()
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    return sign_in


def test_an_advisor_gives_back_and_a_client_reads_the_invoice(enter, site, axe):
    page = enter("alice")
    page.goto(f"{site}/fees/reimburse/")
    shoot(page, "reimburse-empty")
    assert axe(page) == []
    page.get_by_role("link", name="New reimbursements").first.click()
    page.get_by_label("Account of row 1").fill(ANA)
    page.get_by_label("Amount of row 1").fill("5000")
    page.get_by_label("Memo of row 1").fill("Goodwill")
    expect(page.locator("#available-1")).to_contain_text("6,000.00")
    page.get_by_label("Account of row 2").fill(ANA)
    page.get_by_label("Amount of row 2").fill("1000.01")
    shoot(page, "reimburse-new")
    assert axe(page) == []
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("at most 1,000.00 can go back")).to_be_visible()
    shoot(page, "reimburse-review")
    assert axe(page) == []
    page.get_by_role("button", name="Submit 1 reimbursement").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/fees/reimburse/")
    page.problems.clear()
    expect(page.get_by_text("Goodwill")).to_be_visible()
    shoot(page, "reimburse-desk")
    assert axe(page) == []
    page.goto(f"{site}/fees/notices/")
    shoot(page, "notices-advisor")
    assert axe(page) == []

    page = enter("ana")
    page.goto(f"{site}/fees/notices/")
    page.get_by_role("link", name=ANA).first.click()
    expect(page.get_by_role("heading", name="Advisory Fee Invoice")).to_be_visible()
    shoot(page, "notice")
    assert axe(page) == []


def test_the_back_office_sees_what_is_on_its_way(enter, site, axe):
    page = enter("olga")
    page.goto(f"{site}/office/reconciliation/")
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    shoot(page, "reconciliation")
    assert axe(page) == []
    page.goto(f"{site}/office/broker/instruction/")
    expect(page.get_by_text("12,000.00").first).to_be_visible()
    shoot(page, "instructions")
    assert axe(page) == []
    page.goto(f"{site}/office/broker/instructionfile/")
    expect(page.get_by_role("link", name="F100001").first).to_be_visible()
    shoot(page, "instruction-files")
    assert axe(page) == []

"""The marketplace in a real browser: a firm lists itself, an advisor finds it, a client is asked and signs."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.desk.hedge_funds.models import HedgeFund
from accounts.desk.marketplace.actions import approve
from accounts.desk.marketplace.models import Listing
from accounts.ground.access.context import acting, as_role
from tests.browser import overflow
from tests.walks.test_structure import PHONE, shot
from tests.walks.test_users import confirm

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def harrier(morning):
    with as_role("owner"):
        HedgeFund.unscoped.create(
            code="harrier",
            name="Harrier Fund",
            company="Harrier Capital",
            strategy="Long and short in European shares",
            share_class="Class A, US dollars",
            investor="accredited",
            minimum=Decimal(100_000),
            subscription="Monthly, five business days ahead",
            redemption="Quarterly, 45 days ahead",
            fees="1.5 % a year and 15 % of gains",
        )
    return morning


def whole(page, axe, name):
    """Wide and on a phone, light and dark: no fault, and nothing runs out of the page."""
    for size, scheme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        assert axe(page) == [], (name, size, scheme)
        assert overflow(page) <= 0, (name, size)
        shot(page, f"market_{name}_{size['width']}_{scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)


def test_a_firm_is_listed_found_and_a_client_signs(harrier, sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/marketplace/")
    whole(page, axe, "empty")
    page.get_by_role("link", name="List your firm").click()
    page.get_by_role("link", name="Write a listing : Research").click()
    page.get_by_label("What you offer").fill("Notes on shares of small firms.\nEvery Monday.")
    page.get_by_role("textbox", name="Region").fill("Europe")
    page.get_by_role("textbox", name="Contact").fill("research@northgate.example")
    page.get_by_role("textbox", name="Website").fill("https://northgate.example/")
    whole(page, axe, "write")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Submit : Research").click()
    expect(page.get_by_text("Waits for the back office")).to_be_visible()
    whole(page, axe, "own")
    with acting(harrier.users["olga"].pk, alias="office") as who:
        waiting = Listing.unscoped.get()
        approve(who=who, listing=waiting, seen=waiting.written_at, at=timezone.now())
    page.goto(f"{site}/marketplace/?region=euro")
    whole(page, axe, "found")
    page.get_by_role("main").get_by_role("link", name="Northgate Advisors").click()
    whole(page, axe, "listing")

    page.goto(f"{site}/accounts/U1000001/hedge-funds/")
    page.get_by_label("Net worth above 1,000,000 USD without the home").check()
    whole(page, axe, "answer")
    page.get_by_role("button", name="Write down").click()
    page.goto(f"{site}/marketplace/hedge-funds/")
    whole(page, axe, "funds")
    page.get_by_role("main").get_by_role("link", name="Harrier Fund").click()
    page.get_by_label("Amount").fill("250000")
    whole(page, axe, "fund")
    page.get_by_role("button", name="Ask for the client's signature").click()
    expect(page.get_by_text("Awaiting Client")).to_be_visible()
    address = page.url
    whole(page, axe, "asked")

    page.context.clear_cookies()
    sign_in("ana")
    page.goto(address)
    whole(page, axe, "client")
    page.get_by_label("I have read the full text above and agree to it.").check()
    page.get_by_label("Your full name").fill("Ana Ruiz")
    page.get_by_role("button", name="Agree and sign").click()
    confirm(page)
    expect(page.get_by_text("Awaiting the back office")).to_be_visible()
    whole(page, axe, "signed")

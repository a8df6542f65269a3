"""A client adds a payee, pays a bill, and has one paid every month, in a real browser; a desk and a phone show it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.broker.funding.actions import number_of
from tests.walks.test_fees import confirm
from tests.walks.test_funding import latest, rich
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

__all__ = ["rich"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_payee_a_bill_and_every_month(rich: Any, sign_in: Any, page: Page, site: str, axe: Any) -> None:
    sign_in("ana")
    page.goto(f"{site}/transfer/bills/")
    shot(page, "bills-none")
    page.goto(f"{site}/transfer/recurring/")
    shot(page, "recurring-none")
    page.goto(f"{site}/accounts/U1000001/transfer/bill/")
    page.get_by_role("link", name="Add a payee").click()
    page.get_by_label("Name of this payee").fill("Power at home")
    page.get_by_label("Payee", exact=True).fill("City Power")
    page.get_by_label("Address of the payee").fill("1 Main St, Springfield")
    page.get_by_label("Your customer number with the payee").fill("C-77")
    assert axe(page) == []
    page.get_by_role("button", name="Next").click()
    confirm(page)
    page.get_by_label("Number", exact=True).fill(number_of(latest()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Approved")

    page.goto(f"{site}/transfer/bills/")
    page.get_by_role("link", name="Pay a bill").click()
    page.get_by_label("Amount").fill("88.10")
    shot(page, "bill-form")
    assert axe(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("City Power")
    confirm(page)
    expect(page.locator("main")).to_contain_text("Pending Confirmation")

    page.goto(f"{site}/accounts/U1000001/transfer/recurring/")
    page.get_by_label("Name").fill("Power every month")
    page.get_by_label("What moves").select_option(label="Power at home · Bill pay · …C-77")
    page.get_by_label("Amount").fill("88.10")
    page.get_by_label("First day").fill("2030-01-31")
    shot(page, "recurring-form")
    assert axe(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("Every month from 2030-01-31 on")
    confirm(page)
    expect(page.locator("main")).to_contain_text("It was not due yet")
    one = page.url
    for size, kind in ((DESK, "desk"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            for place, name in (
                *((one, "recurring-one"), (f"{site}/transfer/recurring/", "recurring-list")),
                *((f"{site}/transfer/bills/", "bills"), (f"{site}/accounts/U1000001/transfer/", "funding-account")),
            ):
                page.goto(place)
                shot(page, f"{name}-{kind}-{scheme}")
                assert axe(page) == []
    page.goto(one)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("main")).to_contain_text("Paused")
    page.get_by_role("button", name="End it").click()
    expect(page.locator("main")).to_contain_text("Ended")

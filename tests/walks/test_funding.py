"""A client withdraws money, its advisor consents, in a real browser; the pages as a desk and a phone show them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.broker.feed.models import StatementFile
from accounts.broker.funding.actions import number_of
from accounts.broker.funding.models import FundingRequest
from accounts.broker.holdings.models import CashBalance
from accounts.ground.access.context import as_role
from tests.browser import overflow
from tests.walks.test_fees import confirm
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def rich(own_world: Any) -> Any:
    """Ana has mail and 10,000.00 in cash."""
    with as_role("owner"):
        file = StatementFile.unscoped.create(
            sha256="4" * 64, name="cash", kind="flex", size=1, imported_at="2026-04-30T20:00Z"
        )
        CashBalance.unscoped.create(
            account=own_world["U1000001"], day=date(2026, 4, 30), currency="USD", is_total=False,
            ending=Decimal(10000), settled=Decimal(10000), file=file,
        )  # fmt: skip
        own_world.users["ana"].email = "ana@example.test"
        own_world.users["ana"].save(update_fields=["email"])
    return own_world


def latest() -> FundingRequest:
    with as_role("owner"):
        return FundingRequest.unscoped.order_by("-asked_at").select_related("account")[0]


def test_money_leaves_with_a_number_and_a_consent(rich: Any, sign_in: Any, page: Page, site: str, axe: Any) -> None:
    sign_in("ana")
    page.goto(f"{site}/transfer/funds/")
    page.get_by_role("link", name="U1000001").click()
    expect(page.locator("main")).to_contain_text("10,000.00")
    shot(page, "funding-account-none")
    page.get_by_role("link", name="Save a bank").click()
    page.get_by_label("Name of this instruction").fill("Savings at the corner")
    page.get_by_label("Name of the bank").fill("Corner Bank")
    page.get_by_label("Holder of the bank account").fill("Ana Ruiz")
    page.get_by_label("Routing number or BIC").fill("DEUTDEFF")
    page.get_by_label("Account number or IBAN").fill("1234 5678")
    shot(page, "funding-bank-form")
    assert axe(page) == []
    page.get_by_role("button", name="Next").click()
    confirm(page)
    page.get_by_label("Number", exact=True).fill(number_of(latest()))
    shot(page, "funding-number")
    assert axe(page) == []
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Approved")

    page.goto(f"{site}/accounts/U1000001/transfer/withdraw/")
    page.get_by_label("Amount").fill("8000.01")
    shot(page, "funding-withdraw")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("to Savings at the corner (Ana Ruiz, Corner Bank …5678)")
    confirm(page)
    page.get_by_label("Number", exact=True).fill(number_of(latest()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Pending Advisor")
    page.goto(f"{site}/accounts/U1000001/transfer/deposit/")
    page.get_by_label("Amount").fill("250")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("Change the amount")

    for size, kind in ((DESK, "desk"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            for path, name in (
                ("/transfer/funds/", "funds"),
                ("/transfer/saved/", "saved"),
                ("/accounts/U1000001/transfer/", "account"),
                (f"/transfer/requests/{latest().pk}/", "request"),
                ("/transactions/", "history"),
            ):
                page.goto(f"{site}{path}")
                shot(page, f"funding-{name}-{kind}-{scheme}")
                assert overflow(page) <= 0, (path, kind)
                if kind == "desk" or scheme == "light":
                    assert axe(page) == [], path
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    page.context.clear_cookies()
    sign_in("alice")
    page.goto(f"{site}/transfer/funds/")
    page.locator("main").get_by_role("link", name="Withdrawal").click()
    shot(page, "funding-consent")
    page.get_by_role("button", name="Consent").click()
    expect(page.locator("body")).to_contain_text("You have consented")

"""The transaction history in a real browser: by mouse, on a phone, in the dark, with lines and with none."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.broker.activity.models import CashLine, PositionTransfer, Trade
from accounts.broker.feed.models import StatementFile
from accounts.ground.access.context import as_role
from accounts.ground.clock import exchange_today
from tests.browser import overflow
from tests.walks.test_structure import PHONE, shot

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(own_world):
    """A week of ana's and ken's accounts."""
    today = exchange_today()
    with as_role("owner"):
        file = StatementFile.unscoped.create(
            sha256="1" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
        )
        for place, number in enumerate(("U1000001", "U1000002")):
            account = own_world[number]
            common = {"firm_id": account.firm_id, "account": account, "currency": "USD", "file": file}
            for back, amount, kind, words in (
                (0, "25000", CashLine.DEPOSITS, "CASH RECEIPTS / ELECTRONIC FUND TRANSFERS"),
                (2, "-1250.5", CashLine.DEPOSITS, "DISBURSEMENT INITIATED BY THE CLIENT"),
                (3, "86.4", "Dividends", "VTI (US9229087690) CASH DIVIDEND USD 0.96 PER SHARE"),
                (4, "-12.96", "Withholding Tax", "VTI CASH DIVIDEND - US TAX"),
            ):
                CashLine.unscoped.create(
                    key=f"{number} {back}", kind=kind, amount=Decimal(amount), description=words,
                    report_on=today - timedelta(days=back + place), **common,
                )  # fmt: skip
            PositionTransfer.unscoped.create(
                key="1", kind="ACATS", direction="IN", value=Decimal("2500"), quantity=20, symbol="VTI", asset="STK",
                report_on=today, **common,
            )  # fmt: skip
            Trade.unscoped.create(
                key=f"{number} 5", side="BUY", symbol="AAPL", asset="STK", quantity=10, net_cash=Decimal("-1015.35"),
                description="APPLE INC", report_on=today - timedelta(days=1), **common,
            )  # fmt: skip
    return own_world


def test_the_history_narrows_by_status_type_and_days(busy, sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/transactions/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(12)
    page.get_by_label("Type", exact=True).select_option("deposit")
    expect(rows).to_have_count(2)
    page.get_by_label("Days back").fill("90")
    expect(page.locator("#days-shown")).to_have_text("90")
    expect(page).to_have_url(re.compile("days=90"))
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Deposit").first.click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    assert axe(page) == []
    page.go_back()
    page.get_by_role("link", name="Pending", exact=True).click()
    expect(page.get_by_text("No transaction matches")).to_be_visible()
    assert axe(page) == []


def test_it_is_clean_in_light_and_dark_and_fits_a_phone(busy, sign_in, page, site, axe):
    for name in ("alice", "carol", "ana"):
        page.context.clear_cookies()
        page.set_viewport_size({"width": 1440, "height": 900})
        sign_in(name)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{site}/transactions/?days=120" if name == "ana" else f"{site}/transactions/")
            assert axe(page) == [], (name, scheme)
            shot(page, f"history-{name}-{scheme}")
        page.set_viewport_size(PHONE)
        page.goto(f"{site}/transactions/")
        assert overflow(page) <= 0
        shot(page, f"history-{name}-phone")

"""An owner saves another broker and sends positions there in a real browser; the pages as desk and phone show them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.broker.feed.models import StatementFile
from accounts.broker.funding.actions import number_of
from accounts.broker.holdings.models import Position
from accounts.ground.access.context import as_role
from tests.browser import overflow
from tests.walks.test_fees import confirm
from tests.walks.test_funding import latest
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def invested(own_world: Any) -> Any:
    """Ana has mail and two positions."""
    with as_role("owner"):
        file = StatementFile.unscoped.create(
            sha256="5" * 64, name="held", kind="flex", size=1, imported_at="2026-04-30T20:00Z"
        )
        for symbol, conid, quantity, price in (("AAPL", 265598, 100, 150), ("VWCE", 272093, 12, 110)):
            Position.unscoped.create(
                account=own_world["U1000001"], day=date(2026, 4, 30), key=symbol, level="SUMMARY", symbol=symbol,
                conid=conid, side="Long", asset="STK", currency="USD", quantity=Decimal(quantity),
                price=Decimal(price), value=Decimal(quantity * price), file=file,
            )  # fmt: skip
        own_world.users["ana"].email = "ana@example.test"
        own_world.users["ana"].save(update_fields=["email"])
    return own_world


def test_positions_leave_with_a_number(invested: Any, sign_in: Any, page: Page, site: str, axe: Any) -> None:
    sign_in("ana")
    page.goto(f"{site}/transfer/positions/")
    page.get_by_role("link", name="U1000001").click()
    expect(page.locator("main")).to_contain_text("AAPL")
    page.get_by_role("link", name="Save a broker").click()
    page.get_by_label("Name of this broker").fill("Old broker")
    page.get_by_label("The other broker").fill("Harborlight")
    page.get_by_label("Holder of the account there").fill("Ana Ruiz")
    page.get_by_label("Clearing number").fill("0123")
    page.get_by_label("Account number there").fill("HL-778899")
    shot(page, "positions-broker")
    assert axe(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("HL-778899")
    confirm(page)
    page.get_by_label("Number", exact=True).fill(number_of(latest()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Approved")

    page.goto(f"{site}/accounts/U1000001/transfer/positions/out/")
    page.get_by_label("How much of AAPL").fill("60")
    page.get_by_label("All of VWCE").check()
    shot(page, "positions-out-filled")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("Move 60 AAPL, 12 VWCE from account U1000001")
    confirm(page)
    page.get_by_label("Number", exact=True).fill(number_of(latest()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Pending")
    place = f"/transfer/requests/{latest().pk}/"

    for size, kind in ((DESK, "desk"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            for path, name in (
                ("/transfer/positions/", "list"),
                ("/accounts/U1000001/transfer/positions/", "account"),
                ("/accounts/U1000001/transfer/positions/in/", "in"),
                ("/accounts/U1000001/transfer/positions/out/", "out"),
                ("/transfer/saved/", "saved"),
                (place, "request"),
                ("/accounts/U1000001/", "record"),
            ):
                page.goto(f"{site}{path}")
                shot(page, f"positions-{name}-{kind}-{scheme}")
                assert overflow(page) <= 0, (path, kind)
                if kind == "desk" or scheme == "light":
                    assert axe(page) == [], path
